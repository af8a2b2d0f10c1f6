"""The item list as CSV that a spreadsheet opens without running anything."""

import csv
from collections.abc import Iterable
from io import StringIO

from tracker_sync.items import Item
from tracker_sync.render import clean
from tracker_sync.tagging import Tags

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "::")  # noqa: RUF001
"""What a spreadsheet takes for a formula, also in full width, and the runner of a workflow for a command."""
COLUMNS = ("key", "title", "intent", "customers", "origin")
TAG_COLUMNS = ("key", "intent", "customer", "origin", "reason")
"""What `suggest` writes, and `tag --from` reads."""


def items(rows: Iterable[tuple[Item, Tags]], *, disputed: bool = False) -> str:
    """The items, a line each; several values in a cell are separated by `;`. With `disputed`, a further
    column says what an item's signs disagree about."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow((*COLUMNS, *(["conflicts"] if disputed else [])))
    for item, tags in rows:
        cells = [
            item.ref, item.title, ";".join(t.value for t in tags.intents),
            ";".join(t.value for t in tags.customers), tags.origin.value if tags.origin else "",
        ]  # fmt: skip
        if disputed:
            cells.append(";".join(f"{t.dimension} {t.value} ({t.by or t.rule})" for t in tags.disputed))
        writer.writerow([inert(c) for c in cells])
    return out.getvalue()


def inert(cell: str) -> str:
    """The cell, quoted where a spreadsheet would take it for a formula, or a workflow for a command."""
    text = clean(cell)
    return "'" + text if text.startswith(_FORMULA) or cell.startswith(_FORMULA) else text


def meant(cell: str) -> str:
    """What a cell says that `inert` may have quoted."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
