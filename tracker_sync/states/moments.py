"""The moments at which an item changed in a way that may change how it is judged."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from tracker_sync.events import Added, Changed, Commented, Dropped, Moved, Opened, Removed, Restored
from tracker_sync.items import Item, Names
from tracker_sync.state import State as Values
from tracker_sync.state import apply
from tracker_sync.tagging import Judgement
from tracker_sync.tagging.rules import CUSTOM, NAMED, RENAMED
from tracker_sync.tagging.view import LONG, in_own_words, marked, own_name, shown

_ALWAYS = {"title", "type", "project", "parent", "key", "reporter", "sub_issues"}
"""What every item is judged by, whatever the rules are."""
_KINDS = ("bug", "epic")
"""Labels that say what an item is."""


class Watch:
    """What of an item's changes may change how it is judged; most changes do not."""

    def __init__(self, judgement: Judgement) -> None:
        self._pack, self._vetoes, self._customers = judgement.deciding, judgement.vetoes, judgement.customers
        self._looks_at_field = judgement.looks_at_field
        self._excluded = judgement.excluded
        named = {RENAMED.get(a, a) for a in (s.removeprefix(NAMED) for s in judgement.watched)}
        self._attrs = {
            *named,
            "labels",
            "comment",
            *(("body", "remote_links") if {"links", f"{NAMED}links"} & judgement.watched else ()),
        }
        self._seen: dict[tuple[str, str, bool], bool] = {}

    def touched(
        self, item: Item, names: Names, e: Changed | Added | Commented | Dropped, before: Mapping[str, str]
    ) -> bool:
        """Whether what an event brings or takes away may matter, given the attribute's values before it."""
        attr = e.attr
        if attr in _ALWAYS:
            return True
        if attr not in self._attrs and not attr.startswith(CUSTOM):
            return False
        went = before.values() if isinstance(e, Changed) else [before[e.key]] if e.key in before else ()
        came = () if e.val is None else (e.val,)
        return any(self._wants(item, names, attr, v) for v in (*came, *went))

    def _wants(self, item: Item, names: Names, attr: str, val: str) -> bool:
        """Whether a value of the attribute that came or went may matter."""
        if attr.startswith(CUSTOM):
            called = names.of("field", attr)
            return attr in self._attrs or self._looks_at_field(item.source, called)
        me = own_name(item, names, self._customers) if attr in LONG else ""
        if me and me in shown(val, item):
            return self._hits(attr, in_own_words(shown(val, item), me), item)
        place = (attr, val, "#" in item.key)
        if place not in self._seen:
            found = self._hits(attr, shown(val, item) if attr in LONG else val, item)
            if len(val) > 60:
                return found
            self._seen[place] = found
        return self._seen[place]

    def _hits(self, attr: str, val: str, item: Item) -> bool:
        if attr in ("body", "comment", "remote_links") and "http" in val:
            return True
        if attr == "labels" and (val.casefold() in _KINDS or self._excluded.match(val)):
            return True
        name = "comments" if attr == "comment" else attr
        return bool(self._pack.hits(name, val)) or self._keeps_silent(name, val)

    def _keeps_silent(self, name: str, text: str) -> bool:
        """Whether the text, or an account that it mentions, may keep a rule from speaking."""
        vetoes, of_accounts = self._vetoes.get(name), self._vetoes.get(f"{NAMED}{name}")
        if vetoes is not None and vetoes.match(text):
            return True
        if of_accounts is None or (named := marked(self._customers, name, text)) is None:
            return False
        return of_accounts.match(named)


class Moment(Struct):
    """What an item was from a time on; `values` is None while its tracker does not have it."""

    ts: int
    values: Values | None


def moments(item: Item, names: Names, watch: Watch) -> Iterator[Moment]:
    """Each time that something changed which may matter; the first is the item's opening."""
    values: Values = {}
    opened = gone = matters = False
    last = len(item.events) - 1
    for n, e in enumerate(item.events):
        match e:
            case Changed() | Added() | Commented() | Dropped():
                matters = matters or not opened or watch.touched(item, names, e, values.get(e.attr, {}))
            case Opened() if not opened:
                opened = matters = True
            case Removed() | Restored():
                gone, matters = isinstance(e, Removed), True
            case Opened() | Moved():
                matters = True
            case _:
                pass
        apply(values, e)
        if matters and opened and (n == last or item.events[n + 1].ts != e.ts):
            matters = False
            yield Moment(e.ts, None if gone else {a: dict(v) for a, v in values.items() if v})
