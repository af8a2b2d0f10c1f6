"""What the page shows of its sheets: words, and the lists of items behind each figure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tracker_sync.render.html.anchors import place
from tracker_sync.render.html.charts import Picture, draw
from tracker_sync.render.html.limits import ITEMS, ROWS
from tracker_sync.render.html.words import NUMBERS, of_what, refs_of, said, width
from tracker_sync.render.sheet import Column, Figure, NotAssessed, Sheet, Table
from tracker_sync.reports.query import Query, day_text, rfc3339
from tracker_sync.reports.shares import Share

NOTHING = "–"
"""Where there is nothing to say."""
UNKNOWN = {
    "origin": "Work of unknown origin", "intent": "Work that names no intent",
    "alignment": "Sales-led work of which it cannot be told whether it fits the strategy",
    "unmeasured": "Work that was done without being seen in progress: it has no effort",
    "several_intents": "Work that names several intents",
    "no_account_named": "Features that name no account",
}  # fmt: skip
"""Names of what is not known that formats for machines have as a key, in words."""
LONG = 28
"""From so many letters on a text gets room."""
INLINE = 3
"""So many items stand in a cell themselves."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some items, as many as a page has room for."""

    label: str
    count: int
    refs: tuple[str, ...]

    @property
    def more(self) -> int:
        """How many it does not show."""
        return self.count - len(self.refs)


@dataclass(frozen=True, slots=True)
class Listing:
    """The items behind one figure."""

    id: str
    title: str
    note: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Cell:
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
        return "number" if self.number else "long" if len(self.text) > LONG else "short" if self.short else ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure."""

    label: str
    meaning: str
    cell: Cell
    of: str
    """What it is a share of."""
    unit: str


@dataclass(frozen=True, slots=True)
class Grid:
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
        return tuple(c.type in NUMBERS for c in self.columns)

    @property
    def listings(self) -> list[Listing]:
        """What is behind the figures of its rows."""
        return [c.listing for row in (*self.seen, *self.folded) for c in row if c.listing]


@dataclass(frozen=True, slots=True)
class Section:
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


@dataclass(frozen=True, slots=True)
class View:
    """The whole page but for what is said of its items."""

    sections: tuple[Section, ...]
    refs: tuple[str, ...]
    """Every item that it names, in that order."""


def view(sheets: Iterable[Sheet]) -> View:
    """What is to be shown of these sheets."""
    sections = tuple(_section(s) for s in sheets)
    return View(sections, tuple(dict.fromkeys(r for s in sections for r in _refs(s))))


def _section(sheet: Sheet) -> Section:
    return Section(
        place(sheet.name), sheet.name, sheet.question, _period(sheet.query),
        sheet.headline, tuple(_tile(sheet, f) for f in sheet.figures),
        tuple(draw(c, sheet) for c in sheet.charts), tuple(_grid(sheet, t) for t in sheet.tables),
        tuple(_part(UNKNOWN.get(label, label), refs) for label, refs in sheet.unknowns),
        sheet.notes,
    )  # fmt: skip


def _period(query: Query) -> str:
    until = day_text(min(query.until - 1, query.as_of), query.zone)
    known = f", as this log knew it at {rfc3339(query.known_at)}" if query.known_at is not None else ""
    return (
        f"{day_text(query.since, query.zone)} to {until}, as the trackers showed it on "
        f"{day_text(query.as_of, query.zone)}{known}"
    )


def _tile(sheet: Sheet, figure: Figure) -> Tile:
    value = figure.value
    cell = _cell(value, figure, sheet.query, place(sheet.name, figure.id), figure.label)
    of = of_what(value, sheet.query) if isinstance(value, Share) else ""
    shows_unit = figure.type in ("count", "number", "days") and figure.unit not in figure.label.lower()
    return Tile(figure.label, figure.meaning, cell, of, figure.unit if shows_unit else "")


def _grid(sheet: Sheet, table: Table) -> Grid:
    rows = [
        tuple(
            _cell(c.get(row), c, sheet.query, place(sheet.name, table.id, n, c.id), _row_title(table, row, c))
            for c in table.columns
        )
        for n, row in enumerate(table.rows[:ROWS])
    ]
    return Grid(
        place(sheet.name, table.id), table.title, table.columns, table.empty,
        tuple(rows[: table.most]), tuple(rows[table.most :]), len(table.rows) - len(rows),
    )  # fmt: skip


def _row_title(table: Table, row: Any, column: Column) -> str:
    """What a row is called, by its first column, and which of its figures is meant."""
    return f"{table.columns[0].get(row)}: {column.title.lower()}"


def _cell(value: Any, of: Column | Figure, query: Query, id_: str, title: str) -> Cell:
    text, right = said(value, of.type, query, of.unit), of.type in NUMBERS
    if isinstance(value, NotAssessed):
        return Cell(text, number=False, missing=True)
    if isinstance(value, Share) and value.low is not None:
        parts = (
            _part("Surely in it", value.numerator),
            _part("Perhaps in it: too little is said of them", value.unknown),
            _part("Not in it", value.rest),
        )
        listing = Listing(id_, f"{title} {text}", of_what(value, query), parts)
        return Cell(text, right, listing=listing, note=width(value))
    if of.type in ("item", "items"):
        refs = refs_of(value)
        if len(refs) <= INLINE:
            return Cell("", right, refs=tuple(refs))
        return Cell(
            f"{len(refs):,} items", right, short=True, listing=Listing(id_, title, "", (_part("", refs),))
        )
    return Cell(text or NOTHING, right, short=of.type == "time")


def _part(label: str, refs: Sequence[str]) -> Part:
    return Part(label, len(refs), tuple(refs[:ITEMS]))


def _refs(section: Section) -> Iterator[str]:
    cells = [t.cell for t in section.tiles]
    cells += [c for g in section.grids for row in (*g.seen, *g.folded) for c in row]
    for cell in cells:
        yield from cell.refs
        for part in cell.listing.parts if cell.listing else ():
            yield from part.refs
    for part in section.unknowns:
        yield from part.refs
