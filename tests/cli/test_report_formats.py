"""What `report --format` writes where."""

from pathlib import Path

import pytest
from conftest import Desk

from tests.reports.test_edges import at, item
from tracker_sync.events import Named
from tracker_sync.log.sqlite import SqliteLog

ESCAPE = "\x1b["


@pytest.fixture
def work(desk: Desk) -> Desk:
    """One item of work without an intent."""
    desk.jira("https://acme.example")
    doing = Named(id="n2", item="", ts=0, attr="status", key="2", val="Doing", means="indeterminate")
    log = SqliteLog(desk.db, write=True)
    log.append("acme", [doing, *item("A-1", title="100 % of it,\n::error::now")], now=at(50))
    log.close()
    return desk


def test_csv_has_the_first_table_or_the_one_that_is_named(work: Desk) -> None:
    first = work.run("report", "intents", "--format", "csv")
    other = work.run("report", "intents", "--format", "csv", "--table", "untagged")
    assert (first.code, first.out.startswith("intent,stated,owner")) == (0, True)
    assert [line.partition(",")[0] for line in other.out.splitlines()] == ["key", "acme:A-1"]


def test_a_table_that_is_not_there_is_a_mistake_of_who_asked(work: Desk) -> None:
    done = work.run("report", "intents", "--format", "csv", "--table", "nonsense")
    assert (done.code, "--table takes one of: intents" in done.err) == (2, True)
    assert work.run("report", "intents", "--table", "intents").code == 2


def test_in_actions_the_page_is_the_summary_of_the_step(work: Desk, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("Before.\n")
    done = work.run("report", "--format", "github", GITHUB_STEP_SUMMARY=str(summary))
    assert done.code == 0
    assert all(
        line.startswith("::notice title=Are we building our strategy?::") for line in done.out.splitlines()
    )
    assert summary.read_text().startswith("Before.\n## Are we building our strategy?\n")


def test_outside_actions_it_says_that_no_summary_was_written(
    work: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    assert "GITHUB_STEP_SUMMARY is not set" in work.run("report", "--format", "github").err


def test_a_page_for_github_can_be_a_file(work: Desk) -> None:
    assert work.run("report", "--format", "github", "--output", "page.md").out.startswith("::notice")
    assert (work.folder / "page.md").read_text().startswith("## Are we")


def test_colour_is_for_terminals_or_where_it_is_forced_and_never_in_a_file(work: Desk) -> None:
    assert ESCAPE not in work.run("report").out
    assert ESCAPE in work.run("report", FORCE_COLOR="1").out
    assert ESCAPE not in work.run("report", FORCE_COLOR="1", NO_COLOR="1").out
    work.run("report", "--output", "page.txt", FORCE_COLOR="1")
    assert ESCAPE not in (work.folder / "page.txt").read_text()
