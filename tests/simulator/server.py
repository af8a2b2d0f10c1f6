"""Serves a face (one tracker's API) over HTTP on this machine, counts what was asked and injects faults."""

import json
import select
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from simulator.faults import MOVED, Fault
from tracker_sync.demo.exchange import Answer, Request

__all__ = ["POINTS", "Face", "Hit", "Running", "running"]

# A face that counts GraphQL points puts them into this header; it ends up in `Hit.points`, not on the wire.
POINTS = "x-simulator-points"

_CLOSE_AND_RESET = struct.pack("ii", 1, 0)


@dataclass
class Hit:
    """One request as it came in, and how it was answered (status 0: not yet, or never)."""

    method: str
    path: str
    query: dict[str, list[str]]
    status: int = 0
    bytes_out: int = 0
    points: int = 0
    body: Any = None


class Face(Protocol):
    """One tracker's API; `origin` is the host prefix inside its JSON that gets replaced."""

    origin: str

    def answer(self, request: Request) -> Answer:
        """The reaction to a request; a body of bytes is sent as it is."""


class Running:
    """A face being served: where, what it was asked, and what is to go wrong."""

    def __init__(self, face: Face, url: str, latency: float) -> None:
        self.face = face
        self.url = url
        self.latency = latency
        self.hits: list[Hit] = []
        self.faults: Mapping[int, Fault] = {}
        self.before: Callable[[int, Request], object] | None = None
        # Reentrant, so that the hook and the face may use each other's helpers.
        self.lock = threading.RLock()

    @property
    def requests(self) -> int:
        """How many requests came since the last reset."""
        return len(self.hits)

    def reset(self) -> None:
        """Count from one again; faults and the hook stay as they are."""
        with self.lock:
            self.hits = []

    def arrived(self, hit: Hit) -> int:
        """Note a request and say which one it is, counted from one."""
        with self.lock:
            self.hits.append(hit)
            return len(self.hits)


class _Server(ThreadingHTTPServer):
    # Closing waits for every handler, so that no stalled one outlives its test.
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(
        self, face: Face, latency: float, prefix: str, port: int, tls: ssl.SSLContext | None
    ) -> None:
        self.prefix = prefix
        self.closing = threading.Event()
        self.connections: set[socket.socket] = set()
        self.resets: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.root = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_address[1]}"
        self.running = Running(face, self.root + prefix, latency)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Remember each connection, so that closing the server also ends the kept-alive ones."""
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close politely, unless a fault asked for a reset: then without the farewell."""
        self.connections.discard(request)
        if request in self.resets:
            self.resets.discard(request)
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def server_close(self) -> None:
        """Stop listening, hang up, and wait for the handlers to notice."""
        self.closing.set()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in mid-answer is no news; anything else is a bug to be seen."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (inherited name)
        """Silent: whoever wants to know what was asked reads `hits`."""

    def handle_expect_100(self) -> bool:
        """Nobody here waits for a permission to send a body."""
        return True

    def _serve(self) -> None:
        running = self.server.running
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request, broken = self._request(content)
        hit = Hit(request.method, request.path, dict(request.query), body=request.body)
        number = running.arrived(hit)
        if running.latency:
            self.server.closing.wait(running.latency)
        if running.before is not None:
            with running.lock:
                running.before(number, request)
        wire = _Wire(self, request, hit)
        fault = running.faults.get(number)
        if fault is not None:
            fault.act(wire)
        elif broken:
            wire.reply(Answer(400, {"message": "Problems parsing JSON", "errorMessages": ["Bad JSON"]}))
        else:
            wire.reply(wire.honest())

    def __getattr__(self, name: str) -> Any:
        """Every method is served alike, so `do_GET` and its kin are all the same."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _request(self, content: bytes) -> tuple[Request, bool]:
        """What was asked, and whether its body was no JSON."""
        body, broken = None, False
        try:
            body = json.loads(content) if content else None
        except ValueError:
            broken = True
        parts = urlsplit(self.path)
        path = parts.path.removeprefix(MOVED) if parts.path.startswith(MOVED + "/") else parts.path
        if self.server.prefix and path.startswith(self.server.prefix + "/"):
            path = path.removeprefix(self.server.prefix)
        query = parse_qs(parts.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, path, query, headers, body, self.server.running.url), broken


@dataclass
class _Wire:
    """The connection one answer travels on, as the faults see it."""

    handler: _Handler
    request: Request
    hit: Hit
    root: str = field(init=False)

    def __post_init__(self) -> None:
        self.root = self.handler.server.root

    @property
    def now(self) -> datetime:
        """The tracker's clock: the company's where it has one."""
        now = getattr(self.handler.server.running.face, "now", None)
        return now if isinstance(now, datetime) else datetime.now(UTC)

    def honest(self) -> Answer:
        """What the face answers to this request."""
        running = self.handler.server.running
        with running.lock:
            return running.face.answer(self.request)

    def content(self, answer: Answer) -> bytes:
        """An answer's body as bytes, with this server's address in place of the face's origin."""
        if answer.body is None or answer.status in {204, 304}:
            return b""
        if isinstance(answer.body, bytes):
            return answer.body
        text = self._localised(json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")))
        try:
            return text.encode()
        except UnicodeEncodeError:  # lone surrogates travel as escapes
            return self._localised(json.dumps(answer.body)).encode()

    def head(self, answer: Answer, length: int) -> bytes:
        """The status line and headers of an answer whose body is to have a length."""
        headers = {
            "Date": format_datetime(self.now.astimezone(UTC), usegmt=True),
            "Content-Type": "application/json;charset=UTF-8",
            "Content-Length": str(length),
        }
        given = {name.title(): value for name, value in answer.headers.items() if name.lower() != POINTS}
        lines = [f"{name}: {self._localised(str(value))}" for name, value in (headers | given).items()]
        phrase = HTTPStatus(answer.status).phrase
        self.hit.status = answer.status
        return "\r\n".join([f"HTTP/1.1 {answer.status} {phrase}", *lines, "", ""]).encode("latin-1")

    def reply(self, answer: Answer) -> None:
        """Send a whole answer in one write."""
        content = self.content(answer)
        head = self.head(answer, len(content))
        points = next((v for name, v in answer.headers.items() if name.lower() == POINTS), "0")
        self.hit.status, self.hit.points = answer.status, int(points)
        self.send(head if self.request.method == "HEAD" else head + content)

    def send(self, content: bytes) -> None:
        """Put bytes on the wire."""
        self.handler.wfile.write(content)
        self.hit.bytes_out += len(content)

    def hang_up(self, *, reset: bool = False) -> None:
        """Close the connection when this answer is over: with a FIN, or with a RST."""
        self.handler.close_connection = True
        if reset:
            connection = self.handler.connection
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CLOSE_AND_RESET)
            self.handler.server.resets.add(connection)

    def wait(self, seconds: float) -> bool:
        """Pause; False as soon as the client has left or the server closes."""
        connection, closing = self.handler.connection, self.handler.server.closing
        with suppress(OSError, ValueError):
            readable, _, _ = select.select([connection], [], [], seconds)
            if readable and not connection.recv(1, socket.MSG_PEEK):
                return False
            return not closing.is_set()
        return False

    def _localised(self, text: str) -> str:
        running = self.handler.server.running
        origin = running.face.origin
        return text.replace(origin, running.url) if origin and origin in text else text


@contextmanager
def running(
    face: Face, *, latency: float = 0.0, prefix: str = "", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Running]:
    """Serve a face on a local port (0: a free one) while the block runs; over HTTPS, given a certificate.

    Requests below `prefix` reach the face without it; others reach it as they are.
    """
    server = _Server(face, latency, prefix, port, tls)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
