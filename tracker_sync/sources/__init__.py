"""The contract of a source: a tracker, read page by page as events."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol

from msgspec import Struct, field

from tracker_sync.config import Config, GithubConfig, JiraConfig, SourceConfig
from tracker_sync.errors import MALFORMED, Missing
from tracker_sync.events import Event, Named, canonical, validate
from tracker_sync.log import Skipped
from tracker_sync.state import State, values_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000
"""Microseconds. What rarely changes (fields, statuses, a site's kind) is asked for at most so often."""


class Ask(Struct, frozen=True):
    """What a pull starts from."""

    now: int
    """Our own time, in microseconds UTC; only to tell how old a remembered answer is."""
    cursor: str | None = None
    """How far the source was read, in its own words; None: not at all."""
    remembered: Mapping[str, str] = field(default_factory=dict)
    """What earlier pulls asked to be remembered (`Batch.remember`)."""
    full: bool = False
    """Also look for what an incremental pull cannot see: deletions, and changes without a new update time."""
    item: str | None = None
    """Pull this one item (by its key in the tracker) and nothing else."""
    within: bool = False
    """Only if it is one of those that the configuration asks for: it is not the owner who named it."""
    known: Callable[[], Mapping[str, str]] = dict
    """The items that the log holds and no tracker has removed yet: id → key. To be called before the
    first batch, since a log need not answer in another thread."""


class Seen(Struct, frozen=True):
    """What the tracker shows of an item now."""

    state: State
    at: int
    """The tracker's own time of the item's last change, in microseconds UTC."""
    opened_at: int
    reporter: str | None = None
    hidden: frozenset[str] = frozenset()
    """Attributes that this answer did not carry, so that nothing follows from their absence."""
    since: Mapping[str, int] = field(default_factory=dict)
    """By attribute, where the tracker keeps no history of it: since when its value is what it is."""
    history_from: int | None = None
    """Before this time the tracker told nothing of the item but that it was there; None: it told all."""


class Progress(Struct, frozen=True):
    """How many items were read so far, and of how many where the tracker says so."""

    done: int
    total: int | None = None


class Batch(Struct, frozen=True):
    """One page of a tracker, complete in itself: committed together with its cursor."""

    events: tuple[Event, ...] = ()
    present: Mapping[str, Seen] = field(default_factory=dict)
    """By item: the state that its events should fold to. What they do not explain is an edit the
    tracker did not log, which the sync records as an observation."""
    names: tuple[Named, ...] = ()
    """What ids of this source are called now; the sync records those that the log does not know so."""
    gone: Mapping[str, str] = field(default_factory=dict)
    """Items that are not in the tracker any more, each with how we know."""
    skipped: tuple[Skipped, ...] = ()
    cursor: str | None = None
    """Where the next pull goes on once this is committed; None: where it would have anyway."""
    remember: Mapping[str, str] = field(default_factory=dict)
    progress: Progress = Progress(0)
    notes: tuple[str, ...] = ()
    """What the owner should know of this source (history it does not give, a permission it lacks)."""
    partial: bool = False
    """Whether something could not be looked at, so that the pass is done in part only."""


class Remembered(Struct, frozen=True):
    """An answer that rarely changes, and when it was given."""

    at: int
    value: dict[str, Any]

    @classmethod
    def of(cls, ask: Ask, key: str) -> "Remembered":
        """What an earlier pull put under the key; nothing where none did."""
        text = ask.remembered.get(key)
        return cls(**json.loads(text)) if text else cls(0, {})

    def is_fresh(self, now: int) -> bool:
        """Whether it is not a day old yet."""
        return 0 < self.at <= now < self.at + DAY

    def __str__(self) -> str:
        return json.dumps({"at": self.at, "value": self.value})


def lost_sight(source: str, lost: int, known: int, progress: Progress) -> Batch | None:
    """More than half of the items gone at once is taken for a lost permission: no tombstones."""
    if lost * 2 <= known:
        return None
    note = (
        f"source {source!r}: {lost} of {known} issues are not to be seen any more. That is taken for a lost "
        "permission, and none was marked as deleted. Check the token's access"
    )
    return Batch(notes=(note,), partial=True, progress=progress)


class Left(Struct, frozen=True):
    """What a tracker said is left of one of its rate limits."""

    resource: str
    """The limit's name: `core`, and on GitHub `graphql` beside it."""
    remaining: int
    limit: int
    resets_at: int
    """When it is full again, by our own clock, in microseconds UTC."""


class Place(NamedTuple):
    """Where work is kept in a tracker: a project, by its key."""

    key: str
    name: str


class Source(Protocol):
    """A tracker to read."""

    name: str

    def pull(self, ask: Ask) -> Iterator[Batch]:
        """What changed since the cursor (None: everything), oldest change first.

        Raises NotAllowed or Unavailable; batches already yielded stay good.
        """

    def left(self) -> tuple[Left, ...]:
        """What the tracker last said is left of its rate limits; nothing where it says nothing of them."""


class ItemRead(Struct, frozen=True):
    """One item of a page, as far as it was read."""

    item: str
    present: Seen | None
    """None where this record only tells of something that happened to it."""
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


class Collected(Struct, frozen=True):
    """What the records of a page say, and those that could not be understood."""

    events: tuple[Event, ...]
    present: dict[str, Seen]
    names: tuple[Named, ...]
    skipped: tuple[Skipped, ...]


def collect(raws: Iterable[Any], read: Callable[[Any], ItemRead]) -> Collected:
    """A page's records as facts; a record that cannot be understood is set aside raw."""
    events: list[Event] = []
    present: dict[str, Seen] = {}
    names: dict[str, Named] = {}
    skipped: list[Skipped] = []
    for raw in raws:
        try:
            one = read(raw)
            fresh = [n for n in one.names if n.id not in names]
            if one.present is not None:
                _holds(one.present.state)
            checked = validate([*fresh, *one.history])
        except (*MALFORMED, Missing) as e:
            skipped.append(set_aside(raw, e))
        else:
            events += checked[len(fresh) :]
            names |= {n.id: n for n in fresh}
            if one.present is not None:
                present[one.item] = one.present
    return Collected(tuple(events), present, tuple(names.values()), tuple(skipped))


def set_aside(raw: Any, error: Exception) -> Skipped:
    """A record as it came, with the reason why it could not be used."""
    return Skipped(_label(raw), _reason(error), json.dumps(raw, default=str))


def _holds(state: State) -> None:
    """Raises TypeError or ValueError where a value is no text, or one that no file could hold."""
    for value in values_of(state):
        "".join(value).encode()


def named(attr: str, key: str, val: str, means: str = "") -> Named:
    """The fact that this source calls `key` so. It holds whenever, so it has no time of its own."""
    import hashlib

    mark = hashlib.sha256(canonical([val, means]).encode()).hexdigest()[:8]
    return Named(id=f"name.{attr}.{key}.{mark}", item="", ts=0, attr=attr, key=key, val=val, means=means)


def microseconds(text: str) -> int:
    """An ISO 8601 time as microseconds since 1970 UTC. Raises ValueError, also without a zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time as ISO 8601 writes it") from None
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
