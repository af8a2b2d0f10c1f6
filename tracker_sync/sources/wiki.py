"""Jira's wiki markup made plain: its words, lines and addresses."""

import json
import re

from tracker_sync.sources import adf
from tracker_sync.sources.text import Page

# No pattern runs past the sign that could start it again, so that no text is scanned over and over.
_VERBATIM = re.compile(r"(?<!\\)\{(code|noformat|adf)(?::([^{}\n]*+))?\}", re.IGNORECASE)
_RULE = re.compile(r"-{4,5}")
_BLOCK = re.compile(r"(?:h[1-6]\.|bq\.)(?=\s|$)|(?:[*#]++|-)(?=\s)")
_CELL = re.compile(r"\|++(?:[ \t]*+(?:[*#]++|-)(?=[ \t]))?")
_TITLE = re.compile(r"title=([^|}]*)")
_ATTRS = re.compile(r'\b(alt|href)=(?:"([^"]*)"|([^",]*))')
_FILE = re.compile(r"[^|]*\.\w{1,5}\s*")
_NAMED = re.compile(r"(~accountid:|[~^])(\S.*)")
_TARGET = re.compile(r"(?:[a-z][a-z0-9+.-]+:|[/#])\S+", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([-#*_+?^~|%{}\[\]()!@])")
_FACES = {
    ":)": "🙂", ":(": "😞", ":P": "😛", ":D": "😃", ";)": "😉", "(Y)": "👍", "(N)": "👎",
}  # fmt: skip
_TOKEN = re.compile(
    r"""
      (?P<address>\b(?:https?|ftps?|file|irc)://[^\s\[\]{}|<>"]*[^\s\[\]{}|<>"'.,;:!?()*_~^+-])
    | (?P<status>\*\[[ ][^\[\]\n]+[ ]\]\*)
    | (?P<link>\[[^\[\]\n]++\])
    | (?P<image>![^\s!|][^!\n]*+!)
    | (?P<macro>\{(?:color|quote|panel|anchor|code|noformat)(?::[^{}\n]*+)?\})
    | (?P<mono>\{\{)
    | (?P<newline>\\\\(?![^\s\\]*+\\))
    | (?P<escape>\\[-#*_+?^~|%{}\[\]()!@])
    | (?P<face>(?<!\\)[:;]-?[()PpD](?![A-Za-z0-9])|\((?:[-+*!?/xiyn]|\*[rgby])\))
    | (?P<run>(?P<sign>[-*_+^~])(?P=sign)++|\?{3,}+)
    | (?P<mark>\{(?:[-*_+^~]|\?\?)\}|\?\?|[-*_+^~])
    | (?P<cell>\|)
    """,
    re.VERBOSE,
)


def wiki(text: str) -> str:
    """Jira's wiki markup as the words that `plain` gives for the same text in ADF.

    Source: https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
    What Jira shows as it was typed (`snake_case`, `{placeholder}`, `[draft]`) stays as it was typed.
    A mention has the account instead of the name, which the markup does not hold. The time is linear
    in the text, whatever it holds.
    """
    page = Page()
    _Wiki(page).read(text.replace("\r\n", "\n").replace("\r", "\n"))
    return page.words()


class _Wiki:
    """Reads blocks and lines onto a page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._in_row = False

    def read(self, text: str) -> None:
        at, fresh, unclosed = 0, True, set[str]()
        for opening in _VERBATIM.finditer(text):
            name = opening[1]
            if opening.start() < at or name in unclosed:
                continue
            closing = f"{{{name}}}"
            end = text.find(closing, opening.end())
            if end < 0:
                # The next one of that name would look through the same text in vain.
                unclosed.add(name)
                continue
            self._lines(text[at : opening.start()], fresh)
            self._verbatim(name.lower(), opening[2] or "", text[opening.end() : end])
            at, fresh = end + len(closing), False
        self._lines(text[at:], fresh)

    def _verbatim(self, name: str, params: str, body: str) -> None:
        if name == "adf":
            self._document(body)
            return
        if title := _TITLE.search(params):
            self._page.line()
            self._page.text(title[1])
        self._page.code(body)

    def _document(self, body: str) -> None:
        """A node that the markup has no sign for, which Jira writes as JSON."""
        try:
            node = json.loads(body)
        except (ValueError, RecursionError):
            node = None
        if isinstance(node, dict):
            adf.write(node, self._page)
        else:
            self._page.code(body)

    def _lines(self, text: str, fresh: bool) -> None:
        for n, line in enumerate(text.split("\n")):
            if n:
                self._page.line()
            self._line(line.strip() if n or fresh else line.rstrip(), bool(n) or fresh)

    def _line(self, line: str, fresh: bool) -> None:
        if fresh and (not line or _RULE.fullmatch(line)):
            self._in_row = False
            return
        if fresh and line.startswith("|"):
            self._page.row()
            self._in_row = True
        elif fresh and (block := _BLOCK.match(line)):
            line = line[block.end() :]
        _Line(line, self._in_row).write(self._page)
        if self._in_row and line.endswith("|"):
            self._page.row()
            self._in_row = False


class _Line:
    """Reads the signs of one line; what a sign means is known only when its partner is seen."""

    def __init__(self, line: str, in_row: bool = False) -> None:
        self._line = line
        self._in_row = in_row
        self._steps: list[tuple[str, str, str]] = []
        self._open: dict[str, int] = {}
        self._last_mono: int | None = None

    def write(self, page: Page) -> None:
        for kind, said, target in self._read():
            if kind == "text":
                page.text(said)
            elif kind == "link":
                page.link(said, target)
            elif kind == "cell":
                page.cell()
            else:
                page.line()

    def words(self) -> str:
        return "".join(said for _, said, _ in self._read())

    def _read(self) -> list[tuple[str, str, str]]:
        at = 0
        while found := _TOKEN.search(self._line, at):
            self._text(self._line[at : found.start()])
            at = self._sign(found)
        self._text(self._line[at:])
        return self._steps

    def _sign(self, found: re.Match[str]) -> int:
        """Takes what was found and says where to read on."""
        sign = found[0]
        match found.lastgroup:
            case "address":
                self._text(sign)
            case "escape":
                self._text(sign[1:])
            case "status":
                self._text(sign[3:-3])
            case "face":
                self._text(_FACES.get(sign.replace("-", "").upper(), sign))
            case "newline":
                self._step("line")
            case "macro":
                self._macro(sign)
            case "run":
                self._run(found)
            case "mark":
                self._mark(found)
            case "cell":
                return self._cell(found)
            case "mono":
                return self._mono(found)
            case kind if not (self._link(sign[1:-1]) if kind == "link" else self._image(found)):
                self._text(sign[0])
                return found.start() + 1
        return found.end()

    def _text(self, text: str) -> None:
        self._step("text", text)

    def _step(self, kind: str, said: str = "", target: str = "") -> None:
        if said or kind != "text":
            self._steps.append((kind, said, target))

    def _around(self, found: re.Match[str]) -> tuple[str, str]:
        start, end = found.span()
        return self._line[max(start - 1, 0) : start], self._line[end : end + 1]

    def _cell(self, found: re.Match[str]) -> int:
        if not self._in_row:
            self._text(found[0])
            return found.end()
        self._open.clear()
        self._step("cell")
        opening = _CELL.match(self._line, found.start())
        return opening.end() if opening else found.end()

    def _macro(self, sign: str) -> None:
        if sign.startswith(("{color", "{anchor")):
            return
        self._step("line")
        if title := _TITLE.search(sign):
            self._text(title[1])
            self._step("line")

    def _mono(self, found: re.Match[str]) -> int:
        """What stands in double braces is said as it stands."""
        start = found.end()
        if self._last_mono is None:
            self._last_mono = self._line.rfind("}}")
        if self._last_mono <= start:
            self._text(found[0])
            return start
        end = self._line.index("}}", start)
        while self._line.startswith("}}", end + 1):
            end += 1
        self._text(_ESCAPE.sub(r"\1", self._line[start:end]))
        return end + 2

    def _run(self, found: re.Match[str]) -> None:
        before, after = self._around(found)
        alone = not (before.strip() or after.strip())
        self._text({"--": "–", "---": "—"}.get(found[0], found[0]) if alone else found[0])

    def _mark(self, found: re.Match[str]) -> None:
        """`*bold*` loses its signs; `2 * 3 * 4` and `a_b_c` keep theirs, for an opening sign follows no
        letter and a closing one no blank. In braces, `{*}b{*}old`, it may stand anywhere."""
        sign, braced = found[0].strip("{}"), found[0][0] == "{"
        before, after = self._around(found)
        opener = self._open.get(sign)
        if opener is not None and (braced or not (before.isspace() or after.isalnum())):
            del self._open[sign]
            self._steps[opener] = ("text", "", "")
            return
        if braced or not (before.isalnum() or not after or after.isspace()):
            self._open[sign] = len(self._steps)
        self._text(found[0])

    def _link(self, inside: str) -> bool:
        """False for brackets that are no link: `[draft]`, `[yes|no]`."""
        *labels, last = parts = [part.strip() for part in inside.split("|")]
        if name := _NAMED.fullmatch(last):
            self._text("|".join(labels) or "@" * (name[1] != "^") + name[2])
            return True
        if not labels and _TARGET.fullmatch(last) and ("://" in last or last.startswith("mailto:")):
            self._step("link", last.removeprefix("mailto:"), last)
            return True
        # What follows the target is its tooltip, or says that it is shown as a card.
        at = next((n for n, part in enumerate(parts) if n and _TARGET.fullmatch(part)), 0)
        if at:
            label = "|".join(parts[:at])
            card = label == parts[at] and last.startswith("smart-")
            self._step("link", "" if card else _Line(label).words(), parts[at])
        return bool(at)

    def _image(self, found: re.Match[str]) -> bool:
        """On a line of its own, as in ADF. False for exclamation marks around mere words."""
        name, _, params = found[0][1:-1].partition("|")
        address = name if "://" in name else ""
        if self._around(found)[0].isalnum() or not (address or _FILE.fullmatch(name)):
            return False
        attrs = {key: quoted or bare for key, quoted, bare in _ATTRS.findall(params)}
        said, href = attrs.get("alt") or ("" if address else name), attrs.get("href")
        self._step("line")
        self._step("link" if href else "text", said, href or "")
        if address:
            self._step("link", "", address)
        self._step("line")
        return True
