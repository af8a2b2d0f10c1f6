"""Draws charts in a process of its own, while this one goes on with the page."""

import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
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
    # Who breaks it off from the keyboard is answered by this process alone.
    pool = ProcessPoolExecutor(1, get_context("fork"), signal.signal, (signal.SIGINT, signal.SIG_IGN))
    try:
        pool.submit(vega.ready)  # forked now, it takes over little; it loads while figures are computed
        yield lambda spec, name: pool.submit(vega.svg, spec, name).result
    finally:
        pool.shutdown(cancel_futures=True)
