"""Tells systemd how the daemon is: ready, stopping, reloading, alive.

The protocol is one datagram with lines in it
(https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html)."""

import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress


class Notifier:
    """The socket that systemd listens at; without one, nothing is sent."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        mine = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        usec = environ.get("WATCHDOG_USEC", "")
        self.watchdog = int(usec) / 1_000_000 if mine and usec.isdecimal() and int(usec) else None
        """Seconds after which systemd takes a silent process for dead; None: it does not look."""

    def tell(self, *lines: str) -> None:
        """Send them as one datagram. Better one is lost than that the daemon waits for whoever reads them."""
        if not self._address:
            return
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock,
        ):
            sock.setblocking(False)
            sock.sendto("\n".join(lines).encode("utf-8", "replace"), self._address)

    def ready(self, status: str) -> None:
        """It works, or works again after a reload."""
        self.tell("READY=1", _status(status))

    def status(self, text: str) -> None:
        """What `systemctl status` shows."""
        self.tell(_status(text))

    def reloading(self) -> None:
        """It is about to read its configuration; to be followed by `ready`."""
        self.tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """It is about to end."""
        self.tell("STOPPING=1", _status("finishing the page at hand"))

    def keep_alive(self, alive: Callable[[], bool]) -> None:
        """From now on, tell systemd twice in each of its periods that the daemon lives, while it does."""
        if self.watchdog is None:
            return
        period = self.watchdog / 2

        def watch() -> None:
            while True:
                if alive():
                    self.tell("WATCHDOG=1")
                time.sleep(period)

        threading.Thread(target=watch, name="watchdog", daemon=True).start()


def _status(text: str) -> str:
    return f"STATUS={' '.join(text.split())}"
