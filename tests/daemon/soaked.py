"""The command line in a hurry: pauses and intervals are a moment, so that a thousand faults fit into minutes.

Run as a process of its own by `soak`. SOAK_MUTANT names something that is to be wrong with it.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import tracker_sync.daemon.loop as loop
import tracker_sync.daemon.schedule as schedule
from tracker_sync import passes
from tracker_sync.cli import main
from tracker_sync.sources import Ask, Batch, Source, wire

MOMENT = 0.02


class Quick(schedule.Schedule):
    """Intervals of a fifth of a second, also for what fails."""

    @property
    def interval(self) -> float:  # type: ignore[override]
        return 0.2

    @interval.setter
    def interval(self, seconds: float) -> None:
        pass

    def failed(self, name: str, now: float, retry_after: float | None = None) -> None:
        super().failed(name, now, min(retry_after or 0, MOMENT))


class Ahead:
    """A source whose cursor is that of the page to come."""

    def __init__(self, source: Source) -> None:
        self.name, self._source = source.name, source
        self.left = source.left

    def pull(self, ask: Ask) -> Iterator[Batch]:
        before: Batch | None = None
        for batch in self._source.pull(ask):
            if before is not None:
                ahead = batch.cursor or before.cursor
                yield replace(before, cursor=ahead and ahead.replace('"walking": true', '"walking": false'))
            before = batch
        if before is not None:
            yield before


def spoil(mutant: str) -> None:
    """Make it wrong in a way that a soak has to find."""
    if mutant == "a page ahead":
        real = passes.build_sources
        passes.build_sources = lambda *args: [Ahead(s) for s in real(*args)]  # type: ignore[assignment]
    elif mutant == "leak":
        kept: list[bytes] = []
        made = loop.make_pass

        def leaking(*args: Any, **more: Any) -> passes.Pass:
            kept.append(os.urandom(300_000))
            return made(*args, **more)

        loop.make_pass = leaking
    elif mutant == "counts twice":
        told = loop.tell

        def counting(voice: Any, done: passes.Pass) -> None:
            told(voice, done)
            done.synced.new *= 2

        loop.tell = counting
    elif mutant:
        raise ValueError(mutant)


if __name__ == "__main__":
    wire.rest = lambda seconds: wire._over.wait(min(seconds, MOMENT)) and None
    schedule.LONGEST = schedule.BUSY = 0.2
    loop.Schedule = Quick  # type: ignore[misc]
    spoil(os.environ.get("SOAK_MUTANT", ""))
    main()
