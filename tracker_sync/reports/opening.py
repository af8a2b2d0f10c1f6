"""From a configuration and a log to an organisation that reports can be asked about."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tracker_sync import customers, people, strategy
from tracker_sync.config import Config
from tracker_sync.errors import ConfigError
from tracker_sync.events import Stated
from tracker_sync.items import fold
from tracker_sync.log import EventLog
from tracker_sync.reports.org import EPOCH, Org, Query
from tracker_sync.tagging import Judgement, rules, source_settings, tag
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
    as of the last thing that a tracker said: the same log gives the same figures on any day."""
    zone = ZoneInfo(config.calendar.timezone)
    known_at = _moment(asked.known_at, zone, "--known-at") if asked.known_at else None
    as_of = _moment(asked.as_of, zone, "--as-of") if asked.as_of else None
    if asked.source and asked.source not in {s.name for s in config.sources}:
        names = ", ".join(s.name for s in config.sources)
        raise ConfigError(f"there is no source {asked.source!r}; there are: {names}")
    world = fold(log.read(known_at=known_at), as_of)
    shape = tree(world)
    judgement = judge(config, world.stated, as_of or world.last_ts)
    org = Org(
        world, tag(world, judgement, shape), shape, judgement.strategies, judgement.customers,
        judgement.people, config.calendar,
    )  # fmt: skip
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


def judge(config: Config, stated: tuple[tuple[int, Stated], ...], now: int) -> Judgement:
    """What tags and reports rest on beside the log. Raises ConfigError with file and line."""
    files, zone = config.strategy, ZoneInfo(config.calendar.timezone)
    fields, labels = source_settings(config)
    return Judgement(
        rules.load([config.file(p) for p in config.rules.paths], config.rules.disable),
        customers.load(config.file(files.customers), zone),
        strategy.load(config.file(files.file), stated, now, zone),
        people.load(config.file(files.people)),
        fields,
        labels,
    )


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
