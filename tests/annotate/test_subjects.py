"""Where something of ours may stand is found in the log, in SQLite and PostgreSQL alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tracker_sync.annotate.subjects import annotated, began, firsts
from tracker_sync.events import Added, Commented, Moved, Opened
from tracker_sync.items import Names
from tracker_sync.log import EventLog
from tracker_sync.log.sqlite import SqliteLog

LABEL = "needs-strategic-intent"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLog]:
    opened: EventLog
    if request.param == "sqlite":
        opened = SqliteLog(tmp_path / "log.db", write=True)
    else:
        from tracker_sync.log.postgres import PostgresLog

        opened = PostgresLog(request.getfixturevalue("database").url, write=True)
    yield opened
    opened.close()


def filled(log: EventLog) -> None:
    def opening(item: str, key: str) -> Opened:
        return Opened(id=f"{item}:0", item=item, ts=1, val=key)

    def label(item: str, ts: int, actor: str | None, name: str = LABEL) -> Added:
        return Added(id=f"{item}:{ts}", item=item, ts=ts, actor=actor, attr="labels", key=name, val=name)

    web = [
        *(opening(str(n), f"acme/web#{n}") for n in range(1, 6)),
        label("1", 30, "bot"), label("2", 10, "ada"), label("3", 20, "bot", "Needs-Strategic-Intent"),
        label("4", 5, "bot", "bug"),
        Commented(id="5:c", item="5", ts=40, key="9", val="<!-- tracker-sync:intent:0123456789ab -->\nHello"),
        Moved(id="1:m", item="1", ts=50, old="acme/web#1", val="acme/api#7"),
    ]  # fmt: skip
    log.append("web", web, now=100)
    log.append("acme", [opening("1", "PAY-1"), label("1", 3, "me")], now=100)


def test_what_may_carry_something_of_ours_is_found_by_its_present_key(log: EventLog) -> None:
    filled(log)
    assert annotated(log, LABEL) == {
        "web:acme/api#7",
        "web:acme/web#2",
        "web:acme/web#3",
        "web:acme/web#5",
        "acme:PAY-1",
    }
    assert annotated(log, "another") == {"web:acme/web#5"}


def test_we_began_when_we_first_used_the_label_and_not_when_others_did(log: EventLog) -> None:
    names = Names({("user", "bot"): ("github-actions", "")})
    assert began(firsts(log, LABEL), "web", {"bot"}, names) is None
    filled(log)
    first = firsts(log, LABEL)
    assert began(first, "web", {"bot"}, Names()) == 20
    assert began(first, "web", {"15368", "github-actions[bot]", "github-actions"}, names) == 20
    assert began(first, "web", {"nobody"}, names) is None
    assert began(first, "web", (), names) == 10, "who we are is not known"
