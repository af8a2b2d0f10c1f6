"""A webhook is believed to name items, if its tracker signed it; whatever else it says, they are pulled."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from canary.suite import kept
from conftest import Desk
from daemons import Life, alive, configured, until
from hypothesis import given, settings
from hypothesis import strategies as st
from simulator.github import GitHubCompany, GitHubFace
from simulator.jira import CloudFace, DataCenterFace
from simulator.jira_company import JiraCompany
from simulator.server import running

from tracker_sync.config import GithubConfig, JiraConfig, SourceConfig
from tracker_sync.daemon.deliveries import LARGEST, WAITING, Deliveries, Hook
from tracker_sync.daemon.health import Health
from tracker_sync.daemon.webhook import Unreadable, is_signed, items
from tracker_sync.errors import LogBusy
from tracker_sync.log.sqlite import held
from tracker_sync.sources import wire

SECRET = "canary-0f7d2e9914c3b5a6"
JIRA = JiraConfig(name="acme", url="https://acme.example")
WEB = GithubConfig(name="web", repos=["acme/web", "beta/*"])
SIGNED_BY = {"jira": "X-Hub-Signature", "github": "X-Hub-Signature-256"}
NAMED_BY = {"jira": "X-Atlassian-Webhook-Identifier", "github": "X-GitHub-Delivery"}
each_kind = pytest.mark.parametrize("kind", ["jira", "github"])


@pytest.fixture(autouse=True)
def _requests_may_be_sent() -> Iterator[None]:
    yield
    wire.take_up()


def signature(body: bytes, secret: str = SECRET) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def letter(kind: str, payload: Any, name: str = "1", **more: str) -> tuple[dict[str, str], bytes]:
    """Headers and body as the tracker sends them."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    headers = {
        "Content-Length": str(len(body)), "Content-Type": "application/json", NAMED_BY[kind]: name,
        SIGNED_BY[kind]: signature(body), **more,
    }  # fmt: skip
    return headers, body


ISSUE: dict[str, Any] = {
    "jira": {"timestamp": 1, "webhookEvent": "jira:issue_updated", "issue": {"id": "10001", "key": "PAY-1"}},
    "github": {"action": "edited", "issue": {"number": 7}, "repository": {"full_name": "acme/web"}},
}
ITEM = {"jira": "10001", "github": "acme/web#7"}
NAME = {"jira": "acme", "github": "web"}


class Post:
    """Deliveries to two sources, and how often the loop was woken."""

    def __init__(self) -> None:
        self.rings = 0
        self.health = Health(time.monotonic)
        self.it = Deliveries(self.health, self._ring)
        self.it.have({s.name: Hook(s, SECRET.encode()) for s in (JIRA, WEB)})

    def _ring(self) -> None:
        self.rings += 1

    def post(self, kind: str, headers: dict[str, str], body: bytes, name: str = "") -> int:
        """The status that comes back."""
        low = {n.lower(): v for n, v in headers.items()}
        return self.it.deliver(name or NAME[kind], low, lambda n: body[:n])[0]

    def send(self, kind: str, payload: Any, name: str = "1", **more: str) -> int:
        headers, body = letter(kind, payload, name, **more)
        return self.post(kind, headers, body)


@pytest.fixture
def box() -> Post:
    return Post()


# --- Who sent it


def test_the_signature_is_that_of_the_trackers_own_examples() -> None:
    # docs.github.com, "Validating webhook deliveries"
    github = {
        "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    }
    assert is_signed("github", b"It's a Secret to Everybody", github, b"Hello, World!")
    # developer.atlassian.com, "Webhooks", "Validating webhook deliveries"
    jira = {"x-hub-signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"}
    assert is_signed("jira", b"It's a Secret to Everybody", jira, b"Hello World!")


@each_kind
def test_what_is_signed_is_accepted_and_wakes_the_loop(box: Post, kind: str) -> None:
    assert box.send(kind, ISSUE[kind]) == 202
    assert {n: [*m.items] for n, m in box.it.take().items()} == {NAME[kind]: [ITEM[kind]]}
    assert (box.rings, box.it.take(), box.it.waiting()) == (1, {}, False)


@each_kind
@pytest.mark.parametrize(
    "forged",
    [
        "", "sha256=", "sha256=" + "0" * 64, signature(b"other"), "sha1=" + "0" * 40, "\u00e9" * 71,
        signature(json.dumps({}).encode(), "another secret, as long"),
    ],
)  # fmt: skip
def test_what_is_not_signed_is_refused_before_it_is_read(box: Post, kind: str, forged: str) -> None:
    headers, body = letter(kind, ISSUE[kind])
    assert box.post(kind, {**headers, SIGNED_BY[kind]: forged}, body) == 401
    del headers[SIGNED_BY[kind]]
    assert box.post(kind, headers, body) == 401
    assert box.post(kind, letter(kind, b"[" * 100_000, **{SIGNED_BY[kind]: forged})[0], b"[" * 100_000) == 401
    assert (box.rings, box.it.waiting()) == (0, False)


@each_kind
def test_every_byte_of_the_body_counts(box: Post, kind: str) -> None:
    headers, body = letter(kind, ISSUE[kind])
    for at in range(len(body)):
        changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        assert box.post(kind, headers, changed) == 401
    assert box.post(kind, headers, body) == 202


def test_a_signature_of_the_other_tracker_or_in_the_other_header_is_none(box: Post) -> None:
    headers, body = letter("github", ISSUE["github"])
    headers["X-Hub-Signature"] = headers.pop("X-Hub-Signature-256")
    assert box.post("github", headers, body) == 401


def test_a_source_without_a_secret_takes_nothing_and_is_not_counted(box: Post) -> None:
    headers, body = letter("jira", ISSUE["jira"])
    for name in ("other", "", "acme/../web", "x" * 5000):
        assert box.post("jira", headers, body, name=name or "/") == 404
    assert dict(box.health.deliveries) == {}


# --- Once, and never too many


@each_kind
def test_a_delivery_that_comes_again_is_taken_once(box: Post, kind: str) -> None:
    assert [box.send(kind, ISSUE[kind], name="a") for _ in range(3)] == [202, 200, 200]
    assert box.rings == 1


@each_kind
def test_a_copy_under_another_name_is_taken_for_what_it_is(box: Post, kind: str) -> None:
    assert [box.send(kind, ISSUE[kind], name=name) for name in "abc"] == [202, 200, 200]


@each_kind
def test_what_was_refused_may_come_again_under_its_name(box: Post, kind: str) -> None:
    headers, body = letter(kind, ISSUE[kind])
    assert box.post(kind, {**headers, SIGNED_BY[kind]: "sha256=0"}, body) == 401
    box.health.stopping = True
    assert box.post(kind, headers, body) == 503
    box.health.stopping = False
    assert box.post(kind, headers, body) == 202


def test_the_two_sources_know_nothing_of_each_other(box: Post) -> None:
    assert [box.send(kind, ISSUE[kind], name="same") for kind in ("jira", "github")] == [202, 202]


def test_what_is_remembered_is_bounded(box: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker_sync.daemon.deliveries.REMEMBERED", 100)
    for n in range(150):
        box.send("jira", {"issue": {"id": "1"}, "timestamp": n}, name=f"n{n}")
    assert len(box.it._seen) == 100
    assert box.send("jira", {"issue": {"id": "1"}, "timestamp": 149}, name="x") == 200


def test_of_more_items_than_there_is_room_for_all_of_the_source_is_to_be_read(box: Post) -> None:
    for n in range(WAITING * 3):
        assert box.send("jira", {"issue": {"id": str(n)}}, name=f"n{n}") == 202
    mail = box.it.take()["acme"]
    assert (mail.whole, mail.items) == (True, {})


def test_an_item_that_is_announced_again_waits_once(box: Post) -> None:
    for n in range(500):
        box.send("jira", {"issue": {"id": "7"}, "timestamp": n}, name=f"n{n}")
    assert [*box.it.take()["acme"].items] == ["7"]


# --- What it may look like


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"Content-Length": str(LARGEST + 1)}, 413),
        ({"Content-Length": "9" * 5000}, 413),
        ({"Content-Length": ""}, 411),
        ({"Content-Length": "-1"}, 411),
        ({"Content-Length": "1_0"}, 411),
        ({"Content-Length": "\u0663"}, 411),
        ({"Transfer-Encoding": "chunked"}, 411),
        ({"Content-Length": "100000"}, 400),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_a_body_is_bounded_and_says_how_long_it_is(box: Post, more: dict[str, str], status: int) -> None:
    headers, body = letter("github", ISSUE["github"], **more)
    asked: list[int] = []
    low = {n.lower(): v for n, v in headers.items()}
    found = box.it.deliver("web", low, lambda n: (asked.append(n), body[:n])[1])[0]
    assert found == status
    assert [n for n in asked if n > LARGEST] == [], "more is not even read"


@each_kind
@pytest.mark.parametrize(
    "payload", [b"", b"{", b"\xff\xfe", b"[]", b"null", b'"x"', b"[" * 100_000, b"1" * 10_000]
)
def test_a_signed_body_that_is_no_object_is_said_to_be_none(box: Post, kind: str, payload: bytes) -> None:
    assert box.send(kind, payload) == 400


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ({"zen": "Keep it logically awesome.", "hook_id": 1}, ()),
        ({"issue": {"number": 7}, "repository": {"full_name": "Acme/Web"}}, ("Acme/Web#7",)),
        ({"issue": {"number": 7}, "repository": {"full_name": "beta/anything"}}, ("beta/anything#7",)),
        ({"issue": {"number": 7}, "repository": {"full_name": "evil/web"}}, ()),
        ({"issue": {"number": 7}, "repository": {"full_name": "acme/web/../../x"}}, ()),
        ({"issue": {"number": 7, "pull_request": {}}, "repository": {"full_name": "acme/web"}}, ()),
        ({"issue": {"number": "7"}, "repository": {"full_name": "acme/web"}}, ()),
        ({"issue": {"number": -7}, "repository": {"full_name": "acme/web"}}, ()),
        ({"issue": {"number": True}, "repository": {"full_name": "acme/web"}}, ()),
        ({"issue": {"number": 7}}, ()),
        (
            {
                "parent_issue": {"number": 1, "repository_url": "https://api.github.com/repos/acme/web"},
                "sub_issue": {"number": 2, "repository_url": "https://api.github.com/repos/beta/api"},
                "repository": {"full_name": "acme/web"},
            },
            ("acme/web#1", "beta/api#2"),
        ),
    ],
)
def test_what_github_sends_names_issues_of_our_repositories(payload: Any, found: tuple[str, ...]) -> None:
    assert items(WEB, json.dumps(payload).encode()) == found


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ({"webhookEvent": "comment_created", "comment": {}, "issue": {"id": "10007"}}, ("10007",)),
        ({"issueLink": {"sourceIssueId": 1, "destinationIssueId": 2}}, ("1", "2")),
        ({"issue": {"id": "1/../../myself"}}, ()),
        ({"issue": {"id": None}}, ()),
        ({"issue": [1]}, ()),
        ({"webhookEvent": "sprint_started"}, ()),
    ],
)
def test_what_jira_sends_names_issues_by_their_ids(payload: Any, found: tuple[str, ...]) -> None:
    assert items(JIRA, json.dumps(payload).encode()) == found


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["issue", "id", "number", "repository", "full_name", "sub_issue", "issueLink",
                         "sourceIssueId", "repository_url", "pull_request"]),
        inner, max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=60)
@given(payload=anything)
def test_whatever_is_signed_gives_items_that_can_be_asked_for_or_none(payload: Any) -> None:
    sources: list[SourceConfig] = [JIRA, WEB]
    for source in sources:
        try:
            found = items(source, json.dumps(payload).encode())
        except Unreadable:
            assert not isinstance(payload, dict)
        else:
            assert all(i.rpartition("#")[2].isdecimal() for i in found)


# --- The whole way


def deliver(life: Life, source: str, kind: str, payload: Any, name: str = "1", **more: str) -> int:
    headers, body = letter(kind, payload, name, **more)
    request = urllib.request.Request(
        f"http://127.0.0.1:{life.port}/webhooks/{source}", data=body, headers=headers, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as e:
        return e.code


def jira_site(desk: Desk, url: str, jql: str = "") -> int:
    desk.jira(url)
    text = (desk.folder / "tracker-sync.toml").read_text()
    desk.write("tracker-sync.toml", f"{text}\njql = '{jql}'\n" if jql else text)
    return configured(desk)


@pytest.mark.parametrize("face", [CloudFace, DataCenterFace])
def test_an_issue_that_jira_announces_is_pulled_alone_and_at_once(desk: Desk, face: Any) -> None:
    company = JiraCompany()
    made = [company.create("PAY", "Story", f"Story {n}") for n in range(3)]
    other = company.create("WEB", "Story", "Of another project")
    with running(face(company)) as site:
        port = jira_site(desk, site.url, "project = PAY")

        def act(life: Life) -> None:
            until(lambda: life.metrics().get("tracker_sync_items acme", 0) == 3)
            with site.lock:
                company.tick()
                company.edit(made[1], "title", "Renamed")
                site.reset()
            assert deliver(life, "acme", "jira", {"issue": {"id": made[1]}}) == 202
            assert deliver(life, "acme", "jira", {"issue": {"id": other}}, name="2") == 202
            assert deliver(life, "acme", "jira", {"issue": {"id": made[1]}}) == 200
            until(lambda: life.metrics().get("tracker_sync_item_pulls_total acme 0", 0) == 2)
            asked = [hit.path for hit in site.hits if "/issue/" in hit.path]
            assert {path.rpartition("/issue/")[2].partition("/")[0] for path in asked} == {made[1]}

        life = alive(desk, port, act, "--interval", "3600", TRACKER_SYNC_ACME_WEBHOOK_SECRET=SECRET)
    titles = [e.val for e in desk.events() if getattr(e, "attr", "") == "title"]
    assert titles.count("Renamed") == 1
    assert "Of another project" not in titles, "it is none of those that the configuration asks for"
    assert SECRET not in life.done.said


def test_an_issue_that_github_announces_is_pulled_alone_and_at_once(desk: Desk) -> None:
    company = GitHubCompany()
    made = [company.create("acme/web", f"Issue {n}", "") for n in range(3)]
    kept(desk.folder / "secret").write_text(f"{SECRET}\n")
    with running(GitHubFace(company)) as site:
        desk.github(site.url)
        port = configured(desk)

        def act(life: Life) -> None:
            until(lambda: life.metrics().get("tracker_sync_items web", 0) == 3)
            with site.lock:
                company.tick()
                company.rename(made[2], "Renamed")
            payload = {"issue": {"number": made[2].number}, "repository": {"full_name": "acme/web"}}
            assert deliver(life, "web", "github", payload) == 202
            until(lambda: life.metrics().get("tracker_sync_item_pulls_total web 0", 0) == 1)
            assert life.metrics()["tracker_sync_webhooks_total web accepted"] == 1

        secret = str(desk.folder / "secret")
        alive(
            desk, port, act, "--interval", "3600", TRACKER_SYNC_WEB_WEBHOOK_SECRET_FILE=secret,
            GITHUB_TOKEN="canary-d5a8e0714f",
        )  # fmt: skip
    assert "Renamed" in [e.val for e in desk.events() if getattr(e, "attr", "") == "title"]


def test_many_announced_issues_are_read_as_a_whole_and_a_deleted_one_is_no_trouble(desk: Desk) -> None:
    company = JiraCompany()
    made = [company.create("PAY", "Story", f"Story {n}") for n in range(40)]
    with running(CloudFace(company)) as site:
        port = jira_site(desk, site.url)

        def act(life: Life) -> None:
            until(lambda: life.metrics().get("tracker_sync_items acme", 0) == 40)
            with site.lock:
                company.tick()
                company.delete(made[0])
            assert deliver(life, "acme", "jira", {"issue": {"id": made[0]}}) == 202
            until(lambda: life.metrics().get("tracker_sync_item_pulls_total acme 3", 0) == 1)
            with site.lock:
                for issue in made[1:]:
                    company.edit(issue, "title", "Renamed")
                site.before = lambda *_: time.sleep(0.3)  # so that the others arrive meanwhile
                site.reset()
            for n, issue in enumerate(made[1:]):
                deliver(life, "acme", "jira", {"issue": {"id": issue}}, name=f"n{n}")
            until(lambda: life.metrics().get("tracker_sync_passes_total acme 0", 0) >= 2)
            assert len([hit for hit in site.hits if "/issue/" in hit.path]) < 20

        life = alive(desk, port, act, "--interval", "3600", TRACKER_SYNC_ACME_WEBHOOK_SECRET=SECRET)
    assert life.events("pass failed", "bug") == []
    renamed = {e.item for e in desk.events() if getattr(e, "val", "") == "Renamed"}
    assert renamed == set(made[1:])


def test_what_is_announced_while_another_run_has_the_log_waits_and_is_not_tried_all_the_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracker_sync.daemon import loop

    monkeypatch.setattr(loop, "BUSY", 0.5)
    tried: list[float] = []
    real = loop.open_log

    def counting(*args: Any, **more: Any) -> Any:
        tried.append(time.monotonic())
        return real(*args, **more)

    monkeypatch.setattr(loop, "open_log", counting)
    company = JiraCompany()
    issue = company.create("PAY", "Story", "A story")
    with running(CloudFace(company)) as site:
        port = jira_site(desk, site.url)

        def act(life: Life) -> None:
            until(lambda: life.metrics().get("tracker_sync_items acme", 0) == 1)
            until(lambda: can_be_had(desk))
            with held(desk.db):
                assert deliver(life, "acme", "jira", {"issue": {"id": issue}}) == 202
                tried.clear()
                time.sleep(1.2)
                assert 1 <= len(tried) <= 4
            until(lambda: life.metrics().get("tracker_sync_item_pulls_total acme 0", 0) == 1)

        life = alive(desk, port, act, "--interval", "3600", TRACKER_SYNC_ACME_WEBHOOK_SECRET=SECRET)
    assert life.done.code == 0


def can_be_had(desk: Desk) -> bool:
    with suppress(LogBusy), held(desk.db):
        return True
    return False


def test_without_a_secret_nothing_is_taken_and_a_short_one_is_refused(desk: Desk) -> None:
    with running(CloudFace(JiraCompany())) as site:
        port = jira_site(desk, site.url)

        def act(life: Life) -> None:
            assert deliver(life, "acme", "jira", ISSUE["jira"]) == 404

        assert alive(desk, port, act).done.code == 0
        done = desk.run("daemon", TRACKER_SYNC_ACME_WEBHOOK_SECRET="short")
    assert done.code == 2
    assert "TRACKER_SYNC_ACME_WEBHOOK_SECRET has to have 16 characters at least" in done.err
    assert "short\n" not in done.err
