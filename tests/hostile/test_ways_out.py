"""Every way out, with all that a stranger can write: nothing is run, nobody is told, and no word is lost.

Two trackers that say titles.py wherever they can (stranger.py) are synced over HTTP, and what is known of
them then goes through every command in every format; each output is read as its reader would (reading.py). A
command or a format that is not here fails.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from annotate.places import Hub, Site, github, jira
from builders import Front, fronted
from conftest import TOKENS, Desk, Done
from daemon.daemons import Life, alive, configured, until
from hostile import reading
from hostile.stranger import quoted, spoiled
from hostile.titles import TITLES, is_text
from test_action import Workflow, authority, work  # noqa: F401  fixtures

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
    port: int
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
        port = configured(desk, "[cron]\nmetrics = 'out.prom'")
        done = desk.run("sync", "--log-format", "json")
        yield Pit(desk, *fronts, urls, port, done)


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
FEW_WORDS = {("rules", "test"), ("log", "rebuild")}
"""What works for long and says little."""
PROPOSALS = {
    ("suggest", "text"): way("suggest --dimension customer --threshold 0 --limit 400", reading.plain),
    ("suggest", "json"): way("suggest --threshold 0 --format json", reading.document),
    ("suggest", "csv"): way("suggest --dimension origin --threshold 0 --format csv", reading.table),
    ("evaluate",): way("suggest --evaluate", reading.plain),
}
ELSEWHERE = {
    ("sync", "text"): "test_a_failure_says_the_trackers_words_and_no_more",
    ("sync", "json"): "test_what_is_no_text_is_set_aside_and_said",
    ("daemon", "text"): "test_the_daemon_says_and_serves_only_words",
    ("daemon", "json"): "test_the_daemon_says_and_serves_only_words",
    ("init",): "test_what_init_finds_is_said_and_written_as_words",
    ("tag",): "test_a_persons_hostile_words_are_words",
    ("dismiss",): "test_hostile_words_about_a_warning_are_words",
    ("log", "import"): "test_an_export_holds_every_word",
    ("log", "export", "parquet"): "test_an_export_holds_every_word",
}
"""What needs more than a command line, and the test below that has it."""
HARMLESS = {("demo",): "its words are a made-up company's, which comes with the program"}


def test_every_command_and_every_format_is_here() -> None:
    there = set(leaves(cli))
    assert there == {*REPORTS, *OTHERS, *PROPOSALS, *ELSEWHERE, *HARMLESS} - {("evaluate",)}
    assert all(callable(globals()[name]) for name in ELSEWHERE.values())


def test_there_are_enough_titles() -> None:
    assert len(set(TITLES)) == len(TITLES) > 350
    assert len(SOME) > 200


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


# Pages are drawn by another process, which takes seconds: one is enough for every day.
@pytest.mark.parametrize("of", [key for key in REPORTS if key[-1] != "html"], ids="-".join)
def test_a_report_holds_only_words(pit: Pit, of: tuple[str, ...]) -> None:
    goes_out(pit, REPORTS[of])


@pytest.mark.slow
def test_a_page_of_all_reports_holds_only_words(pit: Pit) -> None:
    goes_out(pit, way("report --format html", FORMATS["html"]))


@pytest.mark.parametrize(
    "name", [n if n == "trust" else pytest.param(n, marks=pytest.mark.slow) for n in NAMES]
)
def test_a_page_of_a_report_holds_only_words(pit: Pit, name: str) -> None:
    goes_out(pit, REPORTS["report", name, "html"])


@pytest.fixture(scope="module")
def _learning() -> None:
    """What proposals are learned with leaves its marks in the environment, when it is first imported."""
    pytest.importorskip("sklearn.linear_model")


@pytest.mark.slow
@pytest.mark.usefixtures("_learning")
@pytest.mark.parametrize("of", PROPOSALS, ids="-".join)
def test_a_proposal_holds_only_words(pit: Pit, of: tuple[str, ...]) -> None:
    goes_out(pit, PROPOSALS[of])


@pytest.mark.parametrize(
    "of", [pytest.param(of, marks=pytest.mark.slow if of in FEW_WORDS else ()) for of in OTHERS], ids="-".join
)
def test_a_command_prints_only_words(pit: Pit, of: tuple[str, ...]) -> None:
    goes_out(pit, OTHERS[of])


def test_words_in_colour_are_coloured_by_us_alone(pit: Pit) -> None:
    done = pit.run("report", "sales-led", FORCE_COLOR="1")
    assert "\x1b[1m" in done.out
    reading.coloured(done.out)


@pytest.mark.parametrize("step", [20, pytest.param(1, marks=pytest.mark.slow)])
def test_items_are_shown_and_explained_in_words(pit: Pit, step: int) -> None:
    """As `show` and `rules explain` do it, of one item after the other; every day of some of them."""
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
    for ref, one in [*org.world.items.items()][::step]:
        tags = org.tags[ref]
        reading.plain(item.shown(one, tags, org, seen))
        reading.document(json.shown(one, tags, org, seen))
        reading.plain(explained.heard(one, tags, *hearing(one, org.names(one), tags, org.judged)))


@pytest.mark.parametrize(
    "line", ["items --conflicts", "report sales-led --by quarter", "strategy check --at 2026-06-01",
             "rules explain PLAN-1"],
)  # fmt: skip
def test_what_options_add_is_words(pit: Pit, line: str) -> None:
    goes_out(pit, way(line, reading.plain))


def test_a_view_for_a_client_holds_only_words(pit: Pit) -> None:
    name = next(r["account"] for r in json.loads(pit.run("report", "demand", "--format", "json").out)["rows"])
    for form, read in FORMATS.items():
        if form not in ("html", "github"):
            goes_out(pit, Way(("report", "demand", "--customer", name, "--redact", "--format", form), read))


# --- What is said while it works


def test_what_is_no_text_is_set_aside_and_said(pit: Pit) -> None:
    assert pit.synced.code == IN_PART
    lines = reading.objects(pit.synced.err)
    aside = [line for line in lines if line["event"] == "set aside"]
    assert len(aside) == sum(not is_text(t) for t in TITLES)
    reading.plain(pit.run("sync").err)


def test_metrics_are_metrics(pit: Pit) -> None:
    reading.samples((pit.desk.folder / "out.prom").read_text())


@contextmanager
def refusing(pit: Pit, words: str) -> Iterator[None]:
    """Both trackers refuse everything, with these words."""
    fronts = (pit.jira, pit.github)
    for front in fronts:
        front.status = lambda path: (400, {"X-RateLimit-Resource": "core\x1b[31m ::error::x"})
        front.spoil = lambda path, body: {
            "message": words,
            "errorMessages": [words],
            "errors": {words: words},
        }
    try:
        yield
    finally:
        for front in fronts:
            front.status, front.spoil = (lambda path: None), (lambda path, body: body)


def spoken() -> list[str]:
    """The titles in sentences that are short enough for an error to repeat."""
    short = [t for t in TITLES if len(t) < 70 and t.strip()]
    return ["  ".join(short[n : n + 6]) for n in range(0, len(short), 6)]


@pytest.mark.parametrize("step", [15, pytest.param(1, marks=pytest.mark.slow)])
def test_a_failure_says_the_trackers_words_and_no_more(pit: Pit, step: int) -> None:
    for number, words in enumerate(spoken()[::step]):
        with refusing(pit, words):
            done = pit.run("sync", ["girder", "field-sync"][number % 2])
            assert (done.code, done.out) == (4, "")
            assert "refused the request (400)" in done.err
            reading.plain(done.err)
    with refusing(pit, words):
        reading.objects(pit.run("sync", "--log-format", "json").err)
        for form in ("text", "json"):
            FORMATS[form](pit.run("doctor", "--format", form).out)
    for form in ("text", "json"):
        goes_out(pit, OTHERS["status", form])


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_daemon_says_and_serves_only_words(pit: Pit, form: str) -> None:
    pages: dict[str, str] = {}

    def look(life: Life) -> None:
        failed = {f"tracker_sync_passes_total {name} 4" for name in ("girder", "field-sync")}
        until(lambda: failed <= set(life.metrics()))
        pages.update({path: life.get(path)[1] for path in ("/healthz", "/metrics", "/%1b[31m::error::")})

    with refusing(pit, spoken()[8]):
        life = alive(pit.desk, pit.port, look, "--log-format", form)
    {"text": reading.plain, "json": reading.objects}[form](life.done.err)
    assert "refused the request (400)" in life.done.err
    reading.document(pages["/healthz"])
    reading.samples(pages["/metrics"])
    reading.plain(pages["/%1b[31m::error::"])


def test_what_init_finds_is_said_and_written_as_words(pit: Pit, tmp_path: Path) -> None:
    jira = ("--jira", pit.urls[0], "--project", "PLAN")
    github = ("--github", "girder-build/field-sync", "--github-url", pit.urls[1])
    for name, args in {"jira": jira, "github": github}.items():
        folder = tmp_path / name
        done = pit.run("init", "--allow-http", "--dir", str(folder), *args, JIRA_TOKEN="x", GITHUB_TOKEN="x")
        assert done.code == 0, ascii(done.err)
        reading.plain(done.said)
        told = reading.settings((folder / "tracker-sync.toml").read_text())
        assert len(told["sources"]) == 1
        assert set(told) <= {"log", "sources", "strategy"}


# --- What people type, and what is taken elsewhere


@pytest.mark.parametrize("name", ["customers.csv", "people.toml", "strategy.toml", "tracker-sync.toml"])
def test_a_file_that_does_not_hold_is_told_in_words(desk: Desk, name: str) -> None:
    desk.github("http://127.0.0.1:1")
    desk.empty_log()
    for n in range(0, len(TITLES), 40):
        titles = [t for t in TITLES[n : n + 40] if is_text(t) and len(t) < 300]
        if name.endswith("csv"):
            out = io.StringIO()
            csv.writer(out).writerows([["name", "status"], *([t, t] for t in titles)])
            text = out.getvalue()
        else:
            text = "".join(f"{quoted(t)} = {quoted(t)}\n" for t in titles if t not in ("", "="))
        desk.write(name, text)
        done = desk.run("report", "trust")
        assert done.code == 2, ascii(done.said)
        reading.plain(done.said)


def test_a_persons_hostile_words_are_words(pit: Pit) -> None:
    words = [w for w in map(str.strip, TITLES) if w and "\x00" not in w and is_text(w) and len(w) < 200]
    refs = [row["key"] for row in json.loads(pit.run("items", "--format", "json").out)["rows"]]
    rows = [(ref, word, "sales", word) for ref, word in zip(refs, words[::2], strict=False)]
    with (pit.desk.folder / "said.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("key", "customer", "origin", "reason"), *rows])
    done = pit.run("tag", "--from", "said.csv")
    reading.plain(done.said)
    assert done.code == 0, ascii(done.err[:1000])
    goes_out(pit, way("items --conflicts", reading.plain))
    goes_out(pit, way("items --conflicts --format csv", reading.table))
    word = " ".join(words[::20])
    for args in (
        ("tag", "PLAN-1", "--intent", word, "--reason", word), ("tag", word, "--clear"), ("show", word),
        ("rules", "explain", word), ("check", word), ("sync", word), ("items", "--as-of", word),
    ):  # fmt: skip
        reading.plain(pit.run(*args).said)


@pytest.mark.slow
def test_hostile_words_about_a_warning_are_words(pit: Pit) -> None:
    words = [w for w in TITLES if "\x00" not in w and is_text(w)]
    warning = json.loads(pit.run("report", "warnings", "--format", "json").out)["rows"][0]["id"]
    why = " ".join(words[::3])
    assert pit.run("dismiss", warning, "--until", "2100-01-01", "--reason", why).code == 0
    reading.plain(pit.run("dismiss", f"{warning}{why}", "--until", why, "--reason", why).said)
    goes_out(pit, REPORTS["report", "warnings", "markdown"])
    goes_out(pit, REPORTS["report", "trust", "text"])


def test_an_export_holds_every_word(pit: Pit, desk: Desk) -> None:
    import pyarrow.dataset

    whole = goes_out(pit, OTHERS["log", "export", "jsonl"])
    desk.write("tracker-sync.toml", "[log]\nurl = 'sqlite:///tracker-sync.db'\n")
    desk.write("log.jsonl", whole.out)
    reading.plain(desk.run("log", "import", "log.jsonl").said)
    assert desk.run("log", "export").out == whole.out
    goes_out(pit, way("log export --format parquet --out events", reading.plain))
    events = pyarrow.dataset.dataset(pit.desk.folder / "events", partitioning="hive").to_table().to_pylist()
    titles = {event["val"] for event in events if event["attr"] == "title"}
    assert [t for t in TITLES if is_text(t) and t not in titles] == []
    desk.write("bad.jsonl", "".join(f"{json.dumps({'export': t})}\n" for t in TITLES))
    (desk.folder / "tracker-sync.db").unlink()
    reading.plain(desk.run("log", "import", "bad.jsonl").said)


# --- What is written in trackers, and told the runner of a workflow


SOME = [t for n, t in enumerate(t for t in TITLES if is_text(t)) if n % 9 < 5]
"""Of every family: what trackers get goes over HTTP one by one; all are in test_hostile_gates.py."""


@pytest.fixture
def _at_once(naps: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between what is written."""
    monkeypatch.setattr("tracker_sync.sources.github_notes.PAUSE", 0)


@pytest.mark.usefixtures("_at_once")
def test_the_action_tells_only_words(work: Workflow) -> None:  # noqa: F811  the fixture
    for title in SOME:
        work.epic(title)
    done = work.run(max_writes="5")
    assert len(reading.annotations(done.out)) == 10
    reading.shown(done.err)
    assert reading.obeyed(done.err) == []
    reading.markdown(work.summary, (work.server.url, "https://127.0.0.1"))
    told = reading.outputs((work.desk.folder / "temp/output").read_text())
    assert set(told) == {"epics", "missing", "report"}
    assert (told["epics"], told["missing"]) == (str(len(SOME)), str(len(SOME)))
    reading.document(told["report"])


def settled_with(place: Hub | Site, epics: Sequence[Any], label: Callable[[Any, str], object]) -> list[str]:
    """Ask about epics, then give them labels of all titles as intents, and look again: what we wrote."""
    refs = [row["key"] for row in (place.sync(), place.desk.listed("--epics"))[1]]
    place.check(*refs, "--max-writes", "1000", sync=False)
    asked = [said for epic in epics for said in place.comments(epic)]
    for number, title in enumerate(SOME):
        label(epics[number % len(epics)], f"intent/{title[:200]}")
    done = place.check("--max-writes", "1000")
    reading.plain(done.said)
    return asked + [said for epic in epics for said in place.comments(epic)]


STRANGE = "".join(f"[[intents]]\nid = 'i{n}'\nmission = {quoted(t)}\n" for n, t in enumerate(
    t for t in TITLES[::13] if is_text(t) and t.strip() and len(t) < 500
))  # fmt: skip


@pytest.mark.usefixtures("_at_once")
def test_comments_on_github_are_words(desk: Desk) -> None:
    with github(desk) as hub:
        desk.write("strategy.toml", STRANGE)
        epics = [hub.epic(title) for title in TITLES[:60:10]]
        said = settled_with(hub, epics, hub.company.label)
    assert len(said) == 2 * len(epics)
    for text in said:
        assert text.startswith("<!-- tracker-sync:intent:")
        reading.markdown(text, comments=1)


@pytest.mark.usefixtures("_at_once")
@pytest.mark.parametrize("cloud", [True, False], ids=["cloud", "data center"])
def test_comments_on_jira_are_words(desk: Desk, cloud: bool) -> None:
    with jira(desk, cloud=cloud) as site:
        desk.write("strategy.toml", STRANGE)
        epics = [site.epic(title) for title in TITLES[:60:10]]
        said = settled_with(site, epics, lambda epic, name: site.company.labels(epic, add=[name]))
        raw = [c.raw for e in epics for c in site.company.issues[e].comments.values()]
    assert len(said) == 2 * len(epics)
    for text in said if not cloud else ():
        reading.wiki(text)
    for document in raw if cloud else ():
        reading.adf(document)
