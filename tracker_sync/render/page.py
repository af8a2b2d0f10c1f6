"""A page of text for a terminal of 80 columns."""

from collections.abc import Iterable
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tracker_sync.plain import disarmed
from tracker_sync.render import clean
from tracker_sync.render.prose import WIDTH
from tracker_sync.render.values import period
from tracker_sync.reports.query import Query

Heading = tuple[str, str, int | None]
"""(what a column is called, `left` or `right`, its width or None)"""


class Page:
    """Lines and tables, collected and drawn once."""

    def __init__(self, colour: bool = False) -> None:
        self._out = StringIO()
        self._console = Console(
            file=self._out, width=WIDTH, highlight=False, markup=False, emoji=False,
            force_terminal=colour, color_system="standard" if colour else None,
        )  # fmt: skip

    def line(self, text: str = "", style: str = "") -> None:
        self._console.print(Text(text, style=style))

    def title(self, text: str, query: Query) -> None:
        self.line(text, "bold")
        self.line(period(query))
        self.line()

    def table(self, columns: Iterable[Heading], rows: Iterable[list[str]]) -> None:
        """A table; a long text is cut with an ellipsis."""
        columns = list(columns)
        table = Table(
            box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim",
            show_header=any(heading for heading, _, _ in columns),
        )  # fmt: skip
        for heading, side, width in columns:
            table.add_column(
                heading, justify="right" if side == "right" else "left", width=width,
                no_wrap=True, overflow="ellipsis",
            )  # fmt: skip
        for row in rows:
            table.add_row(*(Text(clean_keeping_bars(c)) for c in row))
        self._console.print(table)

    def text(self) -> str:
        return disarmed("\n".join(s.rstrip() for s in self._out.getvalue().splitlines())) + "\n"


def clean_keeping_bars(text: str) -> str:
    """A cell: cleaned, unless it is one of our own bars (whose spaces mean something)."""
    return text if text.startswith("▕") else clean(text)
