"""The account that has most of the effort: held against its weight, and against what nobody knows."""

from fractions import Fraction
from itertools import product

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracker_sync.patterns.facts import DAY, Account, Asked, Epic, Facts, Moment, Work
from tracker_sync.patterns.measure import Seen, Silent
from tracker_sync.patterns.measures.loudest import When, loudest_account

WHEN = When(times=3, below=3, at_least=10)
PAYING = (Account(name="Small", arr=20), Account(name="Large", arr=980))
change = msgspec.structs.replace


def works(*accounts: str, effort: int = 4) -> tuple[Work, ...]:
    """An item for each, by the accounts that asked, as `Small+Large`; '-': nobody did, '?': nobody said."""
    return tuple(
        Work(
            ref=f"o:W-{n}", effort=effort, nobody=one == "-",
            accounts=() if one in "-?" else tuple(one.split("+")),
        )
        for n, one in enumerate(accounts)
    )  # fmt: skip


def look(*asked: str, accounts: tuple[Account, ...] = PAYING) -> Seen | Silent:
    [one] = loudest_account(Facts(works=works(*asked), accounts=accounts), WHEN)
    return one


def test_an_item_that_two_asked_for_is_half_of_each() -> None:
    one = look(*["Small"] * 10, *["Small+Large"] * 4)
    assert isinstance(one, Seen)
    assert (one.subject, one.low, one.limit) == ("Small", Fraction(12, 14), Fraction(6, 100))


def test_the_account_furthest_above_its_weight_is_looked_at_not_the_largest() -> None:
    one = look(*["Large"] * 12, *["Small"] * 8)
    assert isinstance(one, Seen)
    assert (one.subject, one.fires) == ("Small", True)


def test_where_none_is_above_it_the_largest_is_told() -> None:
    one = look(*["Large"] * 20)
    assert isinstance(one, Seen)
    assert (one.subject, one.fires) == ("Large", False)


def test_flipping_who_asked_flips_the_finding() -> None:
    many = [Account(name=f"A{n}", arr=100) for n in range(9)]
    accounts = (*PAYING, *many)
    base = [*["Small"] * 12, *(a.name for a in many), "Large"]
    loud, quiet = look(*base, "Small", accounts=accounts), look(*base, "Large", accounts=accounts)
    assert isinstance(loud, Seen)
    assert isinstance(quiet, Seen)
    assert (loud.fires, quiet.fires, quiet.p) == (True, False, 1.0)


def test_a_prospect_that_pays_nothing_weighs_as_one_of_the_icp() -> None:
    accounts = (
        Account(name="Small", arr=0),
        Account(name="Large", arr=980, icp=True),
        Account(name="B", icp=True),
    )
    one = look(*["Small"] * 20, accounts=accounts)
    assert isinstance(one, Seen)
    assert one.limit == Fraction(3, 2)


@pytest.mark.parametrize(
    "accounts",
    [
        (Account(name="Small"), PAYING[1]),
        (PAYING[1],),
        (Account(name="Small"), Account(name="Large", icp=False)),
    ],
    ids=["its-arr-is-not-stated", "it-is-in-no-file", "nobody-is-known-to-be-in-the-icp"],
)
def test_an_account_of_unknown_weight_is_not_assessed(accounts: tuple[Account, ...]) -> None:
    one = look(*["Small"] * 16, *["Large"] * 4, accounts=accounts)
    assert one == Silent("the ARR of Small in customers.csv, or which accounts are in the ICP", "Small")


def test_a_design_partner_is_left_alone_and_makes_no_other_account_loud() -> None:
    partner = Account(name="Partner", arr=10, partner=True)
    asked = [*["Partner"] * 30, *["Small"] * 8]
    silent, other = loudest_account(Facts(works=works(*asked), accounts=(*PAYING, partner)), WHEN)
    assert silent == Silent("nothing: it is silent about a declared design partner", "Partner")
    assert isinstance(other, Seen)
    assert (other.subject, other.fires) == ("Small", False)
    [ended] = loudest_account(
        Facts(works=works(*asked), accounts=(*PAYING, change(partner, partner=False))), WHEN
    )
    assert isinstance(ended, Seen)
    assert (ended.subject, ended.fires) == ("Partner", True)


@settings(max_examples=15, deadline=None)
@given(st.integers(9, 16), st.integers(0, 6), st.integers(0, 3))
def test_whoever_asked_for_what_nobody_said_a_finding_stays_one(small: int, large: int, open_: int) -> None:
    base = [*["Small"] * small, *["Large"] * large]
    known = look(*base, *["?"] * open_)
    every = [look(*base, *world) for world in product(["Small", "Large", "New", "-"], repeat=open_)]
    if isinstance(known, Silent):
        return
    seen = [w for w in every if isinstance(w, Seen)]
    assert known.low == min(w.low for w in seen if w.subject == "Small")
    assert known.high == max(w.low for w in seen if w.subject == "Small")
    assert not known.fires or all(w.fires for w in seen)


OPEN = st.lists(st.tuples(st.integers(0, 11), st.sampled_from([1, 4, 12])), max_size=3)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([2, 4, 12]), min_size=10, max_size=12), OPEN)
@example([4] * 10, [(0, 12)])
def test_whoever_asked_for_slices_of_which_nobody_said_so_a_finding_stays_one(
    efforts: list[int], open_: list[tuple[int, int]]
) -> None:
    """Against all worlds: more of one root may leave fewer that stand by themselves."""
    base = [
        Work(ref=f"o:W-{n}", root=f"o:R-{n}", effort=effort, accounts=("Large" if n == 9 else "Small",))
        for n, effort in enumerate(efforts)
    ]

    def at(*asked: str) -> Seen | Silent:
        more = [
            change(w, ref=f"o:V-{n}", root=f"o:R-{root}", effort=effort)
            for n, (w, (root, effort)) in enumerate(zip(works(*asked), open_, strict=True))
        ]
        [one] = loudest_account(Facts(works=(*base, *more), accounts=PAYING), WHEN)
        return one

    known = at(*["?"] * len(open_))
    every = [at(*world) for world in product(["Small", "Large", "Small+Large", "-"], repeat=len(open_))]
    fires = isinstance(known, Seen) and known.fires
    assert not fires or all(isinstance(w, Seen) and w.fires for w in every)


def test_without_any_word_on_who_asked_for_much_it_is_no_pass() -> None:
    assert look(*["Small"] * 16, *["?"] * 40) == Silent(
        "who asked for 40 items of which nobody said so", "Small"
    )


def test_slices_of_few_epics_say_nothing() -> None:
    slices = tuple(change(w, root=f"o:R-{n % 7}") for n, w in enumerate(works(*["Small"] * 30)))
    [said] = loudest_account(Facts(works=slices, accounts=PAYING), WHEN)
    assert isinstance(said, Silent)


def test_rows_are_its_requests_the_newest_first_with_event_and_role() -> None:
    def asked(n: int, day: float) -> Epic:
        at = Moment(round(day * DAY), f"e{day}", "sales")
        return Epic(ref=f"o:W-{n}", asked=(Asked(account="Small", at=at),))

    facts = Facts(works=works(*["Small"] * 12), accounts=PAYING, epics=(asked(0, 10), asked(1, 700)))
    [one] = loudest_account(facts, WHEN)
    assert isinstance(one, Seen)
    assert [(r.item, r.moment and r.moment.event, r.moment and r.moment.role) for r in one.rows] == [
        ("o:W-1", "e700", "sales"), ("o:W-0", "e10", "sales"),
    ]  # fmt: skip
    assert one.words["newest"] == "its newest request is 30 days old"
