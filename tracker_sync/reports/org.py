"""An organisation's items with their histories and tags, for whoever looks at items one by one."""

from collections.abc import Mapping
from functools import cached_property
from zoneinfo import ZoneInfo

from msgspec import Struct

from tracker_sync.alignment import accounts
from tracker_sync.customers import Customers
from tracker_sync.items import Item, Names, World
from tracker_sync.strategies import Strategies
from tracker_sync.tagging import Judgement, Tags
from tracker_sync.work import Tree, is_epic


class Org(Struct, frozen=True, eq=False, dict=True):
    """An organisation's work as a log shows it."""

    world: World
    tags: Mapping[str, Tags]
    tree: Tree
    judged: Judgement

    @property
    def strategies(self) -> Strategies:
        """Every version of the strategy."""
        return self.judged.strategies

    @property
    def customers(self) -> Customers:
        """The accounts."""
        return self.judged.customers

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone that days are counted in."""
        return ZoneInfo(self.judged.calendar.timezone)

    @cached_property
    def epics(self) -> frozenset[str]:
        """The refs of all epics."""
        return frozenset(
            ref
            for ref, item in self.world.items.items()
            if is_epic(item, self.names(item), bool(self.tree.children.get(ref)))
        )

    def names(self, item: Item) -> Names:
        """What the ids in the item's source are called."""
        return self.world.names.get(item.source, Names())

    def role(self, item: Item, actor: str | None) -> str:
        """The role in people.toml of somebody in the item's tracker; '' where it does not say."""
        if not actor:
            return ""
        people = self.judged.people
        person = people.get(actor) or people.get(self.names(item).of("user", actor))
        return person.role if person else ""

    def accounts(self, ref: str, before: int | None = None) -> list[str]:
        """The independent accounts that asked for an item."""
        return accounts(self.tags[ref], self.customers, before)
