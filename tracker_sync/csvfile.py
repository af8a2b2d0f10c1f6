"""Reads a CSV file's rows under their header; what is wrong with it is told by file and line."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Never, TypeVar

from msgspec import Struct

from tracker_sync.errors import ConfigError

T = TypeVar("T")
SEPARATORS = {";": "semicolons", "\t": "tabs"}
"""What spreadsheets of some countries write in place of commas."""
SHOWN = 20
"""How many wrong rows of a file are told one by one."""
WIDEST = 60
"""How much of a cell an error shows, in characters."""
LONGEST = 18
"""Digits of a number: one that is longer is a slip, and Python refuses to read very long ones."""


class RowError(Exception):
    """What has to be mended in one row; `line` is where it begins, from 1."""

    def __init__(self, line: int, text: str) -> None:
        self.line, self.text = line, text
        super().__init__(text)


class Row(Struct, frozen=True):
    """One row: its line, from 1, and its cells by column, without spaces around them.

    What reads a cell raises RowError where the cell is not of its kind.
    """

    line: int
    cells: Mapping[str, str]
    written: Mapping[str, str]
    """What the file calls each column."""

    def __getitem__(self, column: str) -> str:
        """The cell as it stands, perhaps empty."""
        return self.cells[column]

    def needed(self, column: str) -> str:
        """The cell, which may not be empty."""
        return self[column] or self._refuse(f"{self.written[column]} is empty")

    def one_of(self, column: str, words: Sequence[str]) -> str:
        """The cell, in lower case, which has to be one of some words."""
        text = self.needed(column)
        if text.casefold() in words:
            return text.casefold()
        return self._refuse(f"{self._named(column)} is not one of {', '.join(words)}")

    def whole(self, column: str, least: int) -> int:
        """The cell, a whole number."""
        text = self.needed(column)
        if not text.isdecimal() or len(text) > LONGEST or int(text) < least:
            self._refuse(f"{self._named(column)} is not a whole number from {least} on")
        return int(text)

    def score(self, column: str, most: int) -> Fraction | None:
        """The cell, a number from 0 to `most`, exactly as it is written; None where it is empty."""
        text = self[column]
        if not text:
            return None
        whole, _, part = text.partition(".")
        digits = whole.isdecimal() and (part.isdecimal() or text == whole) and len(text) <= LONGEST
        if not digits or Fraction(text) > most:
            self._refuse(f"{self._named(column)} is not a number from 0 to {most}, such as 7 or 7.5")
        return Fraction(text)

    def day(self, column: str) -> date:
        """The cell, a day."""
        text = self.needed(column)
        try:
            return date.fromisoformat(text)
        except ValueError:
            return self._refuse(f"{self._named(column)} is not a date like 2026-03-01")

    def _named(self, column: str) -> str:
        return f"{self.written[column]} {_shown(self[column])}"

    def _refuse(self, text: str) -> Never:
        raise RowError(self.line, text)


def parse(
    text: str,
    path: Path,
    header: str,
    make: Callable[[Row], T],
    *,
    also: Mapping[str, str] | None = None,
    once: Sequence[str] = (),
    strict: bool = True,
) -> tuple[T, ...]:
    """What `make` gives for each row of the text of the file at `path`, in the file's order; of no text,
    nothing.

    `header` has the columns, which the file may have in any order; `also` has further names of some of them.
    No two rows may say the same in all of the columns `once`. Raises ConfigError for a header that is not as
    it should be, or else for all wrong rows at once.
    """
    made, wrong = list[T](), list[RowError]()
    seen: dict[tuple[str, ...], int] = {}
    for row in _rows(text, path, header, also or {}, strict=strict):
        try:
            if isinstance(row, RowError):
                raise row
            made.append(make(row))
            if once:
                _check_once(row, once, seen)
        except RowError as e:
            wrong.append(e)
    if wrong:
        raise _told(wrong, path)
    return tuple(made)


def _check_once(row: Row, once: Sequence[str], seen: dict[tuple[str, ...], int]) -> None:
    first = seen.setdefault(tuple(_plain(row[c]) for c in once), row.line)
    if first != row.line:
        names = " and ".join([", ".join(row.written[c] for c in once[:-1]), row.written[once[-1]]])
        raise RowError(row.line, f"line {first} has the same {names}; keep one of the two")


def _told(wrong: Sequence[RowError], path: Path) -> ConfigError:
    """All wrong rows as one error, a line each: its own place is that of the first."""
    first, *rest = wrong
    lines = [first.text, *(f"{path}:{e.line}: {e.text}" for e in rest[: SHOWN - 1])]
    if more := len(rest[SHOWN - 1 :]):
        lines.append(f"{path}: {more} more {'row is' if more == 1 else 'rows are'} wrong")
    return ConfigError("\n".join(lines), path, first.line)


def _rows(
    text: str, path: Path, header: str, also: Mapping[str, str], *, strict: bool
) -> Iterator[Row | RowError]:
    """Each row that is not empty, or what is wrong with it."""
    columns: list[str] | None = None
    written: Mapping[str, str] = {}
    lines = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=strict)
    line = 1
    try:
        for found in lines:
            cells = [c.strip() for c in found]
            if not any(cells):
                pass  # spreadsheets leave such rows below the last one
            elif columns is None:
                columns = _columns(cells, path, line, header, also)
                written = dict(zip(columns, cells, strict=True))
            elif len(cells) != len(columns):
                yield RowError(line, _miscounted(cells, len(columns)))
            else:
                yield Row(line, dict(zip(columns, cells, strict=True)), written)
            line = lines.line_num + 1
    except csv.Error as e:
        yield RowError(line, f"is not CSV ({e}); quote the cell, and double each quote in it")


def _columns(cells: list[str], path: Path, line: int, header: str, also: Mapping[str, str]) -> list[str]:
    """The columns that the first line names, by the names that they have in `header`."""
    wanted = header.split(",")
    if apart := next((name for mark, name in SEPARATORS.items() if mark in cells[0]), None):
        raise ConfigError(
            f"{apart} stand between its cells; save it as CSV with commas between them: {header}", path, line
        )
    columns = [also.get(_plain(c), _plain(c)) for c in cells]
    bad = [_no_column(n, c) for n, c in enumerate(cells, 1) if columns[n - 1] not in wanted]
    for name in wanted:
        if len(same := [_shown(c) for c, column in zip(cells, columns, strict=True) if column == name]) > 1:
            bad.append(f"the columns {' and '.join(same)} are one and the same; delete one")
    if missing := [_either(name, also) for name in wanted if name not in columns]:
        are = "column {} is" if len(missing) == 1 else "columns {} are"
        bad.append(f"the {are.format(', '.join(missing))} missing")
    if bad:
        raise ConfigError(f"{'; '.join(bad)}; the first line has to be {header}", path, line)
    return columns


def _no_column(number: int, cell: str) -> str:
    return f"there is no column {_shown(cell)}" if cell else f"column {number} has no name; delete it"


def _either(name: str, also: Mapping[str, str]) -> str:
    others = "".join(f" or {other!r}" for other, column in also.items() if column == name)
    return f"{name!r}{others}"


def _plain(text: str) -> str:
    """A name or a cell as it is compared: case and the width of gaps do not matter."""
    return " ".join(text.casefold().replace("_", " ").split())


def _shown(text: str) -> str:
    return repr(text if len(text) <= WIDEST else text[: WIDEST - 1] + "…")


def _miscounted(cells: Sequence[str], wanted: int) -> str:
    found = f"{len(cells)} cell{'s' * (len(cells) != 1)}"
    return f"has {found}, not the {wanted} cells of the first line; a cell that holds a comma needs quotes"
