"""What executives ask for beside what others ask for: both marks are needed, whoever the unknown ones are."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.reports.small_org import Ask, organisation
from tests.reports.test_edges import at, label, move
from tracker_sync.events import Added, Event, Opened
from tracker_sync.patterns.facts import DAY, Asked, Epic, Facts, Moment, Sign
from tracker_sync.patterns.measure import Seen, Silent
from tracker_sync.patterns.measures.authority import Authority, authority_approval
from tracker_sync.patterns.statistics.difference import Rate, difference
from tracker_sync.reports.finding import Finding, Unassessed
from tracker_sync.reports.warnings import warnings

WHEN = Authority(at_least=8, faster=2.0, counts=("interview", "usage"))


def day(n: float, role: str = "") -> Moment:
    return Moment(round(n * DAY), f"e{n}", role)


def epic(n: int, proposer: str, wait: float, *, shown: bool = False, asked: bool = False,
         root: str = "", origin: str = "") -> Epic:  # fmt: skip
    return Epic(
        ref=f"o:E-{n}", root=root, proposer=proposer, origin=origin,
        created=day(0, proposer), started=day(wait),
        evidence=(Sign(kind="interview", at=day(0)),) if shown else (),
        asked=(Asked(account="Acme", at=day(0)),) if asked else (),
    )  # fmt: skip


def looked(*epics: Epic) -> Seen:
    [seen] = authority_approval(Facts(epics=epics), WHEN)
    assert isinstance(seen, Seen)
    return seen


OWN = tuple(epic(n, "executive", 6 + n, shown=n == 8) for n in range(9))
OTHERS = tuple(epic(20 + n, "product", 26 + n, shown=n >= 3) for n in range(15))


def test_the_figure_is_the_difference_of_the_two_shares_and_the_sentence_has_both_waits() -> None:
    seen = looked(*OWN, *OTHERS)
    assert (seen.fires, seen.low, seen.high) == (True, Fraction(8, 9) - Fraction(1, 5), seen.low)
    assert {**seen.words} == {
        "k": 8, "n": 9, "share": Fraction(8, 9), "others": Fraction(1, 5),
        "wait": "10 days", "others_wait": "33 days",
    }  # fmt: skip
    expected = difference(Rate(8, 9), Rate(3, 15))
    assert expected is not None
    assert (seen.p, seen.interval) == (expected.p, (expected.low, expected.high))


def test_being_started_as_slowly_as_others_is_no_pattern_and_no_chance_finding_either() -> None:
    slow = [epic(n, "executive", 20, shown=n == 8) for n in range(9)]
    seen = looked(*slow, *OTHERS)
    assert (seen.fires, seen.low, seen.p) == (False, Fraction(8, 9) - Fraction(1, 5), 1.0)


@pytest.mark.parametrize(("wait", "fires"), [(16.5, True), (16.6, False)])
def test_half_the_time_is_soon_enough(wait: float, fires: bool) -> None:
    assert looked(*(epic(n, "executive", wait) for n in range(9)), *OTHERS).fires == fires  # others: 33 days


def test_epics_of_both_sides_that_are_started_at_once_are_no_sooner_on_one() -> None:
    same = [epic(n, role, 0, shown=role == "sales") for n, role in enumerate(["executive", "sales"] * 9)]
    assert not looked(*same).fires


def test_an_account_or_a_customer_as_origin_makes_an_executive_a_messenger() -> None:
    asked = [epic(n, "executive", 5, shown=True, asked=True) for n in range(40, 60)]
    told = [epic(n, "executive", 5, shown=True, origin="customer") for n in range(60, 80)]
    assert looked(*OWN, *asked, *told, *OTHERS) == looked(*OWN, *OTHERS)


def test_an_origin_counts_for_an_executive_whoever_typed_it_in() -> None:
    typed = [epic(n, "product", 6 + n, shown=n == 8, origin="executive") for n in range(9)]
    assert looked(*typed, *OTHERS).low == looked(*OWN, *OTHERS).low


@pytest.mark.parametrize("side", ["executive", "product"])
def test_fewer_than_eight_on_either_side_say_nothing(side: str) -> None:
    some = [e for e in (*OWN, *OTHERS) if e.proposer != side] + [epic(90 + n, side, 9) for n in range(7)]
    [said] = authority_approval(Facts(epics=tuple(some)), WHEN)
    assert isinstance(said, Silent)


def test_slices_of_one_root_count_as_one_with_their_mean() -> None:
    sliced = [epic(100 + n, "executive", 8, shown=n < 10, root="o:R") for n in range(20)]
    assert looked(*OWN, *sliced, *OTHERS).low == Fraction(17, 20) - Fraction(1, 5)


def test_evidence_rows_say_who_proposed_and_when_it_was_started_the_quickest_first() -> None:
    rows = looked(*OWN, *OTHERS).rows
    assert [(r.item, r.what, r.moment and r.moment.event, r.moment and r.moment.role) for r in rows[:2]] == [
        ("o:E-0", "proposed by an executive", "e0", "executive"),
        ("o:E-0", "started 6 days after its creation, without evidence", "e6", ""),
    ]
    assert {r.item for r in rows} == {e.ref for e in OWN[:8]}


UNKNOWN = st.builds(
    dict, wait=st.sampled_from([1, 9, 20, 40, 60]), shown=st.booleans(), asked=st.booleans(),
)  # fmt: skip
KNOWN = st.tuples(st.integers(0, 3), st.integers(0, 5), st.sampled_from([4, 12, 16]))


def worlds(
    unknown: list[dict[str, object]], roots: list[str], known: tuple[Epic, ...]
) -> tuple[Seen, list[Seen]]:
    """What is said, and what would be with every way to tell who proposed the unknown ones."""

    def said(proposers: tuple[str, ...]) -> Seen:
        some = [
            epic(200 + n, proposer, u["wait"], shown=u["shown"], asked=u["asked"], root=root)  # type: ignore[arg-type]
            for n, (proposer, u, root) in enumerate(zip(proposers, unknown, roots, strict=True))
        ]
        return looked(*known, *some)

    return said(("",) * len(unknown)), [
        said(way) for way in product(("executive", "sales"), repeat=len(unknown))
    ]


def organisation_of(shown: int, bare: int, wait: float) -> tuple[Epic, ...]:
    own = [epic(n, "executive", wait + n / 4, shown=n < shown) for n in range(12)]
    others = [epic(20 + n, "product", 30 + n, shown=n >= bare) for n in range(14)]
    return (*own, *others)


@settings(max_examples=80, deadline=None)
@given(st.lists(UNKNOWN, max_size=5), KNOWN)
def test_it_fires_exactly_where_it_would_whoever_the_unknown_are(
    unknown: list[dict[str, object]], known: tuple[int, int, float]
) -> None:
    now, every = worlds(unknown, [""] * len(unknown), organisation_of(*known))
    assert now.fires == all(w.fires for w in every)
    assert now.interval is not None
    assert now.interval[0] == pytest.approx(min(w.interval[0] for w in every if w.interval))
    assert now.low in {w.low for w in every}
    assert now.high == max(w.low for w in every)


BARE, SHOWN = ({"wait": 1, "shown": shown, "asked": False} for shown in (False, True))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(UNKNOWN, st.sampled_from(["", "o:E-1", "o:E-25", "o:R"])), max_size=5), KNOWN)
@example([(BARE, ""), (BARE, ""), (BARE, ""), (BARE, "o:E-25"), (SHOWN, "")], (1, 5, 4))
def test_it_fires_exactly_where_it_would_where_the_unknown_are_slices_of_others(
    unknown: list[tuple[dict[str, object], str]], known: tuple[int, int, float]
) -> None:
    now, every = worlds([u for u, _ in unknown], [root for _, root in unknown], organisation_of(*known))
    assert now.fires == all(w.fires for w in every)
    assert (now.low, now.high) == (min(w.low for w in every), max(w.low for w in every))
    if now.interval and now.interval[0] > 0:
        assert now.interval[0] == pytest.approx(min(w.interval[0] for w in every if w.interval))


PEOPLE = "".join(
    f'[[people]]\nlogins = ["{login}"]\nrole = "{role}"\n'
    for login, role in (("theboss", "executive"), ("pia", "product"))
)


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    with organisation(tmp_path) as asked:
        yield asked


def opened(key: str, reporter: str, start: float, *labels: str) -> list[Event]:
    words = [("title", "A thing"), ("type", "Epic"), *(("labels", v) for v in labels)]
    return [
        Opened(id=f"{key}:0", item=key, ts=at(0), actor=reporter, val=key),
        Added(id=f"{key}:0.s", item=key, ts=at(0), attr="status", key="1", val="To Do"),
        *(Added(id=f"{key}:0.{n}", item=key, ts=at(0), attr=attr, key=v if attr == "labels" else "", val=v)
          for n, (attr, v) in enumerate(words)),
        move(key, start, "2"),
    ]  # fmt: skip


def log() -> list[list[Event] | Event]:
    own = [opened(f"X-{n}", "theboss", 1) for n in range(9)]
    others = [opened(f"P-{n}", "pia", 6, "origin/research", "evidence/interview") for n in range(12)]
    bare = [opened(f"P-{n}", "pia", 6, "origin/strategy", "customer/acme") for n in range(12, 15)]
    return [*own, *others, *bare]


def test_a_log_shows_it_with_events_and_roles_and_no_name(ask: Ask) -> None:
    late = label("X-0", 3, "evidence/usage")  # after its start
    report = warnings(*ask(*log(), late, people=PEOPLE))
    [found] = [f for f in report.findings if f.detector == "bias/authority-approval"]
    assert isinstance(found, Finding)
    assert found.claim.startswith(
        "9 of 9 started epics (100 %) that executives wanted and no account asked for named no evidence"
    )
    assert found.claim.endswith("started within 1 day of their creation, half of the others' within 6 days.")
    assert [(e.item, e.event, e.role) for e in found.evidence if e.item == "o:X-0"] == [
        ("o:X-0", "X-0:0", "executive"), ("o:X-0", "X-0:s1", ""),
    ]  # fmt: skip
    assert "theboss" not in repr((found.claim, found.question, found.evidence))


@pytest.mark.parametrize("gone", ["people", "evidence/", "customer/"])
def test_without_an_input_a_log_says_nothing(ask: Ask, gone: str) -> None:
    events = [e for some in log() for e in (some if isinstance(some, list) else [some])]
    left = [e for e in events if not str(getattr(e, "val", "")).startswith(gone)]
    report = warnings(*ask(*left, people="" if gone == "people" else PEOPLE))
    [said] = [r for r in (*report.findings, *report.unassessed, *report.holds)
              if r.detector == "bias/authority-approval"]  # fmt: skip
    assert isinstance(said, Unassessed)
