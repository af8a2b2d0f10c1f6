"""The moments at which an item changed in a way that may change how it is judged."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from tracker_sync.config import FieldNames
from tracker_sync.events import Added, Changed, Commented, Dropped, Event, Moved, Opened, Removed, Restored
from tracker_sync.items import Item, Names
from tracker_sync.state import State as Values
from tracker_sync.state import apply, filled
from tracker_sync.tagging import Judgement
from tracker_sync.tagging.view import LONG, shown

_ALWAYS = {"title", "labels", "type", "project", "parent", "key", "reporter", "sub_issues"}
"""What every item is judged by, whatever the rules are."""


class Watch:
    """What of an item's changes may change how it is judged; most changes do not."""

    def __init__(self, judgement: Judgement) -> None:
        self._sets = judgement.watched
        self._fields = judgement.fields
        self._named = {a.removeprefix("field.") for a in self._sets if a.startswith("field.")}
        self._seen: dict[tuple[str, str], bool] = {}

    def wants(self, item: Item, names: Names, attr: str, val: str) -> bool:
        """Whether a value of the attribute that came or went may matter."""
        if attr in _ALWAYS:
            return True
        if attr.startswith(("customfield_", "field_")):
            own = self._fields.get(item.source, FieldNames())
            return names.of("field", attr) in {own.intent, own.customer, own.origin, *self._named}
        place = (attr, val)
        if place not in self._seen:
            found = self._hits(attr, val, item)
            if len(val) > 60:
                return found
            self._seen[place] = found
        return self._seen[place]

    def _hits(self, attr: str, val: str, item: Item) -> bool:
        if attr in ("body", "comment", "remote_links") and "links" in self._sets and "http" in val:
            return True
        rules = self._sets.get("comments" if attr == "comment" else attr)
        return rules is not None and bool(rules.Match(shown(val, item) if attr in LONG else val))


@dataclass(slots=True)
class Moment:
    """What an item was from a time on; `values` is None while its tracker does not have it."""

    ts: int
    values: Values | None


def moments(item: Item, names: Names, watch: Watch) -> Iterator[Moment]:
    """Each time that something changed which may matter; the first is the item's opening."""
    values: Values = {}
    opened = gone = False
    for ts, steps in groupby(item.steps, key=lambda s: s.ts):
        matters = False
        for step in steps:
            e = step.event
            match e:
                case Opened() if not opened:
                    opened = matters = True
                case Removed() | Restored():
                    gone, matters = isinstance(e, Removed), True
                case _:
                    matters = matters or any(watch.wants(item, names, a, v) for a, v in _touched(e, values))
            apply(values, e)
        if opened and matters:
            yield Moment(ts, None if gone else filled({a: dict(v) for a, v in values.items()}))


def _touched(event: Event, values: Values) -> Iterator[tuple[str, str]]:
    """(attribute, value) of each value that comes or goes with the event."""
    match event:
        case Opened() | Moved():
            yield "key", event.val
        case Changed():
            yield from ((event.attr, v) for v in values.get(event.attr, {}).values())
            if event.val is not None:
                yield event.attr, event.val
        case Added() | Commented() | Dropped():
            before = values.get(event.attr, {}).get(event.key)
            yield event.attr, event.val
            if before is not None:
                yield event.attr, before
        case _:
            pass
