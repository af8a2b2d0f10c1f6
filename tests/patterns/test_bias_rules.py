"""Every rule on patterns that is built in: its tests, its words, and what it says without an input."""

import re
from collections.abc import Callable, Iterator

import msgspec
import pytest

from tracker_sync.patterns.detect import detect, failures
from tracker_sync.patterns.facts import INPUTS, Facts
from tracker_sync.patterns.rules import BiasRule, Trial, load
from tracker_sync.tagging.rules import builtin

PATHS = sorted(builtin().glob("bias/*.toml"))
RULES = load((path, path.read_text()) for path in PATHS)
change = msgspec.structs.replace


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_its_own_tests_hold(rule: BiasRule) -> None:
    assert [*failures(rule)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_it_asks_and_does_not_judge(rule: BiasRule) -> None:
    claim = rule.claim(rule.measure.words)
    assert claim.endswith(".")
    assert rule.ask.endswith("?")
    assert not re.search(
        r"biased|blame|fault|guilty|stupid|lazy|wrong|\bhe\b|\bshe\b", claim + rule.ask, re.IGNORECASE
    )
    assert rule.see, "says where the idea comes from"
    assert rule.path.stem == rule.id


def epics(**without: object) -> Callable[[Facts], Facts]:
    return lambda facts: change(facts, epics=tuple(change(e, **without) for e in facts.epics))


def works(**without: object) -> Callable[[Facts], Facts]:
    return lambda facts: change(facts, works=tuple(change(w, **without) for w in facts.works))


def both(*parts: Callable[[Facts], Facts]) -> Callable[[Facts], Facts]:
    def done(facts: Facts) -> Facts:
        for part in parts:
            facts = part(facts)
        return facts

    return done


def whole(**without: object) -> Callable[[Facts], Facts]:
    return lambda facts: change(facts, **without)


def initiatives(**without: object) -> Callable[[Facts], Facts]:
    return lambda facts: change(facts, initiatives=tuple(change(i, **without) for i in facts.initiatives))


WITHOUT: dict[str, Callable[[Facts], Facts]] = {
    "strategy": whole(
        intents=(), initiatives=(), mandates=(), breaches=(), versions=(), limit=None, market=()
    ),
    "customers": both(whole(accounts=()), epics(asked=()), works(accounts=())),
    "people": both(epics(proposer=""), whole(people=0)),
    "problems": both(whole(rankings=()), initiatives(ranked=())),
    "adoption": initiatives(checks=(), kills=()),
    "pmf": whole(replies=()),
    "arr": lambda facts: change(facts, accounts=tuple(change(a, arr=None, icp=None) for a in facts.accounts)),
    "intents": both(epics(intents=()), works(intents=())),
    "origins": both(epics(origin=""), works(nobody=False, sold=None)),
    "accounts": both(epics(asked=()), works(accounts=())),
    "evidence": both(epics(evidence=()), initiatives(evidence=())),
    "served": both(epics(problems=()), works(problems=())),
    "solutions": epics(solution=""),
    "gates": epics(gates=()),
    "estimates": epics(estimates=()),
    "scopes": epics(scoped=None, ready=None, estimates=()),
    "dates": epics(due=()),
    "queue": epics(up=()),
    "promises": epics(promised=None),
    "links": epics(links=()),
    "effort": both(epics(effort=0, effort_all=0, largest=0), works(effort=0)),
    "targets": lambda facts: change(facts, intents=tuple(change(i, target=None) for i in facts.intents)),
    "initiatives": whole(initiatives=()),
    "owners": lambda facts: change(facts, mandates=tuple(change(m, owners=()) for m in facts.mandates)),
    "labels": epics(marks=()),
    "exclusions": lambda facts: change(facts, breaches=tuple(b for b in facts.breaches if not b.exclusion)),
    "limit": whole(limit=None),
}
"""What facts look like without an input."""


def found() -> Iterator[tuple[BiasRule, Trial]]:
    return ((rule, trial) for rule in RULES for trial in rule.trials if trial.finds)


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize(
    ("rule", "trial"), [*found()], ids=lambda one: one.id if isinstance(one, BiasRule) else one.name[:30]
)
def test_without_an_input_a_finding_is_never_a_pass(rule: BiasRule, trial: Trial, name: str) -> None:
    before = {d.subject for d in detect([rule], trial.facts) if d.found}
    less = WITHOUT[name](trial.facts)
    after = detect([rule], change(less, missing={**less.missing, name: INPUTS[name]}))
    assert [d for d in after if d.seen is not None and not d.found and d.subject in before | {""}] == []


@pytest.mark.parametrize(
    ("rule", "name"), [(r, n) for r in RULES for n in r.needs], ids=lambda one: getattr(one, "id", one)
)
def test_without_what_it_needs_a_rule_says_what_is_missing(rule: BiasRule, name: str) -> None:
    for trial in (t for t in rule.trials if t.finds):
        said = detect([rule], change(trial.facts, missing={name: INPUTS[name]}))
        assert [(d.seen, d.found, d.why) for d in said] == [(None, False, INPUTS[name])]
