"""A report as GitHub's Markdown, fit for the summary of a job."""

import re
from collections.abc import Iterator
from typing import Any

from tracker_sync.render import clean
from tracker_sync.render.prose import counted
from tracker_sync.render.sheet import Column, Sheet, Table
from tracker_sync.render.values import LISTED, RIGHT, all_rows, bar, in_words, period, words

LIMIT = 1024 * 1024
"""Bytes that GitHub takes as the summary of a step; a longer one is refused as a whole."""
LONGEST = 160
"""Characters of a cell: a title may have a million."""
_KEY = re.compile(r"[\w./#:-]+")
_SPECIAL = re.compile(r"[&<>\"'`*_\[\]\\#|~$\{\}@^]")
# Where GitHub makes a link of plain text, or an emoji: mentions and addresses, issues, pages, commits.
_LINKS = re.compile(
    r"@(?=\w)|#(?=\d)|(?<=GH)-(?=\d)|:(?=//)|www(?=\.)|:(?=[\w+-]+:)|[0-9a-f]{6}(?=[0-9a-f])", re.I
)
_LEADING = re.compile(r"^([-+=]|\d{1,9}(?=[.)]))")


def render(sheet: Sheet, limit: int = LIMIT) -> str:
    """The whole page, or as many whole parts of it as fit into so many bytes, and then that it was cut."""
    found, room = list[str](), limit - len(_cut(sheet).encode())
    for part in _parts(sheet):
        room -= len(part.encode()) + 1
        if room < 0:
            found.append(_cut(sheet))
            break
        found.append(part)
    return "\n".join(found)


def escaped(text: str) -> str:
    """A stranger's text as Markdown that shows exactly that, without markup, mention or link."""
    return _LEADING.sub(lambda m: f"&#{ord(m[0][0])};{m[0][1:]}", _inert(text))


def _inert(text: str) -> str:
    """The same where it does not begin a line: nothing makes a list or a heading there."""
    inert = _LINKS.sub(lambda m: m[0] + "\u200b", clean(text))
    return _SPECIAL.sub(lambda m: f"&#{ord(m[0])};", inert).replace("\u200b", "&#8203;")


def _parts(sheet: Sheet) -> Iterator[str]:
    yield f"## {escaped(sheet.question)}\n"
    yield escaped(period(sheet.query)) + "\n"
    for sentence in sheet.headline:
        yield f"**{escaped(sentence)}**\n"
    if sheet.figures:
        yield "".join(_figures(sheet))
    for table in sheet.tables:
        yield "".join(_table(table, sheet))
    if told := [f"- {escaped(what)}: {counted(len(refs), 'item')}\n" for what, refs in _unknown(sheet)]:
        yield "### Not known\n\n" + "".join(told)
    if sheet.notes:
        yield "### How to read it\n\n" + "".join(f"- {escaped(note)}\n" for note in sheet.notes)


def _unknown(sheet: Sheet) -> list[tuple[str, Any]]:
    return [(what.replace("_", " "), refs) for what, refs in sheet.unknowns if len(refs)]


def _figures(sheet: Sheet) -> Iterator[str]:
    yield "| figure | value | | what it means |\n| --- | ---: | --- | --- |\n"
    for figure in sheet.figures:
        told = cell(in_words(figure, sheet.query.zone))
        drawn = bar(figure.value) if figure.type == "share" else ""
        yield f"| {cell(figure.label)} | {told} | {drawn} | {cell(figure.meaning)} |\n"


def _table(table: Table, sheet: Sheet) -> Iterator[str]:
    count = len(table.rows)
    yield f"### {escaped(table.title)} ({count:,})\n\n"
    if not count:
        yield escaped(table.empty or "None.") + "\n"
        return
    columns = [c for c in table.columns if c.width is not None] or table.columns
    yield f"| {' | '.join(cell(c.title) for c in columns)} |\n"
    yield f"| {' | '.join('---:' if c.type in RIGHT else '---' for c in columns)} |\n"
    for row in table.rows[: table.most]:
        yield f"| {' | '.join(_value(c, c.get(row), sheet) for c in columns)} |\n"
    more = f"{count - table.most:,} more rows" if count > table.most else ""
    further = f"{len(table.columns) - len(columns)} more columns" if len(columns) < len(table.columns) else ""
    if left := " and ".join(filter(None, (more, further))):
        yield f"\n{left}: `{all_rows(sheet, table)}`\n"


def _value(column: Column, value: Any, sheet: Sheet) -> str:
    if value is not None and column.type == "item":
        return _key(value)
    if value is not None and column.type == "items":
        more = len(value) - LISTED
        return ", ".join(map(_key, value[:LISTED])) + (f" and {more} more" if more > 0 else "")
    return cell(words(value, column.type, sheet.query.zone))


def _key(ref: str) -> str:
    """An item's key as code, so that it can be copied, and GitHub makes no link of it."""
    return f"`{ref}`" if _KEY.fullmatch(ref) else cell(ref)


def cell(text: str) -> str:
    """A stranger's text in a table, on one line and not too long."""
    line = clean(text)
    return _inert(line if len(line) <= LONGEST else line[: LONGEST - 1] + "…")


def _cut(sheet: Sheet) -> str:
    return f"**Cut here: the page became too long.** All of it: `tracker-sync report {sheet.name}`\n"
