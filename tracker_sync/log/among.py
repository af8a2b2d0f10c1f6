"""Asks a database about many values, so many at a time."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

AT_ONCE = 500
"""Values of one query; every database takes so many."""


def batched(values: Iterable[str] | Iterable[int], size: int) -> Iterator[tuple[Any, ...]]:
    """The values, so many at a time."""
    every = tuple(values)
    for start in range(0, len(every), size):
        yield every[start : start + size]


def among(
    execute: Callable[[str, tuple[object, ...]], Iterable[tuple[Any, ...]]],
    query: str,
    args: Iterable[object],
    values: Iterable[str] | Iterable[int],
) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, which ends with what has to be one of the values.

    Not by json_each: it cuts a text at a NUL, and an id may hold one.
    """
    for some in batched(values, AT_ONCE):
        yield from execute(f"{query} IN ({','.join('?' * len(some))})", (*args, *some))
