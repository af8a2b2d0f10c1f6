"""Each gate that strangers' words pass on their way out: it holds, and one that is left open is found."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hostile import reading
from hostile.titles import MEGABYTES, TITLES, is_text
from msgspec.structs import replace

from tracker_sync import plain
from tracker_sync.annotate.words import Choice, Ways, missing, settled
from tracker_sync.cli import annotate, templates
from tracker_sync.notices import Notice, Voice
from tracker_sync.render import clean, github, json, letter, markdown, table_csv
from tracker_sync.render.html.page import _template, html
from tracker_sync.render.html.view import view
from tracker_sync.render.page import Page
from tracker_sync.render.sheet import Column, Sheet, Table
from tracker_sync.render.sheet_text import lay
from tracker_sync.reports.query import Query

ALL = (*TITLES, *(long[:30_000] for long in MEGABYTES))
"""In whole length they are in test_ways_out.py."""
NEVER = re.compile("(?!)")
QUERY = Query(since=0, until=86_400_000_000, as_of=86_400_000_000)


def sheet() -> Sheet:
    """A report that says every title at every place."""
    column = Column("title", "Title", "text", "Its title.", lambda row: row, width=60)
    key = Column("key", "Item", "item", "The item.", lambda row: row, width=20)
    tables = (Table("rows", "Rows", (column, key), ALL, most=len(ALL)),)
    sentences = [title for title in TITLES if clean(title)]  # a report says something
    return Sheet("demand", "Who asked?", QUERY, sentences, (), tables, (), sentences)


def text() -> str:
    page = Page()
    lay(page, sheet())
    return page.text()


def page() -> str:
    whole = sheet()
    rows = replace(whole.tables[0], columns=whole.tables[0].columns[:1], rows=TITLES)
    _template.cache_clear()
    try:
        return html(view((replace(whole, tables=(rows,)),)), {}, lambda ref: None)
    finally:
        _template.cache_clear()


def comments(form: Any) -> str:
    """What asks about an epic, and what says that nothing is missing."""
    ways = [Ways([Choice(t, t, t)], t) for t in ALL]
    letters = [settled(ALL), *(missing(w, w.choices[0].id, w.choices[0].id) for w in ways[::7])]
    return "\f".join(letter.written(one, form) for one in letters)


def each(read: Callable[[str], object]) -> Callable[[str], None]:
    """What reads every comment."""

    def reads(told: str) -> None:
        for comment in told.split("\f"):
            read(comment)

    return reads


def adf(told: str) -> None:
    reading.adf(reading.document(told))


def said(form: Any) -> str:
    """What a run says."""
    lines: list[str] = []
    voice = Voice(lines.append, form, loud=True)
    for title in ALL:
        voice.say(Notice("note", title))
        voice.say(Notice("note", f"x\n{title}"))
    return "".join(f"{line}\n" for line in lines)


def settings() -> str:
    return "".join(f"n{n} = {templates.quoted(t)}\n" for n, t in enumerate(ALL) if is_text(t))


def read_settings(told: str) -> None:
    assert [*reading.settings(told).values()] == [t for t in ALL if is_text(t)]


def outputs() -> str:
    return "".join(annotate._output(f"n{n}", title) for n, title in enumerate(ALL))


def read_outputs(told: str) -> None:
    assert [*reading.outputs(told).values()] == [*ALL]


@dataclass(frozen=True)
class Gate:
    """All titles on one way out, and what reads it; and places that left open let more than words out."""

    goes: Callable[[], str]
    read: Callable[[str], object]
    mutants: tuple[tuple[Any, str, Any], ...]


def same(text: str, *_: Any, **__: Any) -> str:
    return text


def raw(value: Any, **how: Any) -> str:
    import json

    return json.dumps(value, **how | {"ensure_ascii": False})


class Json:
    dumps = staticmethod(raw)


GATES = {
    "text": Gate(text, reading.plain, (
        ("tracker_sync.render", "_HOSTILE", NEVER), ("tracker_sync.render.page", "disarmed", same),
    )),
    "json": Gate(lambda: json.dump({"titles": ALL}), reading.document, (
        ("tracker_sync.render.json", "json", Json), ("tracker_sync.render.json", "disarmed_json", same),
    )),
    "csv": Gate(lambda: table_csv.render(sheet()), reading.table, (
        ("tracker_sync.render.csv", "_FORMULA", ("\0",)), ("tracker_sync.render.csv", "clean", same),
    )),
    "markdown": Gate(lambda: markdown.render(sheet(), limit=10**8), reading.markdown, (
        ("tracker_sync.render.markdown", "_SPECIAL", NEVER),
        ("tracker_sync.render.markdown", "_LINKS", NEVER),
        ("tracker_sync.render.markdown", "_LEADING", NEVER),
        ("tracker_sync.render.markdown", "clean", same),
    )),
    "html": Gate(page, lambda told: reading.page(told, ()), (
        ("jinja2.Environment", "autoescape", False), ("tracker_sync.render.html.page", "clean", same),
    )),
    "annotations": Gate(lambda: "".join(github.command("error", t, t) for t in ALL), reading.annotations, (
        ("tracker_sync.render.github", "_data", same), ("tracker_sync.render.github", "_property", same),
    )),
    "outputs": Gate(outputs, read_outputs, (
        ("tracker_sync.cli.annotate", "_output", lambda name, value: f"{name}={value}\n"),
        ("secrets", "token_hex", lambda _: "0"),
    )),
    "comments on GitHub": Gate(
        lambda: comments("markdown"), each(lambda told: reading.markdown(told, comments=1)),
        (("tracker_sync.render.letter", "escaped", same), ("tracker_sync.render.markdown", "_LINKS", NEVER)),
    ),
    "comments on Jira Cloud": Gate(lambda: comments("adf"), each(adf), (
        ("tracker_sync.render.letter", "clean", same),
    )),
    "comments on Jira Data Center": Gate(lambda: comments("wiki"), each(reading.wiki), (
        ("tracker_sync.render.letter", "_WIKI", NEVER), ("tracker_sync.render.letter", "clean", same),
    )),
    "log lines": Gate(lambda: said("text"), reading.plain, (("tracker_sync.notices", "printable", same),)),
    "log lines of JSON": Gate(lambda: said("json"), reading.objects, (
        ("tracker_sync.notices", "json", Json), ("tracker_sync.notices", "disarmed_json", same),
    )),
    "settings": Gate(settings, read_settings, (
        ("tracker_sync.cli.templates", "quoted", lambda told: f'"{told}"'),
    )),
}  # fmt: skip


@pytest.mark.parametrize("gate", GATES.values(), ids=GATES)
def test_a_gate_lets_only_words_through(gate: Gate) -> None:
    gate.read(gate.goes())


@pytest.mark.parametrize(
    ("gate", "module", "name", "instead"),
    [pytest.param(gate, *mutant, id=f"{which} without {mutant[1]}")
     for which, gate in GATES.items() for mutant in gate.mutants],
)  # fmt: skip
def test_a_gate_left_open_is_found(
    gate: Gate, module: str, name: str, instead: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if module == "jinja2.Environment":
        import jinja2

        whole = jinja2.Environment
        monkeypatch.setattr(jinja2, "Environment", lambda **how: whole(**how | {name: instead}))
    else:
        monkeypatch.setattr(f"{module}.{name}", instead)
    with pytest.raises((AssertionError, ValueError, StopIteration)):
        gate.read(gate.goes())


def test_what_a_run_prints_is_disarmed() -> None:
    said = "\n".join(ALL).replace("\r", "\n")
    assert len(reading.obeyed(said)) > 20
    assert reading.obeyed(plain.disarmed(said)) == []
