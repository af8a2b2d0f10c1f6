"""How a run ends when it is told to: the page at hand is finished, if that is soon, and never half of it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

CUT = 5.0
"""Seconds after SIGTERM until requests that are still in flight are cut."""
LEAVE = 8.0
"""Seconds after SIGTERM until whatever still runs is left; what it wrote is taken back. systemd and Docker
kill after 90 and 10."""


class Left(BaseException):
    """The run is left where it is: what is committed stays, and the next run goes on from there."""


class Ending:
    """Whether the run was told to end; hands out what is to happen when that takes too long."""

    def __init__(self, woken: Callable[[], object] = lambda: None) -> None:
        """`woken` is called when it is told to end; it has to bear to be called at any moment."""
        self.asked = False
        self._woken, self._was_cut = woken, False

    def __call__(self) -> bool:
        return self.asked

    def term(self, number: int, frame: FrameType | None) -> None:
        """For SIGTERM."""
        if not self.asked:
            self.asked = True
            signal.setitimer(signal.ITIMER_REAL, CUT)
            self._woken()

    def alarm(self, number: int, frame: FrameType | None) -> None:
        """For SIGALRM: first the requests are cut, then the run is left."""
        if self._was_cut:
            raise Left
        self._was_cut = True
        from tracker_sync.sources import wire

        wire.give_up()
        signal.setitimer(signal.ITIMER_REAL, LEAVE - CUT)


@contextmanager
def terminable(ending: Ending | None = None) -> Iterator[Callable[[], bool]]:
    """Whether SIGTERM came while the block ran. The block is to look at that after each page; where it does
    not come to that in time it is left, without an error."""
    ending = ending or Ending()
    before = {
        s: signal.signal(s, h) for s, h in ((signal.SIGTERM, ending.term), (signal.SIGALRM, ending.alarm))
    }
    try:
        yield ending
    except Left:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
