"""Going on undecided with what grew or slipped and came out below its kill line. Times are in days."""

from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker_sync.patterns.detect import Detected, detect
from tracker_sync.patterns.facts import Facts, spelt
from tracker_sync.patterns.rules import load
from tracker_sync.tagging.rules import builtin

PATH = builtin() / "bias" / "escalation.toml"
(RULE,) = load([(PATH, PATH.read_text())])
GREW = [{"at": 5, "size": 8}, {"at": 60, "size": 12}]
SLIPPED = [{"at": 5, "day": 40}, {"at": 39, "day": 70}, {"at": 69, "day": 99}]
ONCE = SLIPPED[:2]


def facts(start: float = 0, epic: dict[str, Any] | None = None, **bet: Any) -> Facts:
    """An initiative that was below its kill line on day 610, of which an epic grew; it is day 730."""
    epics = [{"ref": "A-1", "started": 10, "estimates": GREW, "due": ONCE, "effort_all": 12} | (epic or {})]
    of = {"id": "bet", "epics": ["A-1"], "kills": [{"at": 610, "crossed": True}]} | bet
    return msgspec.convert({"start": start, "epics": epics, "initiatives": [of]}, Facts, dec_hook=spelt)


def one(of: Facts) -> Detected:
    (result,) = detect([RULE], of)
    return result


def found(of: Facts) -> bool | None:
    """Whether it was found; None: nothing can be said."""
    return one(of).found if one(of).seen else None


def test_an_epic_that_grew_by_half_and_a_line_crossed_long_ago_are_found() -> None:
    assert found(facts()) is True


@pytest.mark.parametrize(
    "flip",
    [
        {"kills": [{"at": 610, "crossed": False}]},
        {"kills": [{"at": 641, "crossed": True}]},
        {"decisions": [610]},
        {"decisions": [729]},
        {"epic": {"estimates": [{"at": 5, "size": 8}, {"at": 60, "size": 11}]}},
        {"epic": {"declined": 600}},
    ],
    ids=["held", "89-days", "decided-that-day", "decided-late", "grew-less", "given-up"],
)
def test_one_event_flips_it(flip: dict[str, Any]) -> None:
    assert found(facts(**flip)) is False


def test_what_was_given_up_and_taken_up_again_goes_on() -> None:
    assert found(facts(epic={"declined": 500})) is False
    again = facts(epic={"declined": 500, "reopened": 550})
    assert found(again) is True
    seen = one(again).seen
    assert seen is not None
    assert seen.words["open"] == 1


def test_a_decision_before_the_line_was_crossed_does_not_count() -> None:
    assert found(facts(decisions=[609])) is True


def test_it_takes_ninety_days_of_the_calendar() -> None:
    assert found(facts(kills=[{"at": 640, "crossed": True}])) is True
    clocks_went_back, forward = 641 - 1 / 24, 640 + 1 / 24
    assert found(facts(kills=[{"at": clocks_went_back, "crossed": True}])) is False
    assert found(facts(kills=[{"at": forward, "crossed": True}])) is True


def test_a_date_that_was_put_off_twice_is_as_good() -> None:
    plain = {"estimates": GREW[:1]}
    assert found(facts(epic=plain | {"due": SLIPPED})) is True
    assert found(facts(epic=plain | {"due": ONCE})) is False


def test_a_date_that_comes_nearer_is_not_put_off() -> None:
    nearer = [{"at": 5, "day": 40}, {"at": 39, "day": 30}, {"at": 40, "day": 70}]
    assert found(facts(epic={"estimates": GREW[:1], "due": nearer})) is False


def test_what_is_planned_after_it_was_done_neither_grows_nor_slips() -> None:
    assert found(facts(epic={"done": 50})) is False
    assert found(facts(epic={"estimates": GREW[:1], "due": SLIPPED, "done": 60})) is False


def test_an_estimate_of_nothing_is_no_first_estimate() -> None:
    assert found(facts(epic={"estimates": [{"at": 1, "size": 0}, {"at": 5, "size": 8}]})) is False


def test_what_is_not_planned_at_all_may_have_grown_or_slipped() -> None:
    small = {"estimates": GREW[:1]}
    assert found(facts(epic=small | {"due": []})) is None
    assert found(facts(epic={"estimates": [], "due": ONCE})) is None
    assert found(facts(epic={"due": []})) is True


def test_a_line_of_which_nobody_can_tell_is_no_finding_and_no_pass() -> None:
    assert found(facts(kills=[{"at": 610}])) is None
    assert found(facts(kills=[{"at": 610}], epic={"estimates": GREW[:1]})) is False


def test_of_two_lines_of_one_day_one_that_was_crossed_is_enough() -> None:
    held, crossed = ({"at": 610, "crossed": c} for c in (False, True))
    assert found(facts(kills=[held, crossed])) is True
    assert found(facts(kills=[crossed, held])) is True
    assert found(facts(kills=[{"at": 610}, crossed])) is True
    assert found(facts(kills=[held, {"at": 610}])) is None


def test_without_a_kill_line_with_a_day_nothing_can_be_said() -> None:
    assert found(facts(kills=[])) is None
    assert found(facts(kills=[{}])) is None


def test_a_line_whose_day_is_to_come_or_was_before_the_window_has_no_result() -> None:
    assert detect([RULE], facts(kills=[{"at": 731}])) == ()
    assert detect([RULE], facts(start=611)) == ()


def test_who_has_a_year_after_the_line_is_left_alone() -> None:
    assert found(facts(due=974)) is True
    assert found(facts(due=975)) is None
    assert one(facts(due=975)).why.startswith("nothing: ")


LINE = st.tuples(st.integers(600, 720), st.sampled_from([True, False, None]))
LINES = st.lists(LINE, min_size=1, max_size=3, unique_by=lambda line: line[0])


@given(lines=LINES, decided=st.lists(st.integers(600, 729), max_size=1), grew=st.booleans())
def test_it_says_what_holds_however_the_lines_came_out_of_which_nobody_can_tell(
    lines: list[tuple[int, bool | None]], decided: list[int], grew: bool
) -> None:
    """Against all ways in which they may have come out."""

    def at(outcomes: tuple[bool | None, ...]) -> bool | None:
        kills = [{"at": day, "crossed": out} for (day, _), out in zip(lines, outcomes, strict=True)]
        return found(facts(kills=kills, decisions=decided, epic={"estimates": GREW if grew else GREW[:1]}))

    known = [(out,) if out is not None else (True, False) for _, out in lines]
    worlds = {at(world) for world in product(*known)}
    assert at(tuple(out for _, out in lines)) == (worlds.pop() if len(worlds) == 1 else None)


def test_its_sentence_says_what_went_in_and_since_when_nobody_decided() -> None:
    result = one(facts()).seen
    assert result is not None
    assert RULE.claim(result.words) == (
        "bet came out below its kill line, 120 days ago, and nobody has decided anything since; the estimate "
        "of A-1 grew by 50 %. 12 person-days are known to have gone into it, and of its epics 1 of 1 are "
        "still open."
    )
    assert [(r.item, r.what) for r in result.rows] == [
        ("A-1", "its initiative came out below its kill line"), ("A-1", "estimated at 8"),
        ("A-1", "estimated at 12"),
    ]  # fmt: skip
