"""From events to the lives of items: all of them, or those that have to be judged again."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from tracker_sync.events import Moved, Named, Opened
from tracker_sync.items import Names, World, fold, keys_of
from tracker_sync.log import PEOPLE, Entry, EventLog
from tracker_sync.log.among import batched
from tracker_sync.states import Life
from tracker_sync.states.family import Family, family
from tracker_sync.states.kin import Place, by_source
from tracker_sync.states.life import Steps, lives, passed_down
from tracker_sync.states.moments import Watch
from tracker_sync.tagging import Judgement

READ_AT_ONCE = 10_000
"""Items that are asked for in one query."""


def refolded(
    entries: Iterable[Entry], judgement: Judgement, only: Collection[Place] | None = None
) -> Iterator[Life]:
    """The lives that entries tell of, or those of the items in `only`; the entries have to be all of these
    items, of those above them, and what ids are called."""
    world = fold(entries)
    return lives_of(world, world.names, judgement, only)


def handed(entries: Iterable[Entry], judgement: Judgement) -> dict[Place, Steps]:
    """What the items of entries pass down to those below them; the entries have to be all of these items, of
    those above them, and what ids are called."""
    world = fold(entries)
    return passed_down(_family(world, world.names, judgement), judgement)


def lives_of(
    world: World, names: Mapping[str, Names], judgement: Judgement, only: Collection[Place] | None = None
) -> Iterator[Life]:
    """The lives of a world's items, or of those in `only`; `names` has what ids are called, by source."""
    return lives(_family(world, names, judgement), judgement, only)


def _family(world: World, names: Mapping[str, Names], judgement: Judgement) -> Family:
    keys: dict[Place, list[Place]] = {}
    for item in (*world.removed.values(), *world.shadowed, *world.items.values()):
        own = (e for e in item.events if isinstance(e, (Opened, Moved)))
        for key in dict.fromkeys(keys_of(own)):
            keys.setdefault((item.source, key), []).append((item.source, item.id))
    return family(world.every, keys, names, Watch(judgement))


def names(log: EventLog, known_at: int | None = None) -> list[Entry]:
    """What ids are called, in all sources, as far as the log knew it then."""
    return [e for e in log.read(items=[""], known_at=known_at) if isinstance(e.event, Named)]


def entries_of(log: EventLog, places: Iterable[Place], known_at: int | None = None) -> Iterator[Entry]:
    """What happened to some items, and what people here said of them, as far as the log knew it then."""
    for source, items in by_source(places).items():
        for some in batched(items, READ_AT_ONCE):
            yield from log.read(source=source, items=some, known_at=known_at)
            yield from log.read(source=PEOPLE, items=[f"{source}:{i}" for i in some], known_at=known_at)
