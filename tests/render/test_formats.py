"""Whatever a stranger wrote into a tracker, a report shows it as text and does nothing with it."""

import csv
import html
import io
import json
import re
from datetime import UTC
from fractions import Fraction
from typing import Any

import cmarkgfm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker_sync.errors import ConfigError
from tracker_sync.render import github, markdown, sheet_json, table_csv
from tracker_sync.render.page import Page
from tracker_sync.render.sheet import Column, Figure, NotAssessed, Range, Sheet, Table
from tracker_sync.render.sheet_text import lay
from tracker_sync.render.values import bar, sparks, words
from tracker_sync.reports.query import Query

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!-- hidden", "</details>", "&lt;b&gt;",
    "@octocat, @acme/team", "mail ada@acme.example", "#12 GH-12 acme/web#12", "acme/web@a1b2c3d4e5f6",
    "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0", "https://evil.example/x?y=1", "www.evil.example",
    "WWW.evil.example", "http&#58;//evil.example", "mailto:a@b.example ftp://a.b", "<https://evil.example>",
    "![x](https://evil.example/x.png)", "[x](javascript:alert(1))", "[x]: https://evil.example", "[^1]",
    "`code` ``more``", "a | b \\| c", "**b** _i_ ~~s~~ $x$ $$y$$", ":smile: :+1:", "- [ ] x", "+ x", "1. x",
    "12) x", "# x", "> [!NOTE]", "===", "---", "\\", "\x1b[31mred", "\u202ereversed",
    "two\nlines\r\n::error::x", "%0A::error::x", "=HYPERLINK(1)", "@SUM(1)", "+1", "x" * 5_000,
]  # fmt: skip
QUERY = Query(since=0, until=86_400_000_000, as_of=86_400_000_000)
ROW = Column("title", "Title", "text", "Its title.", lambda r: r, width=60)
OURS = {"table", "thead", "tbody", "tr", "th", "td", "ul", "li", "p", "strong", "h2", "h3", "code"}


def sheet(*rows: Any, columns: tuple[Column, ...] = (ROW,), **more: Any) -> Sheet:
    told = {"headline": ("All is well.",), "figures": (), "tables": (Table("rows", "Rows", columns, rows),)}
    return Sheet("demand", "Who asked?", QUERY, **{**told, **more})


def shown(page: str) -> str:
    """The page as GitHub's own parser makes it."""
    return cmarkgfm.github_flavored_markdown_to_html(page)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_of_a_strangers_text_is_that_text(text: str) -> None:
    page = markdown.render(sheet(text, headline=(text,), notes=(text,)))
    made = shown(page)
    assert set(re.findall(r"<(\w+)", made)) <= OURS
    said = html.unescape(re.sub(r"<[^>]+>", "", made))
    assert not re.search(r"@\w|#\d|GH-\d|://|www\.|:\+?\w+:", said, re.I)
    assert len(made.split("<tr>")) == 3


@given(st.text())
def test_markdown_of_any_text_has_no_markup_of_its_own(text: str) -> None:
    made = shown(f"| {markdown.escaped(text)} |\n| --- |\n| {markdown.escaped(text)} |\n")
    assert set(re.findall(r"<(\w+)", made)) <= OURS


def test_an_items_key_can_be_copied_and_is_no_link() -> None:
    key = Column("key", "Item", "item", "The item.", lambda r: r)
    page = markdown.render(sheet("web:acme/web#12", "a`b|@c", columns=(key,)))
    assert "`web:acme/web#12`" in page
    assert "a&#96;b&#124;&#64;&#8203;c" in page


def test_a_page_too_long_for_github_is_cut_and_says_so() -> None:
    tables = tuple(Table(f"t{n}", f"Table {n}", (ROW,), ["x" * 150] * 12) for n in range(20))
    page = markdown.render(sheet(tables=tables), limit=5_000)
    assert len(page.encode()) <= 5_000
    assert "Table 0" in page
    assert "Table 19" not in page
    assert page.rstrip().endswith("All of it: `tracker-sync report demand`")


def test_rows_that_a_page_does_not_show_are_counted() -> None:
    assert "3 more rows: `tracker-sync report demand --format csv`" in markdown.render(sheet(*["x"] * 15))


@pytest.mark.parametrize("text", HOSTILE)
def test_text_fits_a_terminal_and_does_not_steer_it(text: str) -> None:
    page = Page()
    lay(page, sheet(text, headline=(text,), notes=(text,)))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page.text())
    assert max(map(len, page.text().splitlines())) <= 80


@pytest.mark.parametrize("text", HOSTILE)
def test_csv_runs_nothing_in_a_spreadsheet(text: str) -> None:
    (_, [cell]) = csv.reader(io.StringIO(table_csv.render(sheet(text))))
    assert not cell.startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("text", HOSTILE)
def test_an_annotation_begins_no_other_command(text: str) -> None:
    lines = github.notices(sheet(headline=(text,))).splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("::notice title=Who asked?::")
    assert "%0A" not in lines[0].replace("%250A", "")


def test_a_missing_input_is_said_in_every_format() -> None:
    figure = Figure("adopted", "Adopted", "share", NotAssessed("adoption.csv"), "Accounts that use it.")
    column = Column("adopted", "Adopted", "share", "Accounts that use it.", lambda r: r, width=20)
    made = sheet(NotAssessed("adoption.csv"), columns=(column,), figures=(figure,))
    page = Page()
    lay(page, made)
    assert "Adopted: not assessed: needs adoption.csv" in page.text()
    assert "not assessed: needs adoption.csv" in markdown.render(made)
    assert "not assessed: needs adoption.csv" in table_csv.render(made)
    told = sheet_json.of(made)
    assert told["summary"]["adopted"] == told["rows"][0]["adopted"] == {"not_assessed": "adoption.csv"}


def test_csv_has_a_column_for_each_end_of_a_range() -> None:
    cost = Column("cost", "Cost", "range", "What it costs.", lambda r: r)
    made = table_csv.render(sheet(Range(1.5, 3, 2), None, columns=(cost,)))
    assert made.splitlines() == ["cost_low,cost_middle,cost_high", "1.5,2,3", ",,"]


def test_a_table_that_a_report_has_not_is_refused_with_those_it_has() -> None:
    with pytest.raises(ConfigError, match="no table 'x'; --table takes one of: rows"):
        table_csv.render(sheet(), "x")


def test_json_has_the_first_table_as_rows_and_the_others_as_evidence() -> None:
    told = sheet_json.of(sheet(tables=(Table("a", "A", (ROW,), ["x"]), Table("b", "B", (ROW,), ["y"]))))
    assert told["rows"] == [{"title": "x"}]
    assert [(e["id"], e["rows"]) for e in told["evidence"]] == [("b", [{"title": "y"}])]
    assert json.dumps(told)


def test_values_read_as_people_say_them() -> None:
    read = [
        words(Fraction(1, 3), "share", UTC), words(None, "share", UTC), words(Fraction(7, 2), "days", UTC),
        words(Range(1200, 2300, 1700), "range", UTC), words(Range(0.5, 0.5), "range", UTC),
        words(["a", "b", "c", "d", "e"], "list", UTC), words((), "items", UTC), words(True, "flag", UTC),
        words(0, "time", UTC), words(12_345, "count", UTC), words(1.0, "number", UTC),
    ]  # fmt: skip
    assert read == [
        "33 %", "–", "3.5", "1,200–2,300, 1,700 likely", "0.5", "a, b, c and 2 more", "none", "yes",
        "1970-01-01", "12,345", "1",
    ]  # fmt: skip


def test_a_bar_shades_what_is_only_possible_and_sparks_leave_gaps() -> None:
    assert bar(Fraction(1, 2)) == "▕" + "█" * 12 + "·" * 12 + "▏"
    assert sparks([0, Fraction(1, 2), None, 1], 1) == "▁▅ █"
