"""A small organisation with its side files, in a folder of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.reports.test_edges import CUSTOMERS, STRATEGY, at
from tracker_sync.config import load
from tracker_sync.events import Event, Named
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.opening import Asked, open_portfolio
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query

Ask = Callable[..., tuple[Portfolio, Query]]
CONFIG = """\
[[sources]]
name = "o"
kind = "jira"
url = "https://o.example"
fields = { paid = "Deal value" }
"""
NAMES = [
    Named(id=f"n{k}", item="", ts=0, attr="status", key=k, val=k, means=m)
    for k, m in (("1", "new"), ("2", "indeterminate"), ("3", "done"))
] + [Named(id="nf", item="", ts=0, attr="field", key="customfield_7", val="Deal value")]


@contextmanager
def organisation(folder: Path) -> Iterator[Ask]:
    """What asks about events, beside these files: by their names without the ending."""
    logs: list[SqliteLog] = []

    def asked(
        *events: list[Event] | Event, until: str = "2026-02-13", since: str | None = None,
        strategy: str = STRATEGY, customers: str = CUSTOMERS, adoption: str = "", problems: str = "",
        people: str = "",
    ) -> tuple[Portfolio, Query]:  # fmt: skip
        for name, text in (
            ("tracker-sync.toml", CONFIG), ("strategy.toml", strategy), ("customers.csv", customers),
            ("people.toml", people),
            ("adoption.csv", f"epic,account,date,users\n{adoption}"),
            ("problems.csv", f"account,persona,problem,rank,date,importance,satisfaction\n{problems}"),
        ):  # fmt: skip
            (folder / name).write_text(text)
        log = SqliteLog(folder / f"log-{len(logs)}.db", write=True)
        flat = [e for part in events for e in (part if isinstance(part, list) else [part])]
        log.append("o", [*NAMES, *flat], now=at(50))
        logs.append(log)
        question = Asked(since=since, until=until, as_of=until)
        return open_portfolio(load(folder / "tracker-sync.toml"), log, question, past=True)

    yield asked
    for log in logs:
        log.close()
