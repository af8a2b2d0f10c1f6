"""What every report is computed from: the items of a log as of a time, judged, and the question asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from tracker_sync.alignment import Ruling, accounts, ruling
from tracker_sync.config import CalendarConfig
from tracker_sync.customers import Customers
from tracker_sync.items import Item, Names, World
from tracker_sync.strategy import Strategies, Version
from tracker_sync.tagging import Judgement, Tags
from tracker_sync.work import Tree, is_epic

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEIGHTS = ("effort", "count")


@dataclass(frozen=True, slots=True)
class Query:
    """What a report is asked for. Times are microseconds UTC; the window is since ≤ t < until."""

    since: int
    until: int
    as_of: int
    known_at: int | None = None
    source: str | None = None
    project: str | None = None
    weight: str | None = None
    """The only weight to show; None: all, effort first."""

    @property
    def weights(self) -> tuple[str, ...]:
        """The weights to show."""
        return (self.weight,) if self.weight else WEIGHTS


@dataclass(frozen=True, eq=False)
class Org:
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

    @property
    def calendar(self) -> CalendarConfig:
        """What a day is."""
        return self.judged.calendar

    @cached_property
    def epics(self) -> frozenset[str]:
        """The refs of all epics."""
        return frozenset(
            ref
            for ref, item in self.world.items.items()
            if is_epic(item, self.names(item), bool(self.tree.children.get(ref)))
        )

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone that days are counted in."""
        return ZoneInfo(self.calendar.timezone)

    def strategy_at_end(self, query: Query) -> Version | None:
        """The version in force at the end of the window; where the window reaches the end of what the
        trackers said, that is the newest: a strategy written since then is in force now."""
        end = min(query.until - 1, query.as_of)
        newest = self.strategies.latest
        return newest if end >= self.world.last_ts else self.strategies.at(end) or newest

    def names(self, item: Item) -> Names:
        """What the ids in the item's source are called."""
        return self.world.names.get(item.source, Names())

    def day(self, ts: int) -> int:
        """The calendar day of a time, as a proleptic ordinal."""
        if self.calendar.timezone == "UTC":
            return EPOCH.toordinal() + ts // 86_400_000_000
        return (EPOCH + timedelta(microseconds=ts)).astimezone(self.zone).toordinal()

    def day_end(self, day: int) -> int:
        """The first instant after a day, in microseconds UTC."""
        if self.calendar.timezone == "UTC":
            return (day + 1 - EPOCH.toordinal()) * 86_400_000_000
        start = datetime.combine(datetime.fromordinal(day + 1).date(), datetime.min.time(), self.zone)
        return (start.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)

    def works_on(self, day: int) -> bool:
        """Whether a day is a working day."""
        return DAYS[(day - 1) % 7] in self.calendar.working_days

    def person(self, account: str, item: Item) -> str:
        """One name for all accounts of a person, so that a day is not counted twice."""
        login = self.names(item).of("user", account)
        known = self.judged.people.get(account) or self.judged.people.get(login)
        return known.logins[0] if known else f"{item.source}/{account}"

    def accounts(self, ref: str, before: int | None = None) -> list[str]:
        """The independent accounts that asked for an item."""
        return accounts(self.tags[ref], self.customers, before)

    def ruling(self, ref: str) -> Ruling:
        """The class of an item's work."""
        return ruling(self.world.items[ref], self.tags[ref], self.judged)


def leaves(org: Org, query: Query) -> list[str]:
    """The leaf work active in the window: in progress at any instant of it, or done in it."""
    return [
        ref
        for ref, item in org.world.items.items()
        if not org.tree.children.get(ref)
        and (query.source is None or item.source == query.source)
        and (query.project is None or in_project(item, query.project))
        and _active(org.tags[ref], query)
    ]


def in_project(item: Item, project: str) -> bool:
    """Whether the item is of the project: by Jira key prefix or name, or by repository."""
    head = item.key.rpartition("#")[0] or item.key.rpartition("-")[0]
    return project.casefold() in (head.casefold(), (item.one("project") or "").casefold())


def _active(tags: Tags, query: Query) -> bool:
    for span in tags.spans:
        if span.phase == "doing" and span.lo < query.until and (span.hi or query.as_of + 1) > query.since:
            return True
        if span.phase == "done" and query.since <= span.lo < query.until:
            return True
    return False


def rfc3339(ts: int | None) -> str | None:
    """A time as text, in UTC, to the second."""
    if ts is None:
        return None
    return (EPOCH + timedelta(microseconds=ts)).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_text(ts: int) -> str:
    """The day of a time in UTC."""
    return (EPOCH + timedelta(microseconds=ts)).strftime("%Y-%m-%d")
