"""The stated strategy: its shape, its versions, and which of them was in force when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import re2

from tracker_sync import tomlfile
from tracker_sync.errors import ConfigError
from tracker_sync.events import MICROSECOND


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file: a key it does not know is an error, not a silent typo."""


class Statement(_Table, frozen=True):
    """`[vision]` and `[mission]`."""

    text: str


class Market(_Table, frozen=True):
    """`[market]`."""

    kind: str = "b2b"
    stage: str = ""
    regulated: bool = False
    new_category: bool = False


class Icp(_Table, frozen=True):
    """`[icp]`: whom the product is for; an empty list sets no limit."""

    segments: list[str] = []
    industries: list[str] = []
    geographies: list[str] = []
    sizes: list[str] = []
    personas: list[str] = []
    buyer: str = ""
    user: str = ""


class Excluded(_Table, frozen=True):
    """`[[not_doing]]`: an opportunity decided against; `patterns` recognise it in titles and labels."""

    id: str
    why: str
    patterns: list[str] = []
    since: date | None = None
    until: date | None = None


class Watched(_Table, frozen=True):
    """`[[watching]]`: an adjacent opportunity that is not decided yet."""

    id: str
    why: str = ""


class Goals(_Table, frozen=True):
    """`[goals]`."""

    north_star: str = ""
    leading: list[str] = []


class Hypothesis(_Table, frozen=True):
    """What an intent bets on, how it would show, and until when it may."""

    text: str
    metric: str = ""
    expires: date | None = None


class Intent(_Table, frozen=True):
    """`[[intents]]`: a strategic intent, the unit that work is held against."""

    id: str
    mission: str
    owner: str = ""
    target: float | None = None
    """Share of the effort that it should get, 0 to 1."""
    hypothesis: Hypothesis | None = None
    buyer_outcome: str = ""
    levers: list[str] = []
    aliases: list[str] = []
    """What trackers call it: field values, labels, epics."""
    since: date | None = None
    until: date | None = None


class Initiative(_Table, frozen=True):
    """`[[initiatives]]`: a hypothesis under an intent, and the epics that carry it."""

    id: str
    intent: str
    text: str = ""
    epics: list[str] = []


class Principle(_Table, frozen=True):
    """`[[principles]]`."""

    id: str
    statement: str


class Vocabulary(_Table, frozen=True):
    """`[vocabulary]`: precise words for the people served, and the vague ones to avoid."""

    words: list[str] = []
    avoid: tuple[str, ...] = ("customer", "customers", "user", "users")


class Limits(_Table, frozen=True):
    """`[limits]`: where a figure becomes a finding."""

    active_intents: int | None = None
    sales_led_share: float | None = None
    single_customer_share: float | None = None
    adoption_target: float | None = None


class Strategy(_Table, frozen=True):
    """`strategy.toml`."""

    effective: date | None = None
    """From when this version holds; without it, from when it was first recorded."""
    vision: Statement | None = None
    mission: Statement | None = None
    market: Market = Market()
    icp: Icp = Icp()
    not_doing: list[Excluded] = []
    watching: list[Watched] = []
    goals: Goals = Goals()
    intents: list[Intent] = []
    initiatives: list[Initiative] = []
    principles: list[Principle] = []
    kpi_tree: list[dict[str, str]] = []
    vocabulary: Vocabulary = Vocabulary()
    limits: Limits = Limits()


UNTOLD = 2**62
"""A time after every other, in microseconds."""


@dataclass(frozen=True, slots=True)
class Version:
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
                _compiled(p).search(t) for p in excluded.patterns for t in found
            ):
                return excluded
        return None


@dataclass(frozen=True, slots=True)
class Strategies:
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

    @property
    def latest(self) -> Version | None:
        """The newest version."""
        return self.versions[-1] if self.versions else None

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
        strategy = check(tomlfile.parse(text, Strategy, path), text, path)
        since = _since(strategy, UNTOLD if recorded_at is None else recorded_at, zone)
        found.append(Version(since, recorded_at, strategy, zone))
    return Strategies(tuple(sorted(found, key=lambda v: v.since)))


def check(strategy: Strategy, text: str, path: Path) -> Strategy:
    """The strategy, if it holds together. Raises ConfigError with file and line."""
    ids = [i.id for i in strategy.intents]
    for n, intent in enumerate(strategy.intents):
        line = tomlfile.line_of(text, f"$.intents[{n}]")
        if intent.id in ids[:n]:
            raise ConfigError(f"two intents are called {intent.id!r}", path, line)
        if intent.target is not None and not 0 <= intent.target <= 1:
            at = tomlfile.line_of(text, f"$.intents[{n}].target")
            raise ConfigError(f"intents: target {intent.target} is not a share from 0 to 1", path, at)
    for n, excluded in enumerate(strategy.not_doing):
        for pattern in excluded.patterns:
            try:
                _compiled(pattern)
            except re2.error as e:
                line = tomlfile.line_of(text, f"$.not_doing[{n}].patterns")
                raise ConfigError(
                    f"not_doing: {pattern!r} is not a pattern: {_said(e)}", path, line
                ) from None
    for n, initiative in enumerate(strategy.initiatives):
        if initiative.intent not in ids:
            line = tomlfile.line_of(text, f"$.initiatives[{n}].intent")
            raise ConfigError(f"initiatives: there is no intent {initiative.intent!r}", path, line)
    return strategy


def midnight(day: date, zone: tzinfo = UTC) -> int:
    """The start of a day of the configured time zone, in microseconds UTC."""
    return int(datetime.combine(day, time(), zone).timestamp()) * MICROSECOND


@lru_cache(maxsize=10_000)
def normal(value: str) -> str:
    """A name as it is compared: case, spaces and dashes do not matter."""
    return "-".join("".join(c if c.isalnum() else " " for c in value.casefold()).split())


def _since(strategy: Strategy, recorded_at: int, zone: tzinfo) -> int:
    return recorded_at if strategy.effective is None else midnight(strategy.effective, zone)


@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(pattern, options)


def _said(error: Exception) -> str:
    said = error.args[0] if error.args else error
    return said.decode() if isinstance(said, bytes) else str(said)
