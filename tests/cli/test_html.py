"""`report --format html`, from the command line to the page of the demo in a browser."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_demo import demo, run  # noqa: F401  the fixture
from tests.conftest import Desk
from tests.render.chromium import Browser, chromium, needs_chromium
from tracker_sync.cli.html import in_periods
from tracker_sync.cli.report import NAMES
from tracker_sync.reports import REPORTS
from tracker_sync.reports.query import Query

DAY = 86_400_000_000


@pytest.fixture(scope="module")
def page(demo: Path) -> Path:  # noqa: F811
    done = run(demo, "report", "--format", "html", "--output", "report.html")
    assert (done.code, done.out, done.err) == (0, "", "")
    return demo / "report.html"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


def reports_of(page: str) -> list[str]:
    return re.findall(r'<section class="report" id="([\w-]+)"', page)


def test_without_a_name_the_page_has_all_reports(page: Path) -> None:
    assert reports_of(page.read_text()) == [*NAMES]
    assert {*NAMES} == {*REPORTS}


def test_with_a_name_it_has_that_report_alone_and_each_time_the_same(demo: Path) -> None:  # noqa: F811
    found, again = (run(demo, "report", "intents", "--format", "html").out for _ in range(2))
    assert reports_of(found) == ["intents"]
    assert again == found


def test_items_lead_to_their_trackers(demo: Path, page: Path) -> None:  # noqa: F811
    config = (demo / "tracker-sync.toml").read_text()
    jira, github = re.findall(r'^url = "(http://127[^"]+)"', config, re.M)
    leads = set(re.findall(r'<a href="(http[^"]+)" rel="noopener noreferrer">', page.read_text()))
    assert f"{jira}/browse/PLAN-88" in leads
    assert f"{github}/girder-build/field-sync/issues/78" in leads


def test_without_dates_a_series_has_periods_that_a_chart_can_show() -> None:
    assert [in_periods(Query(0, days * DAY, days * DAY)).by for days in (90, 400, 2000)] == [
        "week", "month", "quarter",
    ]  # fmt: skip


def test_a_transcript_without_the_libraries(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.jira("http://127.0.0.1:9")
    desk.empty_log()
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    done = desk.run("report", "--format", "html")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "tracker-sync: the HTML page needs Jinja2 and vl-convert: pip install 'tracker_sync[html]'\n"
    )


def test_an_empty_log_makes_a_page_that_says_so(desk: Desk) -> None:
    desk.jira("http://127.0.0.1:9")
    desk.empty_log()
    done = desk.run("report", "--format", "html")
    assert done.code == 0, done.said
    assert "There is no work in this period." in done.out


@needs_chromium
def test_the_demos_page_is_quiet_whole_and_drawn(page: Path, browser: Browser) -> None:
    browser.open(page)
    assert (browser.console(), browser.requests()) == ([], [])
    charts = browser.run("""return [...document.querySelectorAll('figure.chart')].map(f => [
        f.id, f.querySelector('svg') ? f.querySelector('svg').getBoundingClientRect().height : 0,
        f.querySelectorAll('tbody tr').length])""")
    assert all(height > 30 and figures for _, height, figures in charts)
    assert {
        "sales-led-chart-series", "intents-chart-allocation", "single-customer-chart-cost",
        "demand-chart-segments", "demand-chart-accounts", "sagas-chart-timeline", "problems-chart-quadrant",
        "promises-chart-latency",
    } <= {name for name, _, _ in charts}  # fmt: skip
    lost = browser.run("""return [...document.querySelectorAll('a[href^="#"]')]
        .map(a => a.getAttribute('href')).filter(h => !document.getElementById(h.slice(1)))""")
    assert lost == []


def test_a_clients_page_has_no_key_and_no_item(demo: Path) -> None:  # noqa: F811
    found = run(demo, "report", "demand", "--customer", "Quillstone Civil", "--redact", "--format", "html")
    assert "What became of the requests of Quillstone Civil?" in found.out
    assert re.findall(r"PLAN-|FIELD-|field-sync|girder:|id=\"items\"", found.out) == []
