"""Reads the recorded trackers, which lie beside the project and are never copied into it."""

import json
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tracker_sync.demo.github_site import GitHubSite
from tracker_sync.demo.jira_site import JiraSite

RECORDED = Path(__file__).parents[2] / "shared" / "recorded"
DURASPACE = RECORDED / "jira/server-duraspace/DuraspaceDataSet.tar.xz"
SECP256K1 = RECORDED / "github/bitcoin-core-secp256k1-backup/issues.tar.xz"
HUB4J = RECORDED / "github/hub4j-wiremock"
REPO = "bitcoin-core/secp256k1"

needs_recorded = pytest.mark.skipif(
    not RECORDED.is_dir(), reason=f"the recorded trackers are not at {RECORDED}"
)

# The recording has no answer of /field; names are those of its changelogs and of INDEX.md.
FIELDS = [
    ("customfield_10001", "Reviewer", {"type": "user"}),
    ("customfield_10011", "Roadmap Theme", {"type": "array", "items": "option"}),
    ("customfield_10023", "Story Points", {"type": "number"}),
    ("customfield_10060", "Documentation Status", {"type": "option"}),
    ("customfield_10071", "Institutional Roadmap Versions", {"type": "array", "items": "string"}),
    ("customfield_10073", "Epic", {"type": "array", "items": "string"}),
    ("customfield_10080", "Work Authorization", {"type": "array", "items": "string"}),
    ("customfield_10290", "Sprint", {"type": "array", "items": "string"}),
]


@cache
def duraspace_files() -> dict[str, Any]:
    """File name → JSON. Twelve of the files are not UTF-8 but cp1252."""
    found = {}
    with tarfile.open(DURASPACE) as archive:
        for member in archive:
            if file := archive.extractfile(member):
                data = file.read()
                try:
                    text = data.decode()
                except UnicodeDecodeError:
                    text = data.decode("cp1252")
                found[Path(member.name).stem] = json.loads(text)
    return found


@cache
def duraspace_issues() -> list[dict[str, Any]]:
    """The recorded issues, each with its changelog and comments, as a search would give them."""
    files = duraspace_files()
    return [
        files[f"{key}_CL"] | {"fields": files[key]["fields"] | {"comment": files[f"{key}_Comment"]}}
        for key in sorted(files)
        if "_" not in key
    ]


def duraspace() -> JiraSite:
    issues = duraspace_issues()
    statuses = {i["fields"]["status"]["id"]: i["fields"]["status"] for i in issues}
    return JiraSite(
        issues=issues,
        fields=[{"id": i, "name": n, "custom": True, "schema": s} for i, n, s in FIELDS],
        statuses=list(statuses.values()),
        deployment="Server",
        origin="https://jira.duraspace.org",
    )


@cache
def secp256k1_issues() -> list[dict[str, Any]]:
    """The recorded issues, each with its timeline."""
    with tarfile.open(SECP256K1) as archive:
        files = [f for m in archive if (f := archive.extractfile(m))]
        records = [json.loads(f.read()) for f in files]
    return [{"issue": r["issue"], "timeline": r["events"]} for r in records]


def secp256k1() -> GitHubSite:
    return GitHubSite(repos={REPO: secp256k1_issues()}, origin="https://api.github.com")


@cache
def hub4j_issues() -> dict[str, dict[str, Any]]:
    """Issues and pull requests by what their page's address ends with; each as the answer that tells most."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(HUB4J.rglob("*.json")):
        _collect(json.loads(path.read_text()), found)
    return found


def _collect(value: Any, found: dict[str, dict[str, Any]]) -> None:
    if isinstance(value, list):
        for one in value:
            _collect(one, found)
    elif isinstance(value, dict):
        if isinstance(body := value.get("body"), str) and body[:1] in "[{" and "status" in value:
            _collect(json.loads(body), found)  # a recorded answer
        if value.keys() >= {"number", "title", "labels", "user", "html_url"}:
            key = value["html_url"].split("/", 3)[3]
            if len(value.get("body") or "") >= len(found.get(key, {}).get("body") or ""):
                found[key] = value
        for one in value.values():
            _collect(one, found)
