"""Accounts in running text: found whole, by their longest name, and not where a name is only a word."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker_sync.mentions import Mentions, folded

ACCOUNTS = Mentions(
    [
        ("Blue Yonder Mills", "Blue Yonder Mills"), ("BYM", "Blue Yonder Mills"), ("Target", "Target"),
        ("acme", "Acme"), ("northwind.example", "Northwind"), ("New York", "New York"),
        ("Yorker Ltd", "Yorker"), ("Ängström", "Ängström"), ("Blue Yonder", "Blue Yonder"), ("Q", "Q"),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Export for Blue-Yonder  Mills, please", "Export for «Blue Yonder Mills», please"),
        ("BYM asks", "«Blue Yonder Mills» asks"),
        ("target the Target group", "target the «Target» group"),
        ("ACME/acme wants", "«Acme»/«Acme» wants"),
        ("from pat@mail.northwind.example:", "from pat@mail.«Northwind»:"),
        ("new yorker ltd", "new «Yorker»"),
        ("İstanbul: «Target», A\u0308ngstro\u0308m!", 'Istanbul: "«Target»", «Ängström»!'),
    ],
)
def test_an_account_is_marked_by_its_longest_name(text: str, marked: str) -> None:
    assert ACCOUNTS.marked(text) == marked


@pytest.mark.parametrize("text", ["", "…", "acmeology", "New Yorkers", "Q: what is our target?", "angstrom"])
def test_what_only_looks_like_a_name_is_none(text: str) -> None:
    assert ACCOUNTS.marked(text) is None


def test_a_mark_that_somebody_chose_needs_no_capital() -> None:
    assert ACCOUNTS.marked("target", any_case=True) == "«Target»"


def test_without_names_nothing_is_found() -> None:
    assert not Mentions([])
    assert Mentions([]).marked("Acme") is None


def slowly(names: dict[str, str], text: str) -> list[str]:
    """The accounts mentioned, word by word."""
    words, found, n = folded(text).split(), [], 0
    while n < len(words):
        fitting = [k for k in names if words[n : n + len(k.split())] == k.split()]
        if fitting:
            longest = max(fitting, key=lambda k: len(k.split()))
            found.append(names[longest])
            n += len(longest.split())
        else:
            n += 1
    return found


@given(st.integers(0, 10_000))
def test_the_matcher_finds_what_looking_word_by_word_finds(seed: int) -> None:
    dice = random.Random(seed)
    word = lambda: "".join(dice.choices("ab", k=dice.randint(1, 3)))  # noqa: E731
    names = {" ".join(word() for _ in range(dice.randint(1, 3))): str(n) for n in range(6)}
    names = {k: v for k, v in names.items() if len(k) > 1}
    text = "".join(word() + dice.choice(" -,._" + string.digits) for _ in range(12))
    marked = Mentions(names.items()).marked(text, any_case=True) or ""
    assert [part.partition("»")[0] for part in marked.split("«")[1:]] == slowly(names, text)
