"""The ways in which one single answer of a tracker can go wrong (failures.md, rows 1 to 28 and 39)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from tracker_sync.demo.exchange import Answer, Request

# The server answers a path below this prefix as if the prefix were not there.
MOVED = "/moved"
ELSEWHERE = "http://elsewhere.invalid"


class Wire(Protocol):
    """What a fault may do with the connection of the answer it spoils."""

    request: Request
    root: str

    @property
    def now(self) -> datetime:
        """The tracker's clock."""

    def honest(self) -> Answer:
        """What should have been answered."""

    def content(self, answer: Answer) -> bytes:
        """A body's bytes."""

    def head(self, answer: Answer, length: int) -> bytes:
        """A status line and headers."""

    def reply(self, answer: Answer) -> None:
        """Send a whole answer."""

    def send(self, content: bytes) -> None:
        """Put bytes on the wire."""

    def hang_up(self, *, reset: bool = False) -> None:
        """Close the connection afterwards."""

    def wait(self, seconds: float) -> bool:
        """Pause; False when there is nobody left to wait for."""


@dataclass(frozen=True)
class Fault:
    """A named way for one answer to go wrong."""

    name: str
    act: Callable[[Wire], None]


class Always(dict[int, Fault]):
    """For `Running.faults`: the same fault at every request from a number on."""

    def __init__(self, fault: Fault, start: int = 1) -> None:
        super().__init__()
        self.fault, self.start = fault, start

    def get(self, number: int, default: Any = None) -> Any:
        """The fault, from the start on."""
        return self.fault if number >= self.start else super().get(number, default)

    def __iter__(self) -> Iterator[int]:
        raise TypeError("the faults of every request cannot be listed")


class OnPath(dict[int, Fault]):
    """For `Running.faults`: the same fault at every request whose path ends so."""

    def __init__(self, site: Any, end: str, fault: Fault) -> None:
        super().__init__()
        self.site, self.end, self.fault = site, end, fault

    def get(self, number: int, default: Any = None) -> Any:
        """The fault, on that path."""
        return self.fault if self.site.hits[number - 1].path.endswith(self.end) else default

    def __iter__(self) -> Iterator[int]:
        raise TypeError("the faults of every request cannot be listed")


def refusal(name: str, status: int, message: str, headers: dict[str, str] | None = None) -> Fault:
    """An error in the shapes of both Jira and GitHub."""
    body = {"message": message, "errorMessages": [message], "errors": {}, "status": str(status)}
    return Fault(name, lambda wire: wire.reply(Answer(status, body, headers or {})))


def raw(name: str, content: bytes, kind: str = "application/json;charset=UTF-8") -> Fault:
    """A status 200 with these very bytes."""
    return Fault(name, lambda wire: wire.reply(Answer(200, content, {"Content-Type": kind})))


def altered(name: str, change: Callable[[Any], Any]) -> Fault:
    """The honest answer, its JSON changed."""

    def act(wire: Wire) -> None:
        answer = wire.honest()
        wire.reply(Answer(answer.status, change(answer.body), answer.headers))

    return Fault(name, act)


def redirect(name: str, to: str | None = None, status: int = 301) -> Fault:
    """A move to another base URL; without one, to another path on the same host (which answers honestly)."""

    def act(wire: Wire) -> None:
        query = urlencode(wire.request.query, doseq=True)
        # A redirect names the address from outside, so with the prefix the server took away.
        prefix = wire.request.base.removeprefix(wire.root)
        base = f"{wire.root}{MOVED}{prefix}" if to is None else to.rstrip("/")
        address = f"{base}{wire.request.path}" + (f"?{query}" if query else "")
        wire.reply(Answer(status, {"message": "Moved Permanently", "url": address}, {"Location": address}))

    return Fault(name, act)


def link_elsewhere(name: str = "link to another host", to: str = ELSEWHERE) -> Fault:
    """An honest answer whose next page is on somebody else's host."""

    def act(wire: Wire) -> None:
        answer = wire.honest()
        query = urlencode({**wire.request.query, "page": ["2"]}, doseq=True)
        link = f'<{to.rstrip("/")}{wire.request.path}?{query}>; rel="next"'
        headers = {n: v for n, v in answer.headers.items() if n.lower() != "link"}
        wire.reply(Answer(answer.status, answer.body, {**headers, "Link": link}))

    return Fault(name, act)


def limited_until(name: str, seconds: float, status: int = 429) -> Fault:
    """Too many requests, and a Retry-After that is a date (by the server's own clock)."""

    def act(wire: Wire) -> None:
        when = format_datetime(wire.now + timedelta(seconds=seconds), usegmt=True)
        wire.reply(Answer(status, {"message": "Rate limit exceeded"}, {"Retry-After": when}))

    return Fault(name, act)


def primary_limit(name: str = "403 primary limit", seconds: float = 1.0) -> Fault:
    """GitHub's exhausted quota: a 403 that says when the window ends."""

    def act(wire: Wire) -> None:
        reset = str(int(wire.now.timestamp() + seconds))
        headers = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
        wire.reply(Answer(403, {"message": "API rate limit exceeded for 127.0.0.1."}, headers))

    return Fault(name, act)


def echo(name: str = "400 echoing the headers") -> Fault:
    """An error page that shows the client its own request, credentials and all."""

    def act(wire: Wire) -> None:
        text = f"Bad request: {dict(wire.request.headers)}"
        wire.reply(Answer(400, {"message": text, "errorMessages": [text]}, {"X-Echo": text[:2000]}))

    return Fault(name, act)


def reset_before(name: str = "reset before the answer") -> Fault:
    """The connection is reset without a byte of answer."""
    return Fault(name, lambda wire: wire.hang_up(reset=True))


def reset_midway(name: str = "reset in mid-body") -> Fault:
    """The connection is reset after half of the body."""
    return Fault(name, lambda wire: _half(wire, reset=True))


def truncated(name: str = "truncated body") -> Fault:
    """The right Content-Length, fewer bytes, and a connection closed as if all were well."""
    return Fault(name, lambda wire: _half(wire, reset=False))


def _half(wire: Wire, *, reset: bool) -> None:
    answer = wire.honest()
    content = wire.content(answer)
    wire.send(wire.head(answer, len(content)) + content[: len(content) // 2])
    wire.hang_up(reset=reset)


def short_json(name: str = "short JSON") -> Fault:
    """Half a JSON text with a Content-Length that fits."""

    def act(wire: Wire) -> None:
        answer = wire.honest()
        content = wire.content(answer)
        wire.reply(Answer(answer.status, content[: len(content) // 2], answer.headers))

    return Fault(name, act)


def stalled(name: str = "stalled", seconds: float = 10.0) -> Fault:
    """Nothing at all, until the client leaves, the server closes or the time is over."""

    def act(wire: Wire) -> None:
        _linger(wire, seconds)
        wire.hang_up()

    return Fault(name, act)


def _linger(wire: Wire, seconds: float, step: float = 0.02) -> None:
    for _ in range(max(1, round(seconds / step))):
        if not wire.wait(step):
            return


def drip(name: str = "drip", interval: float = 0.1, size: int = 1, seconds: float = 10.0) -> Fault:
    """The honest answer, its body one byte per interval: no single read ever times out.

    After so many seconds it breaks off, lest a client without a deadline hang for ever.
    """

    def act(wire: Wire) -> None:
        answer = wire.honest()
        content = wire.content(answer)
        wire.send(wire.head(answer, len(content)))
        _trickle(wire, content[: round(seconds / interval) * size], interval, size)
        wire.hang_up()

    return Fault(name, act)


def drip_headers(
    name: str = "drip of headers", interval: float = 0.1, size: int = 1, seconds: float = 10.0
) -> Fault:
    """The honest answer, from its very first byte on one byte per interval."""

    def act(wire: Wire) -> None:
        answer = wire.honest()
        content = wire.content(answer)
        whole = wire.head(answer, len(content)) + content
        _trickle(wire, whole[: round(seconds / interval) * size], interval, size)
        wire.hang_up()

    return Fault(name, act)


def _trickle(wire: Wire, content: bytes, interval: float, size: int) -> None:
    for start in range(0, len(content), size):
        wire.send(content[start : start + size])
        if not wire.wait(interval):
            return


def huge(name: str = "huge body", size: int = 8_000_000) -> Fault:
    """The honest JSON, blown up with white space behind its first bracket."""

    def act(wire: Wire) -> None:
        answer = wire.honest()
        content = wire.content(answer)
        padding = max(0, size - len(content))
        wire.send(wire.head(answer, len(content) + padding) + content[:1])
        for start in range(0, padding, 1_000_000):
            wire.send(b" " * min(1_000_000, padding - start))
        wire.send(content[1:])

    return Fault(name, act)


_LIMITED = "Rate limit exceeded"
_SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
_LOGIN = b"<!DOCTYPE html><html><head><title>Log in</title></head><body><form>Password</form></body></html>"
_SSO = {"X-GitHub-SSO": "required; url=https://github.com/orgs/acme/sso?authorization_request=AAAA"}


def _named(*faults: Fault) -> dict[str, Fault]:
    return {fault.name: fault for fault in faults}


# After these the same request, repeated, works: a client is right to try again.
PASSING = _named(
    refusal("429 with seconds", 429, _LIMITED, {"Retry-After": "1"}),
    limited_until("429 with a date", 1.0),
    refusal("429 with 1.5", 429, _LIMITED, {"Retry-After": "1.5"}),
    refusal("429 without header", 429, _LIMITED),
    refusal("403 secondary limit", 403, _SECONDARY),
    primary_limit(),
    refusal("500", 500, "Internal server error"),
    refusal("502", 502, "Server Error"),
    refusal("503", 503, "Service unavailable"),
    reset_before(),
    reset_midway(),
    truncated(),
    short_json(),
    raw("invalid JSON", b'{"issues": [}'),
    stalled(),
    drip(),
    drip_headers(),
)

# Answers with status 200 that say nothing. They end a request: an error, never "no issues". `[]` is a true
# answer where GitHub lists something, so hold it only against requests that are answered by an object.
UNTRUE = _named(
    raw("HTML login page", _LOGIN, "text/html;charset=UTF-8"),
    raw("empty 200", b""),
    raw("{}", b"{}"),
    raw("null", b"null"),
    raw("[]", b"[]"),
    raw('{"issues": null}', b'{"issues": null}'),
)

# After these, asking again is pointless, forbidden or (a day's wait) not this run's business.
FINAL = UNTRUE | _named(
    refusal("401", 401, "Client must be authenticated to access this resource."),
    refusal("403", 403, "Resource not accessible by personal access token"),
    refusal("403 SSO", 403, "Resource protected by organization SAML enforcement.", _SSO),
    refusal("404", 404, "Issue does not exist or you do not have permission to see it."),
    refusal("410", 410, "This issue was deleted"),
    refusal("429 for a day", 429, _LIMITED, {"Retry-After": "86400"}),
    redirect("301 to another host", ELSEWHERE),
    link_elsewhere(),
    echo(),
)

# These are no errors: the answer is right, only the way to it is unusual.
ODD = _named(redirect("301 to another path"), huge())

ALL: dict[str, Fault] = PASSING | FINAL | ODD
