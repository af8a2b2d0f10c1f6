"""One event more, less, later or otherwise, and exactly one finding comes or goes (issue 7).

Each story is a short history in which one rule without chance in it finds something; each of its flips is one
event with which it is not found, or two sides of a boundary. Told backwards, the same flip brings the finding
about.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.reports import stories_of_initiatives, stories_of_work
from tests.reports.flips import Flip, Story, Told, faults, wrong
from tracker_sync.patterns.measure import Seen, Silent
from tracker_sync.patterns.measures import MEASURES
from tracker_sync.patterns.rules import BiasRule

STORIES = (*stories_of_initiatives.STORIES, *stories_of_work.STORIES)
CASES = [(story, flip) for story in STORIES for flip in story.flips]


@pytest.fixture(scope="module")
def tell(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(lambda: tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def ruled(tell: Told) -> dict[str, BiasRule]:
    """The rules that chance has no part in."""
    return {r.id: r for r in tell(STORIES[0].log).rules if not r.measure.statistical}


@pytest.mark.parametrize(("story", "flip"), CASES, ids=[f"{s.rule}: {f.what}" for s, f in CASES])
def test_one_event_takes_one_finding_away_and_nothing_else(tell: Told, story: Story, flip: Flip) -> None:
    assert [*faults(flip, story, tell)] == []


def test_each_rule_without_chance_comes_by_one_event_and_goes_by_another(
    tell: Told, ruled: dict[str, BiasRule]
) -> None:
    assert {s.rule for s in STORIES} == ruled.keys()
    for rule in ruled:
        sides = [(f.still(s.log).events, f.gone(s.log).events) for s, f in CASES if s.rule == rule]
        more = [({e.id for e in there}, {e.id for e in gone}) for there, gone in sides]
        assert any(there - gone for there, gone in more), f"no event brings {rule} about"
        assert any(gone - there for there, gone in more), f"no other event takes {rule} away"
        assert [*wrong(ruled[rule], tell, STORIES)] == []


OFF: dict[str, dict[str, tuple[float, float]]] = {
    "and-leader": {"days": (89, 91)},
    "and-leader-links": {"above": (0.24, 0.34), "at_least": (9, 11)},
    "and-leader-spread": {"people": (2.5, 3.1)},
    "deli-counter": {"above": (1, 3), "within": (13.9999, 14.0001), "shelved": (89.9999, 90.0001)},
    "escalation": {"growth": (0.4999, 0.5001), "slips": (1, 3), "days": (89, 91), "horizon": (364, 366)},
    "go-to-market-blame": {"at_least": (0, 2)},
    "mvp-spiral": {"features": (1, 3), "share": (0.33, 0.5001)},
    "new-owner-reset": {
        "share": (0.33, 0.4001), "days": (89.9999, 90.0001), "times": (1, 3), "at_least": (2, 4),
    },
    "promised-before-scoped": {"above": (0.9999, 1.0001), "at_once": (4, 6)},
    "said-no": {"told": (0.6, 0.71)},
    "said-no-keyword": {},
}  # fmt: skip
"""For each number of a rule one that is a little too low, and one that is a little too high."""
WRONG = [(rule, name, value) for rule, names in OFF.items() for name, two in names.items() for value in two]


def test_every_number_of_these_rules_is_tried_both_ways(ruled: dict[str, BiasRule]) -> None:
    for rule in ruled.values():
        stated = {n: v for n, v in msgspec.structs.asdict(rule.when).items() if isinstance(v, (int, float))}
        assert {n for n, v in stated.items() if v} == OFF[rule.id].keys()
        assert all(low < stated[name] < high for name, (low, high) in OFF[rule.id].items())


@pytest.mark.parametrize(("rule", "name", "value"), WRONG)
def test_a_rule_whose_number_is_a_little_off_fails_its_stories(
    tell: Told, ruled: dict[str, BiasRule], rule: str, name: str, value: float
) -> None:
    off = replace(ruled[rule], when=msgspec.structs.replace(ruled[rule].when, **{name: value}))
    assert [*wrong(off, tell, STORIES)]


def at_the_boundary(look: Any) -> Any:
    """A measure that takes beyond for within, or within for beyond, just at the threshold."""

    def off(facts: Any, when: Any) -> Iterator[Seen | Silent]:
        for seen in look(facts, when):
            just = isinstance(seen, Seen) and seen.low == seen.limit
            yield replace(seen, fires=not seen.fires) if just else seen

    return off


@pytest.mark.parametrize("rule", OFF)
def test_a_measure_that_is_wrong_at_its_boundary_fails_its_stories(
    tell: Told, ruled: dict[str, BiasRule], rule: str
) -> None:
    measure = ruled[rule].measure
    off = replace(ruled[rule], measure=measure._replace(look=at_the_boundary(measure.look)))
    assert [*wrong(off, tell, STORIES)]


def test_the_table_itself_fails_where_a_measure_is_off_by_one(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = MEASURES["served_out_of_turn"]
    monkeypatch.setitem(MEASURES, "served_out_of_turn", measure._replace(look=at_the_boundary(measure.look)))
    told = Told(lambda: tmp_path_factory.mktemp("log"))
    story = stories_of_work.COUNTER
    assert [fault.partition(":")[0] for fault in faults(story.flips[0], story, told)] == [
        "not found before, or found still", "is not held",
    ]  # fmt: skip
