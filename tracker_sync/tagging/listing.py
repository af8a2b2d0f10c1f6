"""Every rule of a set of rule files, in use or not, and where in its file it stands."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from tracker_sync.tagging.rules import Rule, builtin, read

_HEADER = re.compile(r"\s*\[\[?\s*rule\s*(?:\.\s*([\w.-]+?)\s*)?\]\]?")
_KEY = re.compile(r"\s*([\w-]+)\s*=")


class RuleFile(NamedTuple):
    """A rule file as it was read."""

    path: Path
    text: str
    name: str
    """What messages call it."""


class Listed(Struct, frozen=True):
    """A rule and its place."""

    rule: Rule
    file: RuleFile
    keys: Mapping[str, int] = field(default_factory=dict)
    """The line of each of its keys."""
    tests: tuple[int, ...] = ()
    """The line of each of its tests."""
    disabled: bool = False
    replaced: "Listed | None" = None
    """The rule of the same name that is used instead of this one."""

    @property
    def in_use(self) -> bool:
        """Whether it may tag anything."""
        return self.state == "in use"

    @property
    def state(self) -> str:
        """`in use`, `disabled` or `replaced`."""
        if self.disabled:
            return "disabled"
        return "replaced" if self.replaced else "in use"

    @property
    def is_builtin(self) -> bool:
        """Whether it comes with tracker-sync."""
        return builtin() in self.file.path.parents

    def line(self, key: str = "id") -> int:
        """The line of one of its keys; that of its id, or of its beginning, where the key has none."""
        return self.keys.get(key) or self.keys.get("id") or self.keys.get("", 1)

    def place(self, key: str = "id") -> str:
        """`file:line`."""
        return f"{self.file.name}:{self.line(key)}"

    def test_line(self, number: int) -> int:
        """The line of its n-th test, from 0; that of its id where tests are written in one line."""
        return self.tests[number] if number < len(self.tests) else self.line()


def listing(files: Iterable[RuleFile], disable: Iterable[str] = ()) -> list[Listed]:
    """The rules in the order of the files; of two with one name the later is in use, as
    `tagging.rules.load` has it. Raises ConfigError or RuleError with file and line."""
    off = {d.removeprefix("tags/") for d in disable}
    found = [one for file in files for one in _of_file(file)]
    last = {one.rule.name: one for one in found}
    pairs = [(one, last[one.rule.name]) for one in found]
    return [
        replace(one, disabled=one.rule.name in off, replaced=by if by is not one else None)
        for one, by in pairs
    ]


def in_use(rules: Iterable[Listed]) -> list[Listed]:
    """Those that may tag, in the order in which they are asked: a rule stands where the one stood that it
    replaces."""
    order = {name: n for n, name in enumerate(dict.fromkeys(one.rule.name for one in rules))}
    return sorted((one for one in rules if one.in_use), key=lambda one: order[one.rule.name])


def _of_file(file: RuleFile) -> Iterator[Listed]:
    blocks = _blocks(file.text)
    for n, rule in enumerate(read(file.path, file.text)):
        keys, tests = blocks[n] if n < len(blocks) else ({}, [])
        yield Listed(rule, file, keys, tuple(tests))


def _blocks(text: str) -> list[tuple[dict[str, int], list[int]]]:
    """(line of each key, line of each test) of each rule. A scan of headers and keys, enough to point a
    person at the spot; TOML parsers keep no lines."""
    found: list[tuple[dict[str, int], list[int]]] = []
    table = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = header[1] or ""
            if not table:
                found.append(({"": number}, []))
            elif found and table == "test":
                found[-1][1].append(number)
            elif found:
                found[-1][0].setdefault(table.partition(".")[0], number)
        elif found and table == "" and (key := _KEY.match(line)):
            found[-1][0].setdefault(key[1], number)
    return found
