"""About which items a log says something new: since an event, or since somebody last knew it."""

from collections.abc import Iterable, Mapping

from tracker_sync.events import Named
from tracker_sync.log import PEOPLE, Entry, EventLog
from tracker_sync.log.among import among
from tracker_sync.states.kin import Place
from tracker_sync.tagging import Judgement

Called = Mapping[tuple[str, str, str], tuple[str, str]]
"""(source, attribute, id) → (name, what it means)."""


def touched(log: EventLog, after: int) -> set[Place]:
    """The items of the events after a number; also those that people here said something of."""
    return _places(log, "e.seq > ?", after)


def late(log: EventLog, known_at: int, until: int) -> set[Place]:
    """The items of which something was learned only after `known_at` that happened by `until`; or that got
    another key, or were tagged, after it, whenever that was."""
    return _places(log, "e.rec_ts > ? AND (e.ts <= ? OR e.kind IN ('moved', 'tagged'))", known_at, until)


_ITEMS = (
    "SELECT DISTINCT s.name, i.ext_id FROM event e JOIN item i ON i.item_id = e.item_id"
    " JOIN source s ON s.source_id = i.source_id WHERE "
)
"""The items of some events."""


def _places(log: EventLog, where: str, *args: int | str) -> set[Place]:
    return {place(source, item) for source, item in log.query(_ITEMS + where, args)}


def place(source: str, item: str) -> Place:
    """Whom an event is about: people's are about the items of others."""
    if source != PEOPLE:
        return source, item
    of, _, own = item.partition(":")
    return of, own


def renamed(
    log: EventLog, before: Iterable[Entry], after: Iterable[Entry], judgement: Judgement
) -> set[Place]:
    """The items that may be judged otherwise since ids got other names; most names are only shown."""
    was, now = _called(before), _called(after)
    found: set[Place] = set()
    users: dict[str, list[str]] = {}
    for source, attr, key in sorted({named for named, _ in was.items() ^ now.items()}):
        named = (source, attr, key)
        if attr == "user":
            users.setdefault(source, []).append(key)
        elif _matters(judgement, source, attr, was.get(named), now.get(named)):
            found |= _naming(log, source, attr, key)
    for source, keys in users.items():
        found |= _about(log, source, keys)
    return found


def _about(log: EventLog, source: str, users: list[str]) -> set[Place]:
    """The items that users reported or were assigned to: what they are called says for whom they speak."""
    about = set[Place]()
    for column in ("actor", "key", "val"):
        kinds = (
            "e.kind = 'opened'" if column == "actor" else "e.attr IN ('reporter', 'assignee', 'assignees')"
        )
        query = f"{_ITEMS}s.name = ? AND {kinds} AND e.{column}"
        about |= {place(name, item) for name, item in among(log.query, query, (source,), users)}
    return about


def _called(entries: Iterable[Entry]) -> Called:
    return {
        (source, e.attr, e.key): (e.val, e.means)
        for _, _, source, e in entries
        if isinstance(e, Named)
    }  # fmt: skip


def _matters(
    judgement: Judgement, source: str, attr: str, was: tuple[str, str] | None, now: tuple[str, str] | None
) -> bool:
    """Whether a name decides anything: what a status or type means, which field is meant."""
    names = {name for name, _ in (n for n in (was, now) if n)}
    match attr:
        case "status" | "type":
            return (was or ("", ""))[1] != (now or ("", ""))[1]
        case "field":
            return any(judgement.looks_at_field(source, name) for name in names)
        case _:
            return True


def _naming(log: EventLog, source: str, attr: str, key: str) -> set[Place]:
    """The items in whose events an id comes."""
    match attr:
        case "field":
            where, args = "e.attr = ?", [key]
        case _:
            where, args = "e.attr = ? AND e.key = ?", [attr, key]
    return _places(log, f"s.name = ? AND {where}", source, *args)
