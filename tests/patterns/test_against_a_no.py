"""Work against a no: one decision, one finding; without what tells of news, nothing new is not known."""

import msgspec
import pytest

from tracker_sync.patterns.facts import DAY, INPUTS, Breach, Epic, Facts, Moment, Sign
from tracker_sync.patterns.measure import Seen, Silent
from tracker_sync.patterns.measures.said_no import When, against_a_no

LABEL, TITLE = When(by="label", told=0.7), When(by="title")


def day(n: float) -> Moment:
    return Moment(round(n * DAY), f"e{n:g}", "executive")


SIGN = Sign(kind="interview", at=day(1))
EPICS = tuple(Epic(ref=f"o:E-{n}", started=day(30), evidence=(SIGN,)) for n in range(4))
NAMED = Breach(ref="o:E-0", exclusion="payroll", at=day(30))
BACK = Breach(ref="o:E-1", declined=day(10), at=day(22))


def looked(*breaches: Breach, when: When = LABEL, **more: object) -> dict[str, Seen | Silent]:
    facts = msgspec.structs.replace(Facts(epics=EPICS, breaches=breaches), **more)
    found = [*against_a_no(facts, when)]
    assert len(found) == len({one.subject for one in found})
    return {one.subject: one for one in found}


def fires(found: dict[str, Seen | Silent]) -> set[str]:
    return {ref for ref, one in found.items() if isinstance(one, Seen) and one.fires}


def test_each_item_against_a_no_is_a_finding_and_the_others_are_none() -> None:
    found = looked(NAMED, BACK)
    assert fires(found) == {"o:E-0", "o:E-1"}
    assert {*found} == {e.ref for e in EPICS}


@pytest.mark.parametrize(
    ("less", "left"),
    [
        ([BACK], {"o:E-1"}),
        ([NAMED], {"o:E-0"}),
        ([NAMED, msgspec.structs.replace(BACK, evidence=True)], {"o:E-0"}),
        ([msgspec.structs.replace(NAMED, at=day(800)), BACK], {"o:E-1"}),
        ([msgspec.structs.replace(NAMED, named=False), BACK], {"o:E-1"}),
    ],
)
def test_one_event_less_is_one_finding_less(less: list[Breach], left: set[str]) -> None:
    assert fires(looked(*less)) == left


def test_a_word_of_a_title_alone_is_the_other_rules() -> None:
    perhaps = msgspec.structs.replace(NAMED, named=False)
    assert fires(looked(perhaps, BACK, when=TITLE)) == {"o:E-0"}
    assert fires(looked(NAMED, BACK, when=TITLE)) == set()


def test_two_decisions_against_one_item_are_one_finding() -> None:
    found = looked(NAMED, msgspec.structs.replace(NAMED, exclusion="water"))["o:E-0"]
    assert isinstance(found, Seen)
    assert (found.low, found.words["happened"]) == (
        2, "was started although the strategy had decided against it (payroll, water)",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["evidence", "accounts", "customers"])
def test_nothing_new_is_not_known_where_news_are_not_written_down(name: str) -> None:
    found = looked(NAMED, BACK, missing={name: INPUTS[name]})
    assert fires(found) == {"o:E-0"}
    assert found["o:E-1"] == Silent(INPUTS[name], "o:E-1")


@pytest.mark.parametrize(("bare", "known"), [(1, True), (2, False)])
def test_nothing_new_is_believed_where_seven_in_ten_epics_name_evidence(bare: int, known: bool) -> None:
    """Three of four, and two of four; that an account asked is no evidence."""
    asked = (Sign(kind="asked", at=day(1)),)
    epics = tuple(msgspec.structs.replace(e, evidence=asked) if n < bare else e for n, e in enumerate(EPICS))
    found = looked(NAMED, BACK, epics=epics)
    assert fires(found) == ({"o:E-0", "o:E-1"} if known else {"o:E-0"})
    if not known:
        assert found["o:E-1"] == Silent("evidence of more epics: of 4 started ones 2 name any", "o:E-1")


@pytest.mark.parametrize("name", ["strategy", "exclusions"])
def test_without_anything_decided_against_no_item_passes(name: str) -> None:
    found = looked(BACK, missing={name: INPUTS[name]})
    assert fires(found) == {"o:E-1"}
    assert {ref for ref, one in found.items() if isinstance(one, Silent)} == {""}
    assert {*found} == {"o:E-1", ""}


def test_the_rows_tell_what_came_first_and_whose_role_took_it_up() -> None:
    found = looked(BACK)["o:E-1"]
    assert isinstance(found, Seen)
    told = [(r.what, r.moment.event, r.moment.role) for r in found.rows if r.moment]
    assert told == [
        ("declined", "e10", "executive"),
        ("taken up again without new evidence, or an account that had not asked", "e22", "executive"),
    ]
    assert found.words["happened"] == "was declined, and taken up again 12 days later without anything new"
