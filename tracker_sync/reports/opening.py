"""From a configuration and a log to an organisation that reports can be asked about."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tracker_sync.config import Config
from tracker_sync.errors import ConfigError
from tracker_sync.inputs import judgement, now_stated, told
from tracker_sync.items import fold
from tracker_sync.log import EventLog
from tracker_sync.reports.org import EPOCH, Org, Query
from tracker_sync.tagging import tag
from tracker_sync.work import tree


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of a report, as typed. Dates are whole days of the configured time zone."""

    since: str | None = None
    until: str | None = None
    as_of: str | None = None
    known_at: str | None = None
    weight: str | None = None
    source: str | None = None
    project: str | None = None


def open_org(config: Config, log: EventLog, asked: Asked = Asked()) -> tuple[Org, Query]:
    """The organisation and the question. Without dates the question is about all that the log holds,
    as of the last thing that a tracker said: the same log gives the same figures on any day.

    With `known_at` the log alone decides, also about the inputs, so that a past report comes out as it did.
    """
    known_at = None
    if asked.known_at:
        known_at = _moment(asked.known_at, ZoneInfo(config.calendar.timezone), "--known-at")
    texts = now_stated(config) if known_at is None else None
    judged = judgement(config, told(log, known_at), texts)
    zone = ZoneInfo(judged.calendar.timezone)
    as_of = _moment(asked.as_of, zone, "--as-of") if asked.as_of else None
    if asked.source and asked.source not in {s.name for s in config.sources}:
        names = ", ".join(s.name for s in config.sources)
        raise ConfigError(f"there is no source {asked.source!r}; there are: {names}")
    world = fold(log.read(known_at=known_at), as_of)
    shape = tree(world)
    org = Org(world, tag(world, judged, shape), shape, judged)
    end = as_of if as_of is not None else world.last_ts
    start = min((i.opened_at for i in world.items.values()), default=0)
    query = Query(
        since=_moment(asked.since, zone, "--since", start_of_day=True) if asked.since else start,
        until=1 + (_moment(asked.until, zone, "--until") if asked.until else end),
        as_of=end, known_at=known_at, source=asked.source, project=asked.project,
        weight=asked.weight,
    )  # fmt: skip
    if query.since >= query.until and world.items:
        raise ConfigError("--since has to be before --until")
    return org, query


def _moment(text: str, zone: ZoneInfo, option: str, *, start_of_day: bool = False) -> int:
    """The last (or first) instant that a date or time names, in microseconds UTC."""
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            if start_of_day:
                return _micro(datetime.combine(day, time(), zone))
            return _micro(datetime.combine(day + timedelta(days=1), time(), zone)) - 1
        at = datetime.fromisoformat(text)
        return _micro(at if at.tzinfo else at.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        raise ConfigError(f"{option}: {text!r} is not a date like 2026-03-01 or a time") from None


def _micro(at: datetime) -> int:
    return (at.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)
