"""Measures our syncs and, with PEERS=1, other tools that read trackers, against the same simulators.

Each peer is installed by pip, pinned, into an environment of its own below `.venv/peers`. They reach nothing
but this machine: every other address is behind a proxy that does not exist.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import bench_sync
from bench_sync import (
    LATENCY,
    TOKEN,
    Counts,
    Measured,
    Stage,
    Step,
    Told,
    Tracker,
    environment,
    say,
    share,
    took,
    words,
)

Json = dict[str, Any]
VENVS = Path(__file__).parents[1] / ".venv/peers"
REPO, LONG_AGO = "acme/web", "2000-01-01T00:00:00Z"
# The best of them is taken; in the first the simulator still has to make its answers.
RUNS = 2


@dataclass(frozen=True)
class Peer:
    """A tool, and how to have it read everything there is."""

    name: str
    package: str
    version: str
    stage: str
    """What is simulated: `peers` (GitHub), `dc` or `cloud`."""
    reader: str
    command: Callable[[Path, str, Path], list[str]]
    """From its environment's bin, the tracker's address and a folder to write its configuration to."""
    note: str = ""


# ---- how each is called


def perceval_github(bin_: Path, url: str, folder: Path) -> list[str]:
    owner, repo = REPO.split("/")
    base = url.removesuffix("/api/v3")  # which it adds by itself
    more = ["--enterprise-url", base, "-t", TOKEN, "--category", "issue", "--no-archive", "--json-line"]
    return [str(bin_ / "perceval"), "github", owner, repo, *more]


def perceval_jira(bin_: Path, url: str, folder: Path) -> list[str]:
    return [str(bin_ / "perceval"), "jira", url, "--no-archive", "--json-line"]


# It asks api.github.com whether its token is right, whatever its `api_url_base` says.
_MELTANO = (
    "import tap_github.authenticator as a; a.TokenManager.is_valid_token = lambda self: True; "
    "from tap_github.tap import TapGitHub; TapGitHub.cli()"
)
_STREAMS = ("issues", "issue_events", "issue_comments")


def meltano_github(bin_: Path, url: str, folder: Path) -> list[str]:
    config = {"api_url_base": url, "auth_token": TOKEN, "repositories": [REPO], "start_date": LONG_AGO}
    base = [str(bin_ / "python"), "-c", _MELTANO, "--config", _written(folder / "config.json", config)]
    found = subprocess.run(
        [*base, "--discover"], capture_output=True, text=True, env=environment(), check=True
    )
    catalog = json.loads(found.stdout)
    for stream in catalog["streams"]:
        select(stream, stream["tap_stream_id"] in _STREAMS)
    return [*base, "--catalog", _written(folder / "catalog.json", catalog)]


def select(stream: Json, chosen: bool) -> None:
    """Say in a Singer catalog that a stream is wanted, with all its fields, or that it is not."""
    for entry in stream["metadata"]:
        if not entry["breadcrumb"] or chosen:
            entry["metadata"]["selected"] = chosen


def singer_github(bin_: Path, url: str, folder: Path) -> list[str]:
    config = {"base_url": url, "access_token": TOKEN, "repository": REPO, "start_date": LONG_AGO}
    # Its own discovery asks for each of its streams, most of which are not simulated.
    code = "import json; from tap_github.schema import get_schemas; print(json.dumps(get_schemas()))"
    found = subprocess.run([str(bin_ / "python"), "-c", code], capture_output=True, text=True, check=True)
    schemas, metadata = json.loads(found.stdout)
    wanted = ("issues", "issue_events", "comments")
    streams = [
        {"stream": n, "tap_stream_id": n, "schema": s, "metadata": metadata[n], "key_properties": ["id"]}
        for n, s in schemas.items()
    ]
    for stream in streams:
        select(stream, stream["stream"] in wanted)
    catalog = _written(folder / "catalog.json", {"streams": streams})
    return [str(bin_ / "tap-github"), "--config", _written(folder / "config.json", config),
            "--properties", catalog]  # fmt: skip


def airbyte_github(*wanted: str) -> Callable[[Path, str, Path], list[str]]:
    return partial(_airbyte, wanted)


def _airbyte(wanted: tuple[str, ...], bin_: Path, url: str, folder: Path) -> list[str]:
    config = {
        "api_url": url, "repositories": [REPO], "start_date": LONG_AGO,
        "credentials": {"option_title": "PAT Credentials", "personal_access_token": TOKEN},
    }  # fmt: skip
    once = {"json_schema": {"type": "object"}, "supported_sync_modes": ["full_refresh"]}
    how = {"sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
    streams = [{"stream": {"name": n, **once}, **how} for n in wanted]
    catalog = _written(folder / "catalog.json", {"streams": streams})
    return [str(bin_ / "source-github"), "read", "--config", _written(folder / "config.json", config),
            "--catalog", catalog]  # fmt: skip


def _written(path: Path, value: Any) -> str:
    path.write_text(json.dumps(value))
    return str(path)


PEERS = [
    Peer("perceval github", "perceval", "1.6.1", "peers", "perceval github", perceval_github),
    Peer("Meltano tap-github", "meltanolabs-tap-github", "1.30.1", "peers", "singer", meltano_github,
         "its token check, which goes to api.github.com, is answered by us"),
    Peer("Singer tap-github", "tap-github", "4.0.0", "peers", "singer", singer_github),
    Peer("Airbyte source-github", "airbyte-source-github", "2.7.1", "peers", "singer",
         airbyte_github("issues", "issue_events", "comments")),
    Peer("Airbyte, timelines too", "airbyte-source-github", "2.7.1", "peers", "singer",
         airbyte_github("issues", "issue_events", "comments", "issue_timeline_events"),
         "of a timeline it keeps the last entry of each kind a page: here no issue has two mentions"),
    Peer("perceval jira", "perceval", "1.6.1", "dc", "perceval jira", perceval_jira),
    Peer("perceval jira", "perceval", "1.6.1", "cloud", "perceval jira", perceval_jira),
]  # fmt: skip
LEFT_OUT = {
    "perceval githubql 1.6.1": "asks for parts of GraphQL that are not simulated, for each issue; "
    "it takes labels, closings and mentions alone",
    "Singer tap-jira 2.6.0": "replaces http:// by https:// in its base_url",
    "Airbyte source-jira 4.0.0": "puts https:// before its domain",
    "github-backup 0.65.1": "puts https:// before its --github-host",
    "github-to-sqlite 2.9.1": "takes no base URL",
    "Meltano tap-jira": "is not on PyPI",
}
OURS = {"peers": "graphql", "dc": "dc", "cloud": "cloud"}
TITLES = {"peers": "GitHub", "dc": "Jira DC", "cloud": "Jira Cloud"}


# ---- what each wrote


def lines(path: str) -> Iterator[Json]:
    """The JSON objects of a file that has one a line; logs may stand in between."""
    with Path(path).open(encoding="utf-8") as file:
        for line in file:
            if line.startswith("{"):
                yield json.loads(line)


def perceval_github_told(path: str) -> Told:
    told = Told()
    for line in lines(path):
        github_issue(told, line["data"])
        told.comments |= {str(c["id"]): c["body"] for c in line["data"]["comments_data"]}
    return told


def singer_told(path: str) -> Told:
    """The records of a Singer tap, or of an Airbyte source."""
    told, ids, mentions = Told(), dict[str, str](), list[tuple[str, str]]()
    for line in lines(path):
        if line.get("type") != "RECORD":
            continue
        stream = line.get("stream") or line["record"]["stream"]
        record = line["record"].get("data", line["record"])
        if stream == "issues":
            github_issue(told, record)
            ids[f"{REPO}#{record['number']}"] = str(record["id"])
        elif stream in ("comments", "issue_comments"):
            told.comments[str(record["id"])] = record["body"]
        elif stream == "issue_events":
            github_row(told, record)
        elif stream == "issue_timeline_events":
            mentions += timeline(told, record)
    told.links = {(ids[key], by) for key, by in mentions if key in ids}
    return told


def github_issue(told: Told, issue: Json) -> None:
    told.issues[str(issue["id"])] = issue["title"]
    if parent := issue.get("parent_issue_url"):
        told.parents.add((str(issue["id"]), key_in(parent)))


def github_row(told: Told, row: Json) -> None:
    """A history row, with whatever it says."""
    said = {row.get(part, {}).get(name) for part, name in _CONTENT if isinstance(row.get(part), dict)}
    said |= {key_in(row[p]["url"]) for p in ("sub_issue", "parent_issue") if row.get(p)}
    told.rows[str(row["id"])] = {str(text) for text in said}


_CONTENT = (("label", "name"), ("rename", "to"), ("milestone", "title"), ("assignee", "id"))


def timeline(told: Told, record: Json) -> Iterator[tuple[str, str]]:
    """Airbyte writes a page of an issue's timeline as one record, by kind; gives who mentions the issue."""
    for kind, entry in record.items():
        if kind == "cross-referenced":
            yield f"{record['repository']}#{record['issue_number']}", key_in(entry["source"]["issue"]["url"])
        elif kind != "commented" and isinstance(entry, dict) and entry.get("id"):
            github_row(told, entry)


def key_in(url: str) -> str:
    found = re.search(r"([^/]+/[^/]+)/(?:issues|pull)/(\d+)$", url)
    return f"{found[1]}#{found[2]}" if found else url


def perceval_jira_told(path: str) -> Told:
    told = Told()
    for issue in (line["data"] for line in lines(path)):
        item, fields = str(issue["id"]), issue["fields"]
        told.issues[item] = fields["summary"]
        told.comments |= {c["id"]: words(str(c["body"])) for c in issue["comments_data"]}
        for history in issue["changelog"]["histories"]:
            told.rows[str(history["id"])] = {str(n) for n in range(len(history["items"]))}
        for link in fields.get("issuelinks", ()):
            side = "outward" if "outwardIssue" in link else "inward"
            told.links.add((item, f"{link['type'][side]} {link[f'{side}Issue']['key']}"))
        parent = (fields.get("parent") or {}).get("key")
        epic = (fields.get("customfield_10014") or {}).get("value")
        told.parents |= {(item, key) for key in (parent, epic) if key}
    return told


READERS: dict[str, Callable[[str], Told]] = {
    "perceval github": perceval_github_told,
    "perceval jira": perceval_jira_told,
    "singer": singer_told,
}


# ---- running them


def installed(peer: Peer) -> Path:
    """The bin folder of its environment, which is made on the first run."""
    venv = VENVS / f"{peer.package}-{peer.version}"
    done = venv / ".installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        pip = [str(venv / "bin/python"), "-m", "pip", "install", "--quiet", f"{peer.package}=={peer.version}"]
        subprocess.run(pip, check=True, capture_output=True, text=True)
        done.touch()
    return venv / "bin"


@dataclass
class Outcome:
    """How a peer fared: a step and counts, or why there are none."""

    peer: Peer
    step: Step | None = None
    counts: Counts | None = None
    why: str = ""

    @property
    def lost(self) -> dict[str, int]:
        """What of the model it did not write."""
        return {n: of - found for n, (found, of) in (self.counts or {}).items() if found < of}


def tried(peer: Peer, stage: Stage, folder: Path) -> Outcome:
    """Install and run a peer; whatever goes wrong is told."""
    try:
        command = peer.command(installed(peer), stage.url, folder)
    except subprocess.CalledProcessError as e:
        return Outcome(peer, why=f"cannot be installed: {last_line(str(e.stderr))}")
    env = environment() | {"HOME": str(folder)}
    step = Step({}, [])
    for _ in range(RUNS):
        stage.ask("reset")
        run = took(command, folder, env, folder / "written")
        step.hits = stage.ask("hits")
        if run.code:
            why = f"ended with {run.code}: {last_line((folder / 'errors').read_text())}"
            return Outcome(peer, why=f"{why} (after {step.hits['requests']} requests)")
        step.runs.append(run)
    return Outcome(peer, step, stage.ask("check_peer", how=peer.reader, path=str(folder / "written")))


def last_line(text: str) -> str:
    found = [line for line in text.splitlines() if line.strip()]
    return found[-1].strip()[:150] if found else "no message"


# ---- what is printed


_COUNTED = ("issues", "history rows", "with content", "comments", "links", "parents")


_row = partial(say, widths=(30, 7, 14, 14, 14, 14, 14, 14, 11, 10))


def peer_row(o: Outcome) -> None:
    name = f"{o.peer.name} {o.peer.version}"
    if o.step is None or o.counts is None:
        _row(name, o.why)
        return
    _row(name, o.step.hits["requests"], o.step.spread("wall"), o.step.spread("cpu"), *share(o.counts))
    lost = ", ".join(f"{n:,} {what}" for what, n in o.lost.items())
    say(f"  loses {lost or 'nothing'}{f'; {o.peer.note}' if o.peer.note else ''}")


def ratio(ours: Measured, outcomes: list[Outcome], title: str) -> None:
    """Our wall clock against the fastest of the peers that lose nothing, or else least."""
    ran = [o for o in outcomes if o.counts and o.counts["issues"][0]]
    if not ran:
        say(f"  {title}: no peer reads a single issue")
        return
    whole = [o for o in ran if not o.lost]
    least = min(sum(o.lost.values()) for o in ran)
    chosen = whole or [o for o in ran if sum(o.lost.values()) == least]
    best = min(chosen, key=lambda o: o.step.best("wall") if o.step else 0)
    assert best.step is not None
    times = best.step.best("wall") / ours.cold.best("wall")
    words_ = "loses nothing" if whole else "loses least (every peer loses something)"
    say(
        f"  {title}: the fastest peer that {words_}, {best.peer.name}, takes {times:.1f} x our wall clock, "
        f"{best.step.best('cpu') / ours.cold.best('cpu'):.1f} x our CPU and "
        f"{best.step.hits['requests'] / ours.cold.hits['requests']:.1f} x our requests"
    )


def peers(all_of: dict[Tracker, Measured]) -> None:
    """Run and print all peers."""
    say(f"\nPeers, cold, at {LATENCY * 1000:.0f} ms a request (best-worst of {RUNS})")
    ours = {tracker.kind: m for tracker, m in all_of.items()}
    for kind, title in TITLES.items():
        say(f"\n{title} (load of the machine: {os.getloadavg()[0]:.1f})")
        _row("", "asked", "wall s", "CPU s", *_COUNTED)
        outcomes = []
        with Stage(kind) as stage, TemporaryDirectory(prefix="peers") as folder:
            for peer in (p for p in PEERS if p.stage == kind):
                (own := Path(folder) / peer.name).mkdir()
                outcomes.append(tried(peer, stage, own))
                peer_row(outcomes[-1])
        ratio(ours[OURS[kind]], outcomes, title)
    say("\nNot run against these trackers, which are plain HTTP on this machine:")
    for name, why in LEFT_OUT.items():
        say(f"  {name} {why}")


def main() -> None:
    all_of = bench_sync.main()
    if os.environ.get("PEERS", "0") not in ("", "0"):
        peers(all_of)


if __name__ == "__main__":
    main()
