"""A comment that we leave in a tracker, as GitHub's Markdown, as a Jira document or as wiki text."""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from msgspec import Struct

from tracker_sync.render import clean
from tracker_sync.render.markdown import escaped
from tracker_sync.sources.notes import MARK, Form

LONGEST = 300
"""Characters of one part: a mission may be a page, and GitHub takes 65,536 of them, Jira 32,767."""
_COPIED = re.compile(r"[\w./:-]+(?: [\w./:-]+)*")
# Everything that wiki text could take for markup, a mention, a link, a key or a picture.
_WIKI = re.compile(r"[!-+\-/:-@\[-`{-~]")


class Code(NamedTuple):
    """Words to be copied as they are, such as a label."""

    text: str


class Strong(NamedTuple):
    """Words that stand out."""

    text: str


Part = str | Code | Strong


class Bullets(NamedTuple):
    """A list."""

    rows: tuple[tuple[Part, ...], ...]


class Letter(Struct, frozen=True):
    """What a comment says: paragraphs and lists. Any word of it may be a stranger's."""

    blocks: tuple[tuple[Part, ...] | Bullets, ...]

    @property
    def mark(self) -> str:
        """The fingerprint of what it says: trackers store texts not quite as they were sent."""
        return hashlib.sha256(_markdown(self).encode()).hexdigest()[:12]


def written(letter: Letter, form: Form) -> str:
    """The letter as a tracker takes it, with its mark."""
    sign = f"{MARK}{letter.mark}"
    match form:
        case "markdown":
            return f"<!-- {sign} -->\n{_markdown(letter)}"
        case "adf":
            return json.dumps(_document(letter, sign))
        case "wiki":
            return f"{_wiki(letter)}\n\n{sign}"


def _short(text: str) -> str:
    """One line, with its outer spaces: parts stand side by side."""
    line = clean(text)
    line = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    before, after = (" " if text[:1] == " " else ""), (" " if text[-1:] == " " else "")
    return f"{before}{line}{after}" if line else ""


def _markdown(letter: Letter) -> str:
    def one(part: Part) -> str:
        text = _short(part if isinstance(part, str) else part.text)
        inert = text.replace(text.strip(), escaped(text)) if text.strip() else text
        match part:
            case Code():
                return f"`{text}`" if _COPIED.fullmatch(text) else inert
            case Strong() if inert:
                return f"**{inert}**"
            case _:
                return inert

    def line(parts: Iterable[Part]) -> str:
        return "".join(map(one, parts))

    blocks = [
        "\n".join(f"- {line(row)}" for row in b.rows) if isinstance(b, Bullets) else line(b)
        for b in letter.blocks
    ]
    return "\n\n".join(blocks)


def _document(letter: Letter, sign: str) -> dict[str, Any]:
    """https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/; in a text node nothing is
    a mention or a link."""

    def one(part: Part) -> dict[str, Any]:
        text = _short(part if isinstance(part, str) else part.text)
        mark = "code" if isinstance(part, Code) else "strong" if isinstance(part, Strong) else None
        return {"type": "text", "text": text} | ({"marks": [{"type": mark}]} if mark else {})

    def paragraph(parts: Iterable[Part]) -> dict[str, Any]:
        return {"type": "paragraph", "content": [node for p in parts if (node := one(p))["text"]]}

    def block(of: tuple[Part, ...] | Bullets) -> dict[str, Any]:
        if not isinstance(of, Bullets):
            return paragraph(of)
        items = [{"type": "listItem", "content": [paragraph(row)]} for row in of.rows]
        return {"type": "bulletList", "content": items}

    return {"type": "doc", "version": 1, "content": [*map(block, letter.blocks), paragraph([sign])]}


def _wiki(letter: Letter) -> str:
    """https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all"""

    def one(part: Part) -> str:
        inert = _WIKI.sub(lambda m: f"&#{ord(m[0])};", _short(part if isinstance(part, str) else part.text))
        match part:
            case Code() if inert:
                return f"{{{{{inert}}}}}"
            case Strong() if inert:
                return f"*{inert}*"
            case _:
                return inert

    def line(parts: Iterable[Part]) -> str:
        return "".join(map(one, parts))

    blocks = [
        "\n".join(f"* {line(row)}" for row in b.rows) if isinstance(b, Bullets) else line(b)
        for b in letter.blocks
    ]
    return "\n\n".join(blocks)
