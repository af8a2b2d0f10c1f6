"""One HTTP connection stays in bounds, whatever is at the other end."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
from simulator import faults
from simulator.faults import Fault
from simulator.jira import CloudFace, JiraCompany
from simulator.server import Running, running

from tracker_sync.errors import SourceError, Unavailable
from tracker_sync.sources.wire import LONGEST_PACE, BoundedAdapter, Elsewhere, Quota, seconds_to_reset

Get = Callable[..., requests.Response]


@pytest.fixture
def site() -> Iterator[Running]:
    company = JiraCompany()
    company.create("PAY", "Story", "Export as PDF")
    with running(CloudFace(company)) as site:
        yield site


@pytest.fixture
def get(site: Running) -> Get:
    def ask(fault: Fault | None = None, *, deadline: float = 20, largest: int = 10**9) -> requests.Response:
        site.reset()
        site.faults = {1: fault} if fault else {}
        session = requests.Session()
        session.mount("http://", BoundedAdapter(site.url, deadline=deadline, largest=largest))
        return session.get(f"{site.url}/rest/api/3/issue/PAY-1", timeout=deadline)

    return ask


def test_an_answer_comes_through_as_it_is(get: Get) -> None:
    assert get().json()["key"] == "PAY-1"


@pytest.mark.parametrize(
    "fault",
    [faults.drip(interval=0.05), faults.drip_headers(interval=0.05), faults.stalled()],
    ids=lambda f: f.name,
)
def test_a_byte_now_and_then_does_not_outlast_the_deadline(get: Get, fault: Fault) -> None:
    with pytest.raises(requests.ReadTimeout):  # a read time-out of its own would start anew with each byte
        get(fault, deadline=0.5)


def test_a_connection_is_used_again_after_one_that_was_cut(site: Running, get: Get) -> None:
    with pytest.raises(requests.RequestException):
        get(faults.drip(interval=0.05), deadline=0.3)
    assert get().ok


@pytest.mark.parametrize("name", ["truncated body", "reset in mid-body", "reset before the answer"])
def test_half_an_answer_is_none(get: Get, name: str) -> None:
    with pytest.raises(requests.RequestException):
        get(faults.ALL[name])


def test_an_answer_without_end_is_refused(get: Get) -> None:
    with pytest.raises(SourceError, match="larger than"):
        get(faults.huge(size=5_000_000), largest=2_000_000)


def test_a_redirect_to_another_host_is_not_followed(get: Get) -> None:
    with pytest.raises(Elsewhere, match="another host"):
        get(faults.redirect("elsewhere", "http://127.0.0.2:9/x"))


def headers(
    remaining: int, limit: int, seconds: float, *, iso: bool = False, skew: float = 0
) -> dict[str, str]:
    """What a tracker says of its quota; its clock is `skew` seconds off ours."""
    now = datetime.now(UTC) + timedelta(seconds=skew)
    reset = now + timedelta(seconds=seconds)
    return {
        "Date": format_datetime(now, usegmt=True),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Reset": reset.isoformat() if iso else str(int(reset.timestamp())),
    }


@pytest.mark.parametrize("iso", [False, True])
@pytest.mark.parametrize("skew", [-86_400, 0, 86_400])
def test_a_quota_comes_back_by_the_trackers_own_clock(iso: bool, skew: float) -> None:
    assert seconds_to_reset(headers(0, 100, 50, iso=iso, skew=skew)) == pytest.approx(50, abs=2)


def pause(*said: dict[str, str]) -> float:
    quota = Quota()
    for each in said:
        quota.note("core", each)
    return quota.pause("core", time.monotonic())


def test_a_full_quota_costs_no_pause() -> None:
    assert pause() == pause(headers(4000, 5000, 3000)) == 0


def test_the_last_tenth_of_a_quota_is_spread_over_its_time() -> None:
    assert pause(headers(400, 5000, 600)) == pytest.approx(1.5, abs=0.1)
    assert pause(headers(1, 60, 3000)) == LONGEST_PACE


def test_an_empty_quota_is_waited_for_or_left_to_the_next_run() -> None:
    assert pause(headers(0, 5000, 30)) == pytest.approx(30, abs=2)
    quota = Quota()
    quota.note("core", headers(0, 60, 3000))
    with pytest.raises(Unavailable, match="come back in"):
        quota.wait("core")
    quota.wait("graphql")  # which has a quota of its own


def test_a_quota_that_has_come_back_is_forgotten() -> None:
    assert pause(headers(0, 5000, 0)) == 0


def test_no_more_requests_a_minute_than_the_tracker_bears() -> None:
    quota = Quota(per_minute=3)
    for _ in range(3):
        quota.wait("core")
    assert quota.pause("core", time.monotonic()) == pytest.approx(60, abs=1)
