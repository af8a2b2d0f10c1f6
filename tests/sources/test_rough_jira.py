"""Jiras that are rougher than their documentation: the next run knows what there is, and none crashes."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from benches import JiraBench
from msgspec.structs import replace
from simulator.faults import Always, Fault, OnPath, refusal
from simulator.jira import CloudFace, JiraCompany
from simulator.server import Running, running

from tracker_sync.demo.exchange import Answer, Request
from tracker_sync.errors import NotAllowed, SourceError, Unavailable
from tracker_sync.sources.wire import LONGEST_WAIT

Make = Callable[..., JiraBench]
on_cloud_and_data_center = pytest.mark.parametrize("cloud", [True, False], ids=["cloud", "data center"])
no_numbers = pytest.mark.parametrize("odd", ["1\u00b2", "9" * 5000], ids=["superscript", "5,000 digits"])


@pytest.fixture
def server(naps: list[float]) -> Iterator[Running]:
    with running(CloudFace(JiraCompany())) as server:
        yield server


@pytest.fixture
def jira(server: Running, tmp_path: Path) -> Make:
    return partial(JiraBench, server, tmp_path)


def ends(path: str, do: Callable[[str], Any]) -> Callable[[Request], None]:
    """Something that is done, with an issue's id, before each request whose path ends so."""

    def before(request: Request) -> None:
        if request.path.endswith(path):
            do(request.path.split("/")[-2])

    return before


def at_nth_search(nth: int, do: Callable[[], Any]) -> Callable[[Request], None]:
    searches: list[Request] = []

    def before(request: Request) -> None:
        if "/search" in request.path:
            searches.append(request)
            if len(searches) == nth:
                do()

    return before


# ---- What is there is not taken for deleted


def test_data_center_is_asked_for_all_that_left_the_jql_however_small_its_pages(jira: Make) -> None:
    bench = jira(cloud=False, page_cap=3)
    ids = bench.many(20, apart=60)
    bench.sync(tick=3600)
    for issue in ids[:6]:
        bench.company.move(issue, "WEB")
    bench.jql = "project = PAY"
    bench.sync(full=True)
    assert bench.world().removed == {}
    assert len(bench.titles()) == 20


@pytest.mark.parametrize("why", ["it is of no known shape", "its comments are missing"])
def test_what_left_the_jql_and_cannot_be_read_is_not_taken_for_deleted(jira: Make, why: str) -> None:
    bench = jira(cloud=True)
    moved, *_ = bench.many(6, apart=60)
    for n in range(25):
        bench.company.comment(moved, f"Comment {n}")
    bench.sync(tick=3600)
    bench.company.move(moved, "WEB")
    bench.jql = "project = PAY"
    if "shape" in why:
        bench.company.spoil(moved, "summary", ["a list"])
    else:
        bench.server.faults = OnPath(bench.server, "/comment", refusal("404", 404, "gone"))
    assert [s.item for s in bench.sync(full=True).skipped] == ["WEB-1"]
    assert bench.world().removed == {}


# ---- What is owed


def owed_while_hidden(bench: JiraBench, edited: list[str], path: str) -> None:
    """Issues are edited, and hidden as soon as they have been listed; later edits follow."""
    for issue in edited:
        bench.company.edit(issue, "title", "Edited")
    bench.company.tick(3600)
    bench.company.edit(list(bench.company.issues)[-1], "title", "Last")
    done = bench.sync(before=ends(path, lambda i: i in edited and bench.company.hide(i)))
    assert len(done.skipped) == len(edited)


def test_all_that_is_owed_is_read_however_small_the_pages_of_a_data_center(jira: Make) -> None:
    bench = jira(cloud=False, page_cap=3)
    ids = bench.many(8, apart=600)
    for issue in ids:
        bench.company.remote_link(issue, f"https://example.com/{issue}")
    bench.sync(tick=3600)
    owed_while_hidden(bench, ids[:6], "/remotelink")
    for issue in ids[:6]:
        bench.company.show(issue)
    bench.sync()
    assert bench.titles() == {"Edited", "Issue 6", "Last"}


def one_owed(jira: Make) -> tuple[JiraBench, str]:
    """Three issues, one of them owed and out of sight."""
    bench = jira(cloud=True)
    issue, *_ = bench.many(3, apart=600)
    for n in range(25):
        bench.company.comment(issue, f"Comment {n}")
    bench.sync(tick=3600)
    owed_while_hidden(bench, [issue], "/comment")
    return bench, issue


def test_what_is_owed_and_out_of_sight_stays_owed(jira: Make) -> None:
    bench, issue = one_owed(jira)
    bench.sync()
    bench.company.show(issue)
    bench.sync()
    assert bench.titles() == {"Edited", "Issue 1", "Last"}


def test_what_is_owed_and_was_deleted_is_forgotten(jira: Make) -> None:
    bench, issue = one_owed(jira)
    bench.company.delete(issue)
    bench.sync(full=True)
    bench.sync()
    assert not [p for p in bench.asked if p.endswith("/bulkfetch")]


def test_more_issues_may_be_owed_than_one_question_has_room_for(jira: Make) -> None:
    bench = jira(cloud=True)
    owed = bench.many(1001)
    cursor = {"at": int(bench.company.now.timestamp() * 1000) + 3_600_000, "near": {}, "owed": owed}
    bench.log.append("acme", [], now=1, cursor=json.dumps(cursor))
    bench.sync()
    assert len(bench.titles()) == 1001


# ---- Lists


def test_a_comment_that_is_deleted_between_two_pages_is_no_reason_to_lose_its_issue(jira: Make) -> None:
    bench = jira(cloud=True)
    issue, *_ = bench.many(3, apart=600)
    comments = [bench.company.comment(issue, f"Comment {n}") for n in range(25)]
    bench.company.tick(3600)
    bench.sync(before=ends("/comment", lambda i: bench.company.delete_comment(i, comments.pop())))
    bench.sync()
    assert len(bench.titles()) == 3


@on_cloud_and_data_center
def test_a_run_that_broke_off_after_a_row_moved_hides_no_other(cloud: bool, jira: Make) -> None:
    bench = jira(cloud=cloud, page_cap=3)
    same = bench.many(7)
    bench.many(9, apart=600)
    bench.sync(before=at_nth_search(5, partial(bench.company.touch, same[0])), pages=8)
    bench.sync()
    bench.sync()
    assert len(bench.world().items) == len(bench.company.issues)


@on_cloud_and_data_center
def test_a_row_that_moves_over_the_border_of_a_page_before_a_run_breaks_off_hides_no_other(
    cloud: bool, jira: Make
) -> None:
    bench = jira(cloud=cloud, page_cap=3)
    _, _, third, *_ = bench.many(12, apart=600)
    bench.sync(before=at_nth_search(3 if cloud else 2, partial(bench.company.touch, third)), pages=4)
    bench.sync()
    bench.sync()
    assert len(bench.world().items) == 12


@on_cloud_and_data_center
def test_issues_of_one_second_and_other_milliseconds_cost_little_more_than_their_pages(
    cloud: bool, jira: Make
) -> None:
    bench = jira(cloud=cloud, page_cap=2)
    bench.many(30, apart=0.015)
    bench.company.tick(600)
    bench.sync()
    assert len(bench.world().items) == 30
    assert len(bench.asked) < 35


@pytest.mark.parametrize("days", [-2, 2])
def test_a_clock_that_is_days_off_hides_no_issue(jira: Make, days: int) -> None:
    bench = jira(cloud=True, page_cap=3, lag=45)
    bench.server.face.skew = days * 86_400
    _, _, third, *_ = bench.many(7, apart=600)
    bench.company.edit(third, "title", "Edited")
    bench.sync()
    bench.sync()
    assert len(bench.titles()) == 7


def test_runs_that_break_off_get_on_although_the_clock_is_behind(jira: Make) -> None:
    bench = jira(cloud=True, page_cap=3)
    bench.server.face.skew = -2 * 86_400
    bench.many(30, apart=600)
    before = 0
    for _ in range(4):
        bench.sync(pages=3, tick=1)
        before, now = len(bench.world().items), before
        assert before > now


# ---- Answers of no documented shape


def without_total(request: Request, body: Any) -> Any:
    return body | {"total": None} if "total" in body else body


def without_token(request: Request, body: Any) -> Any:
    return body | {"nextPageToken": None, "isLast": False} if "issues" in body else body


@pytest.mark.parametrize(("cloud", "amend"), [(False, without_total), (True, without_token)])
def test_a_list_of_which_nobody_can_tell_whether_it_goes_on_is_an_error(
    cloud: bool, amend: Any, jira: Make
) -> None:
    bench = jira(cloud=cloud, page_cap=3)
    bench.many(10, apart=600)
    bench.says(amend)
    with pytest.raises(SourceError, match="not what its API says") as e:
        bench.sync()
    assert e.value.exit_code == 4


@pytest.mark.parametrize("path", ["search/jql", "changelog/bulkfetch"])
def test_a_token_that_leads_on_to_itself_is_an_error(jira: Make, path: str) -> None:
    bench = jira(cloud=True)
    issue, *_ = bench.many(3, apart=600)
    bench.sync()
    for n in range(45):
        bench.company.edit(issue, "title", f"Title {n}")
    pages: list[Answer] = []

    def amend(request: Request, answer: Answer) -> Answer:
        if not request.path.endswith(path) or "*all" in str(request.query):
            return answer
        pages.append(pages[0] if pages else answer)
        assert len(pages) < 50, "endless"
        return replace(pages[0], body=pages[0].body | {"nextPageToken": "same", "isLast": False})

    bench.answers(amend)
    with pytest.raises(SourceError, match="not what its API says"):
        bench.sync(full=True)


@no_numbers
def test_an_id_that_is_no_number_harms_no_later_run(jira: Make, odd: str) -> None:
    bench = jira(cloud=True)
    first, _ = bench.many(2)

    def amend(request: Request, body: Any) -> Any:
        for issue in body["issues"] if "/search" in request.path else []:
            issue["id"] = odd if issue["id"] == first else issue["id"]
        return body

    bench.says(amend)
    bench.sync(tick=1)
    bench.company.edit(first, "title", "Edited")
    bench.sync()
    assert bench.titles() == {"Edited", "Issue 1"}


ODD_ERRORS = [
    b"true", b"5", b'"text"', b"[1]", b"null", b"{", b"", b'{"errorMessages": 5}', b'{"errors": []}',
    b'{"errorMessages": [{}]}', b'{"message": {}, "errors": 5}', b"[" * 9000, b"9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("body", ODD_ERRORS, ids=lambda b: b[:30].decode() or "nothing")
def test_an_error_of_any_shape_is_told_by_its_status(jira: Make, body: bytes) -> None:
    bench = jira(cloud=True)
    for status, error in {403: NotAllowed, 404: NotAllowed, 503: Unavailable}.items():
        bench.server.faults = Always(Fault("odd", lambda wire, s=status: wire.reply(Answer(s, body))))
        with pytest.raises(error, match=str(status)):
            bench.sync()


ODD = [
    None, 5, "text", [], {}, {"id": None}, {"name": "X"}, {"id": "x", "name": {}, "schema": 5},
    {"id": "x", "name": "X", "statusCategory": "done"}, {"id": "x", "statusCategory": {"key": 5}},
    {"id": {}, "name": [], "statusCategory": {"key": "done"}},
]  # fmt: skip


@pytest.mark.parametrize("path", ["field", "status"])
def test_odd_fields_and_statuses_of_the_site_cost_no_issue(jira: Make, path: str) -> None:
    bench = jira(cloud=True)
    issue, _ = bench.many(2)
    for status in ("In Progress", "To Do"):
        bench.company.edit(issue, "status", status)
    bench.says(lambda request, body: [*ODD, *body] if request.path.endswith(f"/{path}") else body)
    assert bench.sync().skipped == []
    assert f"/rest/api/3/{path}" in bench.asked
    assert len(bench.titles()) == 2


def test_an_issue_whose_links_are_missing_costs_no_other_issue_its_own(jira: Make) -> None:
    bench = jira(cloud=True, page_cap=3)
    ids = bench.many(12, apart=600)
    for issue in ids:
        bench.company.remote_link(issue, f"https://example.com/{issue}")
    bench.company.tick(600)
    bench.server.faults = OnPath(bench.server, f"{ids[6]}/remotelink", refusal("404", 404, "gone"))
    assert [s.item for s in bench.sync().skipped] == ["PAY-7"]
    bench.server.faults = {}
    bench.sync()
    assert all(item.state["remote_links"] for item in bench.world().items.values())
    assert len(bench.titles()) == 12


# ---- Headers

DATES = ["", "soon", "Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 0001 00:00:00 +2359",
         "Mon, 01 Jan 2020 00:00:00 +99999999999999999999", "Mon, 01 Jan 99999 00:00:00 GMT"]  # fmt: skip


@pytest.mark.parametrize("date", DATES)
def test_a_date_that_is_none_harms_no_run(jira: Make, date: str) -> None:
    bench = jira(cloud=True)
    bench.many(2)
    bench.answers(lambda _, answer: replace(answer, headers=answer.headers | {"Date": date}))
    bench.sync()
    bench.sync()
    assert len(bench.titles()) == 2


@pytest.mark.parametrize("wish", ["1.2.3", "\u00b2", "soon", *DATES[-2:]])
def test_a_wish_for_a_pause_that_is_none_is_a_pause_of_a_minute(
    jira: Make, wish: str, naps: list[float]
) -> None:
    bench = jira(cloud=True)
    bench.many(2)
    bench.server.faults = {1: refusal("429", 429, "slow down", {"Retry-After": wish})}
    bench.sync()
    assert len(bench.titles()) == 2
    assert naps == [LONGEST_WAIT]


RESETS = ["0001-01-01T00:00+23:59", "9999-12-31T23:59-23:59", "9" * 400, "\u00b2", "1.2.3", "."]


@pytest.mark.parametrize("reset", RESETS, ids=lambda r: r[:30])
def test_an_end_of_a_quota_that_is_none_harms_no_run(jira: Make, reset: str) -> None:
    bench = jira(cloud=True)
    bench.many(2)
    told = {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "90", "X-RateLimit-Reset": reset}
    bench.answers(lambda _, answer: replace(answer, headers=answer.headers | told))
    bench.sync()
    assert len(bench.titles()) == 2


def test_the_first_issue_whose_links_are_missing_costs_no_other_its_own(
    server: Running, tmp_path: Path
) -> None:
    bench = JiraBench(server, tmp_path, cloud=True, page_cap=1)
    ids = bench.many(4, apart=600)
    for issue in ids:
        bench.company.remote_link(issue, f"https://example.com/{issue}")
        bench.company.tick(600)
    server.faults = OnPath(server, f"{ids[0]}/remotelink", refusal("404", 404, "gone"))
    assert any("no links to things outside Jira" in note for note in bench.sync().notes)
    server.faults = {}
    bench.sync()
    assert all(item.many("remote_links") for item in bench.world().items.values())
