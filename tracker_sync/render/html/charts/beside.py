"""Draws charts in a process of its own, while this one goes on with the page."""

import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache, partial
from multiprocessing import get_context
from typing import Any, TypeAlias

from tracker_sync.render.html.charts import vega

Drawing: TypeAlias = Callable[[], str]
"""What gives the picture; it waits until there is one."""
Pen: TypeAlias = Callable[[Mapping[str, Any], str], Drawing]
"""What begins to draw a specification, under a name of the page's."""


def when_asked(spec: Mapping[str, Any], name: str) -> Drawing:
    """Draw it in this process, when it is looked at."""
    return cache(partial(vega.svg, spec, name))


@contextmanager
def beside() -> Iterator[Pen]:
    """Draw in another process, one chart after the other: the library holds Python's lock while it draws."""
    # A process that was forked off after the library has drawn here once would wait for ever on its threads.
    # Who breaks it off from the keyboard is answered by this process alone.
    pool = ProcessPoolExecutor(1, get_context("spawn"), signal.signal, (signal.SIGINT, signal.SIG_IGN))
    try:
        pool.submit(vega.ready)  # it loads while figures are computed
        yield partial(_begun, pool)
    finally:
        pool.shutdown(cancel_futures=True)


def _begun(pool: ProcessPoolExecutor, spec: Mapping[str, Any], name: str) -> Drawing:
    try:
        return partial(_drawn, pool.submit(vega.svg, spec, name), spec, name)
    except BrokenProcessPool:
        return when_asked(spec, name)


def _drawn(there: Future[str], spec: Mapping[str, Any], name: str) -> str:
    """The picture; drawn here, where the other process has come to an end."""
    try:
        return there.result()
    except BrokenProcessPool:
        return vega.svg(spec, name)
