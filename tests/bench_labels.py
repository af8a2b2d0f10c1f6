"""How far the built-in rules agree with the hand labels; `make bench-labels` prints it.

Only `tune` may be looked at item by item (`--tune`): `hold` is for measuring.
"""

import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from typing import Any

from recorded import REPO, duraspace, hub4j_issues, secp256k1

from tracker_sync.config import load
from tracker_sync.demo.github_site import GitHubSite
from tracker_sync.demo.tracker_server import serving
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.opening import open_org
from tracker_sync.sources import open_source
from tracker_sync.sync import sync
from tracker_sync.tagging import Tags

HERE = Path(__file__).parent / "labels"
FROM_CUSTOMERS = ("sales", "support", "customer")
QUESTIONS = ("customer", "intent")


@dataclass(frozen=True)
class Seen:
    """What the rules say of an item."""

    customer: str
    """yes or no, as in the labels."""
    intent: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """How often the rules agree with the labels, of the items that are not unsure."""

    hits: int
    false_alarms: int
    missed: int
    rightly_silent: int

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false_alarms) if self.hits else 0.0

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.missed) if self.hits else 0.0


def labels() -> list[dict[str, str]]:
    with (HERE / "items.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def hub4j() -> GitHubSite:
    """The labelled issues and pull requests of the recording, each as an issue without a timeline."""
    repos: dict[str, list[dict[str, Any]]] = {}
    recorded = hub4j_issues()
    for one in labels():
        if one["tracker"] == "hub4j":
            repo = "/".join(one["key"].split("/")[:2])
            issue = {k: v for k, v in recorded[one["key"]].items() if k != "pull_request"}
            repos.setdefault(repo, []).append({"issue": {"comments": 0} | issue, "timeline": []})
    return GitHubSite(repos=repos, origin="https://api.github.com")


@contextmanager
def synced(folder: Path, *, customers: bool = True) -> Iterator[tuple[Any, SqliteLog]]:
    """The recorded trackers in a log, with a configuration as somebody there would write it."""
    sites = [duraspace(), secp256k1(), hub4j()]
    with serving(*sites) as urls:
        repos = ", ".join(f'"{r}"' for r in sites[2].repos)
        (folder / "tracker-sync.toml").write_text(f"""
            [[sources]]
            name = "duraspace"
            kind = "jira"
            url = "{urls[0]}"
            allow_http = true
            fields = {{ intent = "Roadmap Theme" }}
            [[sources]]
            name = "secp256k1"
            kind = "github"
            url = "{urls[1]}"
            repos = ["{REPO}"]
            allow_http = true
            [[sources]]
            name = "hub4j"
            kind = "github"
            url = "{urls[2]}"
            repos = [{repos}]
            allow_http = true
            [rules]
            packs = ["public"]
            # There the accounts' people are the developers, so that an address says nothing.
            disable = ["tags/customer/account-reporter", "tags/customer/account-mail"]
            """)
        if customers:
            copy(HERE / "customers.csv", folder / "customers.csv")
        config = load(folder / "tracker-sync.toml")
        log = SqliteLog(folder / "tracker-sync.db", write=True)
        try:
            for source in config.sources:
                sync(open_source(source, {}), log, now=1)
            yield config, log
        finally:
            log.close()


def seen(tags: Tags) -> Seen:
    """What an item itself shows, as the labels are about: without what it inherits."""
    signs = [
        *(t for t in tags.customers if not t.inherited),
        *(t for t in tags.origins if t.value in FROM_CUSTOMERS),
    ]
    intents = [t for t in tags.intents if not t.inherited]
    return Seen("yes" if signs else "no", "yes" if intents else "no", tuple(sorted({t.rule for t in signs})))


def judged(*, customers: bool = True) -> dict[tuple[str, str], Seen]:
    """What the rules say of every labelled item, by tracker and key."""
    with tempfile.TemporaryDirectory() as folder, synced(Path(folder), customers=customers) as (config, log):
        org, _ = open_org(config, log)
    return {(one["tracker"], one["key"]): seen(org.tags[ref_of(one)]) for one in labels()}


def ref_of(one: dict[str, str]) -> str:
    """How the log calls a labelled item."""
    match one["tracker"]:
        case "duraspace":
            return f"duraspace:{one['key']}"
        case "secp256k1":
            return f"secp256k1:{REPO}#{one['key']}"
        case _:
            owner, repo, _, number = one["key"].split("/")
            return f"hub4j:{owner}/{repo}#{number}"


def score(found: dict[tuple[str, str], Seen], half: str, question: str) -> Score:
    """How a half of the labels comes out."""
    counts = Counter(
        (one[question], getattr(found[one["tracker"], one["key"]], question))
        for one in labels()
        if one["half"] == half and one[question] != "unsure"
    )
    return Score(counts["yes", "yes"], counts["no", "yes"], counts["yes", "no"], counts["no", "no"])


def main() -> None:
    for customers in (True, False):
        found = judged(customers=customers)
        print("with" if customers else "without", "a customers file")  # noqa: T201
        for question in QUESTIONS:
            for half in ("tune", "hold"):
                s = score(found, half, question)
                print(  # noqa: T201
                    f"  {question:9} {half}  yes found {s.hits:3}, yes missed {s.missed:3}, "
                    f"no found {s.false_alarms:3}, no silent {s.rightly_silent:3}; "
                    f"precision {s.precision:.3f}, recall {s.recall:.3f}"
                )
        if "--tune" in sys.argv:
            for one in labels():
                told = found[one["tracker"], one["key"]]
                if one["half"] == "tune" and one["customer"] not in ("unsure", told.customer):
                    print("   ", one["key"], one["customer"], one["why"], *told.rules)  # noqa: T201


if __name__ == "__main__":
    main()
