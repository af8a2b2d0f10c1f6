"""What a log knows beside its items: what could not be read or was not logged, and who people are."""

from collections.abc import Iterable

from msgspec import Struct

from tracker_sync.events import Named, Tagged
from tracker_sync.log import PEOPLE, EventLog
from tracker_sync.log.among import among
from tracker_sync.states import FOREVER
from tracker_sync.states.openers import openers
from tracker_sync.states.refold import names

Account = tuple[str, str]
"""(source, the tracker's id of an account)"""
# Two places in an index for each item, instead of a look at every event. The plus keeps SQLite from walking
# through all that happened to each item.
UNLOGGED = """
SELECT s.name, count(*) FROM source s CROSS JOIN item i WHERE i.source_id = s.source_id AND EXISTS (
  SELECT 1 FROM event e WHERE e.source_id = i.source_id AND +e.item_id = i.item_id
  AND e.event_id >= i.ext_id || ':o' AND e.event_id < i.ext_id || ':p'
  AND e.kind IN ('added', 'changed', 'dropped') AND e.rec_ts <= ?
) GROUP BY s.name
"""
"""By source, of how many items a change was seen that the tracker did not log: such events have an id that
goes on with `:o`."""


class Aside(Struct, frozen=True):
    """As far as the log knew it at a time."""

    log: EventLog
    known_at: int | None = None

    @property
    def _until(self) -> int:
        return FOREVER if self.known_at is None else self.known_at

    def gaps(self) -> tuple[tuple[str, int, int], ...]:
        """(source, items set aside as unreadable, items with changes that their tracker did not log).

        Such a change is dated when it was seen, which may be later than when it happened.
        """
        unread = self.log.query(
            "SELECT s.name, count(DISTINCT k.item) FROM skipped k JOIN source s ON s.source_id = k.source_id"
            " WHERE k.rec_ts <= ? GROUP BY s.name",
            (self._until,),
        )
        unlogged = self.log.query(UNLOGGED, (self._until,))
        aside, seen = dict(unread), dict(unlogged)
        sources = self.log.query("SELECT name FROM source WHERE name <> ? ORDER BY name", (PEOPLE,))
        return tuple((name, aside.get(name, 0), seen.get(name, 0)) for (name,) in sources)

    def reporters(self) -> list[tuple[str, str, int]]:
        """(source, account, how many items they opened)"""
        return [(source, account, n) for (source, account), n in openers(self.log, self.known_at).items()]

    def field_names(self) -> dict[tuple[str, str], str]:
        """(source, attribute) → what its site calls that field."""
        return self._named("field")

    def called(self) -> dict[Account, str]:
        """What each account is called."""
        return self._named("user")

    def said(self, items: Iterable[int], dimension: str) -> list[tuple[int, int]]:
        """(the log's number of an item, when) of what people here said about some items in a dimension."""
        ids = "SELECT i.item_id, s.name, i.ext_id FROM item i JOIN source s ON s.source_id = i.source_id"
        places = {
            f"{source}:{id_}": item
            for item, source, id_ in among(self.log.query, f"{ids} WHERE i.item_id", (), items)
        }
        told = self.log.read(source=PEOPLE, items=list(places), known_at=self.known_at) if places else ()
        return [
            (places[e.event.item], e.event.ts)
            for e in told
            if isinstance(e.event, Tagged) and e.event.attr == dimension
        ]

    def fields(self, name: str) -> set[tuple[str, str]]:
        """(source, id) of the fields that go by a name, in any case."""
        return {
            (source, e.key)
            for _, _, source, e in names(self.log, self.known_at)
            if isinstance(e, Named) and e.attr == "field" and e.val.casefold() == name.casefold()
        }

    def _named(self, attr: str) -> dict[tuple[str, str], str]:
        """(source, id) → what ids of a kind are called last."""
        return {
            (source, e.key): e.val
            for _, _, source, e in names(self.log, self.known_at)
            if isinstance(e, Named) and e.attr == attr
        }
