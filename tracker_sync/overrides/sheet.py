"""Reads the table of `tracker-sync tag --from`: CSV, a row of words about an item in each line."""

import csv
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from tracker_sync.errors import ConfigError
from tracker_sync.items import Item
from tracker_sync.overrides.words import DIMENSIONS, Word, names, problem
from tracker_sync.render.csv import TAG_COLUMNS, meant
from tracker_sync.render.rules import count
from tracker_sync.tagging import Judgement


class Row(NamedTuple):
    """A line of the table: its number, from 1, and its cells by column; a column it lacks is ''."""

    line: int
    cells: Mapping[str, str]


class Wrong(NamedTuple):
    """What has to be mended in a line."""

    line: int
    text: str


class Sheet(NamedTuple):
    """The rows that can be read, and what is wrong with the others."""

    rows: list[Row]
    wrong: list[Wrong]


def read(raw: bytes, path: Path) -> Sheet:
    """The table in the bytes of the file at `path`. Raises ConfigError where they are not UTF-8, or the first
    line does not name the columns."""
    text = _text(raw, path)
    found = Sheet([], [])
    columns: list[str] | None = None
    lines = csv.reader(StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for written in lines:
            cells = [meant(c).strip() for c in written]
            if columns is None:
                columns = _columns(cells, path)
            elif not any(cells):
                found.wrong.append(Wrong(line, "the row is empty; fill it in, or delete it"))
            elif len(cells) != len(columns):
                found.wrong.append(Wrong(line, _miscounted(len(cells), len(columns))))
            else:
                found.rows.append(Row(line, dict(zip(columns, cells, strict=True))))
            line = lines.line_num + 1
    except csv.Error as e:
        found.wrong.append(Wrong(line, f"is not CSV ({e}); quote the cell, and double each quote in it"))
    if columns is None and not found.wrong:
        raise ConfigError(f"is empty; its first line has to name the columns: {','.join(TAG_COLUMNS)}", path)
    return found


def words(
    rows: Sequence[Row], find: Callable[[str], Item], judged: Judgement, reason: str | None
) -> tuple[list[list[Word]], list[Wrong]]:
    """(what each row says, what is wrong with them). `find` gives the item of a key, or raises ConfigError;
    `reason` is that of rows without one."""
    said, wrong = list[list[Word]](), list[Wrong]()
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        found, bad = _of_row(row, find, judged, reason)
        for word in found:
            first = seen.setdefault((word.item.ref, word.attr), row.line)
            if first != row.line:
                bad.append(f"line {first} says the {word.attr} of {word.item.ref} too; keep one of the two")
        said.append(found)
        wrong += [Wrong(row.line, text) for text in bad]
    return said, wrong


def _of_row(
    row: Row, find: Callable[[str], Item], judged: Judgement, reason: str | None
) -> tuple[list[Word], list[str]]:
    cells = {**row.cells, "customer": names(row.cells.get("customer", ""))}
    given = [(attr, val) for attr in DIMENSIONS if (val := cells.get(attr))]
    why = cells.get("reason") or reason or ""
    bad = [f"{attr}: {what}" for attr, val in given if (what := problem(attr, val, judged))]
    if not given:
        bad = ["it says nothing; fill in intent, customer or origin, or delete the row"]
    elif not why:
        bad.append("the reason is missing; say why in the row, or for all such rows with --reason")
    if not cells["key"]:
        return [], ["the key is missing; say which item, as in acme:PAY-12", *bad]
    try:
        item = find(cells["key"])
    except ConfigError as e:
        return [], [str(e), *bad]
    return [Word(item, attr, val, why) for attr, val in given], bad


def _text(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as e:
        line = raw[: e.start].count(b"\n") + 1
        raise ConfigError("is not UTF-8 text; save it as CSV in UTF-8", path, line) from None


def _columns(cells: list[str], path: Path) -> list[str]:
    """The columns that the first line names."""
    columns = [c.casefold() for c in cells]
    there = f"the columns are {','.join(TAG_COLUMNS)}"
    for n, name in enumerate(columns):
        if name not in TAG_COLUMNS:
            apart = "; put commas between the cells" if len(columns) == 1 else ""
            raise ConfigError(f"there is no column {cells[n]!r}; {there}{apart}", path, 1)
        if name in columns[:n]:
            raise ConfigError(f"the column {name!r} is there twice; delete one", path, 1)
    if "key" not in columns:
        raise ConfigError(f"the column 'key' is missing; {there}", path, 1)
    if not set(columns) & set(DIMENSIONS):
        raise ConfigError(f"none of the columns {', '.join(DIMENSIONS)} is there; {there}", path, 1)
    return columns


def _miscounted(found: int, wanted: int) -> str:
    cells = count(found, "cell")
    return f"has {cells}, not {wanted} as the first line has; a cell that holds a comma needs quotes"
