"""What is asked again, how long after, and what is not."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import responses

from tracker_sync.blots import hidden
from tracker_sync.config import GithubConfig
from tracker_sync.errors import NotAllowed, Unavailable
from tracker_sync.sources import Ask, open_source
from tracker_sync.sources.transport import retry_after
from tracker_sync.sources.wire import LONGEST_WAIT

ISSUES = re.compile(r"https://api\.github\.com(:443)?/repos/acme/web/issues.*")
SOURCE = GithubConfig(name="web", repos=["acme/web"])


def pull() -> int:
    """How many issues a pull gives."""
    return sum(len(b.present) for b in open_source(SOURCE, {}).pull(Ask(now=1)))


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("1.5", 1.5), ("86400", 86400), ("soon", 60)])
def test_a_wish_in_seconds_is_read(header: str, seconds: float) -> None:
    assert retry_after(429, {"Retry-After": header}, "") == seconds


def test_a_wish_as_a_date_is_read() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert retry_after(429, {"Retry-After": soon}, "") == pytest.approx(30, abs=2)


def test_a_429_without_a_wish_waits_a_minute() -> None:
    assert retry_after(429, {}, "") == LONGEST_WAIT
    assert retry_after(403, {}, "You have exceeded a secondary rate limit") == LONGEST_WAIT
    assert retry_after(403, {}, "Resource not accessible by integration") is None


@responses.activate
def test_a_passing_failure_is_asked_again(naps: list[float]) -> None:
    responses.add(responses.GET, ISSUES, status=502)
    responses.add(responses.GET, ISSUES, status=429, headers={"Retry-After": "7"})
    responses.add(responses.GET, ISSUES, json=[])
    assert pull() == 0
    assert naps[-1] == 7


@responses.activate
def test_a_wish_of_a_day_is_not_slept(naps: list[float]) -> None:
    responses.add(responses.GET, ISSUES, status=429, headers={"Retry-After": "86400"})
    with pytest.raises(Unavailable, match="come back in 86400 s"):
        pull()
    assert naps == []


@responses.activate
def test_a_refusal_is_not_asked_again(naps: list[float]) -> None:
    responses.add(responses.GET, ISSUES, status=401, json={"message": "Bad credentials"})
    with pytest.raises(NotAllowed, match="TRACKER_SYNC_WEB_TOKEN"):
        pull()
    assert naps == []
    assert len(responses.calls) == 1


def test_secrets_are_hidden_wherever_they_are_echoed() -> None:
    assert hidden("Bearer s3cret and s3cret", ["s3cret", None]) == "Bearer *** and ***"
