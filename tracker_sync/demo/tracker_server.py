"""Serves tracker sites over HTTP on this machine, well enough for the real client libraries."""

import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tracker_sync.demo.exchange import Answer, Request, Site
from tracker_sync.demo.github_site import GitHubSite
from tracker_sync.demo.jira_site import JiraSite

__all__ = ["GitHubSite", "JiraSite", "serving"]

ENTERPRISE_PREFIX = "/api/v3"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, site: Site) -> None:
        self.site = site
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def get_request(self) -> tuple[socket.socket, Any]:
        """Remember each connection, so that closing the server also ends the kept-alive ones."""
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection its client has closed."""
        self.connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Stop listening and hang up."""
        super().server_close()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in mid-answer is no news; anything else is a bug to be seen."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One segment per answer: without this, headers and body wait for each other's ACK.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (inherited name)
        """Silent: whoever wants to know what was asked reads the site's `hits`."""

    def _serve(self) -> None:
        site = self.server.site
        site.hits.append(f"{self.command} {self.path}")
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        try:
            body = json.loads(content) if content else None
        except ValueError:
            self._send(Answer(400, {"message": "Problems parsing JSON"}), "")
            return
        parts = urlsplit(self.path)
        enterprise = parts.path.startswith(ENTERPRISE_PREFIX + "/")
        base = self.server.base + (ENTERPRISE_PREFIX if enterprise else "")
        request = Request(
            self.command,
            parts.path.removeprefix(ENTERPRISE_PREFIX) if enterprise else parts.path,
            parse_qs(parts.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            body,
            base,
        )
        self._send(site.answer(request), base)

    def _send(self, answer: Answer, base: str) -> None:
        content = b""
        if answer.body is not None:
            text = json.dumps(answer.body, ensure_ascii=False)
            content = text.replace(self.server.site.origin, base).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def _running(site: Site) -> Iterator[str]:
    server = _Server(site)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.base
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serving(*sites: Site) -> Iterator[list[str]]:
    """Serve each site on a free local port while the block runs; yields their base URLs."""
    with ExitStack() as stack:
        yield [stack.enter_context(_running(site)) for site in sites]
