"""Atlassian documents (ADF, trees of nodes) made plain: their words, lines and addresses."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tracker_sync.sources.text import Page

_INLINE = frozenset({
    "text", "hardBreak", "emoji", "mention", "date", "status", "placeholder",
    "inlineCard", "mediaInline", "inlineExtension",
})  # fmt: skip

_LEAVES = frozenset({"media", "blockCard", "embedCard", "extension"})

# Jira's own pictures are no characters; the wiki form has these signs for them.
_ICONS = {
    ":check_mark:": "(/)", ":cross_mark:": "(x)", ":plus:": "(+)", ":minus:": "(-)", ":info:": "(i)",
    ":warning:": "(!)", ":question:": "(?)", ":light_bulb_on:": "(on)", ":light_bulb_off:": "(off)",
    ":flag_on:": "(flag)", ":flag_off:": "(flagoff)", ":yellow_star:": "(*y)", ":red_star:": "(*r)",
    ":green_star:": "(*g)", ":blue_star:": "(*b)",
}  # fmt: skip

_LINE, _ROW = object(), object()


def plain(value: Any) -> str:
    """A text as it stands, an Atlassian document (ADF, a tree of nodes) as its words, '' for nothing.

    Source: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
    Each block has its line, the cells of a row have a tab between them, and a link has its target
    after its words. Nodes that Atlassian adds later give the text that they hold. Any depth will do.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    page = Page()
    write(value, page)
    return page.words()


def write(document: dict[str, Any], page: Page) -> None:
    """Write the document's words onto a page."""
    # A stack of our own: a document may be nested deeper than Python recurses.
    todo: list[Any] = [document]
    while todo:
        node = todo.pop()
        if node is _LINE:
            page.line()
        elif node is _ROW:
            page.row()
        elif isinstance(node, dict):
            todo.extend(_enter(node, page))


def _enter(node: dict[str, Any], page: Page) -> Iterator[Any]:
    """Writes what a node itself says; yields what is left to read of it, the last thing first."""
    kind, children = _str(node.get("type")), _list(node.get("content"))
    if kind == "hardBreak":
        page.line()
    elif kind == "codeBlock":
        page.code("".join(_own(child)[0] for child in children if isinstance(child, dict)))
    elif kind in _INLINE or not (children or kind in _LEAVES):
        _say(node, page)
        yield from reversed(children)
    else:
        yield _ROW if kind == "tableRow" else _LINE
        _begin(kind, page)
        _say(node, page)
        page.line()
        yield from reversed(children)


def _begin(kind: str, page: Page) -> None:
    if kind == "tableRow":
        page.row()
    elif kind in ("tableCell", "tableHeader"):
        page.cell()
    else:
        page.line()


def _say(node: dict[str, Any], page: Page) -> None:
    said, address = _own(node)
    if href := _href(node):
        page.link(said, href)
    elif said:
        page.text(said)
    if address:
        page.link("", address)


def _own(node: dict[str, Any]) -> tuple[str, str]:
    """The words and the address that a node itself holds."""
    if "text" in node:
        return _str(node["text"]), ""
    attrs = _dict(node.get("attrs"))
    match node.get("type"):
        case "date":
            return _day(attrs.get("timestamp")), ""
        case "status":
            # Jira shows it in capitals, and the wiki form has them.
            return _str(attrs.get("text")).upper(), ""
        case "mention":
            account = _str(attrs.get("id"))
            return _str(attrs.get("text")) or (account and f"@{account}"), ""
        case "emoji":
            name = _str(attrs.get("shortName"))
            return _ICONS.get(name) or _str(attrs.get("text")) or name, ""
    words = next((w for key in ("text", "title", "alt") if (w := _str(attrs.get(key)))), "")
    return words, _str(attrs.get("url")) or _str(_dict(attrs.get("data")).get("url"))


def _href(node: dict[str, Any]) -> str:
    marks = [_dict(mark) for mark in _list(node.get("marks"))]
    return next((_str(_dict(m.get("attrs")).get("href")) for m in marks if m.get("type") == "link"), "")


def _day(timestamp: Any) -> str:
    try:
        return datetime.fromtimestamp(int(timestamp) / 1000, UTC).date().isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return _str(timestamp)


def _str(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
