"""Small organisations with a strategy, side inputs and a log, for the reports that draw on all of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.reports.test_edges import at, item, move
from tracker_sync.config import load
from tracker_sync.events import Added, Changed, Event, Named, Stated, Tagged
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.opening import Asked, open_portfolio
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query

CUSTOMERS = """\
name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent
Acme,,,mid,,,,customer,2025-01-01,,yes,,
Globex,,,mid,,,,customer,2025-01-01,,yes,,
Hooli,,,large,,,,design-partner,2025-01-01,,yes,,
Initech,,,small,,,,customer,2025-01-01,,no,,
Umbrella,,,large,,,,prospect,2025-01-01,,yes,,
Reseller,,,,,,,customer,2025-01-01,,no,,Acme
"""
INTENT = (
    'effective = 2026-01-01\n[[intents]]\nid = "search"\nmission = "People find things."\nowner = "nora"\n'
)
BET = '[[initiatives]]\nid = "bet"\nintent = "search"\ntext = "They will."\nepics = ["o:E-1", "o:E-2"]\n'


@dataclass
class House:
    """A folder with its files; `ask` opens a log of some events in it."""

    folder: Path
    logs: list[SqliteLog] = field(default_factory=list)
    """Open, since a portfolio asks its log for what it lists."""

    def write(self, **files: str) -> "House":
        """Write `NAME.csv`, or the strategy's toml."""
        for name, text in files.items():
            suffix = "toml" if name in ("strategy", "people") else "csv"
            (self.folder / f"{name}.{suffix}").write_text(text)
        return self

    def ask(
        self, *events: list[Event] | Event, until: str = "2026-12-31", since: str | None = None, **more: str
    ) -> tuple[Portfolio, Query]:
        """The organisation as of a day, up to that day."""
        flat = [e for part in events for e in (part if isinstance(part, list) else [part])]
        names: list[Event] = [
            Named(id=f"n{k}", item="", ts=0, attr="status", key=k, val=k, means=m)
            for k, m in (("1", "new"), ("2", "indeterminate"), ("3", "done"))
        ]
        people = [e for e in flat if isinstance(e, (Tagged, Stated))]
        log = SqliteLog(self.folder / "tracker-sync.db", write=True)
        self.logs.append(log)
        log.append("people", people, now=at(50))
        log.append("o", [*names, *(e for e in flat if e not in people)], now=at(50))
        asked = Asked(since=since, until=until, as_of=until, **more)
        return open_portfolio(load(self.folder / "tracker-sync.toml"), log, asked)


def furnished(folder: Path) -> Iterator[House]:
    """With customers and a strategy of one bet, carried by E-1 and E-2, and no side inputs."""
    (folder / "tracker-sync.toml").write_text(
        '[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\n'
    )
    made = House(folder).write(customers=CUSTOMERS, strategy=INTENT + BET)
    yield made
    for log in made.logs:
        log.close()


def epic(key: str, *labels: str, start: float | None = None, done: float | None = None) -> list[Event]:
    """An epic that is in progress from one day and done from another, as nobody is assigned to it."""
    found = item(key, *labels, start=start, type="Epic", title=f"Epic {key}")
    return found if done is None else [*found, move(key, done, "3")]


def under(parent: str, key: str, start: float, done: float) -> list[Event]:
    """An item below an epic: one person works on it from one day to another."""
    return [*item(key, start=start, parent=parent), move(key, done, "3")]


def declined(key: str, day: float) -> list[Event]:
    """An item comes to be declined."""
    return [
        Added(id=f"{key}:r{day}", item=key, ts=at(day), attr="resolution", key="9", val="Won't Do"),
        move(key, day, "3"),
    ]


def assigned(key: str, day: float, who: str) -> Event:
    """An item gets another assignee."""
    return Changed(id=f"{key}:a{day}", item=key, ts=at(day), attr="assignee", key="", val=who)


def stated(number: int, text: str) -> Event:
    """A version of the strategy, told to the log."""
    return Stated(id=f"s{number}", item="", ts=at(number), attr="strategy", val=text)


def adoption(*rows: str) -> str:
    """adoption.csv, a row each: "E-1 Acme 2026-03-01 3"."""
    return "epic,account,date,users\n" + "".join(row.replace(" ", ",") + "\n" for row in rows)
