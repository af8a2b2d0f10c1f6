"""The stated strategy: its versions, which was in force when, and what stood in it."""

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from tests.oracle.days import Calendar
from tests.oracle.story import FOREVER
from tests.oracle.world import words


@dataclass(frozen=True)
class Version:
    """The file as it stood from a time on."""

    since: int
    recorded_at: int | None
    """None: in the file, and not in the log yet."""
    said: dict[str, Any]
    calendar: Calendar

    @property
    def intents(self) -> list[dict[str, Any]]:
        """Its strategic intents."""
        return list(self.said.get("intents", []))

    @property
    def icp(self) -> dict[str, list[str]]:
        """Whom the product is for."""
        return dict(self.said.get("icp", {}))

    def stands(self, part: dict[str, Any], at: int) -> bool:
        """ "An intent or exclusion may carry its own `since`/`until`"."""
        return self.calendar.holds(part.get("since"), part.get("until"), at)

    def intent(self, name: str) -> dict[str, Any] | None:
        """The intent that goes by a name: "by its id or an alias"."""
        for intent in self.intents:
            if words(name) in {words(n) for n in (intent["id"], *intent.get("aliases", []))}:
                return intent
        return None

    def excludes(self, texts: list[str], at: int) -> bool:
        """Whether an exclusion that stood then names one of the texts: "patterns recognise it in titles and
        labels"."""
        return any(
            re.search(p, t, re.IGNORECASE)
            for part in self.said.get("not_doing", [])
            if self.stands(part, at)
            for p in part.get("patterns", [])
            for t in texts
        )


def versions(told: list[tuple[int, str]], newest: str, calendar: Calendar) -> list[Version]:
    """By when each came into force: its `effective` date, else when it was recorded."""
    texts: list[tuple[int | None, str]] = [(at, text) for at, text in told if text]
    if newest and (not texts or texts[-1][1] != newest):
        texts.append((None, newest))
    found = []
    for recorded_at, text in texts:
        said = tomllib.loads(text)
        recorded = FOREVER if recorded_at is None else recorded_at
        since = calendar.midnight(said["effective"]) if "effective" in said else recorded
        found.append(Version(since, recorded_at, said, calendar))
    return sorted(found, key=lambda v: v.since)


def in_force(known: list[Version], at: int) -> Version | None:
    """ "The version whose `effective` date is the latest at or before it"."""
    return next((v for v in reversed(known) if v.since <= at), None)


def at_end(known: list[Version], at: int, last: int) -> Version | None:
    """ "An as-of report uses the strategy in force then"; "where the window reaches the end of what the
    trackers said, the newest counts as being in force". Before the first one, the newest as well."""
    newest = known[-1] if known else None
    return newest if at >= last else in_force(known, at) or newest


def resolve(known: list[Version], name: str) -> str | None:
    """ "Names of intents hold for all time": the id of the intent that any version knows by this name."""
    for version in reversed(known):
        if intent := version.intent(name):
            return str(intent["id"])
    return None
