"""A recorded tracker's reports: the oracle comes to the same digits, with the themes of its roadmap as
intents."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from recorded import duraspace, needs_recorded

from tests.oracle.promises import Promises
from tests.oracle.said_no import SaidNo
from tests.oracle.shares import Oracle, Question
from tests.oracle.weights import Weights
from tests.reports.agreement import Case, record
from tests.reports.lived import WEEK, relived
from tests.reports.test_reports_against_oracle import assert_all_agree
from tracker_sync import config
from tracker_sync.demo.tracker_server import serving
from tracker_sync.events import Stated
from tracker_sync.inputs import now_stated, told
from tracker_sync.log import PEOPLE
from tracker_sync.log.jsonl import lines
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.opening import basis
from tracker_sync.states.keeping import refresh

CONFIG = """\
[[sources]]
name = "dura"
kind = "jira"
url = "{url}"
allow_http = true
fields = {{ intent = "Roadmap Theme", points = "Story Points" }}
[rules]
packs = ["public"]
paths = ["rules"]
"""
RULE = """\
dimension = "commitment"
keep = "all"
[[rule]]
id = "needed"
why = "Somebody counts on it."
when = { text = '\\b(needed (for|by)|must have|asap)\\b' }
value = "promised"
test = [{ item = { title = "needed by May" }, gives = ["promised"] }, { item = {}, gives = [] }]
"""
HEADER = "name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent"
STATUSES = ("prospect", "customer")
TEAMS = ("red", "green", "blue")
PROJECTS = ("FCREPO", "ISLANDORA", "duracloud", "HYPAT", "DS")
BEGUN = date(2007, 2, 9)
pytestmark = [needs_recorded, pytest.mark.slow]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Inputs are made of what the recording itself says, so that every class of work comes up."""
    folder = tmp_path_factory.mktemp("dura")
    (folder / "rules/tags").mkdir(parents=True)
    (folder / "rules/tags/commitment.toml").write_text(RULE)
    with serving(duraspace()) as [url]:
        (folder / "tracker-sync.toml").write_text(CONFIG.format(url=url))
        command = [sys.executable, "-m", "tracker_sync", "sync"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    conf = config.load(folder / "tracker-sync.toml")
    log = SqliteLog(conf.log_path, write=True)
    said = [json.loads(line) for line in lines(log)][1:]
    names = {e["key"]: e["val"] for e in said if e["kind"] == "named" and e["attr"] == "field"}
    themes = Counter(e["val"] for e in said if names.get(e["attr"]) == "Roadmap Theme" and e["val"])
    domains = {json.loads(e["body"] or "{}").get("means", "") for e in said if e["attr"] == "user"}
    who = Counter(e["val"] for e in said if e["attr"] == "assignee" and e["val"])
    who.update(e["actor"] for e in said if e["kind"] == "opened" and e["actor"])
    (folder / "customers.csv").write_text(_customers(sorted(domains - {""})))
    (folder / "strategy.toml").write_text(_strategy([v for v, _ in themes.most_common(6)], 2011))
    (folder / "people.toml").write_text(_people([w for w, _ in who.most_common(24)]))
    for n, year in enumerate((2009, 2010), 1):
        text = _strategy([v for v, _ in themes.most_common(4 + n)], year)
        log.append(PEOPLE, [Stated(id=f"strategy.{n}", item="", ts=n, attr="strategy", val=text)], now=n)
    refresh(log, *basis(conf, told(log), now_stated(conf)))
    yield Case(conf, log, record(conf, log))
    log.close()


@pytest.fixture(scope="module")
def lived(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """The recording as if it had been synced each week, with much of it learned late."""
    log = relived([*case.log.read()], tmp_path_factory.mktemp("lived") / "lived.db", random.Random(7))
    yield Case(case.config, log, record(case.config, log))
    log.close()


def _customers(domains: list[str]) -> str:
    """Everybody's home is an account: some are prospects, some customers, some in the ICP."""
    named = {d.split(".")[-2].capitalize(): d for d in domains if "." in d}
    rows = [
        f"{name},,{domain},{('mid', 'tiny', '')[k % 3]},,,,{STATUSES[k % 3 == 2]},,,{('yes', 'no')[k % 2]},,"
        for k, (name, domain) in enumerate(sorted(named.items()))
    ]
    return "\n".join([HEADER, *rows]) + "\n"


def _strategy(themes: list[str], year: int) -> str:
    """One that decides against more from year to year."""
    parts = [
        f"[[intents]]\nid = 'theme-{n}'\nmission = 'Yes.'\naliases = [{json.dumps(t)}]"
        for n, t in enumerate(themes)
    ]
    late = "since = 2011-06-01"
    out = ["[[not_doing]]\nid = 'skins'\nwhy = 'No.'\npatterns = ['skin', 'oauth', '^unplanned$']"]
    if year > 2009:
        out.append("[[not_doing]]\nid = 'reports'\nwhy = 'No.'\npatterns = ['report', '^solr$']")
    if year > 2010:
        out.append("[[not_doing]]\nid = 'upload'\nwhy = 'No.'\npatterns = ['upload']\nuntil = 2012-03-01")
    start = "2008-01-01" if year == 2009 else f"{year}-01-01"
    return "\n".join([f"effective = {start}", "[icp]", "segments = ['mid']", *parts, late, *out]) + "\n"


def _people(logins: list[str]) -> str:
    """Some of them without a team, and some without a rate."""
    roles = ("sales", "engineering", "product", "support")
    return "".join(
        f"[[people]]\nlogins = [{json.dumps(w)}]\nrole = '{roles[n % 4]}'\n"
        + (f"team = '{TEAMS[n % 3]}'\n" if n % 5 else "")
        + (f"rate = [{400 + 10 * n}, {500 + 10 * n}]\n" if n % 4 else "")
        for n, w in enumerate(logins)
    )


def question(seed: int, first: int | None = None) -> Question:
    """What somebody might ask about the seven and a half years, often about a part of them; with the first
    moment of the recording, as some of it was known."""
    r = random.Random(f"dura {seed}")
    weeks = r.randrange(60, 400) if first is not None else 0
    known = first + weeks * WEEK if first is not None else None
    last = BEGUN + timedelta(7 * weeks) if weeks else date(2014, 8, 1)
    as_of = BEGUN + timedelta(r.randrange(400, 2700)) if r.random() < 0.7 else None
    since = min(as_of or last, last) - timedelta(r.randrange(30, 500)) if r.random() < 0.7 else None
    until = since + timedelta(r.randrange(30, 600)) if since and r.random() < 0.4 else None
    project, team = r.choice((None, *PROJECTS)), r.choice((None, None, *TEAMS))
    return Question(as_of, known, since, until, r.choice((None, "dura")), project, team)


def test_the_whole_recording(case: Case) -> None:
    assert_all_agree(case, Question())
    of = Oracle(case.record)
    assert len(of.active) > 500
    assert len({*of.verdicts.values()}) == 5, "every class of work"
    points = Weights(of).points()
    assert any(p.figures for p in points.values()) or len(points) == len(TEAMS)
    assert len(Promises(of).rows) > 50
    assert {len(SaidNo(of).breaches) > 5, len(SaidNo(of).declined) > 50} == {True}


@pytest.mark.parametrize("year", [2009, 2011, 2013])
def test_the_recording_as_of_a_year(case: Case, year: int) -> None:
    asked = Question(as_of=date(year, 5, 3), since=date(year - 1, 3, 1))
    assert_all_agree(case, asked, ("month", "quarter", None)[year % 3])


@pytest.mark.parametrize("seed", range(8))
def test_parts_of_the_recording_on_many_days(case: Case, seed: int) -> None:
    assert_all_agree(case, question(seed), random.Random(seed).choice((None, "quarter")))


@pytest.mark.parametrize("seed", range(8, 16))
def test_the_recording_as_it_was_known(lived: Case, seed: int) -> None:
    assert_all_agree(lived, question(seed, min(e.recorded_at for e in lived.log.read())))
