"""What followed a release that too few used: more features, or selling it harder. Times are in days."""

from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker_sync.patterns.detect import Detected, detect
from tracker_sync.patterns.facts import Facts, Initiative, spelt
from tracker_sync.patterns.rules import BiasRule, load
from tracker_sync.tagging.rules import builtin

PATHS = [builtin() / "bias" / f"{name}.toml" for name in ("mvp-spiral", "go-to-market-blame")]
SELLING, SPIRAL = load((path, path.read_text()) for path in PATHS)
change = msgspec.structs.replace


def days(told: Any) -> Any:
    return msgspec.convert(told, Facts, dec_hook=spelt)


CHECK = {"epic": "A-1", "released": 40, "at": 130, "low": 0.1, "high": 0.1, "target": 0.3}
BET = {"id": "bet", "epics": ["A-1", "A-2", "A-3"], "checks": [CHECK],
       "evidence": [{"kind": "interview", "at": 5}]}  # fmt: skip
"""Three epics; of the first one, too few used what it brought."""
EPICS: list[dict[str, Any]] = [
    {"ref": "A-1", "started": 10, "effort_all": 20},
    {"ref": "A-2", "started": 140, "effort_all": 5},
    {"ref": "A-3", "started": 150, "effort_all": 5, "title": "Pricing of it"},
]


def facts(
    *epics: dict[str, Any], start: float = 0, missing: dict[str, str] | None = None, **bet: Any
) -> Facts:
    found = [e | next((m for m in epics if m["ref"] == e["ref"]), {}) for e in EPICS]
    found += [m for m in epics if m["ref"] not in {e["ref"] for e in EPICS}]
    return days({"start": start, "epics": found, "initiatives": [BET | bet], "missing": missing or {}})


def found(rule: BiasRule, of: Facts) -> bool | None:
    """Whether the pattern was found; None: nothing can be said."""
    (one,) = detect([rule], of)
    return one.found if one.seen else None


def one(rule: BiasRule, of: Facts) -> Detected:
    (result,) = detect([rule], of)
    return result


BOTH = pytest.mark.parametrize("rule", [SPIRAL, SELLING], ids=lambda r: r.id)


@BOTH
def test_what_followed_upon_nothing_new_is_found(rule: BiasRule) -> None:
    assert found(rule, facts()) is True


@BOTH
@pytest.mark.parametrize(
    "flip",
    [
        {"evidence": [{"kind": "interview", "at": 41}]},
        {"evidence": [{"kind": "interview", "at": 150}]},  # when the last of them was begun
        {"ranked": [100]},
        {"ranked": [39.5]},  # ranked on the day of the release: before or after it
        {"checks": [CHECK | {"low": 0.3, "high": 0.3}]},
        {
            "checks": [
                CHECK,
                {"epic": "A-2", "released": 45, "at": 135, "low": 0.3, "high": 0.5, "target": 0.3},
            ]
        },
    ],
    ids=["evidence", "evidence-at-the-start", "ranked", "ranked-that-day", "on-target", "later-on-target"],
)
def test_one_event_flips_it(rule: BiasRule, flip: dict[str, Any]) -> None:
    assert found(rule, facts(**flip)) is False


@BOTH
def test_evidence_of_before_the_release_is_not_new(rule: BiasRule) -> None:
    assert found(rule, facts(evidence=[{"kind": "interview", "at": 40}])) is True


@BOTH
def test_another_deal_or_account_is_nothing_new(rule: BiasRule) -> None:
    more = [*BET["evidence"], {"kind": "deal", "at": 135}, {"kind": "asked", "at": 135}]
    assert found(rule, facts(evidence=more)) is True


@BOTH
def test_evidence_that_comes_after_the_start_did_not_lead_to_it(rule: BiasRule) -> None:
    assert found(rule, facts(evidence=[{"kind": "survey", "at": 150.5}])) is True


@BOTH
def test_what_was_begun_before_the_look_did_not_follow_it(rule: BiasRule) -> None:
    early = [{"ref": "A-2", "started": 129}, {"ref": "A-3", "started": 130}]
    assert found(rule, facts(*early)) is False


@BOTH
def test_only_what_was_begun_in_the_window_counts(rule: BiasRule) -> None:
    assert found(rule, facts(start=151)) is False
    assert found(rule, facts(start=140)) is True


@BOTH
@pytest.mark.parametrize(
    "unknown",
    [
        {"checks": [CHECK | {"low": None, "high": None}]},
        {"checks": [CHECK | {"high": 0.4}]},
        {"checks": [CHECK | {"target": None}]},
        {"evidence": []},
        {"evidence": [{"kind": "asked", "at": 5}]},
    ],
    ids=["nobody-counted", "perhaps-on-target", "no-target", "no-evidence-named", "only-asked-for"],
)
def test_what_nobody_knows_is_no_finding_and_no_pass(rule: BiasRule, unknown: dict[str, Any]) -> None:
    assert found(rule, facts(**unknown)) is None


@BOTH
def test_a_later_look_that_may_be_on_target_counts_against_it(rule: BiasRule) -> None:
    later = {"epic": "A-2", "released": 45, "at": 135, "low": 0.2, "high": 0.4, "target": 0.3}
    assert found(rule, facts(checks=[CHECK, later])) is None


@BOTH
def test_an_initiative_that_was_not_looked_at_yet_has_no_result(rule: BiasRule) -> None:
    assert detect([rule], facts(checks=[])) == ()


def test_one_feature_is_no_spiral() -> None:
    assert found(SPIRAL, facts({"ref": "A-3", "started": None})) is False


def test_two_slices_where_one_is_above_the_other_are_one_feature() -> None:
    assert found(SPIRAL, facts({"ref": "A-3", "root": "A-2"})) is False


def test_features_smaller_than_half_of_the_first_epic_are_no_spiral() -> None:
    assert found(SPIRAL, facts({"ref": "A-2", "effort_all": 4})) is False


def test_work_on_the_first_epic_that_nobody_was_seen_at_counts_against_it() -> None:
    unseen = {"ref": "A-1", "effort_all": 20, "unseen": 1, "largest": 4}
    assert found(SPIRAL, facts(unseen)) is None
    assert found(SPIRAL, facts(unseen, {"ref": "A-3", "effort_all": 7})) is True


def test_work_on_features_that_nobody_was_seen_at_is_no_pass() -> None:
    assert found(SPIRAL, facts({"ref": "A-3", "effort_all": 0, "unseen": 2})) is None
    assert found(SPIRAL, facts({"ref": "A-1", "effort_all": 0})) is None


def test_what_a_duty_or_selling_takes_is_no_feature() -> None:
    for label in ("regulatory", "pricing"):
        assert found(SPIRAL, facts({"ref": "A-3", "marks": [{"name": label, "at": 0}]})) is False


def test_evidence_of_an_epic_that_is_left_out_still_counts() -> None:
    duty = {"ref": "A-4", "started": 131, "marks": [{"name": "regulatory", "at": 0}]}
    assert found(SPIRAL, facts(duty, epics=["A-1", "A-2", "A-3", "A-4"])) is True
    told = [*BET["evidence"], {"kind": "survey", "at": 135}]  # on A-4
    assert found(SPIRAL, facts(duty, epics=["A-1", "A-2", "A-3", "A-4"], evidence=told)) is False


def test_the_longest_row_of_features_is_shown() -> None:
    second = {"epic": "A-2", "released": 50, "at": 145, "low": 0.1, "high": 0.2, "target": 0.3}
    seen = one(SPIRAL, facts(checks=[CHECK, second])).seen
    assert seen is not None
    assert (seen.low, seen.words["used"], [r.item for r in seen.rows[:2]]) == (2, "10 %", ["A-2", "A-3"])


def test_a_longer_row_of_small_features_hides_no_shorter_one() -> None:
    small = [{"ref": f"A-{n}", "started": 300 + n, "effort_all": 1} for n in (4, 5, 6)]
    second = {"epic": "A-2", "released": 200, "at": 290, "low": 0.1, "high": 0.1, "target": 0.3}
    told = [*BET["evidence"], {"kind": "survey", "at": 180}]
    seen = one(
        SPIRAL, facts(*small, epics=[f"A-{n}" for n in range(1, 7)], checks=[CHECK, second], evidence=told)
    ).seen
    assert seen is not None
    assert (seen.fires, seen.low) == (True, 2)


def test_selling_is_known_by_a_label_or_by_a_word_of_the_title() -> None:
    plain = {"ref": "A-3", "title": "A thing"}
    assert found(SELLING, facts(plain)) is False
    assert found(SELLING, facts(plain | {"marks": [{"name": "go-to-market", "at": 0}]})) is True
    assert found(SELLING, facts(plain | {"title": "Repricing and the salesforce"})) is False
    assert found(SELLING, facts(plain | {"title": "SALES ENABLEMENT: quick find"})) is True


def test_selling_that_is_linked_with_it_counts_unless_another_initiative_names_it() -> None:
    plain = {"ref": "A-3", "title": "A thing"}
    linked = {"ref": "B-1", "started": 140, "title": "Positioning", "links": ["A-1"]}
    of = facts(plain, linked)
    assert found(SELLING, of) is True
    other = Initiative(id="other", epics=("B-1",))
    assert found(SELLING, change(of, initiatives=(*of.initiatives, other))) is False
    assert found(SELLING, facts(plain, linked | {"links": []})) is False


def test_evidence_on_linked_selling_is_new_too() -> None:
    linked = {"ref": "B-1", "started": 140, "title": "Positioning", "links": ["A-1"],
              "evidence": [{"kind": "survey", "at": 138}]}  # fmt: skip
    assert found(SELLING, facts({"ref": "A-3", "title": "A thing"}, linked)) is False


def test_where_no_epic_is_linked_selling_may_have_been_missed() -> None:
    plain = {"ref": "A-3", "title": "A thing"}
    assert found(SELLING, facts(plain, missing={"links": "links"})) is None
    assert found(SELLING, facts(missing={"links": "links"})) is True


LOOKS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=3)
"""(accounts of three that use it, of the others how many nobody counted) at one look after the other."""


@BOTH
@given(looks=LOOKS, starts=st.lists(st.integers(0, 40), min_size=2, max_size=4))
def test_it_says_what_holds_whoever_uses_it_of_those_that_nobody_counted(
    rule: BiasRule, looks: list[tuple[int, int]], starts: list[int]
) -> None:
    """Against all ways in which the accounts that nobody counted may use it."""

    def at(using: list[tuple[int, int]]) -> bool | None:
        checks = [
            CHECK | {"released": 100 * n, "at": 100 * n + 90, "target": 0.5, "low": low / 3, "high": high / 3}
            for n, (low, high) in enumerate(using)
        ]
        epics = [{"ref": f"A-{n + 2}", "started": 10 * s, "title": "Pricing", "effort_all": 9}
                 for n, s in enumerate(starts)]  # fmt: skip
        root = {"ref": "A-1", "started": -1, "effort_all": 9}
        of = {"id": "bet", "epics": ["A-1", *(e["ref"] for e in epics)], "checks": checks,
              "evidence": [{"kind": "deal", "at": -1}]}  # fmt: skip
        return found(rule, days({"start": -9, "epics": [root, *epics], "initiatives": [of]}))

    spans = [(low, min(3, low + open_)) for low, open_ in looks]
    worlds = {at([(u, u) for u in world]) for world in product(*(range(a, b + 1) for a, b in spans))}
    assert at(spans) == (worlds.pop() if len(worlds) == 1 else None)


def test_its_sentences_say_what_was_seen() -> None:
    spiral, selling = one(SPIRAL, facts()).seen, one(SELLING, facts()).seen
    assert spiral is not None
    assert selling is not None
    assert SPIRAL.claim(spiral.words).startswith(
        "10 % of those it was built for used bet 90 days after a release"
    )
    assert "2 features, together 50 % of the effort of its first epic" in SPIRAL.claim(spiral.words)
    assert "; 1 of the epics that were begun after that" in SELLING.claim(selling.words)
    assert [r.what for r in selling.rows] == [
        "begun, on nothing new", "released", "used by 10 %; the target is 30 %",
    ]  # fmt: skip
