"""The daemon's page: whether it lives, its metrics, and where webhooks are delivered."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tracker_sync import metrics
from tracker_sync.daemon.health import Health
from tracker_sync.errors import ConfigError
from tracker_sync.reports.query import rfc3339

PATIENCE = 15.0
"""Seconds that one request may take, however slowly it comes."""
AT_ONCE = 16
"""Requests; one more is turned away."""
HOOKS = "/webhooks/"
Answer = tuple[int, str]
Deliver = Callable[[str, Mapping[str, str], Callable[[int], bytes]], Answer]
"""(name of the source, headers, reads that much of the body) → status and text."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], health: Health, deliver: Deliver | None) -> None:
        self.health, self.deliver = health, deliver
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        # A reading that starts anew with every byte never times out: the whole has an end.
        timer = threading.Timer(PATIENCE, _cut, [request])
        timer.daemon = True
        timer.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            timer.cancel()
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody who hangs up is no news, and nothing that a stranger sends is to fill the journal."""


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "tracker-sync"
    sys_version = ""
    timeout = PATIENCE

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the inherited name
        """Silent: `/metrics` counts what matters."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/healthz":
            self._reply(*healthz(self.server.health), kind="application/json")
        elif path == "/metrics":
            self._reply(200, metrics_page(self.server.health), kind=metrics.CONTENT_TYPE)
        else:
            self._reply(404, "There is /healthz and /metrics.\n")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        deliver, path = self.server.deliver, self.path.partition("?")[0]
        if deliver is None or not path.startswith(HOOKS):
            self._reply(404, "Nothing is delivered here.\n")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._reply(*deliver(path.removeprefix(HOOKS), headers, self.rfile.read))

    def _reply(self, status: int, text: str, *, kind: str = "text/plain; charset=utf-8") -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def healthz(health: Health) -> Answer:
    """Whether the daemon lives; not whether its trackers do, whom another start would not mend."""
    state = "stopping" if health.stopping else "ok" if health.is_alive() else "stuck"
    sources = [
        {
            "source": s.source, "last_success": rfc3339(s.last.succeeded) if s.last else None,
            "code": s.last.code if s.last else None,
        }
        for s in health.standings
    ]  # fmt: skip
    text = json.dumps({"status": state, "sources": sources}) + "\n"
    return (200 if state == "ok" else 503), text


def metrics_page(health: Health) -> str:
    """All metrics, also of the process itself."""
    return metrics.page(metrics.of_standings(health.standings), health.metrics(), metrics.of_process())


@contextmanager
def served(listen: str, health: Health, deliver: Deliver | None = None) -> Iterator[str]:
    """Serve at `host:port` while the block runs; yields where that is. Raises ConfigError."""
    host, _, port = listen.rpartition(":")
    try:
        server = _Server((host.strip("[]"), int(port)), health, deliver)
    except (OSError, ValueError, OverflowError) as e:
        why = getattr(e, "strerror", None) or "it has to look like 127.0.0.1:9464"
        raise ConfigError(f"[daemon] listen: cannot listen at {listen!r}: {why}") from None
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="web", daemon=True)
    thread.start()
    try:
        yield f"{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
