"""Too many intents at once, too few people for each, links between them: and what nobody knows of them."""

from fractions import Fraction
from itertools import product
from math import e as euler
from math import log

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.patterns.test_bias_rules import RULES
from tracker_sync.patterns.detect import detect
from tracker_sync.patterns.facts import DAY, Epic, Facts, Moment, Named, Work
from tracker_sync.patterns.measure import Seen, Silent
from tracker_sync.patterns.measures.thin import (
    Active,
    Links,
    Spread,
    active_intents,
    crossing_links,
    effort_spread,
)

ACTIVE = Active(days=90)
SPREAD = Spread(people=3)
LINKS = Links(above=0.25, at_least=3)
THREE = [rule for rule in RULES if rule.id.startswith("and-leader")]
change = msgspec.structs.replace


def day(n: float) -> Moment:
    return Moment(round(n * DAY), f"e{n}", "product")


def work(n: int, *intents: str, effort: int = 10, last: float = 725) -> Work:
    return Work(ref=f"o:W-{n}", intents=intents, effort=effort, last=day(last))


def epic(n: int, *intents: str, links: tuple[str, ...] = (), started: float | None = 30) -> Epic:
    start = None if started is None else day(started)
    return Epic(ref=f"o:E-{n}", intents=intents, started=start, links=links)


def found(facts: Facts) -> set[str]:
    return {d.rule.id for d in detect(THREE, facts) if d.found}


def seen(result: object) -> Seen:
    [one] = list(result)  # type: ignore[call-overload]
    assert isinstance(one, Seen)
    return one


# Within the limit, the people and the links, each by one.
NEARLY = Facts(
    limit=3, people=9,
    works=tuple(work(n, i) for n, i in enumerate(["a", "b", "c", "c"])),
    epics=(
        *(epic(n, "a", links=("o:E-11",)) for n in range(3)), *(epic(n, "b") for n in range(3, 13)),
    ),
)  # fmt: skip


def test_a_fourth_intent_is_one_too_many() -> None:
    assert found(NEARLY) == set()
    another = change(NEARLY, people=12, works=(*NEARLY.works, work(9, "d", effort=1)))
    assert found(another) == {"and-leader"}
    rested = change(NEARLY, people=12, works=(*NEARLY.works, work(9, "d", effort=1, last=639)))
    assert found(rested) == set()


def test_one_person_less_is_too_few() -> None:
    even = change(NEARLY, works=NEARLY.works[:3])
    assert found(even) == set()
    assert found(change(even, people=8)) == {"and-leader-spread"}


def test_one_link_more_is_too_many() -> None:
    *others, last = NEARLY.epics
    crossing = change(NEARLY, epics=(*others, change(last, links=("o:E-1",))))
    assert found(crossing) == {"and-leader-links"}
    inside = change(NEARLY, epics=(*others, change(last, links=("o:E-5",))))
    assert found(inside) == set()


def test_a_link_that_both_epics_show_is_one() -> None:
    *others, last = NEARLY.epics
    [back] = [e for e in others if e.ref == "o:E-11"]
    both = change(NEARLY, epics=(*(change(e, links=("o:E-0",)) if e is back else e for e in others), last))
    assert seen(crossing_links(both, LINKS)).low == Fraction(3, 13)


def test_links_of_what_was_done_before_are_over() -> None:
    before = tuple(change(e, done=day(50)) if e.intents == ("a",) else e for e in NEARLY.epics)
    late = change(NEARLY, epics=tuple(change(e, done=day(50)) for e in before), start=day(100))
    [said] = crossing_links(late, LINKS)
    assert said == Silent("3 epics in work at least; there are 0")


def test_what_was_declined_before_and_taken_up_again_is_in_work() -> None:
    given_up = tuple(change(e, declined=day(50)) for e in NEARLY.epics)
    again = tuple(change(e, declined=day(50), reopened=day(120)) for e in NEARLY.epics)
    [said] = crossing_links(change(NEARLY, epics=given_up, start=day(100)), LINKS)
    assert said == Silent("3 epics in work at least; there are 0")
    assert seen(crossing_links(change(NEARLY, epics=again, start=day(100)), LINKS)).n == 13


def test_shared_services_are_no_intent_of_their_own() -> None:
    marks = (Named(name="platform", at=day(0)),)
    shared = Epic(ref="o:P-1", intents=("d",), started=day(30), marks=marks)
    own = Work(ref="o:P-2", epic="o:P-1", intents=("d",), effort=10, last=day(725))
    both = change(NEARLY, epics=(*NEARLY.epics, shared), works=(*NEARLY.works, own), people=9)
    assert found(both) == set()
    unmarked = change(both, epics=(*NEARLY.epics, change(shared, marks=())))
    assert found(unmarked) == {"and-leader", "and-leader-spread"}


def test_rows_say_when_each_intent_was_begun_by_which_event_and_role() -> None:
    epics = (epic(1, "a", started=20), epic(2, "a", started=10), epic(3, "b", started=30))
    rows = seen(active_intents(change(NEARLY, epics=epics), ACTIVE)).rows
    assert [(r.item, r.what, r.moment and r.moment.event, r.moment and r.moment.role) for r in rows] == [
        ("o:E-3", "first start of b", "e30", "product"), ("o:E-2", "first start of a", "e10", "product"),
    ]  # fmt: skip


@pytest.mark.parametrize("n", [2, 3, 4, 5, 7])
def test_effort_that_is_even_over_n_intents_is_spread_over_exactly_n(n: int) -> None:
    even = Facts(people=3 * n, works=tuple(work(i, str(i)) for i in range(n)))
    one = seen(effort_spread(even, SPREAD))
    assert (one.low, one.fires) == (n, False)


Named_ = st.lists(st.sampled_from([("a",), ("b",), ("c",), ()]), min_size=2, max_size=6).filter(
    lambda some: any(some) and some.count(()) <= 3
)


def worlds(named: list[tuple[str, ...]]) -> list[list[tuple[str, ...]]]:
    """Every way in which what names no intent may serve one of those, or another."""
    options = [[one] if one else [("a",), ("b",), ("c",), ("z",)] for one in named]
    return [list(world) for world in product(*options)]


@given(Named_, st.lists(st.integers(1, 9), min_size=6, max_size=6))
def test_whatever_the_untagged_work_is_no_less_is_active_or_spread(
    named: list[tuple[str, ...]], efforts: list[int]
) -> None:
    def facts(some: list[tuple[str, ...]]) -> Facts:
        works = [work(n, *i, effort=e) for n, (i, e) in enumerate(zip(some, efforts, strict=False))]
        return Facts(limit=1, people=3, works=tuple(works))

    every = [facts(world) for world in worlds(named)]
    known, counted = facts(named), [seen(active_intents(f, ACTIVE)).low for f in every]
    assert seen(active_intents(known, ACTIVE)).low == min(counted)
    spread = [_spread(f.works) for f in every]
    assert float(seen(effort_spread(known, SPREAD)).low) == pytest.approx(min(spread), abs=1e-3)


def _spread(works: tuple[Work, ...]) -> float:
    """By the book: e to the power of the entropy."""
    sums = dict[str, int]()
    for w in works:
        sums[w.intents[0]] = sums.get(w.intents[0], 0) + w.effort
    total = sum(sums.values())
    return float(euler ** -sum(x / total * log(x / total) for x in sums.values()))


@given(Named_.filter(lambda some: len(some) > 2), st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_whatever_the_untagged_epics_are_for_no_fewer_links_cross(
    named: list[tuple[str, ...]], links: set[tuple[int, int]]
) -> None:
    def share(some: list[tuple[str, ...]]) -> Fraction:
        to = [tuple(f"o:E-{b}" for a, b in sorted(links) if a == n) for n in range(len(some))]
        epics = (epic(n, *i, links=to[n]) for n, i in enumerate(some))
        return seen(crossing_links(Facts(epics=tuple(epics)), LINKS)).low

    assert share(named) <= min(share(world) for world in worlds(named))


def test_a_strategy_without_a_limit_is_no_pass() -> None:
    assert [*active_intents(change(NEARLY, limit=None), ACTIVE)] == [
        Silent("active_intents under [limits] in strategy.toml")
    ]


def test_of_a_shorter_window_no_more_days_are_told() -> None:
    one = seen(active_intents(change(NEARLY, start=day(720)), ACTIVE))
    assert one.words["days"] == 10


@pytest.mark.parametrize(("intents", "fires"), [(["a"], False), (["a", "b"], True)])
def test_two_people_can_have_one_intent_but_no_two(intents: list[str], fires: bool) -> None:
    few = Facts(people=2, works=tuple(work(n, i) for n, i in enumerate(intents)))
    assert seen(effort_spread(few, SPREAD)).fires is fires


def test_with_nobody_seen_to_work_nothing_is_spread() -> None:
    [said] = effort_spread(change(NEARLY, people=0), SPREAD)
    assert isinstance(said, Silent)
