"""What work rests on: only what came first counts, and what nobody knows speaks against a finding."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker_sync.patterns.facts import DAY, Epic, Facts, Moment, Sign
from tracker_sync.patterns.measure import Seen, Silent
from tracker_sync.patterns.measures.evidence import (
    Deals,
    Inside,
    Without,
    deal_share,
    inside_only,
    without_evidence,
)

KINDS = ("interview", "deal")
DEALS = Deals(above=0.8, at_least=10)
WITHOUT = Without(above=0.5, at_least=10, counts=KINDS)
INSIDE = Inside(above=0.5, at_least=10, roles=("engineering",), counts=KINDS)


def day(n: float, role: str = "") -> Moment:
    return Moment(round(n * DAY), f"e{n}", role)


def epic(n: int, *evidence: Sign, started: float | None = 30, proposer: str = "", root: str = "") -> Epic:
    start = None if started is None else day(started)
    return Epic(ref=f"o:E-{n}", root=root, started=start, evidence=evidence, proposer=proposer)


def sign(kind: str, at: float) -> Sign:
    return Sign(kind=kind, at=day(at, "sales"))


def test_only_what_was_shown_by_the_start_is_evidence_before_it() -> None:
    early = [epic(n, sign("interview", 30)) for n in range(5)]
    late = [epic(n, sign("interview", 30.1)) for n in range(5, 12)]
    [seen] = without_evidence(Facts(epics=(*early, *late)), WITHOUT)
    assert isinstance(seen, Seen)
    assert (seen.low, seen.items) == (Fraction(7, 12), tuple(e.ref for e in late))


def test_one_flipped_sign_moves_one_epic() -> None:
    bare = [epic(n) for n in range(12)]
    [before] = without_evidence(Facts(epics=tuple(bare)), WITHOUT)
    [after] = without_evidence(Facts(epics=(epic(0, sign("deal", 1)), *bare[1:])), WITHOUT)
    assert isinstance(before, Seen)
    assert isinstance(after, Seen)
    assert {*before.items} - {*after.items} == {"o:E-0"}


def test_what_was_not_started_in_the_window_is_not_counted() -> None:
    outside = [epic(n, started=None) for n in range(20)] + [epic(n + 20, started=800) for n in range(20)]
    assert [*without_evidence(Facts(epics=tuple(outside)), WITHOUT)] == [
        Silent("10 started epics at least; there are 0")
    ]


def test_evidence_names_its_item_event_and_role() -> None:
    deals = [epic(n, sign("deal", 3)) for n in range(12)]
    [seen] = deal_share(Facts(epics=tuple(deals)), DEALS)
    assert isinstance(seen, Seen)
    first = seen.rows[0]
    assert first.moment is not None
    assert (first.item, first.what, first.moment.event, first.moment.role) == (
        "o:E-0", "evidence: deal", "e3", "sales"
    )  # fmt: skip


@given(st.lists(st.sampled_from(["engineering", "support", ""]), min_size=10, max_size=14))
def test_whatever_the_unknown_proposers_are_the_share_lies_within_its_bounds(roles: list[str]) -> None:
    def share(proposers: list[str]) -> Seen:
        [seen] = inside_only(
            Facts(epics=tuple(epic(n, proposer=role) for n, role in enumerate(proposers))), INSIDE
        )
        assert isinstance(seen, Seen)
        return seen

    known = share(roles)
    worlds = [share([role or other for role in roles]) for other in ("engineering", "support")]
    assert known.high is not None
    assert known.low == min(w.low for w in worlds)
    assert known.high == max(w.low for w in worlds)


@pytest.mark.parametrize("roots", [1, 7])
def test_slices_of_few_epics_say_nothing(roots: int) -> None:
    slices = tuple(epic(n, root=f"o:R-{n % roots}") for n in range(30))
    [said] = without_evidence(Facts(epics=slices), WITHOUT)
    assert isinstance(said, Silent)
