"""What `rules test` prints: tests that fail, mistakes, and how many there were."""

import json
from collections.abc import Iterable, Mapping, Sequence

from tracker_sync.render import clean
from tracker_sync.tagging.lint import Finding
from tracker_sync.tagging.listing import Listed
from tracker_sync.tagging.rules import Failure


def failure(one: Listed, failed: Failure) -> str:
    """A test that fails: where it stands, what it gives, what it expects and what came out."""
    return (
        f"{clean(f'{one.file.name}:{one.test_line(failed.number)}: {one.rule.name}')}: this test fails\n"
        f"  given     {item(failed.given)}\n"
        f"  expected  {values(failed.expected)}\n"
        f"  got       {values(failed.got)}\n"
    )


def finding(found: Finding) -> str:
    """One mistake or note, on one line."""
    return clean(f"{found.level}: {found.place}: {found.rule}: {found.text} [{found.id}]")


def summary(rules: int, tests: int, failed: int, found: Sequence[Finding]) -> str:
    """How many rules and tests there were, and what came of them."""
    errors = sum(f.level == "error" for f in found)
    more = f"; {count(errors, 'error')}, {count(len(found) - errors, 'note')}" if found else ""
    return f"{count(rules, 'rule')}, {count(tests, 'test')}, {failed} failed{more}"


def count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def item(given: Mapping[str, str | list[str]]) -> str:
    """The item of a test, as its file writes it."""
    return ", ".join(f"{attr} = {quoted(v)}" for attr, v in given.items())


def values(given: Iterable[str]) -> str:
    """What a rule gives."""
    return ", ".join(map(quoted, given)) or "nothing"


def quoted(value: str | list[str]) -> str:
    """A text, or several, in quotes; nothing in it can steer a terminal."""
    return clean(json.dumps(value, ensure_ascii=False))
