"""What a report lists: made row by row as it is looked at."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Generic, TypeVar, overload

import numpy as np

from tracker_sync.states.columns import Array

T = TypeVar("T")
U = TypeVar("U")


class Many(Sequence[T], Generic[T]):
    """What a report lists, by row, the largest first by `weights` (an array by row), or in order of the rows.

    Each is made when it is looked at, since nobody looks at 400,000; those that are picked are kept, since a
    page shows the first ones in several places.
    """

    def __init__(self, rows: Array, make: Callable[[Array], list[T]], weights: Array | None = None) -> None:
        self.rows, self._make, self._weights = rows, make, weights
        self._made = dict[int, T]()

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def _ordered(self) -> Array:
        if self._weights is None:
            return self.rows
        return self.rows[np.argsort(-self._weights[self.rows], kind="stable")]

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return self._picked(self._ordered[place])
        return self._picked(self._ordered[[place]])[0]

    def _picked(self, rows: Array) -> list[T]:
        new = np.array([r for r in rows.tolist() if r not in self._made], dtype=rows.dtype)
        self._made |= zip(new.tolist(), self._make(new) if len(new) else (), strict=True)
        return [self._made[r] for r in rows.tolist()]

    def __iter__(self) -> Iterator[T]:
        return iter(self._make(self._ordered))

    def where(self, chosen: Array) -> "Many[T]":
        """Those of the rows for which `chosen`, an array by row, is true."""
        return Many(self.rows[chosen[self.rows]], self._make, self._weights)

    def each(self, part: Callable[[T], U]) -> "Many[U]":
        """What is to be said of each, in the same order."""
        return Many(self.rows, lambda some: [part(one) for one in self._make(some)], self._weights)
