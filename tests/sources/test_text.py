"""A description reads the same as an Atlassian document and as wiki markup, and no text breaks either."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import DURASPACE, RECORDED, duraspace_issues

from tracker_sync.sources.adf import plain
from tracker_sync.sources.wiki import wiki

GO_ATLASSIAN = RECORDED / "jira/cloud-ctreminiom-v2-v3-agile"


def node(kind: str, *content: Any, **attrs: Any) -> dict[str, Any]:
    return {"type": kind, "attrs": attrs, "content": list(content)}


def text(words: str, href: str = "", mark: str = "strong") -> dict[str, Any]:
    link = [{"type": "link", "attrs": {"href": href}}] if href else []
    return {"type": "text", "text": words, "marks": [{"type": mark}, *link]}


def para(*content: Any) -> dict[str, Any]:
    return node("paragraph", *(text(c) if isinstance(c, str) else c for c in content))


def doc(*content: Any) -> dict[str, Any]:
    return {"version": 1, **node("doc", *content)}


def item(*content: Any) -> dict[str, Any]:
    return node("listItem", *content)


def cell(*content: Any) -> dict[str, Any]:
    return node("tableCell", *content)


def row(*content: Any) -> dict[str, Any]:
    return node("tableRow", *content)


def media(**attrs: Any) -> dict[str, Any]:
    return node("mediaSingle", node("media", **attrs))


ACME = "https://acme.example/a_b?c=*d*"

BOTH = {
    "blocks": (
        doc(node("heading", text("Why"), level=1), para("a"), node("rule"), para(), para("b")),
        "h1. Why\r\n\r\na\r\n----\r\n\r\nb",
        "Why\na\nb",
    ),
    "hard break": (doc(para("a", node("hardBreak"), "b")), "a\nb", "a\nb"),
    "forced break": (doc(para("a", node("hardBreak"), "b")), r"a\\b", "a\nb"),
    "bold": (doc(para("for ", text("ACME"), ", now")), "for *ACME*, now", "for ACME, now"),
    "bold inside a word": (doc(para("A", text("CM"), "E")), "A{*}CM{*}E", "ACME"),
    "colour": (doc(para(text("red"), " ink")), "{color:#ff0000}*red*{color} ink", "red ink"),
    "code": (doc(para(text("a_b *c*", mark="code"))), "{{a_b *c*}}", "a_b *c*"),
    "link": (doc(para("see ", text("this", ACME), ".")), f"see [this|{ACME}].", f"see this {ACME}."),
    "link in two marks": (
        doc(para(text("th", ACME), text("is", ACME, mark="em"))), f"[{{*}}th{{*}}is|{ACME}]", f"this {ACME}"
    ),
    "link of its own name": (doc(para(text(ACME, ACME))), f"[{ACME}]", ACME),
    "link with a slash more": (
        doc(para(text("http://a.example", "http://a.example/"))), "http://a.example", "http://a.example"
    ),
    "mail": (doc(para(text("a@b.example", "mailto:a@b.example"))), "[mailto:a@b.example]", "a@b.example"),
    "card": (
        doc(para("x", node("inlineCard", url=ACME), "y")), f"x[{ACME}|{ACME}|smart-link]y", f"x {ACME} y"
    ),
    "block card": (
        doc(para("a"), node("blockCard", url=ACME)), f"a\n[{ACME}|{ACME}|smart-card]", f"a\n{ACME}"
    ),
    "picture": (
        doc(para("a"), media(type="file", id="7f", alt="x.png"), para("b")),
        'a\n!x.png|width=200,alt="x.png"!\nb',
        "a\nx.png\nb",
    ),
    "picture elsewhere": (doc(media(type="external", url=ACME, alt="x")), f"!{ACME}|alt=x!", f"x {ACME}"),
    "list": (
        doc(node("bulletList", item(para("a"), node("orderedList", item(para("b")))), item(para("c")))),
        "* a\n*# b\n* c",
        "a\nb\nc",
    ),
    "table": (
        doc(node("table", row(cell(para("a")), cell(para("b"))), row(cell(para()), cell(para("c"))))),
        "||*a*||*b*||\n| |c|",
        "a\tb\nc",
    ),
    "table with a link": (
        doc(row(cell(para(text("a", ACME))), cell(para("b")))), f"|[a|{ACME}]|b|", f"a {ACME}\tb"
    ),
    "lines in a cell": (doc(row(cell(para("a"), para("b")), cell(para("c")))), "|a\nb|c|", "a\nb\tc"),
    "code block": (
        doc(para("x"), node("codeBlock", text("if a:\n    *b*\n\n[c|d]"))),
        "x{code:python}if a:\n    *b*\n\n[c|d]{code}",
        "x\nif a:\n    *b*\n\n[c|d]",
    ),
    "panel": (
        doc(para("a"), node("panel", para("b"), panelType="info"), para("c")),
        "a\n{panel:bgColor=#deebff}\nb\n{panel}\nc",
        "a\nb\nc",
    ),
    "quote": (doc(node("blockquote", para("a")), para("b")), "{quote}a{quote}\nb", "a\nb"),
    "expand": (doc(node("expand", para("a"), title="More")), "*More*\n\na", "More\na"),
    "status": (doc(para(node("status", text="On hold"))), "{color:#97A0AF}*[ ON HOLD ]*{color}", "ON HOLD"),
    "date": (doc(para(node("date", timestamp="1611014400000"))), "{{2021-01-19}}", "2021-01-19"),
    "emoji": (doc(para("a ", node("emoji", shortName=":slight_smile:", text="🙂"))), "a :-)", "a 🙂"),
    "icon": (doc(para(node("emoji", shortName=":check_mark:", text=":check_mark:"), " a")), "(/) a", "(/) a"),
    "dash": (doc(para("a – b --c")), "a -- b --c", "a – b --c"),
    "node as JSON": (
        doc(node("layoutSection", node("layoutColumn", para("a")))),
        "{adf:display=block}" + json.dumps(node("layoutSection", para("a"))) + "{adf}",
        "a",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("document", "markup", "words"), BOTH.values(), ids=BOTH)
def test_both_forms_say_the_same(document: dict[str, Any], markup: str, words: str) -> None:
    assert (plain(document), wiki(markup)) == (words, words)


@pytest.mark.parametrize(
    "typed",
    [
        "snake_case_name and 2 * 3 * 4", "a-b-c, 5 - 3 - 1", "~5 days, ~10 at most", "{placeholder}",
        "[draft] and [yes|no]", "Hello! This is big!", "C:\\temp\\new", "C++ and A+", "__init__", "**",
        "https://acme.example/a_b_c/*x*/-y-", "{{", "}}", "[open", "{color:red", "a | b", "x^2", "?",
    ],
)  # fmt: skip
def test_what_jira_shows_as_typed_stays_as_typed(typed: str) -> None:
    assert wiki(typed) == typed


def test_a_backslash_takes_the_meaning_from_a_sign() -> None:
    assert wiki(r"\*not bold\* \[not|a link] \{code}") == "*not bold* [not|a link] {code}"


def test_a_mention_keeps_what_its_form_holds() -> None:
    assert plain(doc(para(node("mention", id="5c1", text="@Ann")))) == "@Ann"
    assert plain(doc(para(node("mention", id="5c1")))) == "@5c1"
    assert wiki("[~accountid:5c1] [~ann]") == "@5c1 @ann"


def test_an_attachment_keeps_its_name() -> None:
    assert wiki("[^offer.pdf] and [the offer|^offer.pdf]") == "offer.pdf and the offer"


def test_an_image_that_is_a_link_keeps_the_target() -> None:
    linked = node("media", type="file", id="7f", alt="x.png") | {"marks": text("", ACME)["marks"]}
    assert plain(doc(node("mediaSingle", linked))) == f"x.png {ACME}"
    assert wiki(f"[!x.png|thumbnail!|{ACME}]") == wiki(f'!x.png|href="{ACME}"!') == f"x.png {ACME}"


def test_the_title_of_a_macro_is_a_line() -> None:
    assert wiki("{panel:title=Why|borderStyle=solid}a{panel}") == "Why\na"
    assert wiki("{code:title=a.py|theme=x}b{code}") == "a.py\nb"


def test_unclosed_code_is_read_as_text() -> None:
    assert wiki("{code}a *b* {noformat}*c*{noformat}") == "a b\n*c*"


def test_an_unknown_node_gives_the_text_it_holds() -> None:
    unknown = node("hologram", para("inside"), text="outside", url=ACME)
    assert plain(doc(para("a"), unknown, para("b"))) == f"a\noutside {ACME}\ninside\nb"


@pytest.mark.parametrize(("value", "words"), [(None, ""), ("*as* it\r\nis ", "*as* it\r\nis "), ({}, "")])
def test_what_is_no_document_is_taken_as_it_is(value: Any, words: str) -> None:
    assert plain(value) == words


@pytest.mark.parametrize("value", [1, True, ["a"], b"a"])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="a text was expected"):
        plain(value)


def test_any_depth_is_read() -> None:
    deep = para("bottom")
    for _ in range(10_000):
        deep = node("blockquote", deep)
    assert plain(doc(deep)) == "bottom"
    assert wiki("{adf}" + "[" * 100_000 + "{adf}") == "[" * 100_000


ODD = st.none() | st.integers() | st.floats() | st.text(max_size=3) | st.just([None, "a", 1]) | st.just({})
ATTRS = st.dictionaries(st.sampled_from(["text", "url", "href", "timestamp", "data", "id"]), ODD, max_size=2)
KINDS = ["text", "date", "media", "mention", "emoji", "link", "tableRow", "tableCell", "codeBlock", "odd"]
NODES = st.recursive(
    ODD,
    lambda inner: st.fixed_dictionaries(
        {"type": st.sampled_from(KINDS) | ODD},
        optional={
            "text": ODD, "attrs": ATTRS | ODD, "marks": st.lists(inner), "content": st.lists(inner) | ODD
        },
    ),
    max_leaves=8,
)  # fmt: skip


@given(st.lists(NODES, max_size=3))
def test_no_document_breaks_it(nodes: list[Any]) -> None:
    assert isinstance(plain(doc(*nodes)), str)


SIGNS = [
    "*", "_", "-", "+", "^", "~", "??", "{*}", "{{", "}}", "[", "]", "|", "!", "\\", "\n", "\r", " ", "é",
    "h1. ", "bq. ", "----", "{code}", "{noformat:title=", "{adf}", "{", "}", "{quote}", "{panel:title=",
    "{color:red}", "https://", ".", "a.png", '|alt="', "[~", "[^", "*[ ", " ]*", "(", ":)", "\u00a0", "\x00",
    "\ud800",
]  # fmt: skip
MARKUP = st.lists(st.sampled_from(SIGNS) | st.text(max_size=3), max_size=12).map("".join)


@given(MARKUP)
def test_no_markup_breaks_it(markup: str) -> None:
    said = wiki(markup)
    assert said == said.strip()
    assert "\r" not in said
    assert "\n\n" not in said or "{" in markup, "only code has blank lines"


@given(st.lists(st.text("abc .", min_size=1, max_size=9), max_size=5))
def test_words_without_signs_are_kept(lines: list[str]) -> None:
    document = doc(*(para(line) for line in lines))
    assert plain(document) == wiki("\n".join(lines))
    assert plain(document).split() == " ".join(lines).split()


def steps(work: Callable[[], object]) -> int:
    """How many calls the work makes, of Python and of C: the same on every machine."""
    taken = 0

    def count(_frame: Any, _event: str, _arg: Any) -> None:
        nonlocal taken
        taken += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return taken


@settings(deadline=None)
@given(MARKUP)
def test_four_times_the_markup_takes_four_times_the_steps(markup: str) -> None:
    once, more = (steps(lambda n=n: wiki(markup * n)) for n in (16, 64))
    assert more <= 5 * once + 200


@settings(deadline=None)
@given(st.integers(1, 40))
def test_four_times_the_nodes_take_four_times_the_steps(n: int) -> None:
    once, more = (steps(lambda k=k: plain(doc(*[para(text("a", ACME), "b")] * k))) for k in (n, 4 * n))
    assert more <= 5 * once + 200


HOSTILE = [
    "{", "[", "*", "|", "\\", "?", "!a", "{{", "{{a", "*a ", "-a ", "[a|", "*[ a", "\\\\a", "!a.png|", "h1. ",
    "{code}", "{code:x}a", "{color:", "{panel:title=", "https://", "https://.", ":-", "|a\n", '!a.png|alt="',
]  # fmt: skip


@pytest.mark.parametrize("sign", HOSTILE)
def test_a_long_run_of_a_sign_is_read_to_its_end(sign: str) -> None:
    # Counting calls does not see inside a pattern: one that goes back over the text never ends here.
    assert wiki(sign * (200_000 // len(sign)) + " end").endswith(("end", "end{code}"))


def _texts(value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Descriptions and the like by (issue, field), comments by (id, time)."""
    if isinstance(value, dict):
        if isinstance(fields := value.get("fields"), dict) and "id" in value:
            yield from (((value["id"], name), said) for name, said in fields.items())
        elif "id" in value and "updated" in value:
            yield (value["id"], value["updated"]), value.get("body", value.get("comment"))
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(inner)


@pytest.mark.skipif(not GO_ATLASSIAN.is_dir(), reason=f"no recorded site at {GO_ATLASSIAN}")
def test_recorded_texts_read_the_same_in_both_versions_of_the_interface() -> None:
    old, new = {}, {}
    for file in GO_ATLASSIAN.rglob("*.json"):
        for key, said in _texts(json.loads(file.read_text())):
            if isinstance(said, str):
                old[key] = wiki(said)
            elif isinstance(said, dict) and said.get("type") == "doc":
                new[key] = plain(said)
    both = old.keys() & new.keys()
    assert len(both) == 29
    assert {k: old[k] for k in both} == {k: new[k] for k in both}


@pytest.mark.skipif(not DURASPACE.is_file(), reason=f"no recorded site at {DURASPACE}")
def test_every_address_in_a_recorded_text_is_still_there() -> None:
    checked = 0
    for issue in duraspace_issues():
        comments = [c["body"] for c in issue["fields"]["comment"]["comments"]]
        for said in (issue["fields"].get("description") or "", *comments):
            addresses = re.findall(r"https?://[\w./-]*\w", said)
            assert [a for a in addresses if a not in wiki(said)] == []
            checked += len(addresses)
    assert checked > 2500
