"""Patterns that are looked for together are found as if each were tried alone."""

import pytest

from tracker_sync.tagging.rules import compiled, load, packs
from tracker_sync.tagging.together import PatternSet, by_attribute

PATTERNS = (
    "^$", ".", "^customer/(?P<value>.+)$", r"(?m)^\W*from\s*:", "école", "straße", "ключ", "(?-i:[A-Z])at",
    "a|", r"\bk\b", r"\d{3}", "x{0,2}y", r"reported\s+by\s+(?:a|an)\s+(?:[\w-]+\s+){0,2}?user",
)  # fmt: skip
TEXTS = (
    "", "\n", "customer/Acme", "Customer/ACME", "> From: pat@example.org", "ÉCOLE", "e\u0301cole",
    "STRASSE Straße", "КЛЮЧ и ключ", "Cat", "cat", "K", "\u212a", "123", "XXY",
    "Reported by an angry young user", "\x00 reported by", "reported by a user " * 2000,
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=[t[:20] or "nothing" for t in TEXTS])
def test_together_they_find_what_each_finds_alone(text: str) -> None:
    alone = {p for p in PATTERNS if compiled(p).search(text)}
    assert PatternSet(PATTERNS).found(text) == alone
    assert PatternSet(PATTERNS).match(text) == bool(alone)


def test_no_patterns_find_nothing() -> None:
    assert not PatternSet(()).match("anything")


def test_what_an_attribute_is_not_asked_for_is_not_found_in_it() -> None:
    sets = by_attribute({"title": ["one"], "body": ["one", "two"], "named.body": ["three"]}, "named.")
    assert sets["title"].found("one two three") == {"one"}
    assert sets["body"].found("one two three") == {"one", "two"}
    assert sets["named.body"].found("one two three") == {"three"}


def test_the_rules_own_examples_are_found_together_as_alone() -> None:
    rules = load(packs((), ["public"]))
    asked = {(a, p.pattern) for r in rules for c in r.clauses for a, many in c for p in many}
    sets = by_attribute({a: [p for b, p in sorted(asked) if b == a] for a, _ in asked}, "named.")
    given = [
        (a, v)
        for r in rules
        for t in r.tests
        for a, vs in t.item.items()
        for v in ([vs] if isinstance(vs, str) else vs)
    ]
    for attr, text in given:
        alone = {p for a, p in asked if a == attr and compiled(p).search(text)}
        assert attr not in sets or sets[attr].found(text) == alone
