"""Money, points and periods: the weights beside effort and count, each by an example a person can check."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tracker_sync.config import load
from tracker_sync.errors import ConfigError
from tracker_sync.events import Added, Changed, Event, Named, Opened
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.intents import intents
from tracker_sync.reports.money import Part, extreme
from tracker_sync.reports.opening import Asked, open_portfolio
from tracker_sync.reports.periods import periods
from tracker_sync.reports.query import Query
from tracker_sync.reports.sales_led import SalesLed, Weighed, sales_led

MONDAY = datetime(2026, 2, 2, 9, tzinfo=UTC)
PEOPLE = """\
[[people]]
logins = ["ann"]
role = "engineering"
team = "web"
rate = [400, 600]
[[people]]
logins = ["bob"]
role = "engineering"
team = "web"
[[people]]
logins = ["cleo"]
role = "engineering"
team = "core"
rate = [500, 500]
[[people]]
logins = ["sam"]
role = "sales"
"""


def ts(day: float) -> int:
    return int((MONDAY + timedelta(days=day)).timestamp() * 1e6)


def work(
    key: str, who: str | None, *labels: str, day: float = 0, days: int = 1, **fields: str
) -> list[Event]:
    """Work of so many days, from nine in the morning of one on, done at five in the afternoon of the last."""
    head: dict[str, Any] = {"item": key, "ts": ts(day)}
    values = {"title": key, **({"assignee": who} if who else {}), **fields}
    done = {"id": f"{key}:9", "item": key, "ts": ts(day + days - 1) + 8 * 3_600_000_000}
    return [
        Opened(id=f"{key}:0", val=key, **head),
        Added(id=f"{key}:0.s", attr="status", key="2", val="Doing", **head),
        *(Added(id=f"{key}:0.{a}", attr=a, key="", val=v, **head) for a, v in values.items()),
        *(Added(id=f"{key}:0.l{n}", attr="labels", key=v, val=v, **head) for n, v in enumerate(labels)),
        Changed(**done, attr="status", key="3", val="Done"),
    ]


class Asking:
    def __init__(self, folder: Path) -> None:
        self.folder, self.logs = folder, list[SqliteLog]()
        (folder / "tracker-sync.toml").write_text(
            '[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\n'
            'fields = { points = "Points" }\n'
        )
        (folder / "people.toml").write_text(PEOPLE)

    def __call__(self, *parts: list[Event], known: int | None = None, **asked: Any) -> SalesLed:
        log = SqliteLog(self.folder / "tracker-sync.db", write=True)
        self.logs.append(log)
        names = [
            Named(id=f"n{k}", item="", ts=0, attr="status", key=k, val=k, means=m)
            for k, m in (("2", "indeterminate"), ("3", "done"))
        ]
        field = Named(id="f", item="", ts=0, attr="field", key="customfield_1", val="Points")
        log.append("o", [*names, field, *(e for part in parts for e in part)], now=ts(500))
        return sales_led(*self.opened(**asked))

    def opened(self, **asked: Any) -> Any:
        return open_portfolio(load(self.folder / "tracker-sync.toml"), self.logs[-1], Asked(**asked))


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asking]:
    asking = Asking(tmp_path)
    yield asking
    for log in asking.logs:
        log.close()


def by(report: SalesLed, weight: str) -> Weighed:
    return next(w for w in report.weighed if w.weight == weight)


SALES = "commercial sales priority::1"


def test_a_day_costs_from_the_lowest_to_the_highest_rate_of_its_team(ask: Asking) -> None:
    report = ask(work("A-1", "ann", SALES, days=2), work("A-2", "bob", "research", days=3))
    money = by(report, "money")
    assert money.sales_led.totals == (5 * 400, 5 * 600)
    assert (money.amounts["undecidable"], money.most["undecidable"]) == (800, 1200)
    assert money.sales_led.low == money.sales_led.high == Fraction(2, 5), (
        "one team, one rate: the rate is no matter"
    )


def test_between_two_teams_the_share_is_as_uncertain_as_their_rates(ask: Asking) -> None:
    report = ask(work("A-1", "ann", SALES), work("A-2", "cleo", "research"))
    money = by(report, "money")
    assert (money.sales_led.low, money.sales_led.high) == (Fraction(400, 900), Fraction(600, 1100))
    low, high = money.sales_led.interval or (1.0, 0.0)
    assert low <= Fraction(400, 900)
    assert high >= Fraction(600, 1100)


def test_work_of_people_without_a_rate_costs_between_the_lowest_and_the_highest_of_all(ask: Asking) -> None:
    money = by(ask(work("A-1", "zoe", SALES), work("A-2", "zoe", "research", day=1)), "money")
    assert money.sales_led.totals == (800, 1200)
    assert (money.sales_led.low, money.sales_led.high) == (Fraction(400, 1000), Fraction(600, 1000))


def test_without_any_rate_money_is_not_assessed(ask: Asking) -> None:
    (ask.folder / "people.toml").write_text('[[people]]\nlogins = ["ann"]\nrole = "sales"\n')
    report = ask(work("A-1", "ann", SALES))
    assert [w.weight for w in report.weighed] == ["effort", "count"]
    assert "people.toml (rate = [LOW, HIGH]" in next(n.why for n in report.not_weighed if n.weight == "money")
    with pytest.raises(ConfigError, match="--weight money: not assessed: needs people"):
        sales_led(*ask.opened(weight="money"))


part = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9), st.integers(0, 9)).map(
    lambda p: Part(min(p[:2]), max(p[:2]), (p[2], p[2] + p[3]))
)


@given(st.lists(part, min_size=1, max_size=5), st.booleans())
def test_no_rates_within_the_ranges_give_a_share_beyond_the_extremes(
    parts: list[Part], highest: bool
) -> None:
    def share(rates: tuple[int, ...]) -> Fraction | None:
        whole = sum(p.whole * r for p, r in zip(parts, rates, strict=True))
        return (
            Fraction(sum(p.counted * r for p, r in zip(parts, rates, strict=True)), whole) if whole else None
        )

    every = [s for rates in product(*(p.rate for p in parts)) if (s := share(rates)) is not None]
    assert share(tuple(extreme(parts, highest=highest))) == (
        (max if highest else min)(every) if every else None
    )


def test_points_are_one_teams_and_of_nearly_all_its_items(ask: Asking) -> None:
    web = [
        work(f"A-{n}", "ann", *([SALES] if n == 1 else ["research"]), customfield_1="2") for n in range(1, 5)
    ]
    report = ask(*web, work("A-5", "bob", "research"), work("B-1", "cleo", SALES))
    points = by(report, "points:web")
    assert (points.sales_led.total, points.sales_led.low, points.sales_led.n) == (8, Fraction(2, 8), 4)
    [other] = [n for n in report.not_weighed if n.weight == "points"]
    assert (other.team, other.why.split(";")[0]) == ("core", "0 of its 1 items carry points")


def test_points_are_those_of_the_day_that_is_asked_about(ask: Asking) -> None:
    later = Changed(id="A-1:8", item="A-1", ts=ts(5), attr="customfield_1", val="20", old="2")
    ask(work("A-1", "ann", SALES, days=9, customfield_1="2"), [later])
    then, now = (by(sales_led(*ask.opened(as_of=day)), "points:web") for day in ("2026-02-03", None))
    assert (then.sales_led.total, now.sales_led.total) == (2, 20)


def test_points_alone_where_nobody_gives_any_say_what_is_missing(ask: Asking) -> None:
    ask(work("A-1", "ann", SALES))
    for report in (sales_led, intents):
        with pytest.raises(ConfigError, match="web: 0 of its 1 items carry"):
            report(*ask.opened(weight="points"))


def test_a_teams_work_is_what_it_had_in_progress_last(ask: Asking) -> None:
    ask(work("A-1", "ann", SALES), work("B-1", "cleo", SALES, days=2))
    assert [r.ref for r in sales_led(*ask.opened(team="core")).rows] == ["o:B-1"]
    with pytest.raises(ConfigError, match=r"no team 'cor'; there are: core, web"):
        ask.opened(team="cor")


@pytest.mark.parametrize("second", ["ann", "zoe"])
def test_work_that_several_have_at_once_is_in_the_report_of_one_team(ask: Asking, second: str) -> None:
    """As on GitHub. It does not depend on what they are called."""
    both = Added(id="A-1:2", item="A-1", ts=ts(0), attr="assignees", key=second, val=second)
    ask(work("A-1", "cleo", SALES), [both])
    found = {t: [r.ref for r in sales_led(*ask.opened(team=t)).rows] for t in ("core", "web")}
    assert found == {"core": ["o:A-1"], "web": []}


def test_a_series_counts_work_when_it_was_done(ask: Asking) -> None:
    report = ask(
        work("A-1", "ann", SALES, days=2), work("A-2", "ann", "research", day=28, days=3), by="month"
    )
    found = [
        (s.period.name, s.restated[0].sales_led.total, s.restated[0].sales_led.low) for s in report.series
    ]
    assert found == [("2026-02", 2, 1), ("2026-03", 3, 0)]


def test_the_parts_of_a_series_add_up_to_the_whole(ask: Asking) -> None:
    parts = [work(f"A-{n}", "ann" if n % 2 else "cleo", day=7 * n, days=9) for n in range(12)]
    report = ask(*parts, by="week")
    whole = by(report, "effort").sales_led.total
    assert sum(s.restated[0].sales_led.total for s in report.series) == whole > 0


def test_a_sign_that_came_after_the_start_revises_nothing(ask: Asking) -> None:
    late = Added(id="A-1:7", item="A-1", ts=ts(40), attr="labels", key=SALES, val=SALES)
    february = ask(work("A-1", "ann"), [late], by="month").series[0]
    assert [(w[0].sales_led.low, w[0].sales_led.high) for w in (february.then, february.restated)] == [
        (0, 1)
    ] * 2
    assert february.revision("effort") == (0, 0)


def test_a_parent_that_speaks_later_is_a_revision(ask: Asking) -> None:
    epic = [
        Opened(id="E-1:0", item="E-1", ts=ts(-9), val="E-1"),
        Added(id="E-1:0.l", item="E-1", ts=ts(-9), attr="labels", key=SALES, val=SALES),
    ]
    moved = Changed(id="A-1:7", item="A-1", ts=ts(40), attr="parent", val="E-1")
    february = next(
        s for s in ask(epic, work("A-1", "ann"), [moved], by="month").series if s.period.name == "2026-02"
    )
    assert (february.then[0].sales_led.low, february.restated[0].sales_led.low) == (0, 1)
    assert february.revision("effort") == (1, 0)


def question(by: str, since: datetime, until: datetime, zone: str = "UTC") -> Query:
    start, end = (int(d.timestamp() * 1e6) for d in (since, until))
    return Query(start, end, end - 1, zone=ZoneInfo(zone), by=by)


def test_weeks_begin_on_monday_and_are_named_by_their_year() -> None:
    found = [
        *periods(question("week", datetime(2025, 12, 31, tzinfo=UTC), datetime(2026, 1, 12, tzinfo=UTC)))
    ]
    assert [(p.name, p.whole) for p in found] == [("2026-W01", False), ("2026-W02", True)]


def test_months_begin_where_the_time_zone_has_them_begin() -> None:
    zone = ZoneInfo("Pacific/Auckland")
    found = [
        *periods(
            question("month", datetime(2026, 3, 1, tzinfo=zone), datetime(2026, 5, 1, tzinfo=zone), zone.key)
        )
    ]
    assert [p.name for p in found] == ["2026-03", "2026-04"]
    assert found[0].until == int(datetime(2026, 4, 1, tzinfo=zone).timestamp() * 1e6)


@given(st.sampled_from(["week", "month", "quarter"]), st.integers(0, 20_000), st.integers(1, 1200))
def test_periods_are_the_window_without_gaps(by: str, start: int, length: int) -> None:
    since = datetime(1990, 1, 1, 5, tzinfo=UTC) + timedelta(days=start)
    query = question(by, since, since + timedelta(days=length), "America/New_York")
    found = [*periods(query)]
    assert (found[0].since, found[-1].until) == (query.since, query.until)
    assert all(a.until == b.since for a, b in pairwise(found))
    assert len({p.name for p in found}) == len(found)


def test_a_window_after_all_that_is_known_has_no_period() -> None:
    query = question("quarter", datetime(2026, 1, 9, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
    assert [*periods(replace(query, as_of=query.since - 1))] == []
    assert [p.since for p in periods(replace(query, as_of=query.since))] == [query.since]
