"""The demo trackers behave like the real ones where the client libraries look."""

import json
import urllib.error
import urllib.request
from itertools import pairwise
from typing import Any

import pytest

from tracker_sync.config import GithubConfig, JiraConfig
from tracker_sync.demo.tracker_server import GitHubSite, JiraSite, serving
from tracker_sync.sources.github_look import GithubLook
from tracker_sync.sources.jira_look import JiraLook

ORIGIN = "https://jira.example.test"
REPO = "acme/tools"


def jira_issue(number: int, histories: int = 0, comments: int = 0, **fields: Any) -> dict[str, Any]:
    """An issue of which the n-th history renames it to n."""
    names = [str(index) for index in range(histories + 1)]
    return {
        "id": str(number),
        "key": f"TOOL-{number}",
        "self": f"{ORIGIN}/rest/api/2/issue/{number}",
        "fields": {
            "summary": names[-1],
            "project": {"key": "TOOL"},
            "created": "2025-01-01T10:00:00.000+0000",
            "updated": f"2025-01-01T10:{number % 60:02d}:00.000+0000",
            "comment": {"comments": [{"id": str(index)} for index in range(comments)]},
            **fields,
        },
        "changelog": {
            "histories": [
                {
                    "id": str(1000 + index),
                    "created": f"2025-01-02T10:{index:02d}:00.000+0000",
                    "items": [{"field": "summary", "fromString": old, "toString": new}],
                }
                for index, (old, new) in enumerate(pairwise(names))
            ]
        },
    }


def jira_site(count: int = 3, **settings: Any) -> JiraSite:
    issues = [jira_issue(number) for number in range(1, count + 1)]
    return JiraSite(issues, [{"id": "summary", "name": "Summary"}], [], **settings)


def github_entry(number: int, comments: int = 0) -> dict[str, Any]:
    url = f"https://api.github.com/repos/{REPO}/issues/{number}"
    at = f"2025-01-{number % 28 + 1:02d}T10:00:00Z"
    common = {"created_at": at, "updated_at": at, "url": url}
    labelled = {"id": number * 1000, "event": "labeled", "label": {"name": "bug"}, **common}
    said = [
        {"id": number * 1000 + n, "event": "commented", "body": str(n), "actor": None, **common}
        for n in range(1, comments + 1)
    ]
    linked = {"event": "cross-referenced", **common}
    issue = {"id": number, "number": number, "title": f"Issue {number}", "state": "open", **common}
    return {"issue": issue, "timeline": [labelled, *said, linked]}


def github_site(count: int = 3, **settings: Any) -> GitHubSite:
    return GitHubSite({REPO: [github_entry(n) for n in range(1, count + 1)]}, **settings)


def ask(url: str, body: Any = None, **headers: str) -> tuple[int, Any, Any]:
    """Status, decoded body and headers of one request."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request) as answer:
            content, status = answer.read(), answer.status
            received = answer.headers
    except urllib.error.HTTPError as error:
        content, status, received = error.read(), error.code, error.headers
    return status, json.loads(content) if content else None, received


def found(base: str, query: str) -> list[str]:
    status, body, _ = ask(f"{base}/rest/api/2/search", {"jql": query, "maxResults": 100})
    assert status == 200, body
    return [issue["key"] for issue in body["issues"]]


def test_jira_client_pages_through_search_jql() -> None:
    jira = pytest.importorskip("jira")
    with serving(jira_site(250)) as [base]:
        client = jira.JIRA(base, token_auth="any", max_retries=0)
        keys: list[str] = []
        token = None
        while True:
            page = client.enhanced_search_issues(
                "project = TOOL ORDER BY updated ASC",
                nextPageToken=token,
                maxResults=100,
                fields="summary",
                json_result=True,
            )
            keys += [issue["key"] for issue in page["issues"]]
            assert "total" not in page
            token = page.get("nextPageToken")
            if page["isLast"]:
                break
    assert len(keys) == len(set(keys)) == 250
    assert token is None


def test_jira_client_uses_start_at_on_a_server() -> None:
    jira = pytest.importorskip("jira")
    with serving(jira_site(120, deployment="Server")) as [base]:
        client = jira.JIRA(base, token_auth="any", max_retries=0)
        issues = client.search_issues("project = TOOL", maxResults=False)
    assert len(issues) == issues.total == 120


def test_cloud_has_no_search_any_more() -> None:
    with serving(jira_site()) as [base]:
        status, body, _ = ask(f"{base}/rest/api/3/search?jql=project=TOOL")
    assert status == 410
    assert body["errorMessages"]


def test_cloud_gives_only_the_id_unless_asked_for_more() -> None:
    with serving(jira_site()) as [base]:
        _, body, _ = ask(f"{base}/rest/api/3/search/jql?jql=project=TOOL&maxResults=1")
    assert body["issues"] == [{"id": "1"}]


def test_cloud_refuses_a_query_without_bounds() -> None:
    with serving(jira_site()) as [base]:
        status, _, _ = ask(f"{base}/rest/api/3/search/jql", {"jql": "ORDER BY updated"})
    assert status == 400


def test_cloud_inlines_the_newest_40_histories_and_20_comments_with_true_totals() -> None:
    site = JiraSite([jira_issue(1, histories=55, comments=30)], [], [])
    query = {"jql": "key = TOOL-1", "fields": ["*all"], "expand": "changelog"}
    with serving(site) as [base]:
        _, body, _ = ask(f"{base}/rest/api/3/search/jql", query)
    issue = body["issues"][0]
    log, comments = issue["changelog"], issue["fields"]["comment"]
    assert [log["total"], len(log["histories"])] == [55, 40]
    assert log["histories"][0]["items"][0]["toString"] == "55"
    assert [comments["total"], len(comments["comments"])] == [30, 20]


def test_what_cloud_cuts_can_be_asked_for_oldest_first() -> None:
    site = JiraSite([jira_issue(1, histories=55, comments=30)], [], [])
    with serving(site) as [base]:
        _, log, _ = ask(f"{base}/rest/api/3/issue/TOOL-1/changelog?startAt=50")
        _, talk, _ = ask(f"{base}/rest/api/3/issue/1/comment?startAt=20&maxResults=5")
        bulk = {"issueIdsOrKeys": ["TOOL-1"], "maxResults": 50}
        _, first, _ = ask(f"{base}/rest/api/3/changelog/bulkfetch", bulk)
        bulk["nextPageToken"] = first["nextPageToken"]
        _, second, _ = ask(f"{base}/rest/api/3/changelog/bulkfetch", bulk)
    renamed_to = [history["items"][0]["toString"] for history in log["values"]]
    assert renamed_to == ["51", "52", "53", "54", "55"]
    assert log["isLast"]
    assert [comment["id"] for comment in talk["comments"]] == ["20", "21", "22", "23", "24"]
    pages = [page["issueChangeLogs"][0]["changeHistories"] for page in (first, second)]
    assert [len(page) for page in pages] == [50, 5]
    assert "nextPageToken" not in second


def test_a_server_inlines_every_history_oldest_first() -> None:
    site = JiraSite([jira_issue(1, histories=55)], [], [], deployment="Server")
    with serving(site) as [base]:
        _, body, _ = ask(f"{base}/rest/api/2/search?jql=key=TOOL-1&expand=changelog")
    log = body["issues"][0]["changelog"]
    assert [log["histories"][n]["items"][0]["toString"] for n in (0, 54)] == ["1", "55"]


def test_jql_reads_quoted_minutes_in_utc_and_bare_milliseconds() -> None:
    with serving(jira_site(5, deployment="Server")) as [base]:
        late = ["TOOL-4", "TOOL-5"]
        assert found(base, 'updated >= "2025-01-01 10:04" ORDER BY updated ASC, key ASC') == late
        assert found(base, "project in (TOOL, X) AND updated >= 1735725840000") == late
        assert found(base, "project = X") == []
        either = "(key = TOOL-1 OR id in (3, 4)) AND project = TOOL ORDER BY key DESC"
        assert found(base, either) == ["TOOL-4", "TOOL-3", "TOOL-1"]


@pytest.mark.parametrize("query", ["assignee = me", "key in (", "key ~ A", 'updated >= "soon"'])
def test_jql_it_does_not_understand_is_refused(query: str) -> None:
    with serving(jira_site(deployment="Server")) as [base]:
        status, body, _ = ask(f"{base}/rest/api/2/search", {"jql": query})
    assert status == 400
    assert body["errorMessages"]


def test_a_moved_issue_answers_to_its_former_key() -> None:
    site = jira_site()
    move = {"field": "Key", "fromString": "OLD-9", "toString": "TOOL-2"}
    site.issues[1]["changelog"]["histories"] = [
        {"id": "1", "created": "2025-01-02T10:00:00.000+0000", "items": [move]}
    ]
    with serving(site) as [base]:
        _, body, _ = ask(f"{base}/rest/api/2/issue/OLD-9")
    assert body["key"] == "TOOL-2"


def test_an_edit_between_two_requests_is_seen() -> None:
    site = jira_site(2, deployment="Server")
    with serving(site) as [base]:
        site.issues[0]["fields"]["updated"] = "2025-03-01T10:00:00.000+0000"
        assert found(base, 'updated >= "2025-02-01 00:00"') == ["TOOL-1"]
        assert site.hits == ["POST /rest/api/2/search"]


def test_addresses_in_answers_lead_back_to_the_server() -> None:
    with serving(jira_site(), github_site()) as [jira, github]:
        assert ask(f"{jira}/rest/api/2/issue/1")[1]["self"] == f"{jira}/rest/api/2/issue/1"
        path = f"/repos/{REPO}/issues/1"
        assert ask(github + path)[1]["url"] == github + path
        assert ask(f"{github}/api/v3{path}")[1]["url"] == f"{github}/api/v3{path}"


@pytest.mark.parametrize("given", ["Bearer wrong", "token wrong", "Basic d3Jvbmc6d3Jvbmc=", ""])
def test_a_wrong_token_is_refused_by_both(given: str) -> None:
    headers = {"Authorization": given} if given else {}
    with serving(jira_site(token="right"), github_site(token="right")) as [jira, github]:
        assert ask(f"{jira}/rest/api/2/myself", **headers)[0] == 401
        status, body, _ = ask(f"{github}/user", **headers)
    assert (status, body["message"]) == (401, "Bad credentials")


def test_the_right_token_is_accepted_in_every_form() -> None:
    with serving(jira_site(token="right"), github_site(token="right")) as [jira, github]:
        for given in ["Bearer right", "Basic bWU6cmlnaHQ="]:
            assert ask(f"{jira}/rest/api/2/myself", Authorization=given)[0] == 200
        for given in ["Bearer right", "token right"]:
            assert ask(f"{github}/user", Authorization=given)[0] == 200


@pytest.mark.parametrize("prefix", ["", "/api/v3"])
def test_pygithub_pages_through_issues_and_a_timeline(prefix: str) -> None:
    github = pytest.importorskip("github")
    site = GitHubSite({REPO: [github_entry(number, comments=45) for number in range(1, 71)]})
    with serving(site) as [base]:
        client = github.Github(
            base_url=base + prefix, auth=github.Auth.Token("any"), seconds_between_requests=0
        )
        repo = client.get_repo(REPO)
        issues = list(repo.get_issues(state="all", sort="updated", direction="asc"))
        timeline = list(issues[0].get_timeline())
    assert len({issue.number for issue in issues}) == 70
    assert [issue.updated_at for issue in issues] == sorted(i.updated_at for i in issues)
    assert len(timeline) == 47


def test_since_includes_its_own_moment() -> None:
    with serving(github_site(5)) as [base]:
        _, rows, _ = ask(f"{base}/repos/{REPO}/issues?state=all&since=2025-01-05T10:00:00Z")
    assert [row["number"] for row in rows] == [5, 4]


def test_repository_events_are_newest_first_without_comments_and_mentions() -> None:
    site = GitHubSite({REPO: [github_entry(1, comments=2), github_entry(2)]})
    with serving(site) as [base]:
        _, rows, headers = ask(f"{base}/repos/{REPO}/issues/events?per_page=1")
        _, comments, _ = ask(f"{base}/repos/{REPO}/issues/comments")
    assert [(row["event"], row["issue"]["number"]) for row in rows] == [("labeled", 2)]
    assert 'page=2>; rel="next"' in headers["Link"]
    assert [comment["body"] for comment in comments] == ["1", "2"]
    assert all("event" not in comment for comment in comments)


def test_github_answers_304_to_the_etag_it_gave() -> None:
    with serving(github_site()) as [base]:
        _, _, headers = ask(f"{base}/repos/{REPO}/issues")
        known = {"If-None-Match": headers["ETag"]}
        status, body, _ = ask(f"{base}/repos/{REPO}/issues", **known)
    assert (status, body) == (304, None)
    assert headers["X-RateLimit-Limit"] == "5000"


def test_what_github_does_not_have_is_404() -> None:
    with serving(github_site()) as [base]:
        for path in [f"/repos/{REPO}/issues/99", "/repos/no/such/issues", "/graphql"]:
            assert ask(base + path)[0] == 404


def test_a_closed_server_hangs_up_on_kept_connections() -> None:
    requests = pytest.importorskip("requests")
    with requests.Session() as session:
        with serving(jira_site()) as [base]:
            assert session.get(f"{base}/rest/api/2/myself", timeout=5).ok
        with pytest.raises(requests.ConnectionError):
            session.get(f"{base}/rest/api/2/myself", timeout=5)


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_a_jira_answers_what_init_and_doctor_ask(deployment: str) -> None:
    issues = [{**jira_issue(n, histories=1)} for n in (1, 2)]
    for issue in issues:
        issue["fields"]["project"] = {"key": "TOOL", "name": "Tools"}
    with serving(JiraSite(issues, [], [], deployment=deployment)) as [url]:
        asked = JiraLook(JiraConfig(name="a", url=url, allow_http=True), None, None)
        assert asked.site().kind.startswith({"Cloud": "Jira Cloud", "Server": "Jira Data Center"}[deployment])
        assert (asked.account(), asked.projects()) == ("Sync", [("TOOL", "Tools")])
        assert asked.sample() == (True, 2, True)


def test_a_github_answers_what_init_and_doctor_ask() -> None:
    entry = github_entry(1)
    entry["issue"]["labels"] = [{"id": 1, "name": "in progress"}]
    with serving(GitHubSite({REPO: [entry]})) as [url]:
        asked = GithubLook(GithubConfig(name="a", url=url, repos=[REPO], allow_http=True), "any")
        assert asked.told(anonymous=False).login == "demo-sync"
        assert [r.name for r in asked.repos()] == [r.name for r in asked.owned("acme")] == [REPO]
        assert asked.labels(REPO) == ["in progress"]
        assert (asked.types("acme"), asked.fields("acme")) == ([], [])
