"""The contract of a source: a tracker, read page by page as events."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from tracker_sync.config import Config, GithubConfig, JiraConfig, SourceConfig
from tracker_sync.errors import Missing
from tracker_sync.events import Added, Event, Named, Opened, canonical, validate
from tracker_sync.log import Skipped
from tracker_sync.state import State, rewind, values_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the tracker shows of an item now."""

    state: State
    at: int
    """The tracker's own time of the item's last change, in microseconds UTC."""
    hidden: frozenset[str] = frozenset()
    """Attributes that this answer did not carry, so that nothing follows from their absence."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many items were read so far, and of how many where the tracker says so."""

    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """One page of a tracker, complete in itself: committed together with its cursor."""

    events: tuple[Event, ...]
    present: Mapping[str, Seen]
    """By item: the state that its events should fold to. What they do not explain is an edit the
    tracker did not log, which the sync records as an observation."""
    skipped: tuple[Skipped, ...]
    cursor: str
    progress: Progress


class Source(Protocol):
    """A tracker to read."""

    name: str

    def pull(self, cursor: str | None) -> Iterator[Batch]:
        """What changed since the cursor (None: everything), oldest change first.

        Raises NotAllowed or Unavailable; batches already yielded stay good.
        """


@dataclass(frozen=True, slots=True)
class ItemRead:
    """One item of a page, read whole."""

    item: str
    key: str
    opened_at: int
    reporter: str | None
    present: Seen
    history: list[Event]
    """In order of time."""
    names: list[Named] = field(default_factory=list)


def open_source(config: SourceConfig, credentials: Mapping[str, str]) -> Source:
    """The source that a `[[sources]]` table describes; its library is imported only now."""
    from tracker_sync.config import credentials_for

    user, token = credentials_for(config, credentials)
    match config:
        case JiraConfig():
            from tracker_sync.sources.jira import JiraSource

            return JiraSource(config, user, token)
        case GithubConfig():
            from tracker_sync.sources.github import GithubSource

            return GithubSource(config, token)


def collect(
    raws: Iterable[dict[str, Any]],
    read: Callable[[dict[str, Any]], ItemRead],
    cursor: str,
    progress: Progress,
) -> Batch:
    """A page's records as one batch; a record that cannot be understood is set aside raw."""
    events: list[Event] = []
    present: dict[str, Seen] = {}
    skipped: list[Skipped] = []
    told: set[str] = set()
    for raw in raws:
        try:
            one = read(raw)
            names = {n.id: n for n in one.names if n.id not in told}
            events += validate([*names.values(), *opening(one), *one.history])
            told |= names.keys()
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, Missing) as e:
            skipped.append(Skipped(_label(raw), _reason(e), json.dumps(raw, default=str)))
        else:
            present[one.item] = one.present
    return Batch(tuple(events), present, tuple(skipped), cursor, progress)


def opening(one: ItemRead) -> list[Event]:
    """The item's creation and the values it was created with, found by rewinding its history."""
    state = rewind(one.present.state, one.history)
    keys = state.pop("key", {"": one.key})
    ts = min([one.opened_at, *(e.ts for e in one.history)])
    start: dict[str, Any] = {"item": one.item, "ts": ts, "actor": one.reporter}
    return [
        Opened(id=f"{one.item}:0", val=keys.get("", one.key), **start),
        *(
            Added(id=f"{one.item}:0.{n}", attr=v.attr, key=v.key, val=v.val, **start)
            for n, v in enumerate(values_of(state), 1)
        ),
    ]


def named(attr: str, key: str, val: str, means: str = "") -> Named:
    """The fact that this source calls `key` so. It holds whenever, so it has no time of its own."""
    import hashlib

    mark = hashlib.sha256(canonical([val, means]).encode()).hexdigest()[:8]
    return Named(id=f"name.{attr}.{key}.{mark}", item="", ts=0, attr=attr, key=key, val=val, means=means)


def microseconds(text: str) -> int:
    """An ISO 8601 time as microseconds since 1970 UTC. Raises ValueError, also without a zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"the time {text!r} has no time zone")
    return (at - EPOCH) // timedelta(microseconds=1)


def _label(raw: Any) -> str:
    if not isinstance(raw, dict):
        return "?"
    return _storable(str(raw.get("key") or raw.get("number") or raw.get("id") or "?"))


def _reason(error: Exception) -> str:
    match error:
        case KeyError():
            return f"it has no {error}"
        case _:
            return _storable(str(error).partition("\n    For further")[0])


def _storable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def build_sources(config: Config, names: Iterable[str], credentials: Mapping[str, str]) -> list[Source]:
    """The named sources of a configuration, or all of them."""
    wanted = list(names)
    return [open_source(s, credentials) for s in config.sources if not wanted or s.name in wanted]
