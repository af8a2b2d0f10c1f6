"""Whatever a title holds, every command lives through it and the terminal gets none of it."""

import csv
import io
import json
from typing import Any

import pytest
from builders import Front, fronted, github_issue, github_site, jira_issue, jira_site
from conftest import Desk

TITLES = {
    "escape": "\x1b[31mred\x1b]8;;http://evil.test\x07link\x1b]8;;\x07",
    "c1": "\x9b31mred",
    "markup": "[/red] [bold]x[/bold] :smile:",
    "bidi": "abc\u202egnp.exe\u2066",
    "nul": "a\x00b",
    "surrogate": "a\ud800b",
    "megabyte": "x" * 1_000_000,
    "lines": "a\r\n::error::b\nc",
    "nothing": "",
    "blank": " \u200b ",
}
FORBIDDEN = "\x1b\x9b\x07\x00\r\u202e\u2066"
hostile = pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)


def shows_harmlessly(desk: Desk, good: str) -> None:
    assert good in [row["key"] for row in desk.listed()]
    for args in (
        ["sync"], ["items"], ["items", "--format", "csv"], ["items", "--format", "json"],
        ["check"], ["report"], ["report", "sales-led"], ["report", "intents"],
        ["report", "single-customer"], ["report", "--format", "json"],
        *(["show", row["key"]] for row in desk.listed()),
        *(["show", row["key"], "--format", "json"] for row in desk.listed()),
    ):  # fmt: skip
        done = desk.run(*args)
        assert done.code in (0, 5), (args, done.err)
        shown = done.said.replace("\r\n", "\n") if "csv" in args else done.said
        assert not set(FORBIDDEN) & set(shown), args


@hostile
def test_jira_titles_are_only_text(desk: Desk, title: str) -> None:
    comment = {"id": "1", "author": None, "created": jira_issue()["fields"]["created"], "body": title}
    bad = jira_issue(1, title, labels=[title[:90]], description=title, comments=[comment])
    with fronted(Front(jira_site(bad, jira_issue(2)))) as url:
        desk.jira(url)
        first = desk.run("sync")
        assert first.code in (0, 5), first.err
        assert not set(FORBIDDEN) & set(first.said)
        shows_harmlessly(desk, "acme:PAY-2")


@hostile
def test_github_titles_are_only_text(desk: Desk, title: str) -> None:
    bad = github_issue(1, title, body=title, labels=(title[:90] or "x",))
    with fronted(Front(github_site(bad, github_issue(2)))) as url:
        desk.github(url)
        first = desk.run("sync")
        assert first.code in (0, 5), first.err
        assert not set(FORBIDDEN) & set(first.said)
        shows_harmlessly(desk, "web:acme/web#2")


@pytest.mark.parametrize("name", [n for n in TITLES if n != "surrogate"])
def test_text_that_utf8_can_hold_is_kept_without_loss(desk: Desk, name: str) -> None:
    title = TITLES[name]
    with fronted(Front(github_site(github_issue(1, title)))) as url:
        desk.github(url)
        desk.sync()
    assert [e.val for e in desk.events() if getattr(e, "attr", "") == "title"] == [title]


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\n=", "\u200b=", "\x1b=", "\u202e="]
)
def test_csv_cells_are_no_formulas(desk: Desk, start: str) -> None:
    title = start + "HYPERLINK(1)"
    with fronted(Front(github_site(github_issue(1, title)))) as url:
        desk.github(url)
        desk.sync()
    out = desk.run("items", "--format", "csv").out
    [row] = csv.DictReader(io.StringIO(out))
    assert row["title"].startswith("'"), row["title"]
    assert row["title"].endswith("HYPERLINK(1)")


RAW = {
    "a number of 5,000 digits": b"9" * 5000,
    "not a number": b"NaN",
    "infinity": b"-Infinity",
    "an exponent beyond all floats": b"1e999",
    "10,000 levels": b"[" * 10_000 + b"]" * 10_000,
    "a name twice": b'{"id": "1", "id": "2", "value": "x"}',
}


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
@pytest.mark.parametrize("kind", ["jira", "github"])
def test_strange_json_is_kept_or_set_aside_and_no_crash(desk: Desk, kind: str, raw: bytes) -> None:
    mark = b'"@STRANGE@"'

    def spoil(path: str, body: Any) -> Any:
        return json.dumps(body).encode().replace(mark, raw)

    if kind == "jira":
        site: Any = jira_site(jira_issue(1, customfield_10001="@STRANGE@"), jira_issue(2))
    else:
        site = github_site(github_issue(1, type={"id": 1, "name": "@STRANGE@"}), github_issue(2))
    with fronted(Front(site, spoil)) as url:
        (desk.jira if kind == "jira" else desk.github)(url)
        done = desk.run("sync")
    assert done.code in (0, 4, 5), done.err
    assert desk.run("items").code == 0
    assert desk.run("log", "verify").code == 0
