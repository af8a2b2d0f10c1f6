"""The texts of the Jira company: one small notation, shown as ADF, as wiki text or as plain words.

Paragraphs are parted by an empty line, a single line break is a hard break, a paragraph whose lines all
start with `* ` is a bullet list, `[words|https://…]` is a link and `@[account]` mentions somebody.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

_SPECIAL = re.compile(r"\[(?P<words>[^\[\]|]+)\|(?P<url>https?://[^\]\s]+)\]|@\[(?P<account>[^\]]+)\]")


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, without empty ones."""
    return [part for part in re.split(r"\n{2,}", text.strip("\n")) if part.strip()]


def adf(text: str, called: Callable[[str], str]) -> Json:
    """The text as an Atlassian document; `called` gives the name behind an account."""
    return {"type": "doc", "version": 1, "content": [_block(p, called) for p in paragraphs(text)]}


def _block(paragraph: str, called: Callable[[str], str]) -> Json:
    lines = paragraph.split("\n")
    if not all(line.startswith("* ") for line in lines):
        return {"type": "paragraph", "content": list(_lines(lines, called))}
    items = [
        {"type": "listItem", "content": [{"type": "paragraph", "content": list(_inline(line[2:], called))}]}
        for line in lines
    ]
    return {"type": "bulletList", "content": items}


def _lines(lines: list[str], called: Callable[[str], str]) -> Iterator[Json]:
    for number, line in enumerate(lines):
        if number:
            yield {"type": "hardBreak"}
        yield from _inline(line, called)


def _inline(line: str, called: Callable[[str], str]) -> Iterator[Json]:
    position = 0
    for match in _SPECIAL.finditer(line):
        if match.start() > position:
            yield {"type": "text", "text": line[position : match.start()]}
        position = match.end()
        if match["account"]:
            attrs = {"id": match["account"], "text": "@" + called(match["account"]), "accessLevel": ""}
            yield {"type": "mention", "attrs": attrs}
        else:
            link = {"type": "link", "attrs": {"href": match["url"]}}
            yield {"type": "text", "text": match["words"], "marks": [link]}
    if position < len(line):
        yield {"type": "text", "text": line[position:]}


def wiki(text: str, handle: Callable[[str], str] = "accountid:{}".format) -> str:
    """The text as wiki text; `handle` says how an account is written in a mention."""
    return _SPECIAL.sub(lambda m: f"[~{handle(m['account'])}]" if m["account"] else m[0], text)


def plain(text: str, called: Callable[[str], str]) -> str:
    """The words alone, one line for each line, paragraph and list item."""

    def words(match: re.Match[str]) -> str:
        return "@" + called(match["account"]) if match["account"] else match["words"]

    lines = [line.removeprefix("* ") for part in paragraphs(text) for line in part.split("\n")]
    return "\n".join(_SPECIAL.sub(words, line) for line in lines)
