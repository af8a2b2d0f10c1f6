"""More reports of the demo, and of a demo with more going on: the oracle comes to the same digits."""

import random
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec.structs import replace as changed

from tests.oracle.shares import Oracle, Question
from tests.oracle.weights import Weights
from tests.reports.agreement import Case, Said, asked, assert_agree, assert_shares_agree, record
from tests.reports.agreement_demand import demand_expected, demand_reported
from tests.reports.agreement_problems import problems_expected, problems_reported
from tests.reports.agreement_promises import promises_expected, promises_reported
from tests.reports.agreement_sagas import sagas_expected, sagas_reported
from tests.reports.agreement_said_no import said_no_expected, said_no_reported
from tests.reports.agreement_trust import trust_expected, trust_reported
from tests.reports.agreement_warnings import warnings_expected, warnings_reported
from tests.reports.agreement_weights import assert_opened_agree, assert_weights_agree
from tests.reports.shaken import shaken
from tests.reports.test_demo_against_oracle import LAST, lived, question  # noqa: F401  the fixture
from tracker_sync import config
from tracker_sync.events import Changed
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.opening import open_portfolio
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query

REPORTS: dict[str, tuple[Callable[[Portfolio, Query], Said], Callable[[Oracle], Said]]] = {
    "promises": (promises_reported, promises_expected),
    "demand": (demand_reported, demand_expected),
    "said-no": (said_no_reported, said_no_expected),
    "problems": (problems_reported, problems_expected),
    "warnings": (warnings_reported, warnings_expected),
    "trust": (trust_reported, trust_expected),
    "sagas": (sagas_reported, sagas_expected),
}
SOURCES = (None, None, "girder", "field-sync")
PROJECTS = (None, "PLAN", "field", "girder-build/field-sync")
TEAMS = (None, "planning", "field", "integrations")
SERIES = (None, "week", "month", "quarter")


@pytest.fixture(scope="module")
def mixed(girder: Case, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """The demo with points on most items, set a while after the opening; and with people of whom some have no
    team, some no rate, and some a rate of their own."""
    r, place = random.Random(3), tmp_path_factory.mktemp("mixed") / "demo"
    shutil.copytree(girder.config.log_path.parent, place)
    conf = config.load(place / "tracker-sync.toml")
    people = (place / "people.toml").read_text().split("[[people]]")
    for n, one in enumerate(people):
        kept = one if n % 3 else re.sub(r"team = .*\n", "", one)
        kept = kept if n % 4 else re.sub(r"rate = .*\n", "", kept)
        people[n] = re.sub(r"rate = \[(\d)", rf"rate = [{1 + n % 4}", kept)
    (place / "people.toml").write_text("[[people]]".join(people))
    opened = [(e.source, e.event) for e in girder.log.read() if type(e.event).__name__ == "Opened"]
    log = SqliteLog(conf.log_path, write=True)
    log.append("girder", [
        Changed(id=f"{e.item}:p", item=e.item, ts=e.ts + r.randrange(40 * 24 * 3_600_000_000),
                attr="customfield_10016", val=str(r.choice([1, 2, 3, 5, 8, "0.5"])))
        for source, e in opened if source == "girder" and r.random() < 0.93
    ], now=0)  # fmt: skip
    yield Case(conf, log, record(conf, log))
    log.close()


def test_the_demo_by_each_weight(girder: Case) -> None:
    assert_weights_agree(*girder, Question())


def test_the_demo_month_by_month(girder: Case) -> None:
    assert_weights_agree(*girder, Question(since=LAST - timedelta(80)), by="month")


def test_people_without_a_rate_or_a_team_and_items_with_points(mixed: Case) -> None:
    assert_weights_agree(*mixed, Question(since=LAST - timedelta(150)))
    of = Weights(Oracle(mixed.record, Question(since=LAST - timedelta(150))))
    assert any(p.figures for p in of.points().values()), "it is about something"
    assert any(p.figures is None for p in of.points().values())
    assert {"" in days for days in of.days.values()} == {True, False}


def weighed(seed: int, *, known: bool) -> tuple[Question, str | None]:
    """A question about a team's work, and by which period."""
    r = random.Random(f"weights {seed}")
    return replace(question(seed, known=known), team=r.choice(TEAMS)), r.choice(SERIES)


@pytest.mark.parametrize("seed", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_the_weights_as_they_were_known(lived: Case, seed: int) -> None:  # noqa: F811
    assert_weights_agree(*lived, replace(question(seed, known=True), team=TEAMS[seed]))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 24))
def test_the_weights_on_many_days(girder: Case, seed: int) -> None:
    assert_weights_agree(*girder, *weighed(seed, known=False))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 24))
def test_the_weights_of_mixed_people_on_many_days(mixed: Case, seed: int) -> None:
    assert_weights_agree(*mixed, *weighed(seed, known=False))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 24))
def test_the_weights_as_they_were_known_at_many_times(lived: Case, seed: int) -> None:  # noqa: F811
    assert_weights_agree(*lived, *weighed(seed, known=True))


@pytest.fixture(scope="module")
def busy(girder: Case, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """The demo with much more going on."""
    with shaken(girder, tmp_path_factory.mktemp("busy") / "demo", 1) as case:
        yield case


def assert_reports_agree(case: Case, question: Question, names: Collection[str] = tuple(REPORTS)) -> None:
    """The package and the oracle say the same in each of these reports."""
    opened = open_portfolio(case.config, case.log, asked(question))
    assert_opened_reports_agree(*opened, Oracle(case.record, question), names)


def assert_opened_reports_agree(
    org: Portfolio, query: Query, of: Oracle, names: Collection[str] = tuple(REPORTS)
) -> None:
    """The same of what was opened already."""
    for name in names:
        reported, expected = REPORTS[name]
        package, opinion = reported(org, query), expected(of)
        for figure in {**package, **opinion}:
            told, said = package.get(figure, "nothing"), opinion.get(figure, "nothing")
            assert told == said, (name, figure, of.question)


def part(seed: int, *, known: bool) -> Question:
    """A question about a source, a project, a team, or several of these at once."""
    r = random.Random(f"part {seed}")
    chosen = {"source": r.choice(SOURCES), "project": r.choice(PROJECTS), "team": r.choice(TEAMS)}
    return replace(question(seed, known=known), **chosen)


def assert_all_agree(
    case: Case, question: Question, by: str | None = None, names: Collection[str] = tuple(REPORTS)
) -> None:
    """The package and the oracle say the same by all comparisons that there are, of these reports."""
    org, query = open_portfolio(case.config, case.log, changed(asked(question), by=by))
    of, alone = Oracle(case.record, question), changed(query, by=None)
    assert_shares_agree(org, alone, of)
    assert_opened_agree(org, query, of, case.record)
    assert_opened_reports_agree(org, alone, of, names)


def test_the_reports_of_the_demo(girder: Case) -> None:
    assert_reports_agree(girder, Question())


def test_the_shares_of_a_busy_demo(busy: Case) -> None:
    assert_agree(*busy, question(3, known=False))


@pytest.mark.parametrize("seed", [3, pytest.param(7, marks=pytest.mark.slow)])
def test_the_reports_of_a_busy_demo(busy: Case, seed: int) -> None:
    assert_reports_agree(busy, question(seed, known=False))


def test_the_reports_of_the_demo_as_they_were_known(lived: Case) -> None:  # noqa: F811
    assert_reports_agree(lived, question(3, known=True))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12, 42))
def test_the_reports_of_the_demo_on_many_days(girder: Case, seed: int) -> None:
    assert_reports_agree(girder, question(seed, known=False))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12, 42))
def test_the_shares_of_a_busy_demo_on_many_days(busy: Case, seed: int) -> None:
    assert_agree(*busy, question(seed, known=False))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12, 42))
def test_the_reports_of_a_busy_demo_on_many_days(busy: Case, seed: int) -> None:
    assert_reports_agree(busy, question(seed, known=False))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12, 42))
def test_the_reports_as_they_were_known_at_many_times(lived: Case, seed: int) -> None:  # noqa: F811
    assert_reports_agree(lived, question(seed, known=True))


@pytest.mark.parametrize("team", ["planning", pytest.param("field", marks=pytest.mark.slow)])
def test_a_teams_part_of_a_project_of_the_demo(girder: Case, team: str) -> None:
    asked = Question(project="PLAN", team=team, until=LAST)
    assert_all_agree(girder, asked)
    of, every = Oracle(girder.record, asked), Oracle(girder.record, Question())
    assert 0 < len(of.active) < len(every.active), "it is about something, and not about everything"
    assert any(of.tree.epic(i) for i in of.inside.every)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_parts_of_the_demo_on_many_days(girder: Case, seed: int) -> None:
    assert_all_agree(girder, part(seed, known=False), random.Random(seed).choice(SERIES))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40, 60))
def test_parts_of_a_busy_demo_on_many_days(busy: Case, seed: int) -> None:
    assert_all_agree(busy, part(seed, known=False))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_parts_of_the_demo_as_they_were_known(lived: Case, seed: int) -> None:  # noqa: F811
    assert_all_agree(lived, part(seed, known=True))
