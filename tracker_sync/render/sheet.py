"""What every way of showing a report draws on: its sentences, figures, tables and notes, without layout."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Literal

from msgspec import Struct

from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Share

Type = Literal[
    "item", "items", "text", "class", "list", "flag", "count", "number", "days", "share", "money", "range",
    "time",
]  # fmt: skip
"""What a value is, and so how it is shown: `item` a ref that opens the tracker, `items` many; `class` what
sales-led work is to the strategy; `share` a `Share`, or a `Fraction` where nothing is unknown; `days`
person-days; `money` whole units of currency; `range` a `Range`; `time` microseconds UTC."""


class Range(Struct, frozen=True):
    """Several figures for one unknown: the lowest and the highest, and one between where there is one."""

    low: float
    high: float
    middle: float | None = None


class NotAssessed(Struct, frozen=True):
    """Instead of a figure: an input that it needs is missing."""

    needs: str
    """What is missing and how to supply it: `adoption.csv (set [strategy] adoption)`."""

    def __str__(self) -> str:
        return f"not assessed: needs {self.needs}"


Value = str | bool | int | float | Fraction | Share | Range | NotAssessed | Sequence[str] | None
"""A value by its column's type; None: there is nothing to say, or nothing to take a share of."""


class Column(Struct, frozen=True):
    """One column of a table."""

    id: str
    """Its permanent name in JSON and CSV."""
    title: str
    type: Type
    meaning: str
    """One sentence, as docs/reports.md has it."""
    get: Callable[[Any], Any]
    """Its `Value` in a row."""
    unit: str = ""
    width: int | None = None
    """How wide it is in a terminal of 80 columns; None: it is not shown there."""


class Table(Struct, frozen=True):
    """Rows of one kind, the most important first."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Any]
    """Each is made when it is looked at; there may be hundreds of thousands."""
    empty: str = ""
    """What to say where there are none."""
    most: int = 12
    """How many a page for reading shows; formats for machines have all."""


class Figure(Struct, frozen=True):
    """A number that never travels alone."""

    id: str
    label: str
    type: Type
    value: Any
    """A `Value` of its type."""
    meaning: str
    unit: str = ""


Kind = Literal["shares", "series", "amounts", "ranges", "moments", "quadrant", "spread"]
"""How a chart draws its values: `shares` a bar each, solid as far as it is sure; `series` a share or a number
over time, a second one dashed; `amounts` a bar each; `ranges` from lowest to highest; `moments` several times
of each row on one line, or with a `group` one time of each row on the line of its label; `quadrant` two
numbers of each row across and up, a third as size; `spread` a number of each row as a dot, in a line for each
`group`."""


class Chart(Struct, frozen=True):
    """A picture of a table's rows, or of figures; it shows nothing that these do not say."""

    id: str
    """Unique in its sheet."""
    kind: Kind
    title: str
    values: tuple[str, ...]
    """Ids of the columns, or of the figures, that are drawn."""
    table: str = ""
    """The id of its table; without one, its values are figures of the sheet."""
    label: str = ""
    """Id of the column that says what a mark stands for; for `series` the column of its time."""
    target: str = ""
    """Id of a column to hold the first value against: a stated target, what was paid."""
    group: str = ""
    """Id of a column of text whose values get a colour each, or a line each."""
    reading: str = ""
    """How to read it, in a sentence, where its kind does not say it all."""
    most: int = 12
    """So many rows are drawn; `series` draws all."""


class Sheet(Struct, frozen=True):
    """A report in words."""

    name: str
    """As in `tracker-sync report NAME`."""
    question: str
    """What it answers, as its title."""
    query: Query
    headline: tuple[str, ...]
    """The answer, in a sentence or two, most important first."""
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    """The first one is what CSV has, and JSON's `rows`; the others are in its `evidence`."""
    unknowns: tuple[tuple[str, Sequence[str]], ...] = ()
    """(what is not known, refs of what it is not known of)"""
    notes: tuple[str, ...] = ()
    """What could mislead, and what to do next."""
    charts: tuple[Chart, ...] = ()
    """What is worth looking at, the most important first."""
