"""What the page shows of its sheets: words, and the lists of items behind each figure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from tracker_sync.render.html.anchors import place
from tracker_sync.render.html.charts import Picture, draw
from tracker_sync.render.html.charts.beside import Pen, when_asked
from tracker_sync.render.html.limits import FEWER, ITEMS, ROWS
from tracker_sync.render.html.words import of_what, refs_of, said, width
from tracker_sync.render.sheet import Column, Figure, NotAssessed, Sheet, Table
from tracker_sync.render.values import RIGHT, period
from tracker_sync.reports.query import Query, rfc3339
from tracker_sync.reports.shares import Share

UNKNOWN = {
    "origin": "Work of unknown origin", "intent": "Work that names no intent",
    "alignment": "Sales-led work of which it cannot be told whether it fits the strategy",
    "unmeasured": "Work that was done without being seen in progress: it has no effort",
    "several_intents": "Work that names several intents",
    "no_account_named": "What names no account",
    "unclear_account": "What names somebody who may be more than one account",
    "account_not_in_file": "Work for accounts that the customers file has not",
    "epics_not_in_the_log": "Epics that the strategy names and the log has not",
    "effort": "Work that was done without being seen in progress: it has no effort",
    "adoption_of_unknown_epics": "Epics that adoption.csv names and the log has not",
    "problem": "Work that names no problem", "several_problems": "Work that names several problems",
    "scope_not_known": "Promises of which it is not known when they were scoped",
    "started_before_any_strategy": "Work that began before any version of the strategy was in force",
    "promised_after_it_was_done": "What was promised only after it was done",
}  # fmt: skip
"""Names of what is not known that formats for machines have as a key, in words."""
_REF = re.compile(r"[^:\s]+:\S+")
DRAWN = 6
"""Rows in sight of a table that a chart shows whole."""
WIDE = 8
"""A table of more columns is a wide one."""
SHORT = 12
"""Up to so many letters a text stays on one line."""
LONG = 28
"""From so many letters on a text gets room."""
INLINE = 3
"""So many items stand in a cell themselves."""


class Part(Struct, frozen=True):
    """Some items, as many as a page has room for."""

    label: str
    count: int
    refs: tuple[str, ...]
    names: tuple[str, ...] = ()
    """Instead of refs: what is not in the log, by its name."""

    @property
    def more(self) -> int:
        """How many it does not show."""
        return self.count - len(self.refs) - len(self.names)


class Listing(Struct, frozen=True):
    """The items behind one figure."""

    id: str
    title: str
    note: str
    parts: tuple[Part, ...]


class Cell(Struct, frozen=True):
    """A value in words."""

    text: str
    number: bool
    refs: tuple[str, ...] = ()
    """Items that stand in its place."""
    listing: Listing | None = None
    note: str = ""
    short: bool = False
    """Whether it stays on one line: a day, a number of items."""
    missing: bool = False
    """Whether it says that an input is missing."""

    @property
    def look(self) -> str:
        """What its column needs: digits under digits, or room for a sentence."""
        if self.number:
            return "number"
        return "long" if len(self.text) > LONG else "short" if self.short or len(self.text) <= SHORT else ""


class Tile(Struct, frozen=True):
    """A figure."""

    label: str
    meaning: str
    cell: Cell
    of: str
    """What it is a share of."""
    unit: str


class Grid(Struct, frozen=True):
    """A table."""

    id: str
    title: str
    columns: tuple[Column, ...]
    empty: str
    seen: tuple[tuple[Cell, ...], ...]
    """The rows in sight."""
    folded: tuple[tuple[Cell, ...], ...]
    """Those behind a click."""
    more: int
    """How many the page does not have."""

    @property
    def numbers(self) -> tuple[bool, ...]:
        """Which columns stand to the right."""
        return tuple(c.type in RIGHT for c in self.columns)

    @property
    def inner(self) -> tuple[bool, ...]:
        """Which columns stand folded at the end of each row: of a wide table those that a terminal does not
        show either."""
        chosen = sum(c.width is not None for c in self.columns)
        return tuple(c.width is None and len(self.columns) > WIDE and chosen > 1 for c in self.columns)

    @property
    def listings(self) -> list[Listing]:
        """What is behind the figures of its rows."""
        return [c.listing for row in (*self.seen, *self.folded) for c in row if c.listing]


class Section(Struct, frozen=True):
    """A report."""

    id: str
    name: str
    question: str
    period: str
    headline: tuple[str, ...]
    tiles: tuple[Tile, ...]
    pictures: tuple[Picture, ...]
    grids: tuple[Grid, ...]
    unknowns: tuple[Part, ...]
    notes: tuple[str, ...]

    @property
    def behind(self) -> list[Listing]:
        """What is behind its figures."""
        return [t.cell.listing for t in self.tiles if t.cell.listing]


class View(Struct, frozen=True):
    """The whole page but for what is said of its items."""

    sections: tuple[Section, ...]
    refs: tuple[str, ...]
    """Every item that it names, in that order."""


def view(sheets: Iterable[Sheet], pen: Pen = when_asked) -> View:
    """What is to be shown of these sheets."""
    sections = tuple(_section(s, pen) for s in sheets)
    return View(sections, tuple(dict.fromkeys(r for s in sections for r in _refs(s))))


def _section(sheet: Sheet, pen: Pen) -> Section:
    return Section(
        place(sheet.name), sheet.name, sheet.question, _period(sheet.query),
        sheet.headline, tuple(_tile(sheet, f) for f in sheet.figures),
        tuple(draw(c, sheet, pen) for c in sheet.charts), tuple(_grid(sheet, t) for t in sheet.tables),
        tuple(_unknown(label, refs) for label, refs in sheet.unknowns if refs),
        sheet.notes,
    )  # fmt: skip


def _period(query: Query) -> str:
    known = f", as this log knew it at {rfc3339(query.known_at)}" if query.known_at is not None else ""
    return period(query) + known


def _tile(sheet: Sheet, figure: Figure) -> Tile:
    value = figure.value
    cell = _cell(value, figure, sheet.query, place(sheet.name, figure.id), figure.label, ITEMS)
    of = of_what(value, chance=True) if isinstance(value, Share) else ""
    shows_unit = not cell.missing and (
        figure.type in ("count", "number", "days", "money", "range")
        and figure.unit not in figure.label.lower()
    )
    return Tile(figure.label, figure.meaning, cell, of, figure.unit if shows_unit else "")


def _grid(sheet: Sheet, table: Table) -> Grid:
    rows = [_row(sheet, table, n, row) for n, row in enumerate(table.rows[: max(ROWS, table.most)])]
    drawn_whole = any(c.kind == "series" and c.table == table.id for c in sheet.charts)
    seen = min(table.most, DRAWN) if drawn_whole else table.most
    return Grid(
        place(sheet.name, table.id), table.title, table.columns, table.empty,
        tuple(rows[:seen]), tuple(rows[seen:]), len(table.rows) - len(rows),
    )  # fmt: skip


def _row(sheet: Sheet, table: Table, n: int, row: Any) -> tuple[Cell, ...]:
    called = table.columns[0].get(row)
    return tuple(
        _cell(
            c.get(row), c, sheet.query, place(sheet.name, table.id, n, c.id),
            f"{called}: {c.title.lower()}", FEWER,
        )
        for c in table.columns
    )  # fmt: skip


def _cell(value: Any, of: Column | Figure, query: Query, id_: str, title: str, most: int) -> Cell:
    text, right = said(value, of.type, query), of.type in RIGHT
    if isinstance(value, NotAssessed):
        return Cell(text, number=False, missing=True)
    if isinstance(value, Share) and value.low is not None:
        parts = (
            _part("Surely in it", value.numerator, most),
            _part("Perhaps in it: too little is said of them", value.unknown, most),
            _part("Not in it", value.rest, most),
        )
        listing = Listing(id_, f"{title} {text}", of_what(value, chance=False), parts)
        return Cell(text, right, listing=listing, note=width(value))
    if of.type in ("item", "items"):
        refs = refs_of(value)
        if len(refs) <= INLINE:
            return Cell("", right, refs=tuple(refs))
        return Cell(
            f"{len(refs):,} items",
            right,
            short=True,
            listing=Listing(id_, title, "", (_part("", refs, most),)),
        )
    return Cell(text, right, short=of.type == "time")


def _part(label: str, refs: Sequence[str], most: int) -> Part:
    return Part(label, len(refs), tuple(refs[:most]))


def _unknown(label: str, refs: Sequence[str]) -> Part:
    part = _part(UNKNOWN.get(label, label.replace("_", " ").capitalize()), refs, ITEMS)
    if all(_REF.fullmatch(r) for r in part.refs):
        return part
    return Part(part.label, part.count, (), part.refs)


def _refs(section: Section) -> Iterator[str]:
    cells = [t.cell for t in section.tiles]
    cells += [c for g in section.grids for row in (*g.seen, *g.folded) for c in row]
    for cell in cells:
        yield from cell.refs
        for part in cell.listing.parts if cell.listing else ():
            yield from part.refs
    for part in section.unknowns:
        yield from part.refs
