"""A daemon over two trackers on which things happen, while answers go wrong and signals come, at random."""

import hashlib
import hmac
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from daemons import free_port, samples
from simulator.faults import ALL, FINAL, Always
from simulator.github import GitHubCompany, GitHubFace
from simulator.jira import CloudFace
from simulator.jira_company import JiraCompany
from simulator.server import Running, running

from tests.sources.fault_runs import SLOW, Told, told
from tracker_sync.config import load
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.passes import make_pass

ROOT = Path(__file__).parents[2]
HURRIED = Path(__file__).with_name("soaked.py")
TOKEN, USER, SECRET = "canary-6a0d93bb17", "bot@acme.example", "canary-web-5e1c77d0a4"
SETTLED = 30.0
"""Seconds within which all is to be well again, once nothing goes wrong any more."""
RECENT = 12
"""Items that anything still happens to: what is lost of the others, no later edit brings back."""
IN_TIME = 10.0
"""Seconds from SIGTERM to the end."""
QUICK = [f for name, f in ALL.items() if name not in (*SLOW, "huge body")]
CONFIG = """
[[sources]]
name = "acme"
kind = "jira"
url = "{jira}"
allow_http = true
deadline = 2
[[sources]]
name = "web"
kind = "github"
repos = ["acme/web"]
url = "{github}"
allow_http = true
deadline = 2
[daemon]
listen = "127.0.0.1:{port}"
full_every = {full}
"""


@dataclass
class Soak:
    """Two companies, the daemon that reads them, and a die."""

    folder: Path
    jira: Running
    github: Running
    dice: random.Random
    full: int = 0
    """Seconds from one full pass to the next; 0: there is none, and nothing that was lost is found again."""
    mutant: str = ""
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None
    problems: list[str] = field(default_factory=list)
    done: int = 0
    """Faults and signals."""

    def __post_init__(self) -> None:
        text = CONFIG.format(jira=self.jira.url, github=self.github.url, port=self.port, full=self.full)
        (self.folder / "tracker-sync.toml").write_text(text)
        for _ in range(4):
            self.edit()

    # --- The process

    @property
    def env(self) -> dict[str, str]:
        known = {k: v for k, v in os.environ.items() if not k.startswith(("TRACKER_SYNC", "SOAK"))}
        return known | {
            "PYTHONPATH": str(ROOT), "JIRA_TOKEN": TOKEN, "JIRA_USER": USER, "GITHUB_TOKEN": TOKEN,
            "TRACKER_SYNC_ACME_WEBHOOK_SECRET": SECRET, "SOAK_MUTANT": self.mutant,
        }  # fmt: skip

    def start(self) -> None:
        """Start the daemon, and wait until it listens."""
        with (self.folder / "said.jsonl").open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, str(HURRIED), "daemon", "--log-format", "json"],
                cwd=self.folder, env=self.env, stderr=said,
            )  # fmt: skip
        self.until(lambda: self.metrics() is not None, "it does not listen")

    def end(self, number: signal.Signals) -> None:
        """End the daemon with a signal."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            code = process.wait(IN_TIME if number == signal.SIGTERM else 5)
        except subprocess.TimeoutExpired:
            self.problems.append(f"it did not end in {IN_TIME:g} seconds")
            process.kill()
            process.wait()
            return
        if code != (0 if number == signal.SIGTERM else -number):
            self.problems.append(f"after {number.name} it ended with {code}")

    def metrics(self) -> dict[str, float] | None:
        """What its page says; None where nobody answers."""
        with suppress(OSError), urllib.request.urlopen(self._url("/metrics"), timeout=5) as page:
            return samples(page.read().decode())
        return None

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def until(self, true: Callable[[], object], trouble: str, seconds: float = SETTLED) -> bool:
        """Wait for it; a daemon that is gone, or takes too long, is a problem."""
        end = time.monotonic() + seconds
        while not true():
            if self.process is not None and self.process.poll() is not None:
                self.problems.append(f"it ended by itself, with {self.process.returncode}")
                return False
            if time.monotonic() > end:
                self.problems.append(trouble)
                return False
            time.sleep(0.03)
        return True

    # --- What happens

    def edit(self) -> None:
        """Something happens on both trackers."""
        with self.jira.lock:
            self._edit_jira(self.jira.face.company)  # type: ignore[attr-defined]
        with self.github.lock:
            self._edit_github(self.github.face.company)  # type: ignore[attr-defined]

    def _edit_jira(self, company: JiraCompany) -> None:
        company.tick(self.dice.randrange(1, 120))
        made, n = list(company.issues)[-RECENT:], self.dice.randrange(10**6)
        if n % 6 == 0 or len(made) < RECENT:
            for _ in range(6):
                company.create(self.dice.choice(["PAY", "WEB"]), "Story", f"Story {n}")
                company.tick(2)
            return
        one = self.dice.choice(made)
        match n % 6:
            case 1:
                company.comment(one, f"Comment {n}")
            case 2:
                company.edit(one, "labels", [f"label-{n % 7}"])
            case 3:
                company.link(one, self.dice.choice(made))
            case 4 if self.full:  # what is deleted, only a full pass finds
                company.delete(one)
            case _:
                for issue in self.dice.sample(made, 7):  # more than a page of them
                    company.tick(2)
                    company.edit(issue, "title", f"Title {n}")

    def _edit_github(self, company: GitHubCompany) -> None:
        company.tick(self.dice.randrange(1, 120))
        issues = company.repos["acme/web"].issues.values() if company.repos else []
        made, n = list(issues)[-RECENT:], self.dice.randrange(10**6)
        if n % 6 == 0 or len(made) < RECENT:
            for _ in range(6):
                company.create("acme/web", f"Issue {n}", "About it.")
                company.tick(2)
        elif n % 6 == 1:
            company.comment(self.dice.choice(made), f"Comment {n}")
        elif n % 6 == 2:
            company.label(self.dice.choice(made), f"label-{n % 7}")
        else:
            for issue in self.dice.sample(made, 7):
                company.tick(2)
                company.rename(issue, f"Title {n}")

    def step(self, *, ends: bool = True) -> None:
        """Something happens, and a fault or a signal with it; `ends`: also such as end the daemon."""
        self.done += 1
        if self.process is None:
            self.start()
        for _ in range(self.dice.randrange(3)):
            self.edit()
        roll = self.dice.random()
        if roll < 0.1 and ends:
            time.sleep(self.dice.random() * 0.5)
            self.end(self.dice.choice([signal.SIGTERM, signal.SIGKILL]))
        elif roll < 0.17 and self.process:
            self.process.send_signal(signal.SIGHUP)
        elif roll < 0.24:
            self.announce()
        else:
            self.spoil()

    def spoil(self) -> None:
        """One of the next answers goes wrong, or all until the pass is over."""
        site = self.dice.choice([self.jira, self.github])
        fault = self.dice.choice(QUICK if self.dice.random() < 0.97 else list(ALL.values()))
        at = site.requests + 1 + self.dice.randrange(3)
        site.faults = Always(fault, at) if self.dice.random() < 0.2 else {at: fault}
        over = 4 if isinstance(site.faults, Always) and fault.name not in FINAL else 0
        self.until(lambda: site.requests >= at + over, f"it does not ask any more, after {fault.name}")
        site.faults = {}

    def announce(self) -> None:
        """A webhook tells of an item; at times twice, at times of one that nobody knows, at times forged."""
        made = list(self.jira.face.company.issues)  # type: ignore[attr-defined]
        issue = self.dice.choice([*made, "999999"])
        body = json.dumps({"issue": {"id": issue}, "timestamp": self.done}).encode()
        own = f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"
        for signature in self.dice.choice([[own], [own, own], ["sha256=00"]]):
            headers = {"X-Hub-Signature": signature, "X-Atlassian-Webhook-Identifier": str(self.done)}
            request = urllib.request.Request(self._url("/webhooks/acme"), data=body, headers=headers)
            with suppress(urllib.error.HTTPError), urllib.request.urlopen(request, timeout=5):
                pass

    # --- How it is in the end

    def settle(self) -> dict[str, float]:
        """Nothing goes wrong any more: wait for two passes over both sources."""
        if self.process is None:
            self.start()
        self.jira.faults = self.github.faults = {}
        if self.process is not None:
            self.process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        now = time.time()
        kinds = ("last_success_timestamp_seconds", *(["last_full_timestamp_seconds"] if self.full else []))

        def is_well() -> bool:
            found = self.metrics() or {}
            return all(found.get(f"tracker_sync_{k} {s}", 0) > now for k in kinds for s in ("acme", "web"))

        if self.until(is_well, "it does not come to rest"):
            now = time.time()
            self.until(is_well, "it does not go on")
        return self.metrics() or {}

    def check(self, began: int) -> None:
        """What is wrong in the end with its metrics and its log; `began`: when its present life did, in
        microseconds."""
        found = self.settle()
        self.end(signal.SIGTERM)
        log = SqliteLog(self.folder / "tracker-sync.db")
        try:
            own, entries = told(log), list(log.read())
        finally:
            log.close()
        for source in ("acme", "web"):
            items = sum(ref.startswith(f"{source}:") and row[-1] for ref, row in own.items.items())
            new = sum(e.source == source and e.recorded_at >= began for e in entries)
            wanted = {"items": items, "last_pass_code": 0, "failures_in_a_row": 0, "new_events_total": new}
            got = {name: found.get(f"tracker_sync_{name} {source}") for name in wanted}
            if got != wanted:
                self.problems.append(f"/metrics of {source}: {got}, and not {wanted}")
        calm = self._undisturbed()
        # Who looked before an item was deleted has it; who never saw it does not.
        own = replace(own, items={r: row for r, row in own.items.items() if row[-1] or r in calm.items})
        self.problems += [d for d in own.less(calm) if matters(d)]
        texts = (self.folder / "said.jsonl").read_text()
        if any(secret in texts for secret in (TOKEN, SECRET)) or '"bug"' in texts:
            self.problems.append(f"it says: {texts}")

    def _undisturbed(self) -> Told:
        """What a log says that nothing ever went wrong with."""
        config = load(self.folder / "tracker-sync.toml")
        log = SqliteLog(self.folder / "calm.db", write=True)
        try:
            for source in config.sources:
                done = make_pass(config, log, source.name, self.env, clock=lambda: time.time_ns() // 1000)
                if done.code:
                    self.problems.append(f"a run that nothing disturbs fails: {done.said}")
            return told(log)
        finally:
            log.close()


def matters(difference: str) -> bool:
    """Whether a log differs in more than when somebody looked: what an item was opened with depends on that,
    and the inputs to judgement have the time of the run."""
    return (
        difference.startswith(("lost", "folds")) and ":0" not in difference and "('people'" not in difference
    )


@contextmanager
def soaking(folder: Path, seed: int, *, full: int = 0, mutant: str = "") -> Iterator[Soak]:
    """A soak in a folder; its daemon is gone at the end."""
    with ExitStack() as stack:
        faces: list[Any] = [
            CloudFace(JiraCompany(), token=TOKEN, user=USER, page_cap=4),
            GitHubFace(GitHubCompany(), token=TOKEN, page_cap=4, rate_limit=10**9, graphql_limit=10**9),
        ]
        jira, github = (stack.enter_context(running(face)) for face in faces)
        soak = Soak(folder, jira, github, random.Random(seed), full, mutant)
        try:
            yield soak
        finally:
            soak.jira.faults = soak.github.faults = {}
            soak.end(signal.SIGKILL)
