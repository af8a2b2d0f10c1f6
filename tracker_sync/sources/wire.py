"""One HTTP connection kept in bounds: a deadline, a size limit, one host, and the tracker's quota.

Both client libraries send through `requests`, so both get these by mounting `BoundedAdapter`.
"""

import socket
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ReadTimeout, RequestException
from requests.structures import CaseInsensitiveDict
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from tracker_sync.errors import ConfigError, NotAllowed, SourceError, Throttled, Unavailable
from tracker_sync.sources import Left
from tracker_sync.sources.echoes import Echoes

DEADLINE = 60.0
"""Seconds for one whole request. A read time-out starts anew with every byte, so a server that sends
one byte a second would hold a run for ever without this."""
LARGEST = 256 * 1024 * 1024
"""Bytes of one answer, unpacked; a page of a hundred of the largest issues Jira allows is far below."""
IN_FLIGHT = 6
"""Requests at once to one tracker; GitHub allows 100, and asks for fewer."""
LONGEST_WAIT = 60.0
"""Seconds. A tracker that wants a longer pause gets it from the next run, not from a sleeping one."""
LOW = 0.1
"""Below this part of its quota a run goes slower, so that it is not the one that uses the rest up."""
LONGEST_PACE = 5.0

_current = threading.local()
_over = threading.Event()
_in_flight: "set[_Held]" = set()


def rest(seconds: float) -> None:
    """Pause, but not beyond the end of the process."""
    _over.wait(seconds)


def give_up() -> None:
    """Cut what is in flight, in all threads, wake who rests, and let nothing be sent any more: the process
    is to end, and some answers take a minute."""
    _over.set()
    for held in list(_in_flight):
        held.cut()


def take_up() -> None:
    """Requests may be sent again."""
    _over.clear()


def last_answer() -> Response | None:
    """The last answer that came in this thread, for whoever cannot make out what a library made of it."""
    return getattr(_current, "answer", None)


def keep_to_own(session: Session) -> None:
    """Let a session send the credentials that it was given and no others: without any, and after each
    redirect, `requests` (2.32) would send what ~/.netrc has for the host."""
    session.auth = session.auth or (lambda request: request)
    # It also takes them off a request to another host, to which the adapter sends nothing.
    session.rebuild_auth = lambda *_: None  # type: ignore[method-assign]


class Elsewhere(NotAllowed):
    """An answer that points to another host; nothing was sent there."""


class BoundedAdapter(HTTPAdapter):
    """Sends to one origin only, within a deadline and a size, as quickly as the quota allows; what comes back
    holds no secret that was sent."""

    def __init__(
        self, origin: str, *, deadline: float | None = None, largest: int = LARGEST,
        per_minute: int | None = None,
    ) -> None:  # fmt: skip
        self.origin = _origin(origin)
        self.deadline = DEADLINE if deadline is None else deadline
        self.largest = largest
        self.now = 0.0
        """The tracker's own time at its last answer, in seconds since 1970."""
        self.quota = Quota(per_minute)
        super().__init__(pool_connections=2, pool_maxsize=IN_FLIGHT + 2, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(  # type: ignore[override]  # the library's own signature says less than it takes
        self, request: PreparedRequest, stream: bool = False, timeout: Any = None, verify: Any = True,
        **more: Any,
    ) -> Response:  # fmt: skip
        if _origin(request.url or "") != self.origin:
            raise Elsewhere(
                f"{self.origin} points to another host, {urlsplit(request.url or '').netloc}, which is "
                "refused: it would get the token. Check the url"
            )
        if _over.is_set():
            raise Unavailable(f"{self.origin}: not asked, as this run is to end")
        if isinstance(verify, str) and not Path(verify).exists():  # requests: a bare OSError (2.32)
            raise ConfigError(
                f"{verify} is to hold the certificates to trust and is not there; see REQUESTS_CA_BUNDLE"
            )
        _check_proxy(request.url or "", more.get("proxies"))
        resource = resource_of(str(request.url))
        self.quota.wait(resource)
        _current.answer = None
        echoes = Echoes(request.headers, request.url or "", more.get("proxies"))
        with _until(self.deadline) as held:
            try:
                response = super().send(request, stream=True, timeout=self.deadline, verify=verify, **more)
                response._content = echoes.out_of(self._whole(response))
                response._content_consumed = True  # type: ignore[attr-defined]
            except (RequestException, OSError, ValueError):
                if not held.late:
                    raise
            if held.late:
                raise ReadTimeout(f"no whole answer within {self.deadline:g} s", request=request)
        echoes.out_of_headers(response.headers)
        self.quota.note(resource, response.headers)
        self.now = server_time(response.headers)
        _current.answer = response
        return response

    def _whole(self, response: Response) -> bytes:
        parts, size = list[bytes](), 0
        for part in response.iter_content(65536):
            size += len(part)
            if size > self.largest:
                raise SourceError(
                    f"{self.origin}: an answer is larger than {self.largest // 2**20} MiB, which no page "
                    "of a tracker is; check the url. Nothing was changed"
                )
            parts.append(part)
        return b"".join(parts)


class Quota:
    """What a tracker said is left of its rate limit, and how long to wait for it."""

    def __init__(self, per_minute: int | None = None) -> None:
        """`per_minute`: the most requests of any minute, where the tracker has such a limit."""
        self._last: deque[float] = deque(maxlen=per_minute or 0)
        self._left: dict[str, tuple[float, float, float]] = {}
        self._lock = threading.Lock()

    def note(self, resource: str, headers: Mapping[str, str]) -> None:
        """Remember the `X-RateLimit-…` headers of an answer; without them, nothing."""
        remaining, limit = _number(headers, "remaining"), _number(headers, "limit")
        seconds = seconds_to_reset(headers)
        if remaining is not None and limit and seconds is not None:
            with self._lock:
                self._left[resource] = remaining, limit, time.monotonic() + seconds

    def left(self) -> tuple[Left, ...]:
        """What was said last of each resource."""
        ahead = time.time() - time.monotonic()
        with self._lock:
            return tuple(
                Left(resource, int(remaining), int(limit), int((reset + ahead) * 1_000_000))
                for resource, (remaining, limit, reset) in sorted(self._left.items())
            )

    def wait(self, resource: str) -> None:
        """Pause as the quota wants. Raises Throttled where that is longer than a run may sleep."""
        with self._lock:
            pause = self.pause(resource, time.monotonic())
        if pause > LONGEST_WAIT:
            raise Throttled(f"the tracker's quota is used up ({resource}); come back in {pause:.0f} s", pause)
        if pause > 0:
            rest(pause)
        with self._lock:
            self._last.append(time.monotonic())

    def pause(self, resource: str, now: float) -> float:
        """Seconds to wait at `now` (of the monotonic clock) before the next request."""
        crowd = 0.0
        if self._last and len(self._last) == self._last.maxlen:
            crowd = max(0.0, self._last[0] + 60 - now)
        remaining, limit, reset = self._left.get(resource, (1.0, 1.0, now))
        if reset <= now:
            return crowd
        if remaining < 1:
            return max(crowd, reset - now)
        if remaining < limit * LOW:
            return max(crowd, min((reset - now) / remaining, LONGEST_PACE))
        return crowd


def resource_of(url: str) -> str:
    """The quota that a request counts against, as GitHub calls it; Jira has one."""
    return "graphql" if url.endswith("/graphql") else "core"


def seconds_to_reset(headers: Mapping[str, str]) -> float | None:
    """Seconds until the quota is full again, by the tracker's own clock; None where it does not say.

    GitHub gives seconds since 1970, Jira Cloud an ISO time
    (https://developer.atlassian.com/cloud/jira/platform/rate-limiting/).
    """
    text = CaseInsensitiveDict(headers).get("x-ratelimit-reset") or ""
    try:
        at = float(text) if text.replace(".", "", 1).isdigit() else datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None
    return max(0.0, at - server_time(headers))


def server_time(headers: Mapping[str, str]) -> float:
    """The tracker's own time, in seconds since 1970: clocks differ, and its waits are by its own."""
    try:
        return parsedate_to_datetime(CaseInsensitiveDict(headers).get("date") or "").timestamp()
    except (ValueError, OverflowError):
        return time.time()


def _number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        return float(CaseInsensitiveDict(headers).get(f"x-ratelimit-{name}") or "")
    except ValueError:
        return None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _check_proxy(url: str, proxies: Mapping[str, str] | None) -> None:
    """Raises ConfigError for a proxy that `requests` (2.32) would stumble over, or that our connections do
    not speak to; it is not repeated, as its password is in it."""
    proxy = select_proxy(url, proxies)
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}") if proxy else None
        fits = parts is None or (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        )
    except ValueError:
        fits = False
    if not fits:
        raise ConfigError(
            "the proxy that the environment names (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY) is not an http:// "
            "or https:// address"
        )


class _Held:
    """The connection that a request is on, to be cut when its time is over."""

    def __init__(self) -> None:
        self.connection: HTTPConnection | None = None
        self.late = False

    def cut(self) -> None:
        self.late = True
        sock = self.connection.sock if self.connection else None
        if sock is not None:
            with suppress(OSError):  # closed meanwhile
                # Not SSLSocket's own: that would take its state away under the reading thread.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


@contextmanager
def _until(seconds: float) -> Iterator[_Held]:
    held = _current.held = _Held()
    _in_flight.add(held)
    timer = threading.Timer(seconds, held.cut)
    timer.daemon = True
    timer.start()
    try:
        yield held
    finally:
        timer.cancel()
        _in_flight.discard(held)
        _current.held = None


def _hold(connection: HTTPConnection) -> None:
    if held := getattr(_current, "held", None):
        held.connection = connection
        if held.late:
            raise OSError("its time was over before it was connected")


class _Connection(HTTPConnection):
    def connect(self) -> None:
        _hold(self)
        super().connect()

    def request(self, *args: Any, **kwargs: Any) -> None:
        _hold(self)
        super().request(*args, **kwargs)


class _SecureConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}
