"""The recorded trackers, through the real client libraries, lose nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from recorded import REPO, duraspace, duraspace_issues, needs_recorded, secp256k1, secp256k1_issues

from tracker_sync.config import GithubConfig, JiraConfig, load
from tracker_sync.demo.tracker_server import serving
from tracker_sync.events import Event
from tracker_sync.items import Item, World, fold
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.opening import open_org
from tracker_sync.reports.org import Org
from tracker_sync.sources import open_source
from tracker_sync.suggest import THRESHOLD, choices, propose
from tracker_sync.suggest.evaluation import Evaluation, evaluate
from tracker_sync.suggest.examples import material
from tracker_sync.sync import Synced, sync

pytestmark = needs_recorded
JIRA, GITHUB = "https://jira.duraspace.org", "https://api.github.com"


@dataclass
class Recording:
    log: SqliteLog
    first: Synced
    second: Synced
    world: World
    events: list[Event]
    url: str

    def item(self, tracker_id: Any) -> Item:
        return {i.id: i for i in self.world.items.values()}[str(tracker_id)]

    def served(self, text: str | None, origin: str) -> str | None:
        """A recorded text as the replay serves it: with its own address for the tracker's."""
        return text.replace(origin, self.url) if text else None


@pytest.fixture(scope="module")
def trackers() -> Iterator[list[str]]:
    with serving(duraspace(), secp256k1()) as urls:
        yield urls


def recording(config: JiraConfig | GithubConfig, folder: Path) -> Recording:
    log = SqliteLog(folder / "log.db", write=True)
    source = open_source(config, {})
    first = sync(source, log, now=1)
    second = sync(source, log, now=2)
    entries = list(log.read())
    return Recording(log, first, second, fold(entries), [e.event for e in entries], config.url)


@pytest.fixture(scope="module")
def dura(trackers: list[str], tmp_path_factory: pytest.TempPathFactory) -> Recording:
    config = JiraConfig(name="dura", url=trackers[0], allow_http=True)
    return recording(config, tmp_path_factory.mktemp("dura"))


@pytest.fixture(scope="module")
def secp(trackers: list[str], tmp_path_factory: pytest.TempPathFactory) -> Recording:
    config = GithubConfig(name="secp", url=trackers[1], repos=[REPO], allow_http=True)
    return recording(config, tmp_path_factory.mktemp("secp"))


def test_every_duraspace_issue_and_changelog_entry_is_in_the_log(dura: Recording) -> None:
    issues = duraspace_issues()
    ids = {e.id for e in dura.events}
    aside = {s.item for s in dura.first.skipped}
    entries = 0
    for issue in issues:
        if issue["key"] in aside:
            continue
        assert f"{issue['id']}:0" in ids
        for history in issue["changelog"]["histories"]:
            entries += 1
            for n, _ in enumerate(history["items"], 1):
                assert f"{issue['id']}:c{history['id']}.{n}" in ids
    assert (len(issues), entries, len(aside)) == (2962, 14423, 0)


def test_every_duraspace_comment_is_in_the_log(dura: Recording) -> None:
    assert sum(e.kind == "commented" for e in dura.events) == 5728


def test_a_second_sync_appends_nothing(dura: Recording, secp: Recording) -> None:
    assert (dura.second.new, secp.second.new) == (0, 0)


def test_folding_the_log_gives_what_jira_shows_for_every_issue(dura: Recording) -> None:
    """Read from the recording field by field, without the source's own reading of it."""
    for issue in duraspace_issues():
        fields, item = issue["fields"], dura.item(issue["id"])
        assert item.key == issue["key"]
        assert item.title == fields["summary"]
        assert item.one("status") == fields["status"]["name"]
        assert item.one("type") == fields["issuetype"]["name"]
        assert item.one("project") == fields["project"]["name"]
        assert item.one("body") == dura.served(fields["description"], JIRA)
        assert item.one("due") == fields["duedate"]
        assert item.one("priority") == (fields["priority"] or {}).get("name")
        assert item.one("resolution") == (fields["resolution"] or {}).get("name")
        assert item.one("assignee") == (fields["assignee"] or {}).get("name")
        assert item.one("parent") == fields.get("parent", {}).get("key")
        assert item.many("labels") == sorted(fields["labels"])
        for attr, field in (("components", "components"), ("fix_versions", "fixVersions")):
            assert item.many(attr) == sorted(v["name"] for v in fields[field])
        themes = fields.get("customfield_10011") or []
        assert item.many("customfield_10011") == sorted(t["value"] for t in themes)
        points = fields.get("customfield_10023")
        assert (float(p) if (p := item.one("customfield_10023")) else None) == points
        comments = {c["id"]: dura.served(c["body"], JIRA) for c in fields["comment"]["comments"]}
        assert item.state.get("comment", {}) == comments


def test_moved_issues_are_found_by_their_old_keys(dura: Recording) -> None:
    moves = [e for e in dura.events if e.kind == "moved"]
    assert len(moves) == 76
    for move in moves:
        assert dura.world.items[dura.world.by_key["dura", move.old]].id == move.item


def test_every_github_issue_and_timeline_entry_is_in_the_log(secp: Recording) -> None:
    ids = {e.id.partition("@")[0] for e in secp.events}
    entries = 0
    for record in secp256k1_issues():
        issue = record["issue"]
        assert f"{issue['id']}:0" in ids
        for entry in record["timeline"]:
            entries += 1
            assert ids & {f"{issue['id']}:{kind}{entry['id']}" for kind in "em"}
    assert len(secp256k1_issues()) == 517
    assert entries == 4765
    assert secp.first.skipped == []


def test_folding_the_log_gives_what_github_shows_for_every_issue(secp: Recording) -> None:
    for record in secp256k1_issues():
        issue = record["issue"]
        item = secp.item(issue["id"])
        assert item.key == f"{REPO}#{issue['number']}"
        assert item.title == issue["title"]
        assert item.one("body") == secp.served(issue.get("body"), GITHUB)
        assert next(iter(item.state["status"])) == issue["state"]
        assert item.many("labels") == sorted(la["name"] for la in issue["labels"])
        assert item.many("assignees") == sorted(str(u["id"]) for u in issue["assignees"])
        assert item.one("milestone") == (issue.get("milestone") or {}).get("title")
        reason = issue.get("state_reason") if issue["state"] == "closed" else None
        assert item.one("resolution") == reason


def test_the_chains_of_both_recordings_hold(dura: Recording, secp: Recording) -> None:
    assert dura.log.verify() == (len(dura.events), None)
    assert secp.log.verify() == (len(secp.events), None)


@pytest.fixture(scope="module")
def themes(dura: Recording, tmp_path_factory: pytest.TempPathFactory) -> Org:
    """The tickets with the roadmap theme, which people set by hand, as their intent."""
    path = tmp_path_factory.mktemp("themes") / "tracker-sync.toml"
    path.write_text(
        f'[[sources]]\nname = "dura"\nkind = "jira"\nurl = "{dura.url}"\nallow_http = true\n'
        'fields = { intent = "Roadmap Theme" }\n'
    )
    return open_org(load(path), dura.log)[0]


@pytest.fixture(scope="module")
def guessed(themes: Org) -> Evaluation:
    examples = material(themes, "intent").examples
    offered = choices(themes, "intent", examples)
    return evaluate("intent", offered, examples, THRESHOLD, lambda item: True)


def test_themes_are_guessed_twice_as_well_as_by_naming_the_commonest(guessed: Evaluation) -> None:
    assert guessed.accuracy.n == 309
    assert guessed.accuracy.k > 2 * guessed.baseline.k


def test_proposed_themes_are_at_least_as_often_right_as_the_threshold_says(guessed: Evaluation) -> None:
    assert guessed.coverage.k > 80
    assert guessed.precision.share is not None
    assert guessed.precision.share > THRESHOLD


def test_guessed_themes_are_about_as_often_right_as_they_say(guessed: Evaluation) -> None:
    bands = [b for b in guessed.bands if b.right.n >= 20]
    assert len(bands) >= 5
    for band in bands:
        assert band.said is not None
        assert band.right.share is not None
        assert abs(band.said - band.right.share) < 0.2


def test_no_theme_is_proposed_for_projects_that_have_none(themes: Org) -> None:
    learning = material(themes, "intent")
    themed = {e.project for e in learning.examples}
    proposed = propose(themes, "intent", learning, THRESHOLD, lambda item: True).proposals
    assert proposed
    assert {p.item.project for p in proposed} == themed
    assert (len(themed), len({u.project for u in learning.untagged})) == (1, 17)
