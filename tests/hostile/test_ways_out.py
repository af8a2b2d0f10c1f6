"""Every way out, with all that a stranger can write: nothing is executed, nobody is told, and no word is lost.

A tracker is made of titles.py (stranger.py), synced over HTTP, and sent through every command in every format;
each output is read as its reader would read it (reading.py). A command or a format that is not here fails.
"""

import gc
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from builders import Front, fronted
from conftest import TOKENS, Desk, Done
from hostile import reading
from hostile.stranger import spoiled
from hostile.titles import EVIL, TITLES, is_text

from tracker_sync.cli import cli
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports import NAMES

JIRA, GITHUB = "https://girder.example.test", "https://github.com"
IN_PART = 5
"""What was no text at all is set aside."""


@dataclass
class Pit:
    """A desk whose log is full of hostile words, and the trackers that said them."""

    desk: Desk
    jira: Front
    github: Front
    urls: list[str]
    synced: Done

    def run(self, *args: str, **env: str) -> Done:
        return self.desk.run(*args, **env)

    @property
    def home(self) -> tuple[str, ...]:
        """Where links may lead: to our own trackers."""
        return (*self.urls, GITHUB)


@pytest.fixture(scope="module")
def pit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pit]:
    """Synced once; a test may read it, and say something more in it."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        for name in TOKENS:
            patch.delenv(name, raising=False)
        jira, github, files = spoiled()
        fronts = Front(jira), Front(github)
        urls = [stack.enter_context(fronted(front)) for front in fronts]
        desk = Desk(tmp_path_factory.mktemp("pit"), patch)
        for name, text in files.items():
            desk.write(name, text.replace("@JIRA_URL@", urls[0]).replace("@GITHUB_URL@", urls[1]))
        done = desk.run("sync", "--log-format", "json")
        yield Pit(desk, *fronts, urls, done)


# --- The commands that there are


def leaves(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """Each command with each of its formats; of a report with each of their names."""
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from leaves(inner, *path, name)
        return
    choices = {p.name: p.type.choices for p in command.params if isinstance(p.type, click.Choice)}
    for name in choices.get("name", [""]):
        for form in choices.get("form", [""]):
            yield tuple(part for part in (*path, name, form) if part)


@dataclass(frozen=True)
class Way:
    """A command line, and what reads what it prints."""

    args: tuple[str, ...]
    read: Callable[[str], object]
    code: int = 0


def way(line: str, read: Callable[[str], object], code: int = 0) -> Way:
    return Way(tuple(line.split()), read, code)


HOME = ("http://127.0.0.1:", GITHUB)
FORMATS: dict[str, Callable[[str], object]] = {
    "text": reading.plain, "json": reading.document, "csv": reading.table,
    "markdown": lambda text: reading.markdown(text, HOME), "html": lambda text: reading.page(text, HOME),
    "github": reading.annotations,
}  # fmt: skip
REPORTS = {
    ("report", name, form): way(f"report {name} --format {form}", read)
    for name in NAMES
    for form, read in FORMATS.items()
}
OTHERS = {
    ("status", "text"): way("status", reading.plain),
    ("status", "json"): way("status --format json", reading.document),
    ("items", "text"): way("items", reading.plain),
    ("items", "json"): way("items --format json", reading.document),
    ("items", "csv"): way("items --format csv", reading.table),
    ("show", "text"): way("show PLAN-1", reading.plain),
    ("show", "json"): way("show PLAN-1 --format json", reading.document),
    ("suggest", "text"): way("suggest --dimension customer --threshold 0 --limit 400", reading.plain),
    ("suggest", "json"): way("suggest --threshold 0 --format json", reading.document),
    ("suggest", "csv"): way("suggest --dimension origin --threshold 0 --format csv", reading.table),
    ("check", "text"): way("check", reading.plain),
    ("check", "json"): way("check --format json", reading.document),
    ("check", "github"): way("check --format github", reading.annotations),
    ("strategy", "check", "text"): way("strategy check", reading.plain),
    ("strategy", "check", "json"): way("strategy check --format json", reading.document),
    ("strategy", "show", "text"): way("strategy show", reading.plain),
    ("strategy", "show", "json"): way("strategy show --format json", reading.document),
    ("strategy", "diff", "text"): way("strategy diff", reading.plain),
    ("strategy", "diff", "json"): way("strategy diff --format json", reading.document),
    ("rules", "list", "text"): way("rules list", reading.plain),
    ("rules", "list", "json"): way("rules list --format json", reading.document),
    ("rules", "test"): way("rules test", reading.plain),
    ("rules", "explain"): way("rules explain customer/customer-field", reading.plain),
    ("log", "verify"): way("log verify", reading.plain),
    ("log", "rebuild"): way("log rebuild", reading.plain),
    ("log", "checkpoint"): way("log checkpoint", reading.document),
    ("log", "export", "jsonl"): way("log export", reading.objects),
    ("doctor", "text"): way("doctor", reading.plain, 0),
    ("doctor", "json"): way("doctor --format json", reading.document, 0),
}
ELSEWHERE = {
    ("sync", "text"): "test_a_failure_says_the_trackers_words_and_no_more",
    ("sync", "json"): "test_what_is_no_text_is_set_aside_and_said",
    ("daemon", "text"): "test_the_daemon_says_and_serves_only_words",
    ("daemon", "json"): "test_the_daemon_says_and_serves_only_words",
    ("init",): "test_what_init_finds_is_said_and_written_as_words",
    ("tag",): "test_a_persons_hostile_words_are_words",
    ("dismiss",): "test_a_persons_hostile_words_are_words",
    ("log", "import"): "test_an_export_holds_every_word",
    ("log", "export", "parquet"): "test_an_export_holds_every_word",
}
"""What needs more than a command line, and the test below that has it."""
HARMLESS = {("demo",): "its words are a made-up company's, which comes with the program"}


def test_every_command_and_every_format_is_here() -> None:
    there = set(leaves(cli))
    assert there == {*REPORTS, *OTHERS, *ELSEWHERE, *HARMLESS}
    assert all(callable(globals()[name]) for name in ELSEWHERE.values())


def test_there_are_enough_titles() -> None:
    assert len(set(TITLES)) == len(TITLES) > 200


def goes_out(pit: Pit, one: Way, **env: str) -> Done:
    """Send it out, and read it."""
    done = pit.run(*one.args, **env)
    assert done.code == one.code, ascii(done.err[-2000:])
    one.read(done.out)
    reading.plain(done.err)
    return done


def test_no_title_is_lost(pit: Pit) -> None:
    shown = [row["title"] for row in json.loads(pit.run("items", "--format", "json").out)["rows"]]
    assert [t for t in TITLES if is_text(t) and t not in shown] == []


# Pages are drawn by another process, which takes seconds: one of all reports is enough for every day.
@pytest.mark.parametrize("of", [key for key in REPORTS if key[-1] != "html"], ids="-".join)
def test_a_report_holds_only_words(pit: Pit, of: tuple[str, ...]) -> None:
    goes_out(pit, REPORTS[of])


def test_a_page_of_all_reports_holds_only_words(pit: Pit) -> None:
    goes_out(pit, way("report --format html", FORMATS["html"]))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_a_report_holds_only_words(pit: Pit, name: str) -> None:
    goes_out(pit, REPORTS["report", name, "html"])


@pytest.mark.parametrize("of", OTHERS, ids="-".join)
def test_a_command_prints_only_words(pit: Pit, of: tuple[str, ...]) -> None:
    goes_out(pit, OTHERS[of])


def test_words_in_colour_are_coloured_by_us_alone(pit: Pit) -> None:
    done = pit.run("report", "sales-led", FORCE_COLOR="1")
    assert "\x1b[1m" in done.out
    reading.coloured(done.out)


def test_every_item_is_shown_and_explained_in_words(pit: Pit) -> None:
    """As `show` and `rules explain` do it, of one item after the other."""
    from tracker_sync import config
    from tracker_sync.render import explained, item, json
    from tracker_sync.reports.opening import Asked, open_org
    from tracker_sync.reports.query import Clocks
    from tracker_sync.tagging.hearing import hearing

    conf = config.load(pit.desk.folder / "tracker-sync.toml")
    log = SqliteLog(pit.desk.db)
    try:
        org, _ = open_org(conf, log, Asked())
    finally:
        log.close()
    seen = Clocks(None, None)
    for ref, one in org.world.items.items():
        tags = org.tags[ref]
        reading.plain(item.shown(one, tags, org, seen))
        reading.document(json.shown(one, tags, org, seen))
        reading.plain(explained.heard(one, tags, *hearing(one, org.names(one), tags, org.judged)))


@pytest.mark.parametrize(
    "line", ["items --conflicts", "report sales-led --by quarter", "strategy check --at 2026-06-01",
             "rules explain FIELD-1", "suggest --evaluate"],
)  # fmt: skip
def test_what_options_add_is_words(pit: Pit, line: str) -> None:
    goes_out(pit, way(line, reading.plain))


def test_a_view_for_a_client_holds_only_words(pit: Pit) -> None:
    name = next(r["account"] for r in json.loads(pit.run("report", "demand", "--format", "json").out)["rows"])
    for form, read in FORMATS.items():
        if form not in ("html", "github"):
            goes_out(pit, Way(("report", "demand", "--customer", name, "--redact", "--format", form), read))
