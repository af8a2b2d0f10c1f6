"""A named part of a pattern means what it says wherever it stands."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from tracker_sync.tagging.parts import PartError, Parts
from tracker_sync.tagging.rules import builtin, compiled, packs, read, unused_parts

PARTS = Parts(
    {
        "customers": ["customers?", "clients?"],
        "asked": r"asked\b",
        "either": "some|many",
        "any_case_off": "(?-i)Acme",
        "both": "{either} {customers}",
        "brace": r"[(|{]\)",
    }
)


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("^{customers} {asked}$", r"^(?:customers?|clients?) asked\b$"),
        ("{either}x", "(?:some|many)x"),
        ("{any_case_off}x", "(?:(?-i)Acme)x"),
        ("{both}", "(?:some|many) (?:customers?|clients?)"),
        ("{both}?", "(?:(?:some|many) (?:customers?|clients?))?"),
        ("{customers}{0,2}?", "(?:customers?|clients?){0,2}?"),
        ("{asked}{0,2}", r"(?:asked\b){0,2}"),
        ("{asked}{customers}", r"asked\b(?:customers?|clients?)"),
        ("{brace}", r"[(|{]\)"),
    ],
)
def test_a_part_stands_as_a_whole_where_it_is_named(written: str, spelt: str) -> None:
    assert PARTS.spelt(written).pattern == spelt


@pytest.mark.parametrize(
    "written",
    [r"\{asked}", "[{asked}]", r"[^]\]{asked}]", r"\Q{asked}\E", r"\x{2019}\p{Greek}\pL", "a{2}b{1,3}c{0,}",
     "{Asked}", "{}", "{asked", r"[[:alpha:]{asked}]", "[a", "\\"],
)  # fmt: skip
def test_braces_that_name_no_part_stay(written: str) -> None:
    assert PARTS.spelt(written).pattern == written


def test_without_parts_a_word_in_braces_is_what_it_was() -> None:
    assert Parts({}).spelt("{asked}").pattern == "{asked}"
    assert re2.search("{asked}", "{asked}")


def test_a_pattern_knows_its_parts_and_theirs() -> None:
    assert PARTS.spelt("{both}").parts == {"both", "either", "customers"}
    assert PARTS.spelt("asked").parts == set()


@given(
    st.lists(st.sampled_from([*(f"{{{n}}}" for n in PARTS.written), "a", "|", "(?:b", ")", "x{2}", "?", " "]))
)
def test_a_part_is_as_good_as_a_group_of_its_own(pieces: list[str]) -> None:
    written = "".join(pieces)
    grouped = written
    for name in PARTS.written:
        text = PARTS.spelt(f"{{{name}}}").pattern
        grouped = grouped.replace(f"{{{name}}}", f"(?:{text})")
    text = "some clients asked many customers (b) axx Acme"
    try:
        wanted = [m.span() for m in re2.finditer(grouped, text)]
    except re2.error:
        return
    assert [m.span() for m in re2.finditer(PARTS.spelt(written).pattern, text)] == wanted


@pytest.mark.parametrize(
    ("parts", "name", "says"),
    [
        ({"Asked": "asked"}, "Asked", "has lower-case letters and _ alone"),
        ({"asked": "{told}", "told": "told"}, "asked", "{told} does not stand above it"),
        ({"asked": "{asked}"}, "asked", "{asked} does not stand above it"),
        ({"told": "told", "asked": "{tolt}"}, "asked", "did you mean {told}?"),
        ({"asked": []}, "asked", "lists no pattern; add one"),
        ({"asked": ["asked", "{both}"]}, "asked", "no part {both} in this file; the parts are: asked"),
    ],
)  # fmt: skip
def test_a_part_that_is_none_is_told_by_its_name(
    parts: dict[str, str | list[str]], name: str, says: str
) -> None:
    with pytest.raises(PartError) as caught:
        Parts(parts)
    assert caught.value.part == name
    assert says in str(caught.value)


def test_a_part_that_is_no_pattern_shows_as_it_is_written() -> None:
    with pytest.raises(PartError, match=r"part 'b': '\{a\}\(' is not a pattern: missing \)"):
        Parts({"a": "long", "b": "{a}("}).check(compiled)


def test_the_parts_that_come_with_tracker_sync_are_patterns_that_are_used() -> None:
    further = [p.name for p in builtin().glob("packs/*")]
    files = packs(further=further)
    assert [found for path, text in files for found in unused_parts(path, text)] == []
    assert any(rule.parts for path, text in files for rule in read(path, text))


def test_no_line_of_a_rule_that_comes_with_tracker_sync_is_longer_than_a_person_reads() -> None:
    further = [p.name for p in builtin().glob("packs/*")]
    lines = [line for _, text in packs(further=further) for line in text.splitlines()]
    assert [line for line in lines if len(line) > 200 and not line.startswith(("item =", "why ="))] == []
