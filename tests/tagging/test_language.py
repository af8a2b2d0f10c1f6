"""What a pattern can match is decided exactly: held against RE2 on every short text."""

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracker_sync.tagging.language import can_match, inside, matches_every_text
from tracker_sync.tagging.rules import compiled

LONG_S = "\N{LATIN SMALL LETTER LONG S}"
LETTERS = f"a \nb{LONG_S}"
"""For each atom and each kind of character that it can take, one of that kind. The b is for `[^a]`; the
long s is for `\\w`: where case does not matter it is an s to RE2, yet no part of a word to `\\b`."""
TEXTS = ["".join(letters) for n in range(6) for letters in product(LETTERS, repeat=n)]
"""As long as a pattern has leaves: none of them asks for more than one letter, taken or beside it."""
LOOKS = ["^", "$", r"\A", r"\z", r"\b", r"\B", "(?m:^)", "(?m:$)"]
ATOMS = ["a", " ", r"\n", ".", "(?s:.)", r"\w", r"\s", "[^a]", r"[\n ]", "(a)", "", *LOOKS]
PATTERNS = st.recursive(
    st.sampled_from(ATOMS),
    lambda own: st.one_of(
        st.tuples(own, own).map("".join),
        st.tuples(own, own).map("|".join).map("(?:{})".format),
        st.tuples(own, st.sampled_from("*+?")).map(lambda p: f"(?:{p[0]}){p[1]}"),
    ),
    max_leaves=5,
)


@settings(deadline=None, max_examples=300)
@given(PATTERNS)
@example(r"a\b\w")
@example(r"[^a]\b\n")
def test_a_pattern_can_match_where_a_short_text_shows_it_and_nowhere_else(pattern: str) -> None:
    found = compiled(pattern)
    assert can_match(pattern) == any(found.search(text) for text in TEXTS)
    assert not matches_every_text(pattern) or all(found.search(text) for text in TEXTS)


TOKENS = [
    *"ab ()[]|*+?^$.-{},", r"\b", r"\B", r"\d", r"\w", r"\s", r"\W", r"\A", r"\z", r"\Q", r"\E", "(?:",
    "(?P<value>", "(?i)", "(?m)", "(?s)", "(?-i:", "(?m-s:", "[^", "[:alpha:]", "{2}", "{0,1}", r"\x20",
    r"\n", r"\pL", r"\012",
]  # fmt: skip


@settings(deadline=None, max_examples=600)
@given(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=9).map("".join))
def test_whatever_re2_reads_is_read_alike(pattern: str) -> None:
    try:
        found = compiled(pattern)
    except ValueError:
        return
    assert can_match(pattern) or not any(found.search(text) for text in TEXTS)


@pytest.mark.parametrize(
    "pattern",
    [
        "a^", "$a", r"a\bb", r"x\B$", r"^\b$", "(?m)a^b", r"a\Ab", r"\zx", r"\n^", "a{2}^", r"(?:a\bb ){3}",
        r"[^\x00-\x{10FFFF}]", r"(?-i)k\bk", r"é\bé", r"\Q^\E\b\Q^\E", r"(?-s:\n)$a", r"[[:digit:]]\b\d",
        r"(?:\b.\b){3}a\ba", r"[\]a]\B$\b", r"(?-i)\w\b\w", r"\W\b\W", r"a\B(?: a|\W)",
    ],
)  # fmt: skip
def test_no_text_matches(pattern: str) -> None:
    assert not can_match(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"k\bk", "k\N{KELVIN SIGN}"), ("(?m)a$\n^b", "a\nb"), (r"\Q^\E", "^"), (r"[]a]\b[]]", "a]"),
        (r"(?i-s:.)\b", "a"), (r"a(?m)$\n(?-m)\z", "a\n"), (r"(?:\b(?s:.)){1000}", "a " * 500),
        ("a{,2}", "a{,2}"),
        (r"\x{1F600}\B\pN", "\N{GRINNING FACE}\N{ROMAN NUMERAL TWO}"), (r"[^\n]\12", "a\n"),
        (r"(?P<a>\))(?<b>[)(])", ")("), (r"\p{Greek}\b", "\N{GREEK SMALL LETTER ALPHA}a"),
        (r"(|a)*b", "b"), (r"\z-(?i)?", ""), (r"a{0}^", ""), (r"a\b\w", f"a{LONG_S}"),
        (r"(?-i)a\b(?i:S)", f"a{LONG_S}"), (r"\w\bk", f"{LONG_S}k"),
    ],
)  # fmt: skip
def test_a_text_matches(pattern: str, text: str) -> None:
    assert compiled(pattern).search(text)
    assert can_match(pattern)


@pytest.mark.parametrize("pattern", [".*", "^", "x*$", "a|", "(?s).*", "(?m)$", "(?:)"])
def test_every_text_matches(pattern: str) -> None:
    assert matches_every_text(pattern)


def test_a_group_is_read_with_the_flags_that_hold_in_it() -> None:
    assert inside(r"^(?:(?-i)x(?P<value>[a-z](?:b)+))|(?P<other>\))", "value") == "(?-i)[a-z](?:b)+"
