"""The hand labels are of items that there are, and of two halves that are alike."""

from collections import Counter
from pathlib import Path

import pytest
from bench_labels import QUESTIONS, judged, labels, score
from recorded import duraspace_issues, hub4j_issues, needs_recorded, secp256k1_issues

MEASURED = Path(__file__).parents[1] / "docs" / "rules-measured.md"


def test_more_than_200_items_are_labelled_each_once_and_for_a_reason() -> None:
    found = labels()
    assert len({(one["tracker"], one["key"]) for one in found}) == len(found)
    assert sum(one["customer"] in ("yes", "no") for one in found) > 200
    assert {one["intent"] for one in found} == {"yes", "no"}
    assert [one for one in found if one["customer"] != "no" and not one["why"]] == []


def test_both_halves_have_as_many_of_each_label() -> None:
    dealt = (one for one in labels() if one["drawn"] != "third")
    first = ((one, *one["readers"].split(), one["customer"]) for one in dealt)
    counts = Counter((one["half"], one["tracker"], said) for one, said, *_ in first)
    assert {half for half, *_ in counts} == {"tune", "hold"}
    assert [
        c
        for (half, *what), c in counts.items()
        if abs(c - counts["tune" if half == "hold" else "hold", *what]) > 1
    ] == []


def test_what_is_measured_by_was_read_by_three_of_whom_two_agree() -> None:
    for one in labels():
        said = Counter(one["readers"].split())
        [(label, agree)] = said.most_common(1) or [(one["customer"], 0)]
        assert said.total() == (3 if one["half"] == "hold" else 0)
        assert one["customer"] == (label if agree != 1 else "unsure")


@needs_recorded
def test_every_labelled_item_is_in_its_recording() -> None:
    there = {
        "duraspace": {i["key"] for i in duraspace_issues()},
        "secp256k1": {str(i["issue"]["number"]) for i in secp256k1_issues()},
        "hub4j": set(hub4j_issues()),
    }
    assert [one for one in labels() if one["key"] not in there[one["tracker"]]] == []


@needs_recorded
@pytest.mark.slow
def test_the_documentation_says_what_is_measured() -> None:
    found = judged()
    for question in QUESTIONS:
        for half in ("tune", "hold"):
            s = score(found, half, question)
            row = [half, s.hits, s.missed, s.false_alarms, s.rightly_silent]
            told = f"| {' | '.join(map(str, row))} | {s.precision:.3f} | {s.recall:.3f} |"
            assert told in MEASURED.read_text()
