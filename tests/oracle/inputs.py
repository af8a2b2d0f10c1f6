"""What judgement rests on beside the trackers' facts, as the log was told or as the files say it now."""

import csv
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import StringIO

from tests.oracle.customers import Customers, Row
from tests.oracle.days import Calendar
from tests.oracle.rules import Rule, in_order
from tests.oracle.story import Said
from tests.oracle.strategy import Version, versions

Text = Mapping[str, str]


@dataclass(frozen=True)
class Person:
    """Somebody of people.toml."""

    name: str
    """One for all accounts."""
    role: str
    team: str


class Inputs:
    """ "Inputs are told to the log when they change. With `--known-at` the log alone decides. What it had
    not been told by then is taken as its file says it now; only a strategy is not in force before it was
    told"."""

    def __init__(self, story: list[Said], files: Text, *, past: bool) -> None:
        """`files`: what the files say now; `past`: whether the log alone decides."""
        told = [s for s in story if s.kind == "stated"]
        self.past = past
        self.told = {s.attr: s.val or "" for s in told}
        """What the log was told last, by name."""
        self.held = dict(files)
        if past:
            self.held |= self.told
        self._strategies = [(s.rec_ts, s.val or "") for s in told if s.attr == "strategy"]
        self._newest = "" if past else files.get("strategy", "")

    def side(self, name: str) -> str:
        """A side input: "at a past time the log alone says what they were: one that came later was missing
        then"."""
        return self.told.get(name, "") if self.past else self.held.get(name, "")

    @cached_property
    def settings(self) -> dict[str, dict[str, dict[str, str]]]:
        """What of the configuration decides figures."""
        return json.loads(self.held["settings"])  # type: ignore[no-any-return]

    @cached_property
    def calendar(self) -> Calendar:
        """What a day is."""
        said: dict[str, object] = dict(self.settings["calendar"])
        return Calendar(str(said["timezone"]), tuple(said["working_days"]))  # type: ignore[arg-type]

    def field(self, source: str, role: str) -> str | None:
        """What a source calls the field of a role."""
        return self.settings["fields"].get(source, {}).get(role)

    def rows(self, side: str) -> list[Row]:
        """ "The first line names the columns, in any order and in upper or lower case; `_` is read as a
        space. Empty rows are skipped. Spaces around a cell do not count"."""
        first, *rest = [*csv.reader(StringIO(self.side(side).removeprefix("\ufeff"))), []]
        names = [" ".join(name.casefold().replace("_", " ").split()) for name in first]
        stripped = ([cell.strip() for cell in row] for row in rest)
        return [dict(zip(names, row, strict=True)) for row in stripped if any(row)]

    @cached_property
    def customers(self) -> Customers:
        """The accounts."""
        tools: list[str] = self.settings.get("not_in_texts", [])  # type: ignore[assignment]
        return Customers(self.held.get("customers", ""), self.calendar, tools)

    @cached_property
    def versions(self) -> list[Version]:
        """Every version of the strategy that is known."""
        return versions(self._strategies, self._newest, self.calendar)

    @cached_property
    def people(self) -> dict[str, Person]:
        """By login."""
        found = {}
        for p in tomllib.loads(self.held.get("people", "")).get("people", []):
            for login in p["logins"]:
                found[login] = Person(p["logins"][0], p["role"], p.get("team", ""))
        return found

    @cached_property
    def rules(self) -> list[Rule]:
        """The tag rules in use, in their order."""
        off: list[str] = self.settings.get("disable", [])  # type: ignore[assignment]
        return in_order(json.loads(self.held["rules"]), {d.removeprefix("tags/") for d in off})
