"""When which source is to be read next: at intervals that vary a little, and ever later while it fails."""

import random
from collections.abc import Callable, Iterable

from msgspec import Struct

JITTER = 0.1
"""Of an interval: many daemons that were started at once are not to ask at once for ever."""
LONGEST = 3600.0
"""Seconds between two tries of a source that fails; longer only where the interval is, or the tracker
wishes so."""
BUSY = 15.0
"""Seconds until a source, or the log, is tried again that another run had."""


class Turn(Struct, frozen=True):
    """When a source is due, in seconds of a clock that never goes back."""

    due: float
    failures: int = 0
    """In a row."""


class Schedule:
    """The turns of all sources."""

    def __init__(self, interval: float, vary: Callable[[], float] = random.random) -> None:
        """`interval` is in seconds; `vary` gives numbers from 0 to 1."""
        self.interval = interval
        self._vary = vary
        self._turns: dict[str, Turn] = {}

    def of(self, names: Iterable[str], now: float) -> None:
        """Have exactly these sources. New ones, and those that failed, are due at once."""
        kept = {n: t for n, t in self._turns.items() if not t.failures}
        self._turns = {n: kept.get(n, Turn(now)) for n in names}

    def turn(self, name: str) -> Turn:
        """A source's turn; one that is not known any more was due long ago."""
        return self._turns.get(name, Turn(0.0))

    def due(self, now: float) -> list[str]:
        """Those whose turn it is, the one first that waits longest."""
        return [n for n, t in sorted(self._turns.items(), key=lambda nt: nt[1].due) if t.due <= now]

    def next(self) -> float | None:
        """When the next one is due; None: there is none."""
        return min((t.due for t in self._turns.values()), default=None)

    def succeeded(self, name: str, now: float) -> None:
        """It was read."""
        self._set(name, Turn(now + self.interval * (1 + JITTER * (2 * self._vary() - 1))))

    def failed(self, name: str, now: float, retry_after: float | None = None) -> None:
        """It could not be read: twice as long as the last time, and not before `retry_after` (seconds)."""
        failures = self.turn(name).failures + 1
        wait = min(self.interval * 2.0 ** min(failures - 1, 32), max(self.interval, LONGEST))
        wait = max(wait, retry_after or 0.0)
        self._set(name, Turn(now + wait * (1 + JITTER * self._vary()), failures))

    def was_busy(self, name: str, now: float) -> None:
        """Another run had it, which says nothing of the source."""
        self._set(name, Turn(now + min(self.interval, BUSY), self.turn(name).failures))

    def hurry(self, name: str, now: float) -> None:
        """Something is known to have changed there: it is due, unless it fails."""
        if name in self._turns and not self._turns[name].failures:
            self._turns[name] = Turn(min(now, self._turns[name].due))

    def _set(self, name: str, turn: Turn) -> None:
        if name in self._turns:
            self._turns[name] = turn
