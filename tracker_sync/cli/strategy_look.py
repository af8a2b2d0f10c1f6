"""What the strategy file is held against: its versions, the accounts, the people, and the work in the log."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from tracker_sync.cli.check import looked_at
from tracker_sync.cli.session import has_log, opened
from tracker_sync.config import Config
from tracker_sync.days import local
from tracker_sync.inputs import judgement, now_stated
from tracker_sync.reports.opening import Asked
from tracker_sync.strategy import Limits, Strategy
from tracker_sync.strategy_check import check_new
from tracker_sync.strategy_lint import Bounds, Look, Outcome
from tracker_sync.tagging import Judgement
from tracker_sync.tomlfile import parse, text_of

if TYPE_CHECKING:
    from tracker_sync.reports.portfolio import Portfolio
    from tracker_sync.reports.query import Query

BUILD = ("product", "engineering")
"""Roles of those who build."""
Clock = Literal["asked", "log", "today"]
"""Where the day comes from that dates are held against."""


def stated(config: Config) -> tuple[Strategy, str]:
    """The strategy file, and its text; both empty where there is none. Raises ConfigError with file and
    line."""
    path = config.file(config.strategy.file)
    text = text_of(path) if path.is_file() else ""
    return check_new(parse(text, Strategy, path), text, path), text


def look_at(config: Config, strategy: Strategy, day: date | None) -> tuple[Look, Clock]:
    """What the file is held against on a day: the one asked for, else the last that a tracker told of, else
    today; and which of these it is."""
    today = datetime.now(ZoneInfo(config.calendar.timezone)).date()
    if not has_log(config):
        judged = judgement(config, [], now_stated(config))
        return _look(strategy, judged, day or today), "asked" if day else "today"
    with opened(config) as log, log.snapshot():
        asked = Asked(as_of=str(day) if day else None)
        refs, org, every, query = looked_at(config, log, [], asked)
        if not len(every.now):
            return _look(strategy, every.judged, day or today), "asked" if day else "today"
        look = _look(strategy, every.judged, day or local(query.as_of, query.zone).date())
        titles = [(ref, org.world.items[ref].title) for ref in refs]
        shares = _shares(strategy.limits, every, query)
        outcomes = None if strategy.limits.adoption_target is None else _outcomes(every, query)
        return replace(look, titles=titles, shares=shares, outcomes=outcomes), "asked" if day else "log"


def _look(strategy: Strategy, judged: Judgement, today: date) -> Look:
    people = {id(p): p for p in judged.people.values()}.values()  # one person has several logins
    return Look(
        strategy, today, judged.strategies, judged.customers,
        builders=sum(p.role in BUILD for p in people) or None,
        zone=ZoneInfo(judged.calendar.timezone),
    )  # fmt: skip


def _shares(limits: Limits, every: "Portfolio", query: "Query") -> dict[str, Bounds]:
    """What the reports say of the limits that are stated, by effort, where there is any work."""
    from tracker_sync.reports.sales_led import sales_led
    from tracker_sync.reports.single_customer import single_customer

    found: dict[str, Bounds] = {}
    if limits.sales_led_share is not None:
        share = sales_led(every, query).weighed[0].sales_led
        if share.low is not None:
            found["sales_led_share"] = Bounds(share.low, share.high, share.total)
    if limits.single_customer_share is not None:
        share = single_customer(every, query).share
        if share.low is not None:
            found["single_customer_share"] = Bounds(share.low, share.high, share.total)
    return found


def _outcomes(every: "Portfolio", query: "Query") -> list[Outcome]:
    """Who used each initiative, as far as that is known."""
    from tracker_sync.reports.sagas import sagas

    found = []
    for saga in sagas(every, query).rows:
        used = saga.check.adoption if saga.check else None
        needs = saga.check.needs if saga.check else ""
        told = (used.verdict, used.using, len(used.served)) if used else ("", 0, 0)
        found.append(Outcome(saga.initiative, *told, needs))
    return found
