"""What the versions of the strategy say of its initiatives, up to the one in force at an instant."""

from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from tests.oracle.shares import Oracle
from tests.oracle.strategy import Version, at_end

Table = dict[str, Any]


class Bets:
    """ "The strategy in force at the end of the window, and versions before it"."""

    def __init__(self, of: Oracle, end: int) -> None:
        known = of.inputs.versions
        now = at_end(known, end, of.world.last)
        self.versions = known[: known.index(now) + 1] if now else []
        self.end = end

    def since(self, version: Version) -> int:
        """When it came into force; one that is in force only after the end, and held against it, at the
        end."""
        return min(version.since, self.end)

    @cached_property
    def names(self) -> list[str]:
        """ "A row for each initiative of the strategy in force at the end of the window, and for each that
        only versions before it had"."""
        newest_first = reversed(self.versions)
        return [*dict.fromkeys(i["id"] for v in newest_first for i in v.said.get("initiatives", []))]

    @staticmethod
    def _in(version: Version, name: str) -> Table | None:
        return next((i for i in version.said.get("initiatives", []) if i["id"] == name), None)

    @staticmethod
    def _lines(version: Version, name: str) -> list[Table]:
        every = version.said.get("limits", {}).get("kill_lines", [])
        return [line for line in every if line["initiative"] == name]

    def having(self, name: str) -> list[Version]:
        """The versions that have an initiative."""
        return [v for v in self.versions if self._in(v, name) is not None]

    def said(self, name: str) -> Table:
        """ "As the last version that has it says it"."""
        found = self._in(self.having(name)[-1], name)
        assert found is not None
        return found

    def lines(self, name: str) -> list[Table]:
        """Its kill lines, by that version."""
        return self._lines(self.having(name)[-1], name)

    def target(self, name: str) -> Fraction | None:
        """The part of those it was built for that should use it, by that version."""
        said = self.having(name)[-1].said.get("limits", {}).get("adoption_target")
        return None if said is None else Fraction(str(said))

    def gone(self, name: str) -> int | None:
        """ "When the first version without it came into force; empty: it is stated"."""
        after = self.versions[self.versions.index(self.having(name)[-1]) + 1 :]
        return self.since(after[0]) if after else None

    def changes(self, name: str) -> list[tuple[int, str]]:
        """ "A version of the strategy that states it, says something else of it or of its kill lines, or
        leaves it out"."""
        found, before = list[tuple[int, str]](), None
        for version in self.versions:
            said = self._in(version, name)
            says = (said, self._lines(version, name)) if said is not None else None
            if says != before:
                kind = "gone" if says is None else "stated" if before is None else "changed"
                found.append((self.since(version), kind))
            before = says
        return found

    @staticmethod
    def _owner(version: Version, intent: str) -> str | None:
        return next((i.get("owner") or None for i in version.intents if i["id"] == intent), None)

    def owner(self, name: str) -> str | None:
        """Who owns its intent."""
        return self._owner(self.having(name)[-1], self.said(name)["intent"])

    def owners(self, name: str) -> list[int]:
        """The days "on which its intent has another owner, be it after a time without one"."""
        intent = self.said(name)["intent"]
        owned = [(self.since(v), o) for v in self.having(name) if (o := self._owner(v, intent))]
        return [at for (_, one), (at, two) in pairwise(owned) if one != two]
