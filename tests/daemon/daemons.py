"""Runs the daemon in this process, and does something meanwhile."""

import json
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conftest import Desk, Done
from prometheus_client.parser import text_string_to_metric_families


@dataclass
class Life:
    """A daemon while it runs, and after."""

    port: int
    done: Done = field(default_factory=lambda: Done(-1, "", ""))
    seconds: float = 0
    """From SIGTERM to its end."""
    trouble: list[BaseException] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """What its page answers."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()

    def metrics(self) -> dict[str, float]:
        """Each sample by its name and labels."""
        return samples(self.get("/metrics")[1])

    @property
    def said(self) -> list[dict[str, Any]]:
        """What it said, as lines of JSON."""
        return [json.loads(line) for line in self.done.err.splitlines()]

    def events(self, *names: str) -> list[dict[str, Any]]:
        """What it said of these kinds."""
        return [line for line in self.said if line["event"] in names]


def samples(page: str) -> dict[str, float]:
    """The samples of a page of metrics, by name and labels, the source first."""
    return {
        " ".join(
            [s.name, *(v for _, v in sorted(s.labels.items(), key=lambda kv: kv[0] != "source"))]
        ): s.value
        for family in text_string_to_metric_families(page)
        for s in family.samples
    }


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def until(true: Callable[[], object], seconds: float = 15) -> None:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def configured(desk: Desk, more: str = "", daemon: str = "") -> int:
    """A configuration with a daemon that listens at a free port, which this gives."""
    port = free_port()
    path = desk.folder / "tracker-sync.toml"
    text = path.read_text() if path.exists() else ""
    desk.write("tracker-sync.toml", f"{text}\n{more}\n[daemon]\nlisten = '127.0.0.1:{port}'\n{daemon}\n")
    return port


def alive(desk: Desk, port: int, act: Callable[[Life], object], *args: str, **env: str) -> Life:
    """Run it, do something once it listens, and end it with SIGTERM."""
    life = Life(port)
    ended = 0.0

    def meanwhile() -> None:
        nonlocal ended
        try:
            until(lambda: listens(port))
            act(life)
        except BaseException as e:  # noqa: BLE001  raised again in the test's own thread
            life.trouble.append(e)
        finally:
            ended = time.monotonic()
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=meanwhile)
    thread.start()
    try:
        life.done = desk.run("daemon", "--interval", "1", "--log-format", "json", *args, **env)
        life.seconds = time.monotonic() - ended
    finally:
        thread.join()
    for trouble in life.trouble:
        raise trouble
    return life


def listens(port: int) -> bool:
    """Whether somebody answers there."""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0
