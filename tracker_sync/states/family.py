"""Items over time as parents and children of each other, to be judged from the top down."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from tracker_sync.items import Item, Names, natural
from tracker_sync.state import State as Values
from tracker_sync.states.moments import Moment, Watch, moments
from tracker_sync.tagging import Tags

_BEFORE = Moment(0, None)


class Line(Struct, eq=False):
    """An item over time, for those below it to inherit from."""

    item: Item
    names: Names
    moments: list[Moment]
    times: list[int] = []
    """The times of the moments."""
    points: list[int] = []
    relatives: list["Line"] = []
    """Everybody that was ever named as its parent or listed it."""
    chains: list[tuple["Judged", ...]] = []
    """For each point: the item and its ancestors as judged from then on; empty while it is not there."""

    def __post_init__(self) -> None:
        self.times = [m.ts for m in self.moments]

    def at(self, ts: int) -> tuple["Judged", ...]:
        """The item and its ancestors, as judged at a time."""
        place = bisect_right(self.points, ts)
        return self.chains[place - 1] if place else ()

    def moment(self, ts: int) -> Moment:
        """What it was at a time."""
        place = bisect_right(self.times, ts)
        return self.moments[place - 1] if place else _BEFORE

    def values(self, ts: int) -> Values | None:
        """What it was at a time; None where its tracker did not have it."""
        return self.moment(ts).values

    def ref(self, ts: int) -> str:
        """What people called it at a time."""
        values = self.values(ts) or {}
        return f"{self.item.source}:{next(iter(values.get('key', {}).values()), self.item.key)}"


class Judged(Struct, frozen=True):
    """An item as it was judged from a moment on."""

    line: Line
    tags: Tags


class Family(Struct, frozen=True):
    """Items by the keys they ever had, so that parents and children find each other."""

    lines: Mapping[tuple[str, str], Line]
    """By (source, id)."""
    by_key: Mapping[tuple[str, str], list[tuple[str, str]]]
    """(source, key) → (source, id) of all that ever had it: the key of what was removed may come again."""
    listed: Mapping[tuple[str, str], list[Line]]
    """(source, key) → those that ever listed it as a sub-issue."""

    def parent(self, line: Line, ts: int) -> Line | None:
        """Who is above an item at a time, if it is there: whom it names, or else who lists it."""
        values = line.values(ts) or {}
        named = next(iter(values.get("parent", {}).values()), None)
        source = line.item.source
        above: Line | None = None
        if named:
            above = next((o for o in self._named(source, named) if o.values(ts) is not None), None)
        else:
            key = next(iter(values.get("key", {}).values()), "")
            listing = [
                other for other in self.listed.get((source, key), ())
                if key in ((other.values(ts) or {}).get("sub_issues", {}))
            ]  # fmt: skip
            above = max(listing, key=lambda o: natural(o.ref(ts)), default=None)
        return above if above is not None and above is not line and above.values(ts) is not None else None

    def _named(self, source: str, key: str) -> list[Line]:
        """Those that ever had a key, the last one first."""
        return [self.lines[place] for place in reversed(self.by_key.get((source, key), []))]

    def relatives(self, line: Line) -> list[Line]:
        """Everybody that was ever named as its parent or listed it."""
        source = line.item.source
        found: dict[int, Line] = {}
        for moment in line.moments:
            values = moment.values or {}
            keys = values.get("parent", {}).values()
            named = (other for k in keys for other in self._named(source, k))
            own = next(iter(values.get("key", {}).values()), "")
            for other in (*named, *self.listed.get((source, own), ())):
                if other is not line:
                    found[id(other)] = other
        return list(found.values())


def family(items: Iterable[Item], keys: Mapping[tuple[str, str], list[tuple[str, str]]],
           names: Mapping[str, Names], watch: Watch) -> Family:  # fmt: skip
    """The items with their moments; `keys` says whose each key is."""
    lines: dict[tuple[str, str], Line] = {}
    listed: dict[tuple[str, str], list[Line]] = {}
    for item in items:
        called = names.get(item.source, Names())
        line = Line(item, called, list(moments(item, called, watch)))
        lines[item.source, item.id] = line
        for key in {k for m in line.moments for k in (m.values or {}).get("sub_issues", {})}:
            listed.setdefault((item.source, key), []).append(line)
    found = Family(lines, keys, listed)
    for line in lines.values():
        line.relatives = found.relatives(line)
    return found


def from_the_top(of: Family) -> Iterator[tuple[Line, bool]]:
    """Every line after those that were ever above it; where that goes round in a circle, at last, marked."""
    waiting = {id(line): line for line in of.lines.values()}
    above = {key: [id(o) for o in line.relatives] for key, line in waiting.items()}
    below: dict[int, list[int]] = {}
    for key, others in above.items():
        for other in others:
            below.setdefault(other, []).append(key)
    left = {key: len(others) for key, others in above.items()}
    ready = [key for key, count in left.items() if not count]
    while ready:
        key = ready.pop()
        yield waiting.pop(key), False
        for child in below.get(key, ()):
            left[child] -= 1
            if not left[child]:
                ready.append(child)
    yield from ((line, True) for line in waiting.values())


def around(line: Line) -> list[Line]:
    """All that were ever above the item, at any distance."""
    found: dict[int, Line] = {}
    waiting = [line]
    while waiting:
        for other in waiting.pop().relatives:
            if id(other) not in found:
                found[id(other)] = other
                waiting.append(other)
    return list(found.values())
