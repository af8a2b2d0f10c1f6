"""The simulated GitHub does what the real one is known to do (trackers.md, the recordings, the contracts)."""

import base64
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
import requests
from graphql import GraphQLSchema, build_schema, is_leaf_type
from recorded import RECORDED, needs_recorded, secp256k1_issues

from simulator.contracts import check_hits
from simulator.github import KINDS, NO_EVENT, GitHubCompany, GitHubFace, Issue, node_id, old_node_id, stamp
from simulator.github_graphql import schema
from simulator.github_load import standard_github
from simulator.server import Running, running

Json = dict[str, Any]
TOKEN = "right"
WEB = "acme/web"


class Client:
    """Somebody with a token (or without) before a face."""

    def __init__(self, server: Running, token: str | None = TOKEN) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"
        if token is None:
            del self.session.headers["Authorization"]

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> requests.Response:
        url = path if path.startswith("http") else self.server.url + path
        return self.session.get(url, params=query, headers=headers, allow_redirects=False, timeout=10)

    def walk(self, path: str, **query: Any) -> list[Json]:
        """All rows of all pages, by the Link header."""
        answer = self.get(path, **query)
        rows = answer.json()
        while "next" in answer.links:
            answer = self.get(answer.links["next"]["url"])
            rows += answer.json()
        assert answer.status_code == 200
        return rows

    def ask(self, query: str, path: str = "/graphql", **variables: Any) -> Json:
        body = {"query": query, "variables": variables}
        answer = self.session.post(self.server.url + path, json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def issues(self, fields: str, more: str = "first: 100") -> list[Json]:
        """The issues of acme/web, all of them on one page."""
        said = self.ask(
            f'{{repository(owner: "acme", name: "web") {{issues({more}) {{nodes {{{fields}}}}}}}}}'
        )
        assert "errors" not in said, said["errors"]
        return said["data"]["repository"]["issues"]["nodes"]


@pytest.fixture
def company() -> GitHubCompany:
    return GitHubCompany()


@pytest.fixture
def face(company: GitHubCompany) -> GitHubFace:
    return GitHubFace(company, token=TOKEN)


@pytest.fixture
def client(face: GitHubFace) -> Iterator[Client]:
    with running(face) as server:
        yield Client(server)


def busy(company: GitHubCompany) -> Issue:
    """An issue to which everything has happened that an issue survives."""
    issue = company.create(WEB, "Exports are slow", "Minutes.", labels=["customer/acme"], assignees=["bob"])
    other = company.create(WEB, "Speed", labels=["epic"])
    company.tick()
    company.unlabel(issue, "customer/acme")
    company.unassign(issue, "bob")
    company.milestone(issue, "Q1")
    company.milestone(issue, "Q2")
    company.demilestone(issue)
    company.rename(issue, "Exports are too slow")
    company.edit_body(issue, "Hours.")
    company.close(issue, "not_planned")
    company.reopen(issue)
    company.set_type(issue, "Bug")
    company.set_type(issue, "Feature")
    company.set_type(issue, None)
    company.set_field(issue, "Customer", "Acme")
    company.set_field(issue, "Effort", 3)
    company.add_sub_issue(other, issue)
    company.remove_sub_issue(other, issue)
    third = company.create(WEB, "Third")
    company.add_sub_issue(issue, third)
    company.remove_sub_issue(issue, third)
    company.add_sub_issue(issue, other)
    company.cross_reference(issue, other)
    company.mention(issue, "carol")
    company.unsubscribe(issue, "carol")
    company.comment(issue, "Me too", by="carol")
    company.delete_comment(issue, company.comment(issue, "spam", by="eve"), by="ada")
    company.lock(issue)
    company.unlock(issue)
    company.project_set(issue, "Roadmap", "Quarter", "Q3")
    company.convert_to_discussion(issue)
    return issue


# ---- the model


def test_the_model_says_what_a_reader_has_to_end_up_with(company: GitHubCompany) -> None:
    issue = busy(company)
    other = company.issue(f"{WEB}#2")
    comment = issue.comments[0]
    assert company.present(issue) == {
        "key": "acme/web#1", "title": "Exports are too slow", "body": "Hours.", "state": "closed",
        "reason": "completed", "labels": set(), "assignees": set(), "milestone": None, "type": None,
        "fields": {"Customer": "Acme", "Effort": 3}, "project fields": {"Roadmap": {"Quarter": "Q3"}},
        "parent": None, "sub issues": {"acme/web#2"}, "comments": {str(comment.id): "Me too"},
    }  # fmt: skip
    assert company.present(other)["parent"] == "acme/web#1"
    history = company.history(issue)
    titles = [detail for kind, _, _, detail in history if kind == "renamed"]
    assert titles == [("Exports are slow", "Exports are too slow")]
    assert {kind for kind, *_ in history} == set(KINDS) - {"transferred"}


def test_both_forms_of_node_ids_carry_the_database_id(company: GitHubCompany) -> None:
    company.now = datetime(2021, 5, 1, tzinfo=UTC)
    issue = company.create(WEB, "Old")
    company.label(issue, "bug")
    company.now = datetime(2026, 5, 1, tzinfo=UTC)
    company.label(issue, "new")
    company.comment(issue, "text")
    old, new, comment = issue.timeline
    assert base64.b64decode(old.node_id).decode() == f"012:LabeledEvent{old.id}"
    assert (new.node_id[:8], comment.node_id[:8]) == ("LE_lADOK", "IC_kwDOK")
    for entry, size in ((new, 9), (comment, 5)):
        text = entry.node_id.split("_", 1)[1]
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        assert int.from_bytes(packed[-size + 1 :]) == entry.id


@needs_recorded
def test_node_ids_are_made_as_the_recorded_ones_were() -> None:
    prefixes = {kind: (name, prefix) for kind, (name, prefix) in KINDS.items() if kind != "cross-referenced"}
    compared = 0
    for record in secp256k1_issues():
        repo = 16648618  # bitcoin-core/secp256k1; recorded issues do not name it, their entries' node ids do
        for event in record["timeline"]:
            if event["event"] not in prefixes or not event.get("node_id"):
                continue
            name, prefix = prefixes[event["event"]]
            own = (event["id"],) if event["event"] in NO_EVENT else (record["issue"]["id"], event["id"])
            assert event["node_id"] in {node_id(prefix, repo, *own), old_node_id(name, event["id"])}
            compared += 1
    assert compared > 3000


def test_a_load_has_the_rows_that_the_floor_is_counted_on() -> None:
    issues = standard_github(200).visible()
    linked = {"sub_issue_added", "parent_issue_added", *NO_EVENT}
    assert len(issues) == 200
    assert sum(entry.kind not in linked for i in issues for entry in i.timeline) == 2500
    assert sum(len(i.comments) for i in issues) == 870
    assert len({i.updated_at for i in issues}) == 200


# ---- REST


def test_an_etag_saves_quota_for_those_who_are_known(client: Client, company: GitHubCompany) -> None:
    issue = company.create(WEB, "One")
    first = client.get(f"/repos/{WEB}/issues")
    seen = {"If-None-Match": first.headers["ETag"]}
    again = client.get(f"/repos/{WEB}/issues", seen)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["X-RateLimit-Remaining"] == first.headers["X-RateLimit-Remaining"] == "4999"
    stranger = Client(client.server, None)
    assert stranger.get(f"/repos/{WEB}/issues", seen).status_code == 200
    mine = {"If-None-Match": stranger.get(f"/repos/{WEB}/issues").headers["ETag"]}
    paid = stranger.get(f"/repos/{WEB}/issues", mine)
    assert (paid.status_code, paid.headers["X-RateLimit-Remaining"]) == (304, "57")
    company.edit_body(issue, "new")
    assert client.get(f"/repos/{WEB}/issues", seen).status_code == 200


def test_pages_hold_a_hundred_rows_at_most_and_lead_on(client: Client, company: GitHubCompany) -> None:
    for number in range(130):
        company.create(WEB, str(number))
    assert len(client.get(f"/repos/{WEB}/issues").json()) == 30
    page = client.get(f"/repos/{WEB}/issues", per_page=500, direction="asc")
    assert (len(page.json()), set(page.links)) == (100, {"next", "last"})
    rows = client.walk(f"/repos/{WEB}/issues", per_page=50, direction="asc")
    assert [row["number"] for row in rows] == list(range(1, 131))


def test_deep_pages_are_refused_but_the_link_leads_through(
    client: Client, company: GitHubCompany, face: GitHubFace
) -> None:
    face.deep_page_limit = 20
    issues = [company.create(WEB, str(number)) for number in range(50)]
    company.label(issues[0], *map(str, range(40)))
    assert client.get(f"/repos/{WEB}/issues", per_page=10, page=3).status_code == 422
    assert len({row["id"] for row in client.walk(f"/repos/{WEB}/issues", per_page=10)}) == 50
    assert client.get(f"/repos/{WEB}/issues/events", per_page=10, page=3).status_code == 422


def test_since_includes_its_second(client: Client, company: GitHubCompany) -> None:
    company.now = datetime(2026, 1, 1, 12, 0, 0, 900_000, tzinfo=UTC)
    for number in range(3):
        company.create(WEB, str(number))
        company.tick(1)
    for since in ("2026-01-01T12:00:01Z", "2026-01-01T13:00:01+01:00"):
        rows = client.walk(f"/repos/{WEB}/issues", since=since, sort="updated", direction="asc")
        assert [row["number"] for row in rows] == [2, 3]


def test_closed_issues_and_pull_requests_are_listed_with_the_others(
    client: Client, company: GitHubCompany
) -> None:
    company.close(company.create(WEB, "Issue"))
    pull = company.pull_request(WEB, "Pull")
    company.comment(pull, "of the pull request")
    company.label(pull, "mend")
    assert ["pull_request" in row for row in client.walk(f"/repos/{WEB}/issues", state="all")] == [
        True,
        False,
    ]
    assert [row["number"] for row in client.walk(f"/repos/{WEB}/issues")] == [2]
    assert "/pull/2#" in client.walk(f"/repos/{WEB}/issues/comments")[0]["html_url"]
    events = client.walk(f"/repos/{WEB}/issues/events")
    assert [(row["event"], row["issue"]["number"]) for row in events] == [("labeled", 2), ("closed", 1)]
    assert [issue.title for issue in company.visible()] == ["Issue"]


def test_what_moves_no_update_time(client: Client, company: GitHubCompany) -> None:
    parent, child = company.create(WEB, "Parent"), company.create(WEB, "Child", labels=["bug"])
    comment = company.comment(child, "text")
    told = {i: stamp(i.updated_at) for i in (parent, child)}
    company.tick()
    company.add_sub_issue(parent, child)
    company.cross_reference(child, parent)
    company.mention(child, "bob")
    company.delete_comment(child, comment, by="bob")
    company.project_set(child, "Roadmap", "Quarter", "Q3")
    company.delete_label(WEB, "bug")
    rows = {row["number"]: row for row in client.walk(f"/repos/{WEB}/issues")}
    assert [rows[i.number]["updated_at"] for i in told] == list(told.values())
    assert (rows[2]["comments"], rows[2]["labels"]) == (0, [])
    assert rows[2]["parent_issue_url"] == rows[1]["url"]
    company.edit_body(child, "new")
    assert client.get(f"/repos/{WEB}/issues/2").json()["updated_at"] == stamp(company.now)


def test_events_are_newest_first_and_omit_what_only_timelines_have(
    client: Client, company: GitHubCompany
) -> None:
    issue = busy(company)
    timeline = client.walk(f"/repos/{WEB}/issues/{issue.number}/timeline", per_page=10)
    assert [row["event"] for row in timeline] == [kind for kind, *_ in company.history(issue)]
    events = [row for row in client.walk(f"/repos/{WEB}/issues/events") if row["issue"]["number"] == 1]
    wanted = [row["id"] for row in timeline if row["event"] not in NO_EVENT]
    assert [row["id"] for row in events] == sorted(wanted, reverse=True)
    assert not [row for row in timeline if row["event"] == "cross-referenced" and "id" in row]


def test_a_transfer_leaves_a_redirect_and_brings_new_ids(client: Client, company: GitHubCompany) -> None:
    old = company.create(WEB, "Moves", labels=["bug"])
    comment = company.comment(old, "stays")
    company.repo("acme/api")
    new = company.transfer(old, "acme/api")
    answer = client.get(f"/repos/{WEB}/issues/1/timeline", per_page=100)
    assert answer.status_code == 301
    timeline = client.walk(answer.headers["Location"])
    assert [row["event"] for row in timeline] == ["labeled", "commented", "transferred"]
    assert timeline[1]["id"] == comment
    moved = client.get(client.get(f"/repos/{WEB}/issues/1").headers["Location"]).json()
    assert (moved["id"], moved["labels"]) == (new.id, [])
    assert new.id != old.id
    assert client.walk(f"/repos/{WEB}/issues") == []


def test_what_is_deleted_hidden_or_renamed(client: Client, company: GitHubCompany) -> None:
    company.delete(company.create(WEB, "Deleted"))
    company.create(WEB, "Stays")
    assert client.get(f"/repos/{WEB}/issues/1").status_code == 410
    assert [row["number"] for row in client.walk(f"/repos/{WEB}/issues")] == [2]
    company.hide_repo(WEB)
    assert client.get(f"/repos/{WEB}/issues").status_code == 404
    assert company.visible() == []
    company.show_repo(WEB)
    company.rename_repo(WEB, "site")
    answer = client.get(f"/repos/{WEB}/issues/2", per_page=7)
    assert answer.status_code == 301
    assert client.get(answer.headers["Location"]).json()["repository_url"].endswith("/repos/acme/site")
    assert client.get(f"/repos/{WEB}/issues", page=1).headers["Location"].endswith("/issues?page=1")
    assert [row["full_name"] for row in client.walk("/orgs/acme/repos")] == ["acme/site"]


def test_a_deleted_account_is_null_or_a_ghost(client: Client, company: GitHubCompany) -> None:
    issue = company.create(WEB, "Left behind", by="eve", assignees=["eve"])
    company.comment(issue, "text", by="eve")
    company.close(issue, by="eve")
    company.delete_account("eve")
    shown = client.get(f"/repos/{WEB}/issues/1").json()
    assert (shown["user"]["login"], shown["assignees"]) == ("ghost", [])
    timeline = client.walk(f"/repos/{WEB}/issues/1/timeline")
    assert [(row["actor"] or {}).get("login") for row in timeline] == [None, "ghost", None]
    assert client.issues("author {login}") == [{"author": None}]


def test_quotas_are_counted_per_asker_and_run_out(company: GitHubCompany) -> None:
    company.create(WEB, "One")
    time = [1000.0]
    face = GitHubFace(company, token=TOKEN, rate_limit=3, anonymous_limit=1, clock=lambda: time[0])
    with running(face) as server:
        known, stranger = Client(server), Client(server, None)
        assert [known.get(f"/repos/{WEB}/issues").status_code for _ in range(4)] == [200, 200, 200, 403]
        assert [stranger.get(f"/repos/{WEB}/issues").status_code for _ in range(2)] == [200, 403]
        last = known.get(f"/repos/{WEB}/issues")
        assert "API rate limit exceeded" in last.json()["message"]
        assert (last.headers["X-RateLimit-Remaining"], last.headers["X-RateLimit-Reset"]) == ("0", "4601")
        assert known.get("/rate_limit").json()["rate"] == {
            "limit": 3,
            "remaining": 0,
            "used": 3,
            "reset": 4601,
        }
        time[0] += 3600
        assert known.get(f"/repos/{WEB}/issues").status_code == 200


def test_who_may_ask(client: Client, company: GitHubCompany) -> None:
    company.create(WEB, "Public")
    company.repo("acme/secret", private=True)
    wrong, stranger = Client(client.server, "wrong"), Client(client.server, None)
    assert wrong.get(f"/repos/{WEB}").json()["message"] == "Bad credentials"
    assert stranger.get(f"/repos/{WEB}").status_code == 200
    assert (client.get("/repos/acme/secret").status_code, stranger.get("/repos/acme/secret").status_code) == (
        200,
        404,
    )
    assert (
        stranger.session.post(f"{client.server.url}/graphql", json={"query": "{viewer{id}}"}).status_code
        == 401
    )
    assert client.get("/user").json()["login"] == "sync-bot"


def test_an_enterprise_server_lives_below_its_prefix(company: GitHubCompany) -> None:
    company.create(WEB, "One")
    with running(GitHubFace(company, enterprise=True, rate_limit=None)) as server:
        client = Client(server)
        row = client.get(f"/api/v3/repos/{WEB}/issues").json()[0]
        assert row["url"] == f"{server.url}/api/v3/repos/{WEB}/issues/1"
        assert client.get(row["url"]).status_code == 200
        assert client.get(f"/repos/{WEB}/issues").status_code == 404
        assert client.get("/api/v3/rate_limit").status_code == 404
        assert client.ask("{viewer {login}}", "/api/graphql")["data"]["viewer"]["login"] == "sync-bot"


# ---- GraphQL


def test_graphql_tells_what_rest_tells(client: Client, company: GitHubCompany) -> None:
    issue = busy(company)
    other = company.issue(f"{WEB}#2")
    fields = """id fullDatabaseId databaseId state stateReason updatedAt
        subIssues(first: 9) {nodes {number}} parent {number} comments(first: 9) {nodes {body fullDatabaseId}}
        timelineItems(first: 100) {totalCount nodes {__typename ... on Node {id}
            ... on CrossReferencedEvent {source {... on Issue {number}}}}}
        projectItems(first: 5) {nodes {project {title} fieldValues(first: 5) {nodes {
            ... on ProjectV2ItemFieldSingleSelectValue {name optionId updatedAt
                field {... on ProjectV2SingleSelectField {id name}}}}}}}"""
    first, second, _ = client.issues(fields)
    rest = client.get(f"/repos/{WEB}/issues/1").json()
    assert (first["id"], first["fullDatabaseId"], first["databaseId"]) == (
        rest["node_id"],
        str(issue.id),
        None,
    )
    assert (first["state"], first["stateReason"], first["updatedAt"]) == (
        "CLOSED",
        "COMPLETED",
        rest["updated_at"],
    )
    assert (first["subIssues"]["nodes"], second["parent"]) == ([{"number": 2}], {"number": 1})
    assert first["comments"]["nodes"] == [{"body": "Me too", "fullDatabaseId": str(issue.comments[0].id)}]
    timeline = client.walk(f"/repos/{WEB}/issues/1/timeline", per_page=100)
    told = [row for row in timeline if not row["event"].startswith("issue_type_")]
    nodes = first["timelineItems"]["nodes"]
    assert [node["__typename"] for node in nodes] == [KINDS[row["event"]][0] for row in told]
    assert all(
        row["node_id"] == node["id"] for row, node in zip(told, nodes, strict=True) if "node_id" in row
    )
    assert [node["source"] for node in nodes if "source" in node] == [{"number": other.number}]
    item = first["projectItems"]["nodes"][0]
    assert (item["project"]["title"], item["fieldValues"]["nodes"][1]["name"]) == ("Roadmap", "Q3")
    assert (item["fieldValues"]["nodes"][0], second["projectItems"]["nodes"]) == ({}, [])


def everything(name: str) -> str:
    """Each field of a type, under a name of its own, as fragments on different types must not clash."""
    wanted = []
    for field_name, field in schema().type_map[name].fields.items():
        kind, arguments = str(field.type).strip("[]!"), ""
        if any(
            str(each.type).endswith("!") and not str(each.type).startswith("[")
            for each in field.args.values()
        ):
            continue
        if "first" in field.args:
            arguments, kind = "(first: 5)", "Connection"
        below = "" if is_leaf_type(schema().type_map.get(kind)) else "{__typename}"
        wanted.append(f"{name}_{field_name}: {field_name}{arguments} {below}")
    return f"... on {name} {{{' '.join(wanted)}}}"


def test_every_field_of_the_schema_can_be_asked_for(client: Client, company: GitHubCompany) -> None:
    company.transfer(company.create("acme/api", "Comes over"), WEB)
    busy(company)
    kinds = [name for kind, (name, _) in KINDS.items() if not kind.startswith("issue_type_")]
    entries = " ".join(map(everything, kinds))
    fields = f"""{everything("Issue")} timelineItems(first: 100) {{nodes {{{entries}}}}}
        milestone {{{everything("Milestone")}}} labels(first: 1) {{nodes {{{everything("Label")}}}}}
        author {{{everything("User")}}} subIssuesSummary {{{everything("SubIssuesSummary")}}}
        repository {{{everything("Repository")} owner {{{everything("Organization")}}}}}
        projectItems(first: 1) {{nodes {{{everything("ProjectV2Item")} project {{{everything("ProjectV2")}}}
            fieldValueByName(name: "Quarter") {{{everything("ProjectV2ItemFieldSingleSelectValue")}}}}}}}"""
    seen = {name for row in client.issues(fields) for node in row["timelineItems"]["nodes"] for name in node}
    assert {name.split("_")[0] for name in seen} == set(kinds)


def test_pages_of_issues_follow_the_key_so_that_none_is_missed(
    client: Client, company: GitHubCompany
) -> None:
    for number in range(6):
        company.create(WEB, str(number))
        company.tick()
    query = """query($after: String) {repository(owner: "acme", name: "web") {
        issues(first: 2, after: $after, orderBy: {field: UPDATED_AT, direction: ASC}) {
            totalCount pageInfo {hasNextPage endCursor} nodes {number}}}}"""
    seen, after, more = [], None, True
    while more:
        page = client.ask(query, after=after)["data"]["repository"]["issues"]
        seen += [node["number"] for node in page["nodes"]]
        if len(seen) == 2:
            company.edit_body(company.issue(f"{WEB}#1"), "met again")
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == [1, 2, 3, 4, 5, 6, 1]


def test_issues_can_be_filtered_by_time_and_state(client: Client, company: GitHubCompany) -> None:
    company.create(WEB, "early")
    since = stamp(company.tick())
    company.close(company.create(WEB, "closed"), "duplicate")
    company.create(WEB, "open")
    company.pull_request(WEB, "no issue")
    late = f'first: 9, filterBy: {{since: "{since}"}}'
    assert [row["number"] for row in client.issues("number", late)] == [2, 3]
    found = client.issues("a: stateReason b: stateReason(enableDuplicate: true)", "last: 9, states: [CLOSED]")
    assert found == [{"a": "NOT_PLANNED", "b": "DUPLICATE"}]


def test_timelines_are_paged_and_filtered_both_ways(client: Client, company: GitHubCompany) -> None:
    issue = company.create(WEB, "One", labels=["a", "b", "c", "d"])
    since = stamp(company.tick())
    company.comment(issue, "text")
    fields = """first: timelineItems(first: 2) {totalCount pageInfo {endCursor hasNextPage}}
        last: timelineItems(last: 1) {pageInfo {hasPreviousPage startCursor} nodes {__typename}}
        some: timelineItems(first: 9, itemTypes: [ISSUE_COMMENT]) {totalCount nodes {__typename}}
        late: timelineItems(first: 9, since: "%s") {totalCount filteredCount nodes {__typename}}
        none: timelineItems {totalCount}"""
    row = client.issues(fields % since)[0]
    assert (
        row["first"]["totalCount"],
        row["first"]["pageInfo"]["hasNextPage"],
        row["none"]["totalCount"],
    ) == (5, True, 5)
    assert (
        row["last"]["nodes"]
        == row["some"]["nodes"]
        == row["late"]["nodes"]
        == [{"__typename": "IssueComment"}]
    )
    assert (row["some"]["totalCount"], row["late"]["totalCount"], row["late"]["filteredCount"]) == (1, 5, 1)
    after, before = row["first"]["pageInfo"]["endCursor"], row["last"]["pageInfo"]["startCursor"]
    rest = client.issues(f'timelineItems(first: 9, after: "{after}", before: "{before}") {{pageCount}}')
    assert rest == [{"timelineItems": {"pageCount": 2}}]


def test_nodes_that_are_gone_leave_the_others_alone(client: Client, company: GitHubCompany) -> None:
    issues = [company.create(WEB, str(number)) for number in range(3)]
    company.delete(issues[0])
    company.transfer(issues[1], "acme/api")
    query = (
        "query($ids: [ID!]!) {nodes(ids: $ids) {... on Issue {number timelineItems(first: 1) {totalCount}}}}"
    )
    said = client.ask(query, ids=[i.node_id for i in issues])
    assert said["data"]["nodes"] == [None, None, {"number": 3, "timelineItems": {"totalCount": 0}}]
    assert [(e["type"], e["path"]) for e in said["errors"]] == [
        ("NOT_FOUND", ["nodes", 0]),
        ("NOT_FOUND", ["nodes", 1]),
    ]
    assert "Could not resolve to a node with the global id of" in said["errors"][0]["message"]
    gone = client.ask(
        '{repository(owner: "acme", name: "web") {a: issue(number: 1) {id} b: issue(number: 3) {id}}}'
    )
    assert gone["data"]["repository"] == {"a": None, "b": {"id": issues[2].node_id}}
    too_many = client.ask(query, ids=[issues[2].node_id] * 101)
    assert too_many["errors"][0]["type"] == "ARGUMENT_LIMIT"


def test_names_and_permissions(client: Client, company: GitHubCompany, face: GitHubFace) -> None:
    issue = company.create(WEB, "One")
    company.project_set(issue, "Roadmap", "Quarter", "Q3")
    company.project_set(issue, "Secret", "Quarter", "Q4")
    company.hide_project("Secret")
    company.rename_repo(WEB, "site")
    query = """{organization(login: "acme") {repositories(first: 5) {nodes {nameWithOwner}}}
        repository(owner: "acme", name: "web") {nameWithOwner issue(number: 1) {
            projectItems(first: 5) {nodes {project {title}}}}}}"""
    said = client.ask(query)
    assert said["data"]["organization"]["repositories"]["nodes"] == [{"nameWithOwner": "acme/site"}]
    assert said["data"]["repository"]["issue"]["projectItems"]["nodes"] == [
        {"project": {"title": "Roadmap"}},
        None,
    ]
    assert [error["type"] for error in said["errors"]] == ["FORBIDDEN"]
    face.scopes = {"repo"}
    assert [error["type"] for error in client.ask(query)["errors"]] == ["INSUFFICIENT_SCOPES"]
    company.hide_repo("acme/site")
    gone = client.ask('{repository(owner: "acme", name: "site") {id}}')
    assert (gone["data"], gone["errors"][0]["type"]) == ({"repository": None}, "NOT_FOUND")


@pytest.mark.parametrize(
    ("issues", "error"),
    [
        ("issues {nodes {id}}", "MISSING_PAGINATION_BOUNDARIES"),
        ("issues(first: 101) {nodes {id}}", "EXCESSIVE_PAGINATION"),
        ('issues(first: 1, after: "?") {nodes {id}}', "INVALID_CURSOR_ARGUMENTS"),
        ("issues(first: 1, last: 1) {nodes {id}}", "ARGUMENT_CONFLICT"),
        (
            "issues(first: 99) {nodes {subIssues(first: 99) {nodes {labels(first: 60) {totalCount}}}}}",
            "MAX_NODE_LIMIT_EXCEEDED",
        ),
    ],
)
def test_what_a_query_may_not_ask_for(
    client: Client, company: GitHubCompany, issues: str, error: str
) -> None:
    company.create(WEB, "One")
    said = client.ask(f'{{repository(owner: "acme", name: "web") {{{issues}}}}}')
    assert [each["type"] for each in said["errors"]] == [error]


def test_a_query_costs_by_its_connections_not_by_what_comes(client: Client, company: GitHubCompany) -> None:
    company.create(WEB, "One")
    query = """query($n: Int!) {rateLimit {cost remaining nodeCount limit}
        repository(owner: "acme", name: "web") {issues(first: $n) {nodes {...F}}}}
        fragment F on Issue {labels(first: 9) {totalCount} timelineItems(first: 100) {nodes {__typename}}}"""
    said = client.ask(query, n=100)["data"]["rateLimit"]
    assert said == {"cost": 3, "remaining": 4997, "nodeCount": 100 + 900 + 10_000, "limit": 5000}
    assert client.server.hits[-1].points == 3
    assert client.ask(query, n=10)["data"]["rateLimit"]["remaining"] == 4996


def test_large_queries_time_out_and_spent_points_are_refused(company: GitHubCompany) -> None:
    company.create(WEB, "One")
    face = GitHubFace(company, token=TOKEN, timeout_nodes=50, graphql_limit=3)
    with running(face) as server:
        client = Client(server)
        query = '{repository(owner: "acme", name: "web") {issues(first: %d) {nodes {id}}}}'
        slow = client.session.post(f"{server.url}/graphql", json={"query": query % 51}, timeout=10)
        assert (slow.status_code, slow.headers["Content-Type"], slow.text[:6]) == (502, "text/html", "<html>")
        assert "errors" not in client.ask(query % 50)
        client.ask(query % 1)
        assert client.ask(query % 1)["errors"][0]["type"] == "RATE_LIMITED"
        assert client.get("/rate_limit").json()["resources"]["graphql"]["remaining"] == 0


def test_nonsense_is_an_error_of_the_query(client: Client) -> None:
    assert "undefined" not in client.ask("{viewer {shoeSize}}").get("data", {})
    assert client.ask("{viewer {")["errors"]
    assert client.ask("query($n: Int!) {node(id: $n) {id}}", n="x")["errors"]


# ---- the contracts


@cache
def contract() -> Json:
    """The schemas of the REST contract in today's JSON Schema, which has no `nullable`."""
    packed = (RECORDED / "contracts/github-rest-api.github.com-23.0.2.json.gz").read_bytes()
    return {"components": {"schemas": _modern(json.loads(gzip.decompress(packed))["components"]["schemas"])}}


def _modern(part: Any) -> Any:
    if isinstance(part, list):
        return [_modern(each) for each in part]
    if not isinstance(part, dict):
        return part
    found = {name: _modern(each) for name, each in part.items()}
    return {"anyOf": [found, {"type": "null"}]} if part.get("nullable") is True else found


def violations(name: str, value: Any) -> list[str]:
    """Where a value is not what the contract's schema of that name says."""
    jsonschema = pytest.importorskip("jsonschema", reason="contracts are checked with jsonschema")
    whole = {"$ref": f"#/components/schemas/{name}", **contract()}
    found = jsonschema.Draft202012Validator(whole).iter_errors(value)
    return [f"{name} {'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in found]


_CHANGES = ("closed", "reopened", "subscribed", "mentioned", "unlocked", "unsubscribed")


@needs_recorded
def test_rest_answers_keep_to_the_contract(client: Client, company: GitHubCompany) -> None:
    company.transfer(busy(company), "acme/api")
    issue = busy(company)
    company.pull_request(WEB, "Pull")
    company.milestone(issue, "Q3")
    company.assign(issue, "bob")
    company.label(issue, "last")
    path = f"/repos/{WEB}/issues"
    answers = [(name, row) for name, rest in (
        ("issue", "?state=all"), ("issue-event", "/events"), ("issue-comment", "/comments"),
        ("timeline-issue-events", f"/{issue.number}/timeline"), ("issue", f"/{issue.number}/sub_issues"),
    ) for row in client.walk(path + rest)]  # fmt: skip
    for row in client.walk(f"{path}/{issue.number}/timeline", per_page=100):
        exact = "state-change" if row["event"] in _CHANGES else row["event"].replace("_", "-")
        schema_name = f"{exact}-issue-event"
        if schema_name in contract()["components"]["schemas"]:
            answers.append((schema_name, row))
    answers += [("minimal-repository", row) for row in client.walk("/orgs/acme/repos")]
    company.set_type(issue, "Epic")
    company.set_field(issue, "Theme", "Quiet")
    company.project_set(issue, "Roadmap", "Customer", "Acme")
    lists = {
        f"/repos/{WEB}/labels": "label", "/user/repos": "minimal-repository",
        "/orgs/acme/issue-types": "issue-type", "/orgs/acme/issue-fields": "issue-field",
        "/orgs/acme/projectsV2": "projects-v2", "/orgs/acme/projectsV2/1/fields": "projects-v2-field",
    }  # fmt: skip
    looked = [(name, row) for path, name in lists.items() for row in client.walk(path)]
    assert {name for name, _ in looked} == {*lists.values()}
    answers += looked
    answers += [("rate-limit-overview", client.get("/rate_limit").json())]
    assert [words for name, row in answers for words in violations(name, row)] == []
    assert len({name for name, _ in answers}) > 20
    assert violations("issue", {**answers[0][1], "number": "1"})


@needs_recorded
def test_our_schema_is_a_part_of_githubs() -> None:
    text = gzip.decompress((RECORDED / "contracts/github-graphql-15.26.1.graphql.gz").read_bytes()).decode()
    # The official text defines two fields twice, which a strict reader refuses.
    assert list(differences(schema(), build_schema(text, assume_valid_sdl=True))) == []


def differences(ours: GraphQLSchema, theirs: GraphQLSchema) -> Iterator[str]:
    for name, kind in ours.type_map.items():
        other: Any = theirs.type_map.get(name)
        if type(other) is not type(kind):
            yield f"{name}: {type(other).__name__}"
            continue
        yield from (
            f"{name}: no {value}" for value in getattr(kind, "values", {}) if value not in other.values
        )
        for part in ("types", "interfaces"):
            known = {each.name for each in getattr(other, part, ())}
            yield from (
                f"{name}: no {each.name}" for each in getattr(kind, part, ()) if each.name not in known
            )
        for field_name, field in getattr(kind, "fields", {}).items():
            official = other.fields.get(field_name)
            if official is None or str(official.type) != str(field.type):
                yield f"{name}.{field_name}: {official and official.type}"
                continue
            for argument, wanted in getattr(field, "args", {}).items():
                if str(getattr(official.args.get(argument), "type", None)) != str(wanted.type):
                    yield f"{name}.{field_name}({argument}: {wanted.type})"


@needs_recorded
def test_writes_keep_to_the_contract(client: Client, company: GitHubCompany) -> None:
    issue = company.create(WEB, "Epic", labels=["Needs-Intent"])
    company.unlabel(issue, "Needs-Intent")

    def write(method: str, path: str, body: Any = None) -> requests.Response:
        url = f"{client.server.url}/repos/{WEB}/issues{path}"
        return client.session.request(method, url, json=body, timeout=10)

    added = write("POST", "/1/labels", {"labels": ["needs-intent"]})
    said = write("POST", "/1/comments", {"body": "Hello"})
    edited = write("PATCH", f"/comments/{said.json()['id']}", {"body": "Again"})
    dropped = write("DELETE", "/1/labels/NEEDS-intent")
    codes = [a.status_code for a in (added, said, edited, dropped)]
    assert codes == [200, 201, 200, 200]
    assert [each["name"] for each in added.json()] == ["Needs-Intent"], "labels have one spelling"
    assert dropped.json() == []
    assert violations("label", added.json()[0]) == []
    assert violations("issue-comment", said.json()) == violations("issue-comment", edited.json()) == []
    assert [entry.detail for entry in issue.comments] == ["Again"]
    assert write("DELETE", "/1/labels/needs-intent").status_code == 404
    assert write("POST", "/1/comments", {"body": ""}).status_code == 422
    company.lock(issue)
    assert write("POST", "/1/comments", {"body": "x"}).status_code == 403
    assert check_hits("github", client.server.hits) == []
    who = "comments(first:9){nodes{viewerDidAuthor}}"
    asked = f'query{{repository(owner:"acme",name:"web"){{issue(number:1){{{who}}}}}}}'
    company.comment(issue, "Not ours", by="eve")
    nodes = client.ask(asked)["data"]["repository"]["issue"]["comments"]["nodes"]
    assert [n["viewerDidAuthor"] for n in nodes] == [True, False]
