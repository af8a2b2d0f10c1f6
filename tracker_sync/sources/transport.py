"""How both sources ask: what is retried, for how long, and which error an answer means."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, TypeVar

from requests.exceptions import RequestException
from requests.structures import CaseInsensitiveDict
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_random_exponential

from tracker_sync.errors import (
    Doubtful,
    Gone,
    Missing,
    NotAllowed,
    Overloaded,
    SourceError,
    Throttled,
    Unavailable,
)
from tracker_sync.sources import wire
from tracker_sync.sources.wire import LONGEST_WAIT, seconds_to_reset, server_time

T = TypeVar("T")
ATTEMPTS = 4
_BACKOFF = wait_random_exponential(multiplier=0.5, max=8)


def patiently(ask: Callable[[], T], unless: type[Exception] | None = None) -> T:
    """Ask, and ask again with growing pauses while the tracker is only unavailable for the moment.

    What is `unless` is left to the caller, who can ask for less.
    """
    retrying = Retrying(
        retry=retry_if_exception(lambda e: _passing(e) and not (unless and isinstance(e, unless))),
        wait=_wait,
        sleep=lambda seconds: wire.rest(seconds),
        stop=stop_after_attempt(ATTEMPTS),
        reraise=True,
    )
    return retrying(ask)


def carefully(write: Callable[[], T]) -> T:
    """Write, and again only where the tracker says that it did nothing. Raises Doubtful where a failure
    leaves open whether it did, since a comment must not stand there twice."""

    def once() -> T:
        try:
            return write()
        except Throttled:
            raise
        except Unavailable as e:
            raise Doubtful(str(e), e.retry_after, told=e.told) from None

    return patiently(once, unless=Doubtful)


def _passing(error: BaseException) -> bool:
    return isinstance(error, Unavailable) and (error.retry_after or 0) <= LONGEST_WAIT


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, Unavailable) or error.retry_after is None:
        return _BACKOFF(state)
    if error.told or state.attempt_number == 1:
        return error.retry_after
    # "wait at least one minute, then exponentially longer"
    # (https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api)
    again: float = error.retry_after * 2 ** (state.attempt_number - 1)
    return again * random.uniform(1, 1.1)  # noqa: S311  jitter, not a secret


class Hints(NamedTuple):
    """What to look at where a request is refused."""

    token: str
    """The variables that a token may stand in."""
    right: str
    """What the token has to be allowed."""
    given: bool
    """Whether a token was sent."""


def refusal(where: str, status: int, headers: Mapping[str, str], text: str, hints: Hints) -> SourceError:
    """The error that a status of 400 and above means."""
    said = f" ({excerpt(text)})" if text else ""
    if status == 401 and not hints.given:
        return NotAllowed(f"{where}: it wants a token, and got none (401). Check {hints.token}: none is set")
    if status == 401:
        return NotAllowed(f"{where}: the token was refused (401). Check {hints.token}; it may have expired")
    if status in (403, 429) and (wait := retry_after(status, headers, text)) is not None:
        when = f"; it asks to come back in {wait:.0f} s ({wait / 3600:.1f} h)" if wait > LONGEST_WAIT else ""
        told = any(h.lower() in ("retry-after", "x-ratelimit-reset") for h in headers)
        return Throttled(f"{where}: too many requests ({status}){when}", wait, told=told)
    if status == 403:
        return NotAllowed(f"{where}: not allowed (403){said}. The token needs {hints.right}")
    if status == 404:
        return Missing(f"{where}: missing or not allowed (404). Check the address and {hints.token}")
    if status == 410:
        return Gone(f"{where}: it is gone (410){said}")
    if 300 <= status < 400:
        return NotAllowed(f"{where}: it points elsewhere ({status}), which is refused. Check the url")
    if status in (502, 504):
        return Overloaded(f"{where}: the tracker failed ({status}); try again later")
    if status >= 500 or status == 408:
        return Unavailable(f"{where}: the tracker failed ({status}); try again later", _wish(headers))
    return SourceError(f"{where}: the tracker refused the request ({status}){said}")


def unreachable(where: str, error: RequestException) -> Unavailable:
    """The error for a request that got no answer."""
    return Unavailable(f"{where}: cannot be reached ({type(error).__name__}); check the url and network")


def unreadable(where: str, body: str) -> SourceError:
    """The error for a body that is not JSON: a page is wrong for good, a cut one may come whole."""
    if body.lstrip().startswith("<"):
        return not_json(where)
    return Unavailable(f"{where}: its answer broke off or is not JSON. Nothing was changed; try again")


def not_json(where: str) -> SourceError:
    """The error for a login page, an empty body or a broken one, whatever its status says."""
    return SourceError(
        f"{where}: answered with something that is not what its API says (a login page or a proxy?); "
        "check the url. Nothing was changed"
    )


def retry_after(status: int, headers: Mapping[str, str], text: str) -> float | None:
    """Seconds to wait before asking again; None where this is not about too many requests.

    Source: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api and
    https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ (both send `Retry-After`).
    """
    if (wished := _wish(headers)) is not None:
        return wished
    used_up = CaseInsensitiveDict(headers).get("x-ratelimit-remaining") == "0"
    if used_up and (reset := seconds_to_reset(headers)) is not None:
        return reset
    if status == 429 or "secondary rate limit" in text.lower():
        return LONGEST_WAIT
    return None


def _wish(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks for, in any of its forms; None where there is none."""
    if not (wished := CaseInsensitiveDict(headers).get("retry-after")):
        return None
    if re.fullmatch(r"\d+(\.\d+)?", wished):
        return float(wished)
    try:
        return max(0.0, parsedate_to_datetime(wished).timestamp() - server_time(headers))
    except (ValueError, OverflowError):
        return LONGEST_WAIT


def excerpt(text: str) -> str:
    """The start of a tracker's answer, on one line, fit for an error message."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[:400]).split())[:160]


def number_of(text: str) -> int | None:
    """The number that an id is, where it is one such as trackers give."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def as_dict(where: str, value: Any) -> dict[str, Any]:
    """The value, which has to be a JSON object."""
    if not isinstance(value, dict):
        raise not_json(where)
    return value


def as_list(where: str, value: Any) -> list[Any]:
    """The value, which has to be a JSON array: `null` or a missing page is not an empty one."""
    if not isinstance(value, list):
        raise not_json(where)
    return value


def ahead(pages: Iterator[T]) -> Iterator[T]:
    """The same pages, each read in another thread while the caller works on the one before.

    Whatever the reading raises is raised here, after the pages that came before it.
    """
    with ThreadPoolExecutor(1, "pages ahead") as pool:
        following = pool.submit(next, pages, None)
        while (page := following.result()) is not None:
            following = pool.submit(next, pages, None)
            yield page
