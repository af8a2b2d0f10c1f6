"""The versions of the stated strategy, and which of them was in force when."""

from collections.abc import Iterable, Sequence
from datetime import UTC, timedelta, tzinfo
from pathlib import Path

from msgspec import Struct

from tracker_sync import tomlfile
from tracker_sync.strategy import Excluded, Intent, Strategy, midnight, normal
from tracker_sync.strategy_check import check, check_new, compiled

UNTOLD = 2**62
"""A time after every other, in microseconds."""


class Version(Struct, frozen=True):
    """The strategy as it stood from a time on."""

    since: int
    """In microseconds UTC."""
    recorded_at: int | None
    """When this log learned of it; None: it is in the file but not in the log yet."""
    strategy: Strategy
    zone: tzinfo = UTC
    """Where its days begin."""

    def stands(self, dated: Excluded | Intent, at: int) -> bool:
        """Whether a part of it, by its own `since` and `until` (inclusive), stands at a time."""
        begun = dated.since is None or midnight(dated.since, self.zone) <= at
        return begun and (dated.until is None or at < midnight(dated.until + timedelta(1), self.zone))

    def intent(self, value: str) -> Intent | None:
        """The intent of this version with that id or alias."""
        wanted = normal(value)
        for intent in self.strategy.intents:
            if wanted in (normal(intent.id), *map(normal, intent.aliases)):
                return intent
        return None

    def exclusion(self, texts: Iterable[str], at: int) -> Excluded | None:
        """The opportunity decided against that one of the texts names, if it stood at that time."""
        found = list(texts)
        for excluded in self.strategy.not_doing:
            if self.stands(excluded, at) and any(
                compiled(p).search(t) for p in excluded.patterns for t in found
            ):
                return excluded
        return None


class Strategies(Struct, frozen=True):
    """Every known version, by when each came into force."""

    versions: tuple[Version, ...] = ()

    def at(self, ts: int) -> Version | None:
        """The version in force: the one whose time is the latest at or before `ts`."""
        held = [v for v in self.versions if v.since <= ts]
        return held[-1] if held else None

    def as_of(self, ts: int, last_ts: int) -> Version | None:
        """The version that a look at a moment holds work against: the one in force then. The newest, where
        the trackers said nothing after that moment (a strategy written since then is in force now), and
        where none was in force yet."""
        return self.latest if ts >= last_ts else self.at(ts) or self.latest

    def excluding(self, texts: Sequence[str]) -> tuple[str, ...]:
        """What the texts name of all that any version decided against, standing or not: `VERSION/ID`, by the
        version's place among all."""
        return tuple(
            f"{n}/{excluded.id}"
            for n, version in enumerate(self.versions)
            for excluded in version.strategy.not_doing
            if any(compiled(p).search(t) for p in excluded.patterns for t in texts)
        )

    @property
    def latest(self) -> Version | None:
        """The newest version."""
        return self.versions[-1] if self.versions else None

    @property
    def as_recorded(self) -> list[Version]:
        """Every version in the order in which it became known; last one that only the file has."""
        return sorted(self.versions, key=lambda v: UNTOLD if v.recorded_at is None else v.recorded_at)

    def resolve(self, value: str) -> str | None:
        """The id of the intent that any version knows by this id or alias; newest version first."""
        for version in reversed(self.versions):
            if intent := version.intent(value):
                return intent.id
        return None


def versions(stated: Iterable[tuple[int, str]], newest: str, path: Path, zone: tzinfo = UTC) -> Strategies:
    """All versions: those that the log holds, each (recorded at, text), and the newest text where it says
    something else and the log could not be told yet: it comes into force after all that there is, unless
    it says since when. No text is no version: the one before it stays. Raises ConfigError with file and line.
    """
    texts: list[tuple[int | None, str]] = [told for told in stated if told[1]]
    if newest and (not texts or texts[-1][1] != newest):
        texts.append((None, newest))
    found = []
    for recorded_at, text in texts:
        looked = check_new if recorded_at is None else check
        strategy = looked(tomlfile.parse(text, Strategy, path), text, path)
        since = _since(strategy, UNTOLD if recorded_at is None else recorded_at, zone)
        found.append(Version(since, recorded_at, strategy, zone))
    return Strategies(tuple(sorted(found, key=lambda v: v.since)))


def _since(strategy: Strategy, recorded_at: int, zone: tzinfo) -> int:
    return recorded_at if strategy.effective is None else midnight(strategy.effective, zone)
