"""Two trackers, a check, a stranger and a proxy, and tracker-sync before them with a canary in every slot."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from canary.birds import Cat, canary, files
from canary.suite import kept as keep
from conftest import ROOT, Done
from simulator.github import GitHubCompany, GitHubFace
from simulator.jira import CloudFace, JiraCompany
from simulator.server import Running, running

from tracker_sync.demo.exchange import Answer, Request

USER = "ada@acme.example"
SIGNS = "+/x="
"""In some secrets there are such, which base64, addresses and JSON write differently."""
CANARIES = {
    "jira": canary("jira", SIGNS),
    "jira common": canary("jira-common"),
    "github": canary("github"),
    "github common": canary("github-common"),
    "jira's webhooks": canary("hook-jira", SIGNS),
    "github's webhooks": canary("hook-web"),
    "checkpoints": canary("checkpoint", SIGNS),
    "ping": canary("ping"),
    "proxy": canary("proxy"),
    "netrc": canary("netrc"),
    "postgres": canary("postgres"),
    "pgpass": canary("pgpass"),
    "file": canary("file"),  # typed where none belongs: into a url, a file, or for the name of a file
    "bystander": canary("bystander"),  # in the environment, and nothing of ours
}
VARIABLES = {
    "TRACKER_SYNC_ACME_TOKEN": "jira",
    "JIRA_TOKEN": "jira common",
    "TRACKER_SYNC_WEB_TOKEN": "github",
    "GITHUB_TOKEN": "github common",
    "TRACKER_SYNC_ACME_WEBHOOK_SECRET": "jira's webhooks",
    "TRACKER_SYNC_WEB_WEBHOOK_SECRET": "github's webhooks",
    "TRACKER_SYNC_CHECKPOINT_KEY": "checkpoints",
    "PGPASSWORD": "postgres",
    "AWS_SECRET_ACCESS_KEY": "bystander",
}
CAT = Cat(CANARIES)
TOKENS = [v for v in VARIABLES if v.endswith("_TOKEN")]
STRATEGY = """\
effective = 2026-01-01
[[intents]]
id = "trust"
mission = "Nobody loses data"
"""
Fault = Callable[[Request], Answer | None]


def honest(request: Request) -> Answer | None:
    """Leaves the answer to the tracker."""
    return None


class Host:
    """A server that writes down whatever it is asked, and answers as a tracker or worse."""

    def __init__(self, face: Any, **may: set[str]) -> None:
        """`may`: the header or other part of a request → the canaries that belong into it."""
        self.face, self.may = face, may
        self.origin: str = getattr(face, "origin", "")
        self.received: list[Request] = []
        self.fault: Fault = honest

    def answer(self, request: Request) -> Answer:
        self.received.append(request)
        found = self.fault(request) or self.face.answer(request)
        assert isinstance(found, Answer)
        return found

    def caught(self) -> Iterator[tuple[str, str]]:
        """(canary, where) of each that was sent to where it does not belong."""
        for request in self.received:
            parts = {"method": request.method, "path": request.path, "query": repr(request.query)}
            parts |= {"body": repr(request.body), "names": repr([*request.headers])} | dict(request.headers)
            for part, text in parts.items():
                for name in CAT.seen(text) - self.may.get(part, set()):
                    yield name, f"{part} of {request.method} {request.path}"


class Anything:
    """Has nothing for everybody."""

    def answer(self, request: Request) -> Answer:
        return Answer(200, [])


class Watch:
    """Looks at the command line of every process on this machine, again and again."""

    def __init__(self) -> None:
        self.seen, self.ours, self._over = set[str](), 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    line = (process / "cmdline").read_bytes()
                except OSError:
                    continue  # it ended meanwhile
                self.ours += b"tracker_sync" in line
                self.seen |= CAT.seen(line)


@dataclass
class World:
    """A folder with a configuration, the hosts around it, and all that a command said in it."""

    folder: Path
    """Searched."""
    kept: Path
    """Where the secrets are that are in files: not searched."""
    watch: Watch
    jira: Host
    web: Host
    check: Host
    stranger: Host
    urls: dict[str, str] = field(default_factory=dict)
    said: list[tuple[str, bytes]] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)
    """Further variables of the environment."""
    company: Any = None
    """Whose Jira it is."""

    @property
    def env(self) -> dict[str, str]:
        """A canary in every slot of the environment at once."""
        return {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "LANG": "C.UTF-8",
            "HOME": str(self.kept / "home"), "TMPDIR": str(self.folder / "tmp"),
            "PGPASSFILE": str(self.kept / "pgpass"), "TRACKER_SYNC_ACME_USER": USER,
            "TRACKER_SYNC_PING_URL": f"{self.urls['check']}/{CANARIES['ping']}",
            "HTTPS_PROXY": f"http://somebody:{CANARIES['proxy']}@127.0.0.1:9",
            "HTTP_PROXY": f"http://somebody:{CANARIES['proxy']}@127.0.0.1:9",
            "NO_PROXY": "127.0.0.1,localhost",
            **{variable: CANARIES[name] for variable, name in VARIABLES.items()}, **self.more,
        }  # fmt: skip

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def keep(self, name: str, text: str) -> Path:
        """A file of somebody who keeps secrets in files."""
        path = self.kept / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    def configure(self, more: str = "", **urls: str) -> Path:
        """Both trackers, by these addresses or their own, and what else is to be in the file."""
        at = self.urls | urls
        return self.write(
            "tracker-sync.toml",
            f"[[sources]]\nname = 'acme'\nkind = 'jira'\nallow_http = true\ndeadline = 5\n"
            f'url = "{at["jira"]}"\n'
            f"[[sources]]\nname = 'web'\nkind = 'github'\nrepos = ['acme/web']\nallow_http = true\n"
            f'deadline = 5\nurl = "{at["web"]}"\n'
            f"[cron]\nallow_http = true\nmetrics = 'metrics.prom'\n{more}",
        )

    def start(self, *args: str, without: tuple[str, ...] = (), **how: Any) -> "subprocess.Popen[bytes]":
        """tracker-sync in a process of its own; `without`: variables that are not set."""
        program: list[str] = how.pop("program", ["-m", "tracker_sync"])
        env = {name: value for name, value in self.env.items() if name not in without}
        return subprocess.Popen(
            [sys.executable, *program, *args], cwd=self.folder, env=env,
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how,
        )  # fmt: skip

    def ended(self, process: "subprocess.Popen[bytes]") -> Done:
        """What it said, which is also kept to be searched."""
        out, err = process.communicate(timeout=60)
        args = " ".join(map(str, process.args if isinstance(process.args, list) else []))
        self.said += [(f"stdout of {args}", out), (f"stderr of {args}", err)]
        return Done(process.returncode, out.decode(), err.decode())

    def run(self, *args: str, code: int | None = 0, **how: Any) -> Done:
        """A command, from its start to its end, which has to be of this kind."""
        done = self.ended(self.start(*args, **how))
        assert code is None or done.code == code, (args, done)
        return done

    def both(self, fault: Fault) -> None:
        """What both trackers answer from now on."""
        self.jira.fault = self.web.fault = fault

    def through(self, proxy: str) -> None:
        """From now on everything goes through a proxy."""
        self.more |= {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": ""}

    @property
    def hosts(self) -> dict[str, Host]:
        return {"jira": self.jira, "web": self.web, "check": self.check, "stranger": self.stranger}

    def leaks(self) -> set[tuple[str, str]]:
        """(canary, where) of each that is anywhere where it must not be."""
        found = {(name, where) for where, said in self.said for name in CAT.seen(said)}
        for path in files(self.folder):
            where = str(path.relative_to(self.folder.resolve()))
            found |= {(name, where) for name in CAT.seen(path.read_bytes()) | CAT.seen(where)}
        found |= {
            (name, f"at {host}: {where}") for host, it in self.hosts.items() for name, where in it.caught()
        }
        return found | {(name, "a command line") for name in self.watch.seen}


def until(true: Callable[[], object], seconds: float = 20) -> None:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def companies() -> tuple[JiraCompany, GitHubCompany]:
    """Two epics and a story each."""
    jira, github = JiraCompany(datetime.now(UTC)), GitHubCompany(now=datetime.now(UTC))
    for title in ("Export", "Import"):
        jira.create("PAY", "Epos", f"{title} as PDF", labels=["epic"])
        github.create("acme/web", f"{title} as PDF", labels=["epic"])
    jira.create("PAY", "Story", "Umlauts")
    github.create("acme/web", "Umlauts")
    return jira, github


@contextmanager
def world(folder: Path, kept: Path) -> Iterator[World]:
    """All of it, served while the block runs; the trackers take no token but their own."""
    jira, github = companies()
    tokens = {"jira", "jira common"}, {"github", "github common"}
    made = World(
        folder, kept, Watch(),
        Host(CloudFace(jira, token=CANARIES["jira"], user=USER), authorization=tokens[0]),
        Host(GitHubFace(github, token=CANARIES["github"]), authorization=tokens[1]),
        Host(Anything(), path={"ping"}), Host(Anything()), company=jira,
    )  # fmt: skip
    keep(kept)
    with ExitStack() as open_:
        for name, host in made.hosts.items():
            server: Running = open_.enter_context(running(host))
            # Another name for this machine: another host.
            at = "localhost" if name == "stranger" else "127.0.0.1"
            made.urls[name] = server.url.replace("127.0.0.1", at)
        (folder / "tmp").mkdir(parents=True)
        login = f"login somebody\npassword {CANARIES['netrc']}\n"
        made.keep("home/.netrc", f"machine 127.0.0.1\n{login}machine localhost\n{login}")
        made.keep("pgpass", f"*:*:*:*:{CANARIES['pgpass']}\n")
        made.configure()
        made.write("strategy.toml", STRATEGY)
        open_.enter_context(made.watch)
        yield made


def shows(request: Request) -> str:
    """What a server got, the secrets first: what a message quotes is cut off."""
    first = {n: v for n, v in request.headers.items() if n.endswith("authorization")}
    return f"{first | dict(request.headers)} {request.path}"


def told(status: int, **headers: str) -> Fault:
    """A refusal that shows all that it got, in every place of an answer."""

    def fault(request: Request) -> Answer:
        text = shows(request)
        shown = {"message": text, "errorMessages": [text], "errors": {"x": text}}
        return Answer(status, shown, headers | {"X-Echo": text, "WWW-Authenticate": text, "ETag": text})

    return fault
