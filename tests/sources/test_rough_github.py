"""GitHubs that are rougher than their documentation: the next run knows what there is, and none crashes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from benches import TOKEN, GithubBench
from machine_github import API, WEB
from msgspec.structs import replace
from simulator.faults import OnPath, refusal
from simulator.github import GitHubCompany, GitHubFace, Issue, refused
from simulator.server import Running, running

from tracker_sync.demo.exchange import Answer, Request
from tracker_sync.errors import SourceError
from tracker_sync.sources import github_graph


@pytest.fixture
def server(naps: list[float], monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Connections are small, so that they overflow."""
    monkeypatch.setattr(github_graph, "TIMELINE", 4)
    with running(GitHubFace(GitHubCompany())) as server:
        yield server


@pytest.fixture
def graphql(server: Running, tmp_path: Path) -> GithubBench:
    return GithubBench(server, TOKEN, tmp_path)


@pytest.fixture
def rest(server: Running, tmp_path: Path) -> GithubBench:
    return GithubBench(server, None, tmp_path)


def with_labels(bench: GithubBench, count: int) -> Issue:
    """An issue with more history than one answer holds, and another."""
    first, _ = bench.many(2)
    for n in range(count):
        bench.company.label(first, f"label {n}")
    bench.company.tick()
    return first


def graphql_says(bench: GithubBench, amend: Callable[[Any], Any]) -> None:
    bench.says(lambda request, body: amend(body) if request.path == "/graphql" else body)


def first_node(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Changes the first issue's part of an answer."""

    def amend(body: Any) -> Any:
        data = body["data"]
        if data.get("nodes"):
            data["nodes"][0] = change(data["nodes"][0])
        return body

    return amend


def rows(node: Any, **changed: Any) -> Any:
    return node | {"timelineItems": node["timelineItems"] | changed}


# ---- GraphQL

SHAPES: dict[str, Callable[[Any], Any]] = {
    "a text": lambda node: "x",
    "a list": lambda node: [node],
    "without an id": lambda node: node | {"id": None},
    "without rows": lambda node: rows(node, nodes=None),
    "rows that are texts": lambda node: rows(node, nodes=["x"]),
    "a label that is a text": lambda node: rows(
        node, nodes=[e | {"label": "red"} for e in node["timelineItems"]["nodes"]]
    ),
    "no word of a next page": lambda node: rows(node, pageInfo=None),
    "a strange cursor": lambda node: rows(node, pageInfo={"hasNextPage": True, "endCursor": 'a"b'}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_issue_of_a_wrong_shape_is_set_aside_and_the_others_are_there(
    graphql: GithubBench, shape: str
) -> None:
    first = with_labels(graphql, 9)
    graphql_says(graphql, first_node(SHAPES[shape]))
    assert [s.item for s in graphql.sync().skipped] == [str(first.number)]
    assert graphql.titles() == {"Issue 1"}


@pytest.mark.parametrize("later", [{"timelineItems": {"nodes": None}}, "x", [1], 5], ids=str)
def test_a_later_page_of_a_wrong_shape_sets_its_issue_aside(graphql: GithubBench, later: Any) -> None:
    first = with_labels(graphql, 9)
    graphql_says(graphql, lambda body: {"data": {"n0": later}} if "n0" in body["data"] else body)
    assert [s.item for s in graphql.sync().skipped] == [str(first.number)]
    assert graphql.titles() == {"Issue 1"}


def test_a_connection_that_leads_on_to_itself_sets_its_issue_aside(graphql: GithubBench) -> None:
    first = with_labels(graphql, 9)
    info: list[Any] = []

    def amend(body: Any) -> Any:
        for node in [*(body["data"].get("nodes") or [])[:1], body["data"].get("n0")]:
            if node:
                info.append(node["timelineItems"]["pageInfo"])
                assert len(info) < 50, "endless"
                node["timelineItems"]["pageInfo"] = info[0]
        return body

    graphql_says(graphql, amend)
    assert [s.item for s in graphql.sync().skipped] == [str(first.number)]
    assert graphql.titles() == {"Issue 1"}


@pytest.mark.parametrize("nodes", [None, "text", {}, ["one too few"]], ids=str)
def test_an_answer_to_another_question_is_an_error(graphql: GithubBench, nodes: Any) -> None:
    graphql.many(3)
    graphql.company.tick()

    def amend(body: Any) -> Any:
        return {"data": {"nodes": body["data"]["nodes"][:2] if isinstance(nodes, list) else nodes}}

    graphql_says(graphql, amend)
    with pytest.raises(SourceError, match="not what its API says") as e:
        graphql.sync()
    assert e.value.exit_code == 4


@pytest.mark.parametrize("errors", [True, 5, "text", {}, [5], [{"path": [{}, {}]}], [{"path": 5}]], ids=str)
def test_errors_of_no_known_shape_cost_no_issue(graphql: GithubBench, errors: Any) -> None:
    graphql.many(3)
    graphql.company.tick()
    graphql_says(graphql, lambda body: body | {"errors": errors})
    graphql.sync()
    assert len(graphql.titles()) == 3


def hidden_from(shown: int) -> Callable[[Any], Any]:
    """GraphQL forbids all issues but so many, as where a token lacks a permission."""

    def amend(body: Any) -> Any:
        count = len(body["data"].get("nodes") or [])
        message = "Resource not accessible by personal access token"
        body["errors"] = [
            {"type": "FORBIDDEN", "path": ["nodes", n], "message": message} for n in range(shown, count)
        ]
        if count:
            body["data"]["nodes"][shown:] = [None] * (count - shown)
        return body

    return amend


def test_what_graphql_shows_nothing_of_is_read_over_rest(graphql: GithubBench) -> None:
    graphql.many(7)
    graphql.company.tick()
    graphql_says(graphql, hidden_from(0))
    assert graphql.sync().skipped == []
    assert len(graphql.titles()) == 7


def test_an_issue_that_is_too_much_for_graphql_is_read_over_rest(graphql: GithubBench) -> None:
    _, large, _ = graphql.many(3)
    graphql.company.label(large, "red")
    graphql.company.tick()
    graphql.answers(lambda r, answer: refused(502, "Bad") if large.node_id in str(r.body) else answer)
    assert graphql.sync().skipped == []
    assert len(graphql.titles()) == 3
    assert [e.kind for e in graphql.events(large, ":e")] == ["added"]


def test_a_graphql_that_every_issue_is_too_much_for_ends_the_run(graphql: GithubBench) -> None:
    graphql.many(9)
    graphql.company.tick()
    graphql.server.faults = OnPath(graphql.server, "/graphql", refusal("502", 502, "Bad"))
    with pytest.raises(SourceError, match="502"):
        graphql.sync()
    assert len(graphql.asked) < 60


# ---- What is owed


def test_what_is_owed_does_not_keep_a_run_with_a_small_quota_from_what_is_new(graphql: GithubBench) -> None:
    for n in range(15):
        graphql.company.create(WEB, f"Issue {n}")
        graphql.company.tick(600)
    graphql_says(graphql, hidden_from(1))
    assert len(graphql.sync().skipped) == 14
    graphql.company.create(WEB, "New")
    graphql.company.tick()
    left = [6]

    def limited(request: Request, answer: Answer) -> Answer:
        left[0] -= 1
        wait = {"x-ratelimit-remaining": "0", "retry-after": "3600"}
        return refused(403, "API rate limit exceeded", **wait) if left[0] < 0 else answer

    graphql.page_cap(100)
    graphql.answers(limited)
    with pytest.raises(SourceError, match="3600 s"):
        graphql.sync()
    assert "New" in graphql.titles()


def test_an_issue_that_went_where_it_may_not_be_seen_is_not_owed_for_ever(graphql: GithubBench) -> None:
    first, *_ = graphql.many(3)
    graphql.company.tick()
    graphql.company.repo("secret/repo")

    def away() -> None:
        graphql.company.transfer(first, "secret/repo")
        graphql.company.hide_repo("secret/repo")

    graphql.sync(at=2, edit=away)
    graphql.sync()
    assert graphql.sync().skipped == []
    assert len(graphql.asked) == 2


def test_a_full_sync_asks_nothing_of_the_issues_of_a_repository_that_cannot_be_seen(
    graphql: GithubBench,
) -> None:
    graphql.many(4)
    for n in range(9):
        graphql.company.create(API, f"Other {n}")
    graphql.company.tick()
    graphql.sync()
    graphql.company.hide_repo(WEB)
    done = graphql.sync(full=True)
    assert [p for p in graphql.asked if p.startswith(f"/repos/{WEB}/issues/")] == []
    assert done.partial
    assert len(graphql.world().items) == 13


# ---- Lists


def test_a_deletion_before_an_interrupted_walk_goes_on_hides_no_event(rest: GithubBench) -> None:
    rest.page_cap(3)
    issues = rest.many(9)
    for n, each in enumerate(issues):
        rest.company.tick(120)
        rest.company.label(each, f"label {n}")
    rest.company.tick(120)
    rest.sync(pages=2)
    rest.company.delete(issues[8])
    rest.company.tick(120)
    for _ in range(3):
        rest.sync()
    assert [len(rest.events(each, ":e")) for each in issues[:8]] == [1] * 8


def test_an_issue_that_is_set_aside_keeps_no_comment_of_the_others_waiting(rest: GithubBench) -> None:
    unreadable, *others = rest.many(9)
    for each in (unreadable, *others):
        rest.company.tick(120)
        rest.company.comment(each, "A comment")
    rest.company.tick(600)

    def amend(request: Request, body: Any) -> Any:
        for each in body if isinstance(body, list) else [body]:
            if each["id"] == unreadable.id:
                each["title"] = None
        return body

    rest.says(amend)
    rest.sync()
    rest.sync()
    assert len(rest.asked) == 2
    assert all(rest.events(each, ":m") for each in others)


@pytest.mark.parametrize("odd", ["1\u00b2", "9" * 5000, None, {}], ids=lambda o: str(o)[:9])
def test_an_event_whose_id_is_no_number_costs_no_issue(rest: GithubBench, odd: Any) -> None:
    for each in rest.many(9):
        rest.company.label(each, "red")
    rest.company.tick()
    rest.says(
        lambda request, body: (
            [e | {"id": odd, "node_id": None} for e in body] if request.path.endswith("/events") else body
        )
    )
    rest.sync()
    rest.sync()
    assert len(rest.titles()) == 9


@pytest.mark.parametrize("updated", [None, 5, {}, "yesterday", "9" * 5000], ids=lambda u: str(u)[:9])
def test_an_update_time_that_is_none_is_reported(graphql: GithubBench, updated: Any) -> None:
    first, _ = graphql.many(2)
    graphql.company.tick(600)
    graphql.sync()
    graphql.company.rename(first, "Edited")
    graphql.company.tick(600)

    def amend(request: Request, body: Any) -> Any:
        for each in body if request.path.endswith("/issues") else []:
            each["updated_at"] = updated if each["id"] == first.id else each["updated_at"]
        return body

    graphql.says(amend)
    assert [s.item for s in graphql.sync().skipped] == [str(first.number)]


def test_a_link_that_leads_on_to_itself_is_an_error(rest: GithubBench) -> None:
    rest.page_cap(3)
    for each in rest.many(9):
        rest.company.label(each, "red")
    rest.company.tick()
    events: list[Answer] = []

    def amend(request: Request, answer: Answer) -> Answer:
        if not request.path.endswith("/events"):
            return answer
        events.append(answer)
        assert len(events) < 50, "endless"
        return replace(answer, headers=answer.headers | {"Link": events[0].headers["Link"]})

    rest.answers(amend)
    with pytest.raises(SourceError, match="not what its API says"):
        rest.sync()


def test_a_later_page_without_what_was_asked_for_sets_its_issue_aside(graphql: GithubBench) -> None:
    with_labels(graphql, 9)

    def amend(body: Any) -> Any:
        if "n0" in body["data"]:
            body["data"]["n0"]["timelineItems"] = None
        return body

    graphql_says(graphql, amend)
    done = graphql.sync()
    assert [s.reason for s in done.skipped] == ["its timelineItems break off"]
    assert graphql.titles() == {"Issue 1"}
