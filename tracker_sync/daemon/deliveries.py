"""Takes webhooks in, each once and never too many, for the loop to pull what they are about."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping

from msgspec import Struct, field

from tracker_sync.config import SourceConfig, kind_of
from tracker_sync.daemon.health import Health
from tracker_sync.daemon.webhook import Unreadable, is_signed, items, marks

LARGEST = 4 * 1024 * 1024
"""Bytes. GitHub sends up to 25 MB, of pushes; an issue with the longest texts has a few hundred kB. The
next pass reads what a larger one was about."""
REMEMBERED = 10_000
"""Deliveries of which it is known that they came."""
WAITING = 100
"""Items of one source. Of more, the source is read as a whole, which takes fewer requests."""
Answer = tuple[int, str]


class Hook(Struct, frozen=True):
    """A source whose webhooks are taken."""

    source: SourceConfig
    secret: bytes


class Mail(Struct):
    """What was announced of a source."""

    items: dict[str, None] = field(default_factory=dict)
    """In order, each once."""
    whole: bool = False
    """There was no room for more: all of it is to be read."""


class Deliveries:
    """Where webhooks go, from the threads of the page to that of the loop."""

    def __init__(self, health: Health, ring: Callable[[], object]) -> None:
        self._health, self._ring = health, ring
        self._hooks: Mapping[str, Hook] = {}
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._mail: dict[str, Mail] = {}

    def have(self, hooks: Mapping[str, Hook]) -> None:
        """From now on, take webhooks of these sources, by name."""
        self._hooks = hooks

    def take(self) -> dict[str, Mail]:
        """All that waits, which then waits no more."""
        with self._lock:
            found, self._mail = self._mail, {}
        return found

    def waiting(self) -> bool:
        """Whether anything does."""
        return bool(self._mail)

    def deliver(self, name: str, headers: Mapping[str, str], read: Callable[[int], bytes]) -> Answer:
        """Take a webhook in; `read` gives so many bytes of its body. Gives an HTTP status and a text."""
        hook = self._hooks.get(name)
        if hook is None:
            return 404, "No source of this name takes webhooks.\n"
        status, outcome = self._judged(hook, headers, read)
        with self._lock:
            self._health.deliveries[name, outcome.partition(":")[0]] += 1
        return status, f"{outcome}\n"

    def _judged(self, hook: Hook, headers: Mapping[str, str], read: Callable[[int], bytes]) -> Answer:
        length = headers.get("content-length", "")
        if not length.isascii() or not length.isdecimal() or "transfer-encoding" in headers:
            return 411, "unreadable: it does not say how long it is"
        if len(length) > 9 or int(length) > LARGEST:
            return 413, "too large"
        body, kind = read(int(length)), kind_of(hook.source)
        if len(body) != int(length):
            return 400, "unreadable: it broke off"
        if not is_signed(kind, hook.secret, headers, body):
            return 401, "refused: the signature is not that of this secret"
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return 415, "unreadable: set its content type to application/json"
        try:
            found = items(hook.source, body)
        except Unreadable:
            return 400, "unreadable: it is no JSON object"
        if self._health.stopping:
            return 503, "stopping"
        return self._put(hook.source.name, found, marks(kind, headers, body))

    def _put(self, name: str, found: tuple[str, ...], own: tuple[str, ...]) -> Answer:
        with self._lock:
            if any((name, mark) in self._seen for mark in own):
                return 200, "duplicate"
            # Not before all else is well: what was turned away may be delivered again under its id.
            self._seen |= {(name, mark): None for mark in own}
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            if not found:
                return 200, "ignored"
            mail = self._mail.setdefault(name, Mail())
            mail.items |= dict.fromkeys(found)
            if mail.whole or len(mail.items) > WAITING:
                mail.items, mail.whole = {}, True
        self._ring()
        return 202, "accepted"
