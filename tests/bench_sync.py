"""Measures whole syncs against simulated trackers: requests, completeness, time, CPU and memory.

Each simulator runs in a process of its own (`python tests/bench_sync.py TRACKER`), told what to do line by
line, so that the CPU and the memory measured are those of what syncs, and this process stays small.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from msgspec.structs import replace

TESTS = Path(__file__).parent
ISSUES, EDITED, LATENCY, RUNS = 1000, 50, 0.05, 3
NAME, TOKEN = "bench", "t0k"
Json = dict[str, Any]
Counts = dict[str, list[int]]


@dataclass(frozen=True)
class Tracker:
    """What is synced, the most requests it may cost (the issue's), and the fewest possible (trackers.md)."""

    name: str
    kind: str
    most: int
    floor: str
    unchanged: str

    @property
    def github(self) -> bool:
        return self.kind in ("graphql", "rest")


TRACKERS = [
    Tracker("Jira Cloud", "cloud", 65, "61", "1 (200)"),
    Tracker("Jira DC", "dc", 12, "10", "1 (200)"),
    Tracker("GitHub GraphQL", "graphql", 40, "10-40", "1 (304)"),
    # Not in trackers.md: 11 pages of issues and pull requests, 45 of comments and 130 of events.
    Tracker("GitHub REST, no token", "rest", 190, "186", "1 (304)"),
]
# A sync answers these by what was cut off; every other request counts against the target.
_TOP_UP = ("/comment", "/changelog", "/changelog/bulkfetch")


# ---- the simulator's process


class Stage:
    """A simulated tracker in a process of its own, seen from outside."""

    def __init__(self, kind: str) -> None:
        paths = os.pathsep.join([str(TESTS.parent), str(TESTS)])
        self._process = subprocess.Popen(
            [sys.executable, __file__, kind], env=os.environ | {"PYTHONPATH": paths},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.url = str(self.ask("url"))

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self, what: str, **how: Any) -> Any:
        """Have one of `Played`'s methods called there; what it returned."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **how}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


class Memo:
    """A face that answers what it was asked before without thinking again.

    The wait is then the network's alone: the simulator takes longer to make a page than GitHub does, and
    on two cores that would be counted as the client's time.
    """

    def __init__(self, face: Any) -> None:
        self.face, self.origin = face, ""
        self.known: dict[tuple[str, ...], Any] = {}
        self.bodies: list[bytes] = []

    @property
    def now(self) -> Any:
        return self.face.now

    def answer(self, request: Any) -> Any:
        asked = (json.dumps([request.query, request.body], sort_keys=True), request.method, request.path)
        key = (*asked, *(request.headers.get(h, "") for h in ("if-none-match", "authorization")))
        if key not in self.known:
            self.known[key] = self._sent(self.face.answer(request), request.base)
        answer = self.known[key]
        if answer.body:
            self.bodies.append(answer.body)
        return answer

    def _sent(self, answer: Any, base: str) -> Any:
        """The answer as bytes, with this server's address in it."""

        def here(text: str) -> str:
            return text.replace(self.face.origin, base)

        headers = {name: here(str(value)) for name, value in answer.headers.items()}
        if answer.body is None or answer.status in (204, 304) or isinstance(answer.body, bytes):
            return replace(answer, headers=headers)
        text = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
        return replace(answer, headers=headers, body=here(text).encode())


@dataclass
class Played:
    """The tracker that a `Stage` talks to; each method is something it may ask for."""

    company: Any
    memo: Memo
    site: Any
    github: bool

    def url(self) -> str:
        return str(self.site.url)

    def reset(self) -> None:
        self.site.reset()
        self.memo.bodies.clear()

    def hits(self) -> Json:
        """What was asked since the last reset."""
        hits = self.site.hits
        return {
            "requests": len(hits),
            "statuses": dict(Counter(str(h.status) for h in hits)),
            "missing": sorted({h.path for h in hits if h.status == 404})[:9],
            "top-ups": sum(h.path.endswith(_TOP_UP) for h in hits),
            "points": sum(h.points for h in hits),
            "megabytes": sum(h.bytes_out for h in hits) / 1e6,
        }

    def bodies(self, path: str) -> None:
        """The answers since the last reset, one a line."""
        Path(path).write_bytes(b"\n".join(self.memo.bodies))

    def edit(self) -> None:
        """Comment on and change 50 issues evenly spread over the load: a twentieth of them busy ones."""
        step = ISSUES // EDITED - 1
        some: list[Any] = (
            [i for i in self.company.visible() if i.number] if self.github else list(self.company.issues)
        )
        for number, issue in enumerate(some[::step][:EDITED]):
            self.company.tick(60)
            self.company.comment(issue, f"Once more about case {number}.")
            if self.github:
                self.company.rename(issue, f"Edited {number}")
            else:
                self.company.edit(issue, "title", f"Edited {number}")
        self.memo.known.clear()

    def check(self, path: str) -> Counts:
        """What of the model is in a log of ours."""
        return self.truth().counted(log_told(path, github=self.github))

    def check_peer(self, how: str, path: str) -> Counts:
        """What of the model is in the file that a peer wrote."""
        from bench_peers import READERS

        return self.truth().counted(READERS[how](path))

    def truth(self) -> "Told":
        return github_told(self.company) if self.github else jira_told(self.company, self.memo.face)


def serve(kind: str) -> None:
    """Simulate a tracker until the standard input ends."""
    from simulator.github import GitHubFace
    from simulator.github_load import standard_github
    from simulator.jira import CloudFace, DataCenterFace
    from simulator.load import standard_jira
    from simulator.server import running

    github = kind not in ("cloud", "dc")
    company: Any = standard_github(ISSUES) if github else standard_jira(ISSUES)
    plenty = 1_000_000
    faces: dict[str, Callable[[], Any]] = {
        "cloud": lambda: CloudFace(company),
        "dc": lambda: DataCenterFace(company),
        "graphql": lambda: GitHubFace(company, token=TOKEN),
        "rest": lambda: GitHubFace(company, anonymous_limit=None),
        # Not refused for their quota, nor for deep page numbers, which is not sure of every list.
        "peers": lambda: GitHubFace(company, rate_limit=plenty, deep_page_limit=plenty, cursors=True),
    }
    memo = Memo(faces[kind]())
    with running(memo, latency=LATENCY, prefix="/api/v3" if kind == "peers" else "") as site:
        played = Played(company, memo, site, github)
        for line in sys.stdin:
            asked = json.loads(line)
            answer = getattr(played, asked.pop("do"))(**asked)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


# ---- completeness: the model and the log, each in the same words


@dataclass
class Told:
    """What somebody says of the issues: the simulator's model, our log, or what a peer wrote."""

    issues: dict[str, str] = field(default_factory=dict)
    """By id, its title."""
    rows: dict[str, set[str]] = field(default_factory=dict)
    """Of the history, by the row's id; what each says (a label, a title, the numbers of its parts)."""
    comments: dict[str, str] = field(default_factory=dict)
    links: set[tuple[str, str]] = field(default_factory=set)
    parents: set[tuple[str, str]] = field(default_factory=set)

    def counted(self, found: "Told") -> Counts:
        """How much of this was found, and how much there is."""
        rows = [r for r in self.rows if r in found.rows]
        return {
            "issues": [_same(self.issues, found.issues), len(self.issues)],
            "history rows": [len(rows), len(self.rows)],
            "with content": [sum(self.rows[r] <= found.rows[r] for r in rows), len(self.rows)],
            "comments": [_same(self.comments, found.comments), len(self.comments)],
            "links": [len(self.links & found.links), len(self.links)],
            "parents": [len(self.parents & found.parents), len(self.parents)],
        }


def _same(wanted: dict[str, str], found: dict[str, str]) -> int:
    return sum(found.get(key) == value for key, value in wanted.items())


def github_told(company: Any) -> Told:
    """The model's present and history; pull requests are left out."""
    told = Told()
    for issue in company.visible():
        item, now = str(issue.id), company.present(issue)
        told.issues[item] = now["title"]
        told.comments |= now["comments"]
        told.parents |= {(item, now["parent"])} if now["parent"] else set()
        for kind, number, _, detail in company.history(issue):
            if kind == "cross-referenced":
                told.links.add((item, detail))
            elif kind != "commented":
                told.rows[str(number)] = _says(kind, detail)
    return told


def _says(kind: str, detail: Any) -> set[str]:
    """What a row has to tell besides that it happened."""
    if kind in ("closed", "reopened", "locked", "unlocked") or detail is None:
        return set()
    return {str(detail[1] if kind == "renamed" else detail)}


def jira_told(company: Any, face: Any) -> Told:
    told = Told()
    for item in company.visible():
        now = face.present(item, texts="wiki")
        told.issues[item] = now["title"]
        told.comments |= {number: words(text) for number, text in now["comments"].items()}
        told.links |= {(item, f"{phrase} {key}") for phrase, key in now["links"]}
        told.parents |= {(item, now["parent"])} if now["parent"] else set()
        for number, index, *_ in face.history(item):
            told.rows.setdefault(number, set()).add(str(index))
    return told


def words(text: str) -> str:
    """A text without its markup, which differs between documents, wiki text and what we keep of either."""
    return " ".join(re.findall(r"\w+", text))


def log_told(path: str, *, github: bool) -> Told:
    """What our log tells; folded here once more, so as not to trust what is to be measured."""
    from tracker_sync.events import ordered
    from tracker_sync.log.sqlite import SqliteLog

    log = SqliteLog(Path(path))
    events: list[Any] = list(ordered([entry.event for entry in log.read(source=NAME)]))
    log.close()
    told = Told()
    for item, state in folded(events).items():
        told.issues[item] = state["title"][""]
        said = state.get("comment", {})
        told.comments |= said if github else {number: words(text) for number, text in said.items()}
        told.links |= {(item, key) for key in state.get("links", {})}
        told.parents |= {(item, state["parent"][""])} if state.get("parent") else set()
    for event in events:
        if ":ecross-referenced@" in event.id:
            told.links.add((event.item, event.key))
        elif row := re.match(r"\d+:[ec](\d+)(?:\.(\d+))?", event.id):
            part = {str(event.val), event.key} if github else {str(int(row[2] or 0) - 1)}
            told.rows.setdefault(row[1], set()).update(part)
    return told


def folded(events: Iterable[Any]) -> dict[str, dict[str, dict[str, str]]]:
    """item → attribute → its values by key, after all events."""
    items: dict[str, dict[str, dict[str, str]]] = {}
    for e in events:
        if not e.item or e.kind in ("opened", "noted", "removed", "restored"):
            continue
        values = items.setdefault(e.item, {}).setdefault(e.attr, {})
        if e.kind in ("changed", "moved"):
            values.clear()
        if e.kind == "dropped":
            values.pop(e.key, None)
        elif e.val is not None:
            values[getattr(e, "key", "")] = e.val
    return items


# ---- measuring


@dataclass
class Took:
    """What a process cost."""

    wall: float
    cpu: float
    memory: float
    """Its peak, in megabytes."""
    code: int


def took(command: list[str], folder: Path, env: dict[str, str], out: Path | None = None) -> Took:
    """Run a command to its end; its errors go to `errors` in the folder."""
    with (out or folder / "out").open("wb") as stdout, (folder / "errors").open("wb") as stderr:
        start = perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return Took(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)


@dataclass
class Step:
    """A sync from one state of the log, run a few times over: what it asked for and what it took."""

    hits: Json
    runs: list[Took]

    def best(self, what: str) -> float:
        return float(min(getattr(run, what) for run in self.runs))

    def spread(self, what: str) -> str:
        every = [getattr(run, what) for run in self.runs]
        return f"{min(every):.2f}-{max(every):.2f}"


@dataclass
class Measured:
    """All that is told of a tracker."""

    cold: Step
    unchanged: Step
    changed: Step
    parsing: float
    """Seconds that `json.loads` takes for the bytes of the cold sync."""
    counts: Counts
    again: Counts
    """After the edits."""


def environment() -> dict[str, str]:
    """Ours, without tokens, and with everything but this machine out of reach."""
    secret = "GITHUB_|JIRA_|TRACKER_SYNC_|.*_proxy$"
    ours = {k: v for k, v in os.environ.items() if not re.match(secret, k, re.I)}
    nowhere = "http://127.0.0.1:9"
    return ours | {"HTTPS_PROXY": nowhere, "HTTP_PROXY": nowhere, "NO_PROXY": "127.0.0.1"}


def configure(folder: Path, tracker: Tracker, url: str) -> None:
    what = 'kind = "github"\nrepos = ["acme/web"]' if tracker.github else 'kind = "jira"'
    (folder / "tracker-sync.toml").write_text(
        f'[[sources]]\nname = "{NAME}"\nurl = "{url}"\nallow_http = true\n{what}\n'
    )


def synced(stage: Stage, tracker: Tracker, start: Path, folder: Path, runs: int = RUNS) -> Step:
    """Sync so often from what is in `start`; the last run stays in `folder`. One more comes before them,
    for the simulator to make its answers."""
    env = environment() | ({"TRACKER_SYNC_BENCH_TOKEN": TOKEN} if tracker.kind == "graphql" else {})
    step = Step({}, [])
    for number in range(1 + runs):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(start, folder)
        stage.ask("reset")
        run = took([sys.executable, "-m", "tracker_sync", "sync"], folder, env)
        if run.code:
            raise SystemExit(f"{tracker.name}: {(folder / 'errors').read_text()}")
        step.hits = stage.ask("hits")
        if number:
            step.runs.append(run)
    return step


def measured(tracker: Tracker, folder: Path) -> Measured:
    with Stage(tracker.kind) as stage:
        (empty := folder / "empty").mkdir(parents=True)
        configure(empty, tracker, stage.url)
        cold = synced(stage, tracker, empty, folder / "cold")
        stage.ask("bodies", path=str(folder / "bodies"))
        counts = stage.ask("check", path=str(folder / "cold/tracker-sync.db"))
        unchanged = synced(stage, tracker, folder / "cold", folder / "unchanged")
        stage.ask("edit")
        changed = synced(stage, tracker, folder / "unchanged", folder / "changed", runs=0)
        again = stage.ask("check", path=str(folder / "changed/tracker-sync.db"))
    return Measured(cold, unchanged, changed, parsing(folder / "bodies"), counts, again)


def parsing(path: Path) -> float:
    """Best of several, in a fresh process, as the sync's own parsing is."""
    code = (
        "import json, sys, time\nlines = open(sys.argv[1], 'rb').read().split(b'\\n')\n"
        "def once():\n    start = time.process_time()\n    for line in lines:\n        json.loads(line)\n"
        "    return time.process_time() - start\nprint(min(once() for _ in range(5)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    return float(done.stdout)


# ---- what is printed


def say(*cells: object, widths: Iterable[int] = (22,)) -> None:
    """A row of a table; the last width holds for the rest."""
    wide = [*widths]
    wide += wide[-1:] * (len(cells) - len(wide))
    print("".join(str(c).ljust(w) for c, w in zip(cells, wide, strict=False)).rstrip(), flush=True)  # noqa: T201


def share(counts: Counts) -> list[str]:
    return [f"{found:,}/{of:,}" for found, of in counts.values()]


def requests_table(all_of: dict[Tracker, Measured]) -> None:
    row = partial(say, widths=(23, 6, 8, 8, 10, 12, 8, 16))
    say(f"\nRequests, {ISSUES:,} issues")
    row("", "cold", "target", "floor", "no change", "50 changed", "target", "points c/n/50", "MB cold")
    for tracker, m in all_of.items():
        hits, same, some = m.cold.hits, m.unchanged.hits, m.changed.hits
        status = ", ".join(same["statuses"])
        row(
            tracker.name, hits["requests"], f"<= {tracker.most}", tracker.floor,
            f"{same['requests']} ({status})", f"{some['requests'] - some['top-ups']} + {some['top-ups']}",
            "<= 5 +",
            "/".join(str(s["points"]) for s in (hits, same, some)) if tracker.kind == "graphql" else "-",
            f"{hits['megabytes']:.1f}",
        )  # fmt: skip


def cost_table(all_of: dict[Tracker, Measured]) -> None:
    row = partial(say, widths=(23, 15, 26, 15, 25, 10))
    say(f"\nCold sync at {LATENCY * 1000:.0f} ms a request (best-worst of {RUNS}; ratios of the best)")
    row("", "wall s", "x requests x latency", "CPU s", "x json.loads", "peak MB", "no change: wall, CPU s")
    for tracker, m in all_of.items():
        waits = m.cold.hits["requests"] * LATENCY
        row(
            tracker.name, m.cold.spread("wall"), f"{m.cold.best('wall') / waits:.2f} x ({waits:.2f} s)",
            m.cold.spread("cpu"), f"{m.cold.best('cpu') / m.parsing:.1f} x ({m.parsing * 1000:.0f} ms)",
            f"{m.cold.best('memory'):.0f}", f"{m.unchanged.best('wall'):.2f}, {m.unchanged.best('cpu'):.2f}",
        )  # fmt: skip


def completeness_table(all_of: dict[Tracker, Measured]) -> None:
    row = partial(say, widths=(23, 14, 16, 16, 14, 12, 10))
    say("\nComplete: found in the log / in the simulator's model (second line: after the 50 edits)")
    row("", *next(iter(all_of.values())).counts)
    for tracker, m in all_of.items():
        row(tracker.name, *share(m.counts))
        row("", *share(m.again))


def main() -> dict[Tracker, Measured]:
    """Measure and print all trackers. The loads tell how far to trust the times: above the number of cores,
    others were at work too."""
    before = os.getloadavg()[0]
    all_of: dict[Tracker, Measured] = {}
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        for tracker in TRACKERS:
            all_of[tracker] = measured(tracker, Path(folder) / tracker.kind)
    requests_table(all_of)
    cost_table(all_of)
    completeness_table(all_of)
    say(f"Load of the machine: {before:.1f} before, {os.getloadavg()[0]:.1f} after; {os.cpu_count()} cores")
    return all_of


if __name__ == "__main__":
    serve(sys.argv[1])
