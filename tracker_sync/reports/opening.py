"""From a configuration and a log to what reports are computed from, or to single items."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct

from tracker_sync.config import Config
from tracker_sync.days import EPOCH, Days
from tracker_sync.dismissals import dismissals
from tracker_sync.errors import ConfigError
from tracker_sync.events import canonical
from tracker_sync.inputs import (
    SIDES,
    Detectors,
    Sides,
    Told,
    detectors,
    fingerprint,
    judgement,
    now_stated,
    sides,
    told,
)
from tracker_sync.items import fold
from tracker_sync.log import Entry, EventLog
from tracker_sync.reports.org import Org
from tracker_sync.reports.query import Clocks, Query, day_text
from tracker_sync.states import FOREVER
from tracker_sync.tagging import Judgement, tag
from tracker_sync.work import tree

if TYPE_CHECKING:
    from tracker_sync.reports.portfolio import Portfolio
    from tracker_sync.states.stored import Lives


class Asked(Struct, frozen=True):
    """The options of a report, as typed. Dates are whole days of the configured time zone."""

    since: str | None = None
    until: str | None = None
    as_of: str | None = None
    known_at: str | None = None
    weight: str | None = None
    source: str | None = None
    project: str | None = None
    team: str | None = None
    by: str | None = None
    customer: str | None = None


class _Basis(Struct, frozen=True):
    """What everything is judged by, for a question."""

    judged: Judgement
    print: str
    as_of: int | None
    known_at: int | None
    sides: Sides
    detectors: Detectors


def open_portfolio(
    config: Config, log: EventLog, asked: Asked = Asked(), *, plans: bool = True, past: bool = False
) -> "tuple[Portfolio, Query]":
    """All items at once, and the question. Without dates the question is about all that the log holds,
    as of the last thing that a tracker said: the same log gives the same figures on any day.

    With `known_at` the log alone decides, also about the inputs, so that a past report comes out as it did.
    The log is asked for titles as long as the portfolio is used. Plans may be left out where no report needs
    them, and so is the `past` where none looks back: they take time to read.
    """
    from tracker_sync.reports.kept import Kept
    from tracker_sync.reports.portfolio import Portfolio
    from tracker_sync.reports.staff import Staff
    from tracker_sync.states.aside import Aside
    from tracker_sync.states.lookup import around
    from tracker_sync.states.marks import newest

    on = _basis(config, log, asked)
    lives, instant = _lives(log, on, plans, past=past or asked.by is not None)
    end = on.as_of if on.as_of is not None else lives.last_ts
    seq = newest(log) if on.known_at is None else on.known_at
    texts = [on.sides.texts.get(name, "") for name in SIDES]
    said = dismissals(log, on.known_at)
    kept = Kept(log, canonical([on.print, on.detectors.told, texts, seq]))
    staff = Staff(on.judged.people, lives.words)

    def at(instant: int) -> Portfolio:
        return Portfolio(
            lives.at(instant), lives.words, on.judged, lives.titles, lives.last_ts, Aside(log, on.known_at),
            sides=on.sides, staff=staff, detectors=on.detectors, dismissals=said, kept=kept, at=at,
            look=lambda refs: _org(around(log, refs, on.known_at), on, instant),
        )  # fmt: skip

    org = at(instant)
    return org, _query(asked, on, org.first, end, there=bool(len(org.now)))


def open_org(config: Config, log: EventLog, asked: Asked = Asked()) -> tuple[Org, Query]:
    """Every item with its history, and the question, likewise."""
    on = _basis(config, log, asked)
    _ = on.judged.rules  # also where there is no item to judge yet: a broken rule is to be told at once
    org = _org(log.read(known_at=on.known_at), on)
    end = on.as_of if on.as_of is not None else org.world.last_ts
    start = min((i.opened_at for i in org.world.items.values()), default=0)
    return org, _query(asked, on, start, end, there=bool(org.world.items))


def open_items(
    config: Config, log: EventLog, keys: Sequence[str], asked: Asked = Asked(), *, below: bool = True
) -> tuple[Org, Clocks]:
    """The items that go by these keys, now or once, with all that is needed to say what they are; without
    what is `below` them, all but whether they are epics."""
    from tracker_sync.states.lookup import around

    on = _basis(config, log, asked)
    return _org(around(log, keys, on.known_at, below=below), on), Clocks(on.as_of, on.known_at)


def _org(entries: Iterable[Entry], on: _Basis, at: int | None = None) -> Org:
    """What the entries come to, as of the question's date, or of an earlier instant."""
    world = fold(entries, on.as_of if at is None or at >= FOREVER - 1 else at)
    shape = tree(world)
    return Org(world, tag(world, on.judged, shape), shape, on.judged)


def _basis(config: Config, log: EventLog, asked: Asked) -> _Basis:
    if asked.source and asked.source not in {s.name for s in config.sources}:
        names = ", ".join(s.name for s in config.sources)
        raise ConfigError(f"there is no source {asked.source!r}; there are: {names}")
    known_at = _moment(asked.known_at, ZoneInfo(config.calendar.timezone)) if asked.known_at else None
    stated = told(log, known_at)
    texts = now_stated(config) if known_at is None else None
    judged, print_ = basis(config, stated, texts)
    if asked.team and asked.team not in (known := sorted({p.team for p in judged.people.values()} - {""})):
        raise ConfigError(f"people.toml has no team {asked.team!r}; there are: {', '.join(known) or 'none'}")
    as_of = _day(asked.as_of, judged, "--as-of")[1] - 1 if asked.as_of else None
    beside = sides(config, stated, texts, judged.calendar)
    return _Basis(judged, print_, as_of, known_at, beside, detectors(config, stated, texts))


def basis(config: Config, stated: Told, texts: Mapping[str, str] | None) -> tuple[Judgement, str]:
    """What everything is judged by, and its fingerprint."""
    return judgement(config, stated, texts), fingerprint(config, stated, texts)


def _lives(log: EventLog, on: _Basis, plans: bool, *, past: bool) -> "tuple[Lives, int]":
    """The lives by what the log holds, or held then; and the instant at which they are asked about."""
    from tracker_sync.states import stored

    if on.known_at is None:
        lives = stored.current(log, on.judged, on.print, past=past or on.as_of is not None, plans=plans)
        return lives, FOREVER - 1 if on.as_of is None else on.as_of
    instant = stored.last_known(log, on.known_at) if on.as_of is None else on.as_of
    days = Days(on.judged.calendar)
    until = days.end(days.of(instant)) - 1  # who had an item last on a day decides about all of it
    return stored.known(log, on.judged, on.print, on.known_at, until), instant


def _query(asked: Asked, on: _Basis, start: int, end: int, *, there: bool) -> Query:
    query = Query(
        since=_day(asked.since, on.judged, "--since")[0] if asked.since else start if there else end,
        until=_day(asked.until, on.judged, "--until")[1] if asked.until else end + 1,
        as_of=end, known_at=on.known_at, source=asked.source, project=asked.project, weight=asked.weight,
        zone=ZoneInfo(on.judged.calendar.timezone), team=asked.team, by=asked.by,
        customer=asked.customer,
    )  # fmt: skip
    if query.since >= query.until and there and asked.since is None:
        first = day_text(start, query.zone)
        raise ConfigError(
            f"--until {asked.until}: the first item is of {first}; name that day or a later one"
        )
    if query.since >= query.until and there and asked.until is None:
        last = day_text(end, query.zone)
        raise ConfigError(
            f"--since {asked.since}: the last that is known is of {last}; name that day or an earlier one"
        )
    if query.since >= query.until and there:
        raise ConfigError("--since has to be before --until")
    return query


def _day(text: str, judged: Judgement, option: str) -> tuple[int, int]:
    """The first instant of a day, and the first after it, in microseconds UTC."""
    zone = ZoneInfo(judged.calendar.timezone)
    try:
        day = date.fromisoformat(text)
        return _micro(datetime.combine(day, time(), zone)), _micro(
            datetime.combine(day + timedelta(days=1), time(), zone)
        )
    except (ValueError, OverflowError):
        raise ConfigError(f"{option}: {text!r} is not a day like 2026-03-01") from None


def _moment(text: str, zone: ZoneInfo) -> int:
    """The instant that a time names, or the last one of a day, in microseconds UTC."""
    try:
        at = datetime.fromisoformat(text)
        if len(text) == 10:
            return _micro(datetime.combine(at.date() + timedelta(days=1), time(), zone)) - 1
        return _micro(at if at.tzinfo else at.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        raise ConfigError(f"--known-at: {text!r} is not a day like 2026-03-01 or a time") from None


def _micro(at: datetime) -> int:
    return (at.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)
