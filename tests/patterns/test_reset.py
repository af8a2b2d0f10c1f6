"""Owners of an intent who begin again upon the same hypothesis. Times are in days."""

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

PATH = builtin() / "bias" / "new-owner-reset.toml"
(RULE,) = load([(PATH, PATH.read_text())])
OWNERS = [{"number": 1, "at": 0}, {"number": 2, "at": 100}, {"number": 3, "at": 300}]
OWN = {"intents": ["search"]}
FIRST = [{"created": 10, "declined": 150}] * 2 + [{"created": 10, "done": 700}] * 3
SECOND = [{"created": 140, "declined": 390}] * 2 + [{"created": 389}] * 2
"""Of five open epics two went with each new owner, and as many were opened."""


def facts(*epics: dict[str, Any], start: float = 0, **mandate: Any) -> Facts:
    some = [{"ref": f"A-{n}", **(OWN | e)} for n, e in enumerate(epics or (*FIRST, *SECOND))]
    of = {"intent": "search", "owners": OWNERS} | mandate
    return msgspec.convert({"start": start, "epics": some, "mandates": [of]}, Facts, dec_hook=spelt)


def one(of: Facts) -> Detected:
    (result,) = detect([RULE], of)
    return result


def found(of: Facts) -> bool | None:
    """Whether it was found; None: nothing can be said."""
    return one(of).found if one(of).seen else None


def test_two_owners_who_replace_two_in_five_are_found() -> None:
    seen = one(facts()).seen
    assert seen is not None
    assert (found(facts()), seen.low, seen.words["shares"]) == (True, 2, "40 %, 40 %")


def changed(place: int, **what: Any) -> Facts:
    epics = [*FIRST, *SECOND]
    epics[place] = {k: v for k, v in (epics[place] | what).items() if v is not None}
    return facts(*epics)


@pytest.mark.parametrize(
    "flip",
    [
        changed(0, declined=191),
        changed(0, declined=100),
        changed(0, declined=None),
        changed(0, done=200),
        changed(0, reopened=200),
        changed(5, declined=391),
        changed(8, created=391),
        changed(8, created=300, declined=None, done=299),
        facts(*FIRST, *SECOND, {"created": 10}),
        facts(reworded=[120]),
        facts(reworded=[300]),
        facts(reworded=[390]),
        facts(owners=OWNERS[:2]),
        facts(start=301),
    ],
    ids=[
        "went-too-late", "went-before", "stayed", "was-done-after-all", "was-taken-up-again",
        "went-too-late-again",
        "came-too-late", "came-before", "one-more-was-open", "another-bet", "another-bet-with-the-owner",
        "another-bet-at-last", "one-owner-less", "before-the-window",
    ],
)  # fmt: skip
def test_one_event_flips_it(flip: Facts) -> None:
    assert found(flip) is False


def test_words_that_changed_at_another_time_do_not_matter() -> None:
    assert found(facts(reworded=[99, 191, 299, 391])) is True


def test_of_two_open_epics_one_is_no_reset() -> None:
    few = [{"created": 10, "declined": 150}, {"created": 10, "done": 700}, {"created": 140, "declined": 390}]
    assert found(facts(*few, {"created": 389})) is False


def test_what_goes_under_the_next_owner_is_theirs() -> None:
    soon = [{"number": 1, "at": 0}, {"number": 2, "at": 100}, {"number": 3, "at": 140}]
    assert found(facts(owners=soon)) is False


def test_an_intent_that_nobody_took_over_has_no_result() -> None:
    assert detect([RULE], facts(owners=OWNERS[:1])) == ()


@pytest.mark.parametrize(
    "unknown",
    [
        facts(owners=[]),
        facts(owners=[OWNERS[0], OWNERS[1] | {"bet": False}, OWNERS[2]]),
        changed(0, intents=[]),
        changed(7, intents=["search", "reach"]),
        facts(*FIRST, *SECOND, {"created": 10, "intents": []}),
    ],
    ids=["owner", "hypothesis", "intent-of-what-went", "intents-of-what-came", "intent-of-what-stayed"],
)  # fmt: skip
def test_what_nobody_knows_is_no_finding_and_no_pass(unknown: Facts) -> None:
    assert found(unknown) is None


def test_an_epic_of_unknown_intent_may_be_the_third_that_makes_it_a_reset() -> None:
    went = [{"created": 10, "declined": 150}] * 2
    second = [{"created": 140, "declined": 390}] * 3 + [{"created": 389}] * 3
    assert found(facts(*went, *second)) is False
    assert found(facts(*went, *second, went[0] | {"intents": []})) is None


EPIC = st.sampled_from([*FIRST[1:3], *SECOND[1:3], {"created": 140}])
SOME = st.lists(st.tuples(EPIC, st.sampled_from(["own", "own", "other", "untold"])), min_size=4, max_size=12)


@given(some=SOME)
def test_what_it_says_holds_whatever_the_untold_intents_are(some: list[tuple[dict[str, Any], str]]) -> None:
    """Against all ways in which epics without an intent may be of it."""
    intents = {"own": ["search"], "other": ["reach"], "untold": []}

    def at(told: list[str]) -> bool | None:
        return found(facts(*({**e, "intents": intents[t]} for (e, _), t in zip(some, told, strict=True))))

    ways = [("own", "other") if t == "untold" else (t,) for _, t in some]
    if sum(len(w) == 2 for w in ways) > 5:
        return
    worlds = {at([*world]) for world in product(*ways)}
    assert at([t for _, t in some]) in ({None} if len(worlds) > 1 else {None, *worlds})


def test_its_sentence_and_rows_say_what_went_and_came() -> None:
    result = one(facts()).seen
    assert result is not None
    assert RULE.claim(result.words) == (
        "search has had 3 owners, one after the other. After 2 of these changes 40 % or more of its open "
        "epics were declined and replaced within 90 days (40 %, 40 %), while the strategy said the same of "
        "it."
    )
    assert [(r.item, r.what) for r in result.rows[:3]] == [
        ("A-5", "opened 40 days after owner 2 took over"), ("A-6", "opened 40 days after owner 2 took over"),
        ("A-0", "declined 50 days after owner 2 took over"),
    ]  # fmt: skip
