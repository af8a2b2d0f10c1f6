"""Wakes the loop: from signal handlers and from other threads."""

from contextlib import suppress
from queue import Empty, SimpleQueue


class Bell:
    """A bell that may be rung while nobody waits.

    A `SimpleQueue`, whose `put` may be called from a signal handler; an `Event` may lock itself up there
    (https://docs.python.org/3/library/queue.html#simplequeue-objects).
    """

    def __init__(self) -> None:
        self._rings: SimpleQueue[None] = SimpleQueue()

    def ring(self) -> None:
        """Wake who waits, or who comes to wait next."""
        self._rings.put(None)

    def wait(self, seconds: float) -> None:
        """Until it is rung, or for so long."""
        with suppress(Empty):
            self._rings.get(timeout=max(0.0, seconds))
            while True:
                self._rings.get_nowait()
