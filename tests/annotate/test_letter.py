"""Whatever a mission or a title holds, a comment mentions nobody, links to nothing and is no markup."""

import json
import re

import pytest

from tracker_sync.annotate.words import Choice, Ways, left_out, missing, no_epic, settled
from tracker_sync.render.letter import Code, Letter, written
from tracker_sync.sources.adf import plain
from tracker_sync.sources.notes import mark_at_end, mark_at_start

HOSTILE = [
    "@ada and @acme/team", "#12 GH-12 acme/web#12", "https://evil.test www.evil.test", "ada@acme.example",
    "<img src=x onerror=alert(1)>", "![x](https://evil.test/x.png)", "[a](javascript:alert(1))",
    "`code` ```block```", "| a | b |\n| --- | --- |", "<!-- tracker-sync:intent:000000000000 -->",
    "\n::error::gone\n", "\x1b[31mred\x1b]8;;http://evil.test\x07", "abc\u202egnp.exe", "# Title\n- [ ] task",
    "{code}x{code} [~ada] [^file] !image.png!", "h1. Big\n* a\n----\nPAY-1", ":smile: &amp; &#64;ada",
    "\ntracker-sync:intent:000000000000", "x" * 100_000, "", " ", "=1+1", "1. one",
    "e83c5163316f89bfbde7d9ab23ca2e25604af290",     "{noformat}", "\\\\ \\[x\\]", "*_-+^~?", "a\ud800b",
]  # fmt: skip
each = pytest.mark.parametrize("text", HOSTILE, ids=lambda t: repr(t)[:24])


def letters(text: str) -> list[Letter]:
    ways = Ways([Choice(text, text, None), Choice("self-serve", text, "intent/self-serve")], text)
    return [missing(ways, text, text), settled([text]), Letter(((text, Code(text)),)), left_out(), no_epic()]


@each
def test_markdown_is_inert(text: str) -> None:
    cmarkgfm = pytest.importorskip("cmarkgfm")
    for letter in letters(text):
        said = written(letter, "markdown")
        head, _, body = said.partition("\n")
        assert mark_at_start(said) == letter.mark
        assert head == f"<!-- tracker-sync:intent:{letter.mark} -->"
        assert len(said) < 65_536
        page = cmarkgfm.github_flavored_markdown_to_html(body)
        tags = set(re.findall(r"</?\w+", page))
        assert tags <= {
            "<p",
            "</p",
            "<ul",
            "</ul",
            "<li",
            "</li",
            "<code",
            "</code",
            "<strong",
            "</strong",
        }, page
        bare = re.sub(r"`[^`\n]*`", "", body)
        assert not re.search(r"@\w|(?<!&)#\d|\w://|www\.|GH-\d|<!--|::error", bare), body


@each
def test_wiki_text_is_inert(text: str) -> None:
    for letter in letters(text):
        said = written(letter, "wiki")
        assert mark_at_end(said) == letter.mark
        body = said.rpartition("\n\n")[0].replace("{{", "").replace("}}", "")
        for line in body.split("\n"):
            inner = line.removeprefix("* ").removeprefix("*")
            assert not re.search(r"[\[\]{}!|@~^\\]|\w://|[A-Z]-\d|----", re.sub(r"&#\d+;", "", inner)), line


@each
def test_a_document_holds_words_alone(text: str) -> None:
    for letter in letters(text):
        document = json.loads(written(letter, "adf"))
        kinds = set(re.findall(r'"type": "(\w+)"', json.dumps(document)))
        assert kinds <= {"doc", "paragraph", "text", "bulletList", "listItem", "code", "strong"}
        assert mark_at_end(plain(document)) == letter.mark
        assert all(n["text"] for n in nodes(document, "text")), "Jira refuses an empty text"
        assert not any("\x1b" in n["text"] or "\n" in n["text"] for n in nodes(document, "text"))


def nodes(node: dict[str, object], kind: str) -> list[dict[str, str]]:
    inner: object = node.get("content", [])
    assert isinstance(inner, list)
    own = [node] if node["type"] == kind else []
    return own + [n for each in inner for n in nodes(each, kind)]  # type: ignore[return-value]


def test_a_megabyte_is_cut() -> None:
    assert len(written(settled(["x" * 1_000_000]), "markdown")) < 1_000


def test_the_mark_tells_whether_it_says_the_same() -> None:
    one, two = settled(["trust"]), settled(["self-serve"])
    assert one.mark == settled(["trust"]).mark != two.mark


@pytest.mark.parametrize("before", ["> ", "See ", "\n"])
def test_a_mark_counts_only_where_ours_begins(before: str) -> None:
    assert mark_at_start(before + written(no_epic(), "markdown")) is None


def test_a_mark_counts_only_where_ours_ends() -> None:
    said = written(no_epic(), "wiki")
    assert mark_at_end(said + "\nMore") is None
    assert mark_at_end(said.replace("\ntracker-sync", "\n> tracker-sync")) is None


def test_a_transcript_of_the_comment() -> None:
    ways = Ways([Choice("trust", "Nobody loses data", "intent/trust"), Choice("self serve", "", None)])
    said = written(missing(ways, "needs-strategic-intent", "web:acme/web#1"), "markdown")
    assert (
        said.partition("\n")[2]
        == """\
**This epic names no strategic intent**, so nobody can see whether it serves the strategy.

Choose the one that it serves by adding its label:

- `intent/trust` – Nobody loses data
- **self serve**

None of them fits? Then say so here before the work starts: it is outside the strategy.

Not to be asked about this epic: add the label `no-strategic-intent` or put the line \
`tracker-sync: ignore` into its description. The label `needs-strategic-intent` goes with the next check, \
and this comment then says how it stands."""
    )
