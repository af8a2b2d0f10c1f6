"""Reads what leaves us as its reader would, and says what in it would be more than words."""

import csv
import io
import json
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from html.parser import HTMLParser
from typing import Any, NamedTuple

import cmarkgfm
from cmarkgfm.cmark import Options
from prometheus_client.parser import text_string_to_metric_families

VISIBLE = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Format characters that are seen: signs which span figures in Arabic, Syriac and Kaithi."""
COMMANDS = {
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group",
    "internal-set-repo-path", "notice", "remove-matcher", "save-state", "set-env", "set-output",
    "stop-commands", "warning",
}  # fmt: skip
"""What the runner of GitHub Actions obeys (actions/runner, src/Runner.Worker/ActionCommandManager.cs)."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


class Command(NamedTuple):
    """A workflow command as the runner takes it from a line."""

    name: str
    properties: str
    data: str


def obeyed(text: str) -> list[Command]:
    """The commands that the runner finds in what a step prints: `::name …::` at the start of a line, after
    any spaces, or else `##[name …]` anywhere in it (actions/runner, src/Runner.Common/ActionCommand.cs); and
    those of Azure Pipelines and TeamCity."""
    found = []
    for line in re.split(r"\r\n|\r|\n", text):
        for pattern in (r"\s*::([^ :]+)(?: (.*?))?::(.*)", r".*?##\[([^ \]]+)(?: ([^\]]*))?\](.*)"):
            said = re.match(pattern, line, re.S)
            if said and said[1].lower() in COMMANDS:
                found.append(Command(said[1], said[2] or "", said[3]))
                break
        else:
            if said := re.match(r".*?##(vso|teamcity)\[([^\]]*)\](.*)", line, re.S):
                found.append(Command(*said.groups()))
    return found


def plain(text: str) -> None:
    """Text for a terminal or a log: no character that steers or hides, no command of a workflow."""
    shown(text)
    assert not (found := obeyed(text)), f"the runner of a workflow obeys: {found[:3]}"


def shown(text: str, *, lines: bool = True) -> None:
    """Text without a character that steers or hides."""
    steering = {c for c in set(text) if _steers(c)} - ({"\n"} if lines else set())
    assert not steering, f"steers a terminal: {sorted(map(ascii, steering))}"


def _steers(c: str) -> bool:
    kind = unicodedata.category(c)
    return kind in ("Cc", "Cs", "Zl", "Zp") or (kind == "Cf" and c not in VISIBLE)


def coloured(text: str) -> None:
    """The same where we ask for colour: bold, dim and the end of both, and nothing else."""
    plain(re.sub(r"\x1b\[[0-2]m", "", text))


def table(text: str) -> list[list[str]]:
    """CSV: rows of the same length, cells on one line, and none that a spreadsheet would compute."""
    assert text.endswith("\r\n")
    plain(text.replace("\r\n", "\n"))
    csv.field_size_limit(10_000_000)
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1, "rows differ in length"
    assert len(rows) == text.count("\r\n"), "a cell has lines"
    computed = [cell for row in rows[1:] for cell in row if cell.startswith(FORMULA) and not _is_number(cell)]
    assert not computed, f"a spreadsheet computes {computed[:3]}"
    return rows


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-\d+(\.\d+)?", cell) is not None


def _strictly(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({name for name, _ in pairs}) == len(pairs), "a name twice"
    return dict(pairs)


def _no(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


def document(text: str) -> Any:
    """JSON by its standard, in ASCII: no title can steer the terminal that it is printed on."""
    assert text.isascii()
    plain(text)
    return json.loads(text, object_pairs_hook=_strictly, parse_constant=_no)


def objects(text: str) -> list[dict[str, Any]]:
    """A JSON object on each line."""
    assert text == "" or text.endswith("\n")
    found = [document(line) for line in text.split("\n")[:-1]]
    assert all(isinstance(one, dict) for one in found)
    return found


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.made: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[tuple[str, str]] = []
        self.nested = False
        """Whether there is a list in a list."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.made.append((tag, {name: value or "" for name, value in attrs}))
        self.nested |= tag in ("ul", "ol") and "li" in self.open
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.words.append((self.open[-1] if self.open else "", data))

    def handle_comment(self, data: str) -> None:
        self.made.append(("!--", {}))

    def handle_decl(self, decl: str) -> None:
        self.made.append((f"!{decl}", {}))

    unknown_decl = handle_decl
    handle_pi = handle_decl


def parsed(text: str) -> _Page:
    """HTML: its elements with their attributes, and its words with the element that each stands in."""
    page = _Page()
    page.feed(text)
    page.close()
    return page


OF_PAGES = {
    "!doctype", "a", "article", "b", "bdi", "body", "caption", "code", "dd", "defs", "details", "div",
    "dl", "dt", "figcaption", "figure", "footer", "g", "h1", "h2", "h3", "h4", "head", "header", "html",
    "li", "line", "link", "main", "meta", "nav", "p", "path", "pattern", "rect", "section", "span",
    "style", "summary", "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr", "ul",
}  # fmt: skip


def page(text: str, home: Iterable[str]) -> _Page:
    """A page of ours: no script and nothing that runs one or asks for anything, links only `home`; without
    anything that would show words as others."""
    assert not obeyed(text)
    read = parsed(text)
    made = {tag.split(" ")[0].lower() for tag, _ in read.made}
    assert made <= OF_PAGES, f"elements that are not ours: {made - OF_PAGES}"
    given = {name for _, attrs in read.made for name in attrs}
    assert not [n for n in given if n.startswith("on") or n in ("src", "srcdoc", "action", "formaction")]
    assert [attrs["http-equiv"] for tag, attrs in read.made if "http-equiv" in attrs] == [
        "Content-Security-Policy"
    ]
    for tag, attrs in read.made:
        for name in ("href", "xlink:href"):
            leads = attrs.get(name, "#")
            assert leads.startswith(("#", "data:,", *home)), f"{tag} leads to {leads}"
    assert sum(tag == "style" for tag, _ in read.made) == 1
    shown("\n".join(words for tag, words in read.words if tag != "style"))
    return read


OF_MARKDOWN = {
    "a", "code", "h2", "h3", "li", "p", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
# What GitHub makes more of in the text that is left: mentions, issues, commits, addresses, emoji.
_LINKED = re.compile(
    r"(?<![\w/`.-])@[a-z\d]|(?<!\w)#\d|\bGH-\d|\w#\d|://|\bwww\.|:\+?\w+:|\b[0-9a-f]{7,40}\b|\w@\w", re.I
)


def markdown(text: str, home: Iterable[str] = (), *, comments: int = 0) -> _Page:
    """GitHub's Markdown, by GitHub's own parser: the elements are ours, and what is left as text between them
    mentions nobody and becomes no link."""
    plain(text)
    made = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    read = parsed(made)
    tags = [tag for tag, _ in read.made]
    assert tags.count("!--") == comments, "a comment that is not ours"
    assert set(tags) - {"!--"} <= OF_MARKDOWN, f"elements that are not ours: {set(tags) - OF_MARKDOWN}"
    assert not read.nested, "a list that is not ours"
    leads = [attrs["href"] for tag, attrs in read.made if tag == "a"]
    assert all(lead.startswith(tuple(home)) for lead in leads), f"links: {leads[:3]}"
    for tag, words in read.words:
        if tag not in ("code", "a"):
            assert not (found := _LINKED.search(words)), f"{found[0]!r} of {words[:200]!r} is more than text"
    return read


def wiki(text: str) -> None:
    """Wiki text of Jira: of what could be markup there is only ours: a list, something strong, words as code
    (https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all)."""
    plain(text)
    for line in text.rpartition("\n\n")[0].split("\n"):
        inner = re.sub(r"\{\{([^{}]*)\}\}", r"\1", line.removeprefix("* "))
        inner = re.sub(r"\*([^*]*)\*", r"\1", re.sub(r"&#\d+;", "", inner))
        assert not (found := re.search(r"[!-+\-/:-@\[-`{-~]", inner)), f"{found[0]!r} in {line!r}"


ADF = {"doc", "paragraph", "text", "bulletList", "listItem", "code", "strong"}


def adf(value: Any) -> None:
    """A document of Jira: only kinds of nodes that are words, lists of them, and no node without words."""
    match value:
        case {"type": "text", "text": str(words)}:
            assert words
            shown(words, lines=False)
    if isinstance(value, dict):
        assert value.get("type", "doc") in ADF
        assert set(value) <= {"type", "text", "marks", "content", "version"}
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        adf(inner)


def annotations(text: str, home: Iterable[str] = ()) -> list[Command]:
    """What a step prints: each line is a command that annotates, at most ten of a kind."""
    lines = text.split("\n")[:-1]
    found = obeyed(text)
    shown(text)
    assert len(found) == len(lines), "a line that is no command"
    assert {c.name for c in found} <= {"error", "warning", "notice"}
    assert all(re.fullmatch(r"title=[^,]*", c.properties) for c in found)
    return found


def outputs(text: str) -> dict[str, str]:
    """The outputs of a step as the runner reads them (the same, src/Runner.Worker/FileCommandManager.cs)."""
    found = dict[str, str]()
    lines = iter(text.split("\n")[:-1])
    for line in lines:
        if not line:
            continue
        name, equals, value = line.partition("=")
        head, mark, end = line.partition("<<")
        if mark and (not equals or len(head) < len(name)):
            inner = []
            while (each := next(lines)) != end:
                inner.append(each)
            name, value = head, "\n".join(inner)
        else:
            assert equals, f"the runner refuses {line[:80]!r}"
        assert name not in found, "said twice"
        found[name] = value
    return found


def samples(text: str) -> None:
    """Metrics: each line is one that Prometheus reads, under a name of ours."""
    families = [family.name for family in text_string_to_metric_families(text)]
    assert len(families) == len(set(families))
    assert all(name.startswith(("tracker_sync_", "process_")) for name in families), families
    plain(text)


def settings(text: str) -> Mapping[str, Any]:
    """TOML."""
    shown(text)
    return tomllib.loads(text)


Reader = Callable[[str], object]
