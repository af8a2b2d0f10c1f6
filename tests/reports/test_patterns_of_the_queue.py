"""Patterns in when work is begun, found in a log. Day 0 is 2026-02-02, a Monday."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.reports.small_org import Ask, organisation
from tests.reports.test_edges import at, item, label
from tests.reports.test_promises import RANK, up
from tests.reports.test_said_no import declined, reopened
from tracker_sync.events import Changed, Event
from tracker_sync.reports.finding import Finding, Result, Unassessed
from tracker_sync.reports.warnings import warnings

PEOPLE = "".join(f'[[people]]\nlogins = ["{who}"]\nrole = "{role}"\n' for who, role in (
    ("ada", "product"), ("carl", "executive"),
))  # fmt: skip


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    with organisation(tmp_path) as asked:
        yield asked


def results(ask: Ask, rule: str, *events: list[Event] | Event, **more: str) -> list[Result]:
    report = warnings(*ask(*events, **{"until": "2026-12-31", "people": PEOPLE, **more}))
    every = (*report.findings, *report.unassessed, *report.holds)
    return [r for r in every if r.detector == f"bias/{rule}"]


def by(actor: str, event: Event) -> Event:
    return replace(event, actor=actor)


def epic(key: str, *labels: str, start: float | None = None, title: str = "A thing") -> list[Event]:
    """An epic opened on day 0, in progress from day `start` on; ada moves it."""
    told = item(key, *labels, type="Epic", title=title, start=start)
    return [by("ada", e) if isinstance(e, Changed) else e for e in told]


def points(key: str, day: float, size: int) -> Event:
    return Changed(id=f"{key}:p{day}", item=key, ts=at(day), attr="estimate", val=str(3600 * size))


def called(n: int, at_day: float = 10) -> list[Event]:
    """Estimated on day 20 and begun on day 30; an account was named, and three days later it moved up."""
    key = f"E-{n}"
    return [
        *epic(key, start=30), label(key, at_day, "customer/Acme"), by("carl", up(key, at_day + 3)),
        points(key, 20, 2),
    ]  # fmt: skip


WAITED = [*epic("E-9", start=40), points("E-9", 15, 2)]
TELLING = [*epic("E-8", "customer promise", "evidence/interview"), RANK]
"""Of another epic: so that promises and evidence are known to be written down."""


def test_what_moves_up_after_a_call_and_is_begun_before_others_is_found(ask: Ask) -> None:
    three = [e for n in range(3) for e in called(n)]
    (found,) = results(ask, "deli-counter", three, WAITED, TELLING)
    assert isinstance(found, Finding)
    assert (found.measured.low, [*found.items]) == (3, ["o:E-0", "o:E-1", "o:E-2"])
    assert found.claim == (
        "3 epics moved up the queue within 14 days after a deal, an account or a promise spoke for them, and "
        "were started first; epics that had been ready earlier and waited: 1."
    )
    asked, moved, begun, waited = found.evidence[:4]
    assert (asked.item, asked.at, asked.event) == ("o:E-0", at(10), "E-0:l10customer/Acme")
    assert (moved.at, moved.event, moved.role) == (at(13), "E-0:k13", "executive")
    assert (begun.at, begun.event, begun.role) == (at(30), "E-0:s30", "product")
    assert (waited.item, waited.event) == ("o:E-9", "E-9:p15")


def test_five_cards_moved_at_once_are_no_jump(ask: Ask) -> None:
    five = [e for n in range(5) for e in called(n)]
    (found,) = results(ask, "deli-counter", five, WAITED, TELLING)
    assert not isinstance(found, Finding)


def test_where_nobody_ever_moves_a_card_the_queue_is_not_assessed(ask: Ask) -> None:
    (found,) = results(ask, "deli-counter", WAITED, TELLING)
    assert isinstance(found, Unassessed)
    assert found.needs == "moves in the queue (Jira's rank)"


def test_starts_in_the_last_days_of_a_quarter_are_found_in_a_log(ask: Ask) -> None:
    """The quarter of day 0 is left out; the next one ends on day 149."""
    late = [e for n in range(9) for e in epic(f"E-{n}", "customer/Initech", start=140 + n)]
    others = [e for n in range(10, 13) for e in epic(f"E-{n}", "customer/Initech", start=80 + n)]
    (found,) = results(ask, "quarter-end-rush", late, others)
    assert isinstance(found, Finding)
    assert (found.measured.n, round(float(found.measured.low), 2)) == (12, 0.75)
    assert found.claim == (
        "9 of 12 starts of work that sales asked for (75 %) fell in the last 14 days of a quarter; spread "
        "evenly it would be 15 %. By week of the quarter: 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 2, 7."
    )
    first = found.evidence[0]
    assert (first.item, first.at, first.event, first.role) == ("o:E-8", at(148), "E-8:s148", "product")


def test_starts_of_which_nobody_said_who_asked_leave_it_open(ask: Ask) -> None:
    late = [e for n in range(9) for e in epic(f"E-{n}", "customer/Initech", start=140 + n)]
    others = [e for n in range(10, 40) for e in epic(f"E-{n}", start=80 + n)]
    (found,) = results(ask, "quarter-end-rush", late, others)
    assert isinstance(found, Unassessed)
    assert found.needs == "who asked for the work under 30 more epics: label origin/<word>"


def gated(n: int, start: float, *gates: str, size: int = 100) -> list[Event]:
    key = f"E-{n}"
    return [
        *epic(key, start=start), points(key, 5, size), *(label(key, 8, f"gate/{g}") for g in gates)
    ]  # fmt: skip


def test_large_epics_that_skip_their_gates_more_and_more_are_found_in_a_log(ask: Ask) -> None:
    early = [e for n in range(8) for e in gated(n, 60, "discovery", "review")]
    late = [e for n in range(8, 20) for e in gated(n, 250, "discovery")]
    small = [e for n in range(20, 50) for e in gated(n, 250, size=8)]
    (found,) = results(ask, "russian-roulette", early, late, small)
    assert isinstance(found, Finding)
    assert (found.measured.n, found.measured.low, len(found.items)) == (20, Fraction(3, 5), 12)
    first = found.evidence[0]
    assert (first.item, first.what) == ("o:E-8", "started without the gate review")
    assert (first.at, first.event, first.role) == (at(250), "E-8:s250", "product")


def test_a_label_names_what_was_decided_against_and_a_title_only_may(ask: Ask) -> None:
    told = [
        epic("E-1", "payroll", start=3), epic("E-2", title="Payroll export", start=3), epic("E-3", start=3)
    ]  # fmt: skip
    labelled = [r for r in results(ask, "said-no", *told) if isinstance(r, Finding)]
    titled = [r for r in results(ask, "said-no-keyword", *told) if isinstance(r, Finding)]
    assert [(f.subject, f.severity) for f in (*labelled, *titled)] == [
        ("o:E-1", "warning"),
        ("o:E-2", "note"),
    ]
    assert labelled[0].claim == "o:E-1 was started although the strategy had decided against it (payroll)."
    row = labelled[0].evidence[0]
    assert (row.item, row.event, row.role, row.version is not None) == ("o:E-1", "E-1:s3", "product", True)


WATER = """\
effective = 2026-01-01
[[not_doing]]
id = "water-treatment"
why = "Others do it."
patterns = ["water treatment"]
until = 2026-02-20
"""


def test_a_label_that_is_the_id_of_a_decision_names_it(ask: Ask) -> None:
    title = "Support water treatment"
    told = [
        epic("E-1", "water-treatment", title=title, start=3), epic("E-2", "water", title=title, start=3),
        epic("E-3", "water-treatment", title=title, start=30),
    ]  # fmt: skip
    (found,) = [r for r in results(ask, "said-no", *told, strategy=WATER) if isinstance(r, Finding)]
    (asked,) = [r for r in results(ask, "said-no-keyword", *told, strategy=WATER) if isinstance(r, Finding)]
    assert (found.subject, asked.subject) == ("o:E-1", "o:E-2"), "on day 30 it stood no longer"


def test_without_exclusions_what_was_started_is_no_pass(ask: Ask) -> None:
    plain = "effective = 2026-01-01\n"
    (found,) = results(ask, "said-no", epic("E-1", "payroll", start=3), strategy=plain)
    assert isinstance(found, Unassessed)
    assert found.needs == "[[not_doing]] in strategy.toml: what was decided against"


def test_what_was_declined_and_comes_back_upon_nothing_new_is_found(ask: Ask) -> None:
    bare = [*epic("E-1", "customer/Acme"), *declined("E-1", 5), *reopened("E-1", 20, "carl", "2")]
    new = [
        *epic("E-2"), *declined("E-2", 5), label("E-2", 8, "evidence/interview"),
        *reopened("E-2", 20, "ada", "2"),
    ]  # fmt: skip
    idle = [*epic("E-3"), *declined("E-3", 5), *reopened("E-3", 20, "ada")]
    below = [
        *epic("E-4"), *declined("E-4", 5), *reopened("E-4", 20, "ada", "2"),
        *item("A-4", parent="E-4"), label("A-4", 9, "evidence/usage"),
    ]  # fmt: skip
    alone = [
        *item("A-5", start=None), *declined("A-5", 5), label("A-5", 9, "evidence/usage"),
        *reopened("A-5", 20, "ada", "2"),
    ]  # fmt: skip
    others = [e for n in (6, 7, 8) for e in epic(f"E-{n}", "evidence/survey", start=3)]
    told = bare, new, idle, below, alone, others
    (found,) = [r for r in results(ask, "said-no", *told) if isinstance(r, Finding)]
    assert found.claim == ("o:E-1 was declined, and taken up again 15 days later without anything new.")
    before, again = found.evidence
    assert (before.what, before.at) == ("declined", at(5))
    assert (again.at, again.event, again.role) == (at(20), "E-1:r20", "executive")


def test_where_evidence_is_hardly_written_down_what_comes_back_is_not_assessed(ask: Ask) -> None:
    bare = [*epic("E-1", "customer/Acme"), *declined("E-1", 5), *reopened("E-1", 20, "carl", "2")]
    others = [e for n in (6, 7, 8) for e in epic(f"E-{n}", start=3)]
    told = bare, others, epic("E-9", "evidence/survey", start=3)
    (found,) = [r for r in results(ask, "said-no", *told) if isinstance(r, Unassessed)]
    assert (found.subject, found.needs) == ("o:E-1", "evidence of more epics: of 5 started ones 1 name any")


def test_without_any_evidence_in_the_log_nothing_new_is_not_known(ask: Ask) -> None:
    bare = [*epic("E-1", "customer/Acme"), *declined("E-1", 5), *reopened("E-1", 20, "carl", "2")]
    found = [r for r in results(ask, "said-no", bare) if isinstance(r, Unassessed)]
    assert [(f.subject, f.needs) for f in found] == [
        ("o:E-1", "epics that name their evidence: a label evidence/<kind>")
    ]
