"""The tutorial, followed word for word: only the tracker's address is another."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
import trustme
from conftest import ROOT
from simulator.github import GitHubCompany, GitHubFace
from simulator.jira import CloudFace, JiraCompany
from simulator.server import Face, Running, running

PAGE = (ROOT / "docs/start.md").read_text(encoding="utf-8")
CANARY = "canary-3e9b60fd18"
JIRA, GITHUB = "https://acme.atlassian.net", "https://api.github.com"


def commands(tracker: str) -> list[str]:
    """The lines of the first block of commands below a heading."""
    found = re.search(rf"^## {tracker}\n.*?```sh\n(.*?)```", PAGE, re.S | re.M)
    assert found
    return found[1].splitlines()


def jira() -> CloudFace:
    company = JiraCompany(datetime.now(UTC))
    epic = company.create("PAY", "Epos", "Invoices in Danish", intent="Growth", customers=["Girder"])
    for title in ("Number format", "Due dates", "Umlauts"):
        story = company.create("PAY", "Story", title, parent=epic, points=3)
        company.tick(3600)
        company.edit(story, "status", "In Progress")
    company.now = datetime.now(UTC)
    return CloudFace(company, token=CANARY, user="ada@acme.example")


def hub() -> GitHubFace:
    company = GitHubCompany(now=datetime.now(UTC))
    for repo in ("acme/web", "acme/api"):
        company.create(repo, "Export as PDF", labels=["intent/growth", "customer/girder"])
    return GitHubFace(company, token=CANARY)


class Newcomer:
    """Somebody with an empty home, a shell, and a token at hand."""

    def __init__(self, home: Path, programs: Path, site: Running, authority: trustme.CA) -> None:
        self.home, self._site = home / "home", site
        self.home.mkdir()
        authority.cert_pem.write_to_path(str(home / "ca.pem"))
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        self._env = {"PATH": path, "HOME": str(self.home), "REQUESTS_CA_BUNDLE": str(home / "ca.pem")}

    def runs(self, lines: list[str], address: str) -> subprocess.CompletedProcess[str]:
        """The commands as they stand, in one shell; it ends with the first that fails. The token is typed."""
        script = "\n".join(["set -e", *lines]).replace(address, self._site.url)
        return subprocess.run(
            ["bash", "-c", script], cwd=self.home, env=self._env, input=f"{CANARY}\n", text=True,
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Where an installed tracker-sync would be; and a pip that has nothing left to install."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, does in {
        "tracker-sync": f'PYTHONPATH={ROOT} exec {sys.executable} -m tracker_sync "$@"',
        "pip": '[ "$*" = "install tracker-sync" ]',
    }.items():
        (folder / name).write_text(f"#!/bin/sh\n{does}\n")
        (folder / name).chmod(0o755)
    return folder


@contextmanager
def over_tls(face: Face, authority: trustme.CA) -> Iterator[Running]:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with running(face, tls=context) as site:
        yield site


def test_with_jira_it_takes_six_commands_to_the_first_report(
    tmp_path: Path, programs: Path, authority: trustme.CA
) -> None:
    lines = commands("Jira")
    assert len(lines) <= 6
    with over_tls(jira(), authority) as site:
        somebody = Newcomer(tmp_path, programs, site, authority)
        began = time.monotonic()
        done = somebody.runs(lines, JIRA)
        assert done.returncode == 0, done.stderr
        assert time.monotonic() - began < 60
    assert done.stdout.startswith("Are we building our strategy?\n")
    assert "No strategy is stated yet" in done.stdout
    assert re.search(r"^growth +100 %$", done.stdout, re.M)
    assert "4 items, 1 epic from jira" in done.stdout
    assert "All work names an intent." in done.stdout
    assert "\n1 of 1 feature was asked for by one customer alone:\n" in done.stdout
    assert " 0 " not in re.sub(r"\b0 %", "", done.stdout), "what there is none of is left out"
    assert CANARY not in done.stdout + done.stderr
    left = b"".join(p.read_bytes() for p in somebody.home.rglob("*") if p.is_file())
    assert CANARY.encode() not in left
    [shown] = re.findall(r"^```text\n(.*?)^```", PAGE, re.S | re.M)
    assert said(done.stderr, site) == shown


def said(stderr: str, site: Running) -> str:
    """What init said, with the address of the page in place of the simulator's."""
    lines = stderr.replace(site.url, JIRA).splitlines(keepends=True)
    flat = " ".join("".join(lines[:2]).split())
    first = "https://acme.atlassian.net is a Jira Cloud, and takes the credentials; they are Ada's"
    assert flat.startswith(first), flat
    start = next(n for n, line in enumerate(lines) if line.startswith("  projects"))
    return f"{first.removesuffix(' Ada' + chr(39) + 's')}\n  Ada's\n{''.join(lines[start:])}"


@pytest.mark.slow
def test_with_github_it_takes_no_more(tmp_path: Path, programs: Path, authority: trustme.CA) -> None:
    lines = commands("GitHub")
    assert len(lines) <= 6
    with over_tls(hub(), authority) as site:
        somebody = Newcomer(tmp_path, programs, site, authority)
        init = [f"{line} --github-url {site.url}" if " init " in line else line for line in lines]
        done = somebody.runs(init, GITHUB)
    assert done.returncode == 0, done.stderr
    assert "2 items, 0 epics from github" in done.stdout
    assert "There is no work in this period. Work is what was in progress or done in it.\n" in done.stdout
    assert "labels that name the intent: intent/growth" in done.stderr


def test_the_readme_says_the_same_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ours = [line for line in commands("Jira") if not line.startswith("pip ")]
    assert [line for line in ours if f"\n{line}" not in readme] == []


@pytest.mark.slow
def test_a_wheel_in_an_environment_of_its_own_does_the_same(tmp_path: Path, authority: trustme.CA) -> None:
    """Built, and installed without the network: its dependencies are those of the tests' own environment."""
    for command in (
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        [sys.executable, "-m", "venv", str(tmp_path / "venv")],
    ):
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    programs = tmp_path / "venv" / "bin"
    [site_packages] = (tmp_path / "venv").glob("lib/python*/site-packages")
    (tmp_path / "deps").mkdir()
    for path in Path(pytest.__file__).parents[1].iterdir():
        if "tracker_sync" not in path.name and "tracker-sync" not in path.name:
            (tmp_path / "deps" / path.name).symlink_to(path)
    (site_packages / "deps.pth").write_text(f"{tmp_path / 'deps'}\n")
    [wheel] = tmp_path.glob("*.whl")
    with over_tls(jira(), authority) as site:
        somebody = Newcomer(tmp_path, programs, site, authority)
        lines = [line.replace("pip install tracker-sync", f"pip install --quiet --no-deps {wheel}")
                 for line in commands("Jira")]  # fmt: skip
        done = somebody.runs(lines, JIRA)
    assert done.returncode == 0, done.stderr
    assert "4 items, 1 epic from jira" in done.stdout
