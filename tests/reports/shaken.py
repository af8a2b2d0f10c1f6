"""The demo's log with much more going on: dates put off, cards moved, work declined and taken up again."""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.reports.agreement import Case, record
from tests.reports.test_demo_against_oracle import FIRST, LAST
from tracker_sync import config
from tracker_sync.events import Added, Changed, Dropped, Event, Named, Noted, Opened
from tracker_sync.log.sqlite import SqliteLog

DAY = 24 * 60 * 60 * 1_000_000
MADE = 420 * DAY
"""Until how long after its opening something may happen to an item."""
ACCOUNTS = ("northspan", "kestrel", "plinth", "aquaveil", "varley", "nobody-we-know")
LABELS = (
    "customer promise", "contractual", "payroll", "equipment rental", "evidence/interview", "evidence/survey",
    *(f"customer/{a}" for a in ACCOUNTS),
)  # fmt: skip
STATUSES = ("10000", "3", "3", "10001", "10001", "10003", "10009")
RESOLUTIONS = ("Won't Do", "Duplicate", "Done", "Declined")


def happenings(one: Opened, r: random.Random, last: int) -> Iterator[Event]:
    """Some of what may happen to an item."""

    def happens(name: str, ts: int) -> Event:
        head: Any = {"id": name, "item": one.item, "ts": ts}
        label, status = r.choice(LABELS), r.choice(STATUSES)
        return r.choice((
            Changed(**head, attr="due", val=_day(r) if r.random() < 0.8 else None),
            Noted(**head, attr="customfield_10019", val=r.choice(["Ranked higher", "Ranked lower"])),
            Changed(**head, attr="estimate", val=str(3600 * r.randrange(0, 90))),
            Changed(**head, attr="customfield_10016", val=r.choice(["3", "5", None])),
            Changed(**head, attr="status", key=status, val=status),
            Changed(**head, attr="resolution", val=r.choice(RESOLUTIONS)),
            Added(**head, attr="labels", key=label, val=label),
            Dropped(**head, attr="labels", key=label, val=label),
        ))  # fmt: skip

    for n in range(r.choice([0, 0, 1, 3, 6, 9])):
        ts = one.ts + (r.randrange(20 * 60) * 1_000_000 if r.random() < 0.2 else r.randrange(MADE))
        if ts < last:
            yield happens(f"{one.item}:x{n}", ts)


def _day(r: random.Random) -> str:
    return str(FIRST.fromordinal(r.randrange(FIRST.toordinal(), LAST.toordinal() + 90)))


@contextmanager
def shaken(demo: Case, place: Path, seed: int) -> Iterator[Case]:
    """A log at `place` with the events of the demo and more."""
    r = random.Random(seed)
    shutil.copytree(demo.config.log_path.parent, place)
    conf = config.load(place / "tracker-sync.toml")
    log = SqliteLog(conf.log_path, write=True)
    told = [*demo.log.read()]
    last = max(e.event.ts for e in told if e.source == "girder" and not isinstance(e.event, Named))
    opened = [e.event for e in told if e.source == "girder" and isinstance(e.event, Opened)]
    more = [e for one in opened for e in happenings(one, r, last)]
    ready = Named(id="ready", item="", ts=0, attr="status", key="10009", val="Ready for work", means="new")
    log.append("girder", [ready, *more], now=max(e.recorded_at for e in told))
    yield Case(conf, log, record(conf, log))
    log.close()
