"""A recorded tracker's reports: the oracle comes to the same digits, with the themes of its roadmap as
intents."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from recorded import duraspace, needs_recorded

from tests.oracle.shares import Oracle, Question
from tests.reports.agreement import Case, assert_agree, record
from tracker_sync import config
from tracker_sync.demo.tracker_server import serving
from tracker_sync.log.jsonl import lines
from tracker_sync.log.sqlite import SqliteLog

CONFIG = """\
[[sources]]
name = "dura"
kind = "jira"
url = "{url}"
allow_http = true
fields = {{ intent = "Roadmap Theme" }}
[rules]
packs = ["public"]
"""
HEADER = "name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent"
STATUSES = ("prospect", "customer")
pytestmark = [needs_recorded, pytest.mark.slow]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Inputs are made of what the recording itself says, so that every class of work comes up."""
    folder = tmp_path_factory.mktemp("dura")
    with serving(duraspace()) as [url]:
        (folder / "tracker-sync.toml").write_text(CONFIG.format(url=url))
        command = [sys.executable, "-m", "tracker_sync", "sync"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    conf = config.load(folder / "tracker-sync.toml")
    log = SqliteLog(conf.log_path, write=True)
    said = [json.loads(line) for line in lines(log)][1:]
    names = {e["key"]: e["val"] for e in said if e["kind"] == "named" and e["attr"] == "field"}
    values = {
        n: Counter(e["val"] for e in said if names.get(e["attr"]) == n and e["val"]) for n in names.values()
    }
    domains = {json.loads(e["body"] or "{}").get("means", "") for e in said if e["attr"] == "user"}
    (folder / "customers.csv").write_text(_customers(sorted(domains - {""})))
    (folder / "strategy.toml").write_text(_strategy([v for v, _ in values["Roadmap Theme"].most_common(6)]))
    (folder / "people.toml").write_text(
        _people(
            [w for w, _ in Counter(e["actor"] for e in said if e["kind"] == "opened").most_common(12) if w]
        )
    )
    yield Case(conf, log, record(conf, log))
    log.close()


def _customers(domains: list[str]) -> str:
    """Everybody's home is an account: some are prospects, some customers, some in the ICP."""
    named = {d.split(".")[-2].capitalize(): d for d in domains if "." in d}
    rows = [
        f"{name},,{domain},mid,,,,{STATUSES[k % 3 == 2]},,,{('yes', 'no')[k % 2]},,"
        for k, (name, domain) in enumerate(sorted(named.items()))
    ]
    return "\n".join([HEADER, *rows]) + "\n"


def _strategy(themes: list[str]) -> str:
    parts = [
        f"[[intents]]\nid = 'theme-{n}'\nmission = 'Yes.'\naliases = [{json.dumps(t)}]"
        for n, t in enumerate(themes)
    ]
    late = "since = 2011-06-01"
    out = "[[not_doing]]\nid = 'skins'\nwhy = 'No.'\npatterns = ['skin', 'oauth']"
    return "\n".join(["effective = 2008-01-01", "[icp]", "segments = ['mid']", *parts, late, out]) + "\n"


def _people(logins: list[str]) -> str:
    roles = ("sales", "engineering", "product", "support")
    return "".join(
        f"[[people]]\nlogins = [{json.dumps(w)}]\nrole = '{roles[n % 4]}'\n" for n, w in enumerate(logins)
    )


def test_the_whole_recording(case: Case) -> None:
    assert_agree(*case, Question())
    of = Oracle(case.record)
    assert len(of.active) > 500
    assert len({*of.verdicts.values()}) == 5, "every class of work"


@pytest.mark.parametrize("year", [2009, 2011, 2013])
def test_the_recording_as_of_a_year(case: Case, year: int) -> None:
    assert_agree(*case, Question(as_of=date(year, 5, 3), since=date(year - 1, 3, 1)))
