"""The view that is made for one client: what became of its wishes, and nothing about anybody else."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.reports.test_demand import declined
from tests.reports.test_edges import at, item, label, move
from tests.reports.test_trust import said
from tracker_sync.cli.report import FORMATS, rendered
from tracker_sync.config import load
from tracker_sync.customers import HEADER
from tracker_sync.events import Event, Named, Stated, Tagged
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.render.html.page import html
from tracker_sync.render.html.view import view as shown
from tracker_sync.render.sheet import Sheet
from tracker_sync.render.sheets.client_view import sheet
from tracker_sync.reports.client import ClientView, Redacted, client_view
from tracker_sync.reports.discretion import Discretion
from tracker_sync.reports.opening import Asked, open_portfolio
from tracker_sync.strategy import normal

STRATEGY = """\
effective = 2026-01-01
[[intents]]
id = "search"
mission = "People find things."
[[intents]]
id = "loud"
mission = {mission}
[[not_doing]]
id = "payroll"
why = "Others do it."
patterns = ["payroll"]
[[not_doing]]
id = "dosing"
why = {why}
patterns = ["dosing"]
"""
ACCOUNTS = ["Acme", "Globex;gx;globex.example", "Umbrella Works"]


def customers_csv(accounts: list[str]) -> str:
    """The file: an account a line, its name, its alias and its domain separated by semicolons."""
    out = StringIO()
    rows = csv.writer(out)
    rows.writerow(HEADER.split(","))
    for spelt in accounts:
        name, alias, domain, *_ = [*spelt.split(";"), "", ""]
        rows.writerow([name, alias, domain, "big", "", "", "", "customer", "2025-01-01", "", "yes", "", ""])
    return out.getvalue()


@contextmanager
def redacted(
    *events: list[Event], accounts: list[str] = ACCOUNTS, client: str = "Acme", other: str = "Globex"
) -> Iterator[Redacted]:
    """The view of a client of a small organisation whose strategy speaks of another account."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tracker-sync.toml").write_text(
            '[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\n'
            '[rules]\nnot_in_texts = ["Umbrella Works"]\n'
        )
        (folder / "customers.csv").write_text(customers_csv(accounts), encoding="utf-8")
        told = {
            "mission": json.dumps(f"{other} finds things.", ensure_ascii=False),
            "why": json.dumps(f"{other} does it.", ensure_ascii=False),
        }
        (folder / "strategy.toml").write_text(STRATEGY.format(**told), encoding="utf-8")
        log = SqliteLog(folder / "tracker-sync.db", write=True)
        flat = [e for part in events for e in part]
        names = [
            Named(id=f"n{k}", item="", ts=0, attr="status", key=k, val=k, means=m)
            for k, m in (("1", "new"), ("2", "indeterminate"), ("3", "done"))
        ]
        people = Named(id="nu", item="", ts=0, attr="user", key="u7", val="Kit Fern")
        earlier = customers_csv(["Acme", "Initech Ltd;;initech.example"])
        then = Stated(id="customers.1", item="", ts=at(0), attr="customers", val=earlier)
        log.append("people", [then, *(e for e in flat if isinstance(e, Tagged))], now=at(50))
        log.append("o", [*names, people, *(e for e in flat if not isinstance(e, Tagged))], now=at(50))
        org, query = open_portfolio(load(folder / "tracker-sync.toml"), log, Asked(until="2026-02-13"))
        yield client_view(org, replace(query, customer=client))
        log.close()


def wish(key: str, who: str, *labels: str, title: str = "A thing", start: float | None = None) -> list[Event]:
    return [*item(key, *labels, title=title, start=start), *said(key, customer=who)]


def told(page: Sheet) -> str:
    """Everything that a sheet gives to those who lay it out."""
    cells = [str(c.get(row)) for t in page.tables for row in t.rows for c in t.columns]
    figures = [f"{f.id} {f.label} {f.value} {f.meaning} {f.unit}" for f in page.figures]
    heads = [f"{c.id} {c.title} {c.meaning} {c.unit}" for t in page.tables for c in t.columns]
    titles = [f"{t.id} {t.title} {t.empty}" for t in page.tables]
    return "\n".join(
        [
            page.name, page.question, *page.headline, *figures, *titles, *heads, *cells, str(page.query),
            str(page.unknowns), *page.notes,
        ]
    )  # fmt: skip


def pages(view: ClientView) -> dict[str, str]:
    """The view in every format, without what a format puts around strangers' texts."""
    found = {form: rendered(view, form) for form in FORMATS if form != "html"} | {"sheet": told(sheet(view))}
    found["html"] = html(shown([sheet(view)]), {}, lambda ref: None)
    found["json"] = json.dumps(json.loads(found["json"]), ensure_ascii=False)
    return {form: f"{page} {unescape(page)} {page.replace(chr(92), '')}" for form, page in found.items()}


def leaks(view: ClientView, own: list[str], others: set[str]) -> set[tuple[str, str]]:
    """(format, name) of each name of others that a page says more often than it would without the texts
    of trackers and strategies."""
    mute = replace(
        view, requests=tuple(replace(r, title=None, why=None, purpose=None) for r in view.requests)
    )
    found, silent = set(), pages(mute)
    for form, page in pages(view).items():
        for name in others:
            if _count(name, page, own) > _count(name, silent[form], own):
                found.add((form, name))
    return found


def _count(name: str, text: str, own: list[str]) -> int:
    """How often a text has a name; a short one as a word, and none within a longer name of the client."""
    wanted, text = name.casefold(), text.casefold()
    for longer in sorted((o.casefold() for o in own), key=len, reverse=True):
        if wanted in longer and wanted != longer:
            text = text.replace(longer, " ")
    letters = [c for c in normalize("NFKD", wanted) if c.isalnum()]
    if len(letters) < 4 and not any(c.isalpha() and c.upper() == c.lower() for c in letters):
        return len(re.findall(rf"(?<![^\W_]){re.escape(wanted)}(?![^\W_])", text))
    return text.count(wanted)


def test_a_client_sees_what_became_of_each_wish_and_why_not() -> None:
    done = [*wish("A-1", "Acme", "intent/search", title="Find by name", start=1), move("A-1", 5, "3")]
    no = [*wish("A-2", "Acme", title="Payroll export"), *declined("A-2", 3)]
    with redacted(done, no, wish("A-3", "Acme", title="Print it")) as (view, withheld):
        assert [(r.title, r.state, r.why, r.purpose) for r in view.requests] == [
            ("Find by name", "done", None, "People find things."),
            ("Payroll export", "declined", "Others do it.", None),
            ("Print it", "waiting", None, None),
        ]
        assert withheld == ()
        assert sheet(view).headline == ("You asked for 3 things: 1 not decided yet, 1 done, 1 declined.",)


def test_a_no_without_a_stated_reason_gives_the_trackers_word() -> None:
    with redacted([*wish("A-1", "Acme"), *declined("A-1", 3)]) as (view, _):
        assert view.requests[0].why == "Won't Do"


def test_a_reason_that_names_another_account_is_kept_back() -> None:
    with redacted([*wish("A-1", "Acme", title="Dosing log"), *declined("A-1", 3)]) as (view, _):
        assert view.requests[0].why == "Won't Do", "and not: Globex does it"


def test_a_mission_that_names_another_account_is_kept_back() -> None:
    with redacted(wish("A-1", "Acme", "intent/loud", start=1)) as (view, _):
        assert (view.requests[0].state, view.requests[0].purpose) == ("in progress", None)


def test_a_title_that_names_another_account_is_told_by_its_day_alone() -> None:
    with redacted(wish("A-1", "Acme", title="Roll-up like Globex has it")) as (view, withheld):
        assert view.requests[0].title is None
        assert withheld == ("o:A-1",), "who makes the view is told which"
        assert "Request of 2026-02-02" in told(sheet(view))


@pytest.mark.parametrize(
    ("title", "who"),
    [
        ("Like Umbrella Works has it", "an account that is also a tool, so that no text asks for it"),
        ("Like initech.example has it", "one that only an earlier customers file had"),
        ("Like Wonka has it", "one that asked and is in no file"),
        ("Like Kit Fern said", "somebody who works here"),
        ("Like o:B-7", "an item"),
    ],
)
def test_a_title_is_kept_back_where_it_names(title: str, who: str) -> None:
    with redacted(wish("A-1", "Acme", title=title), wish("B-7", "Wonka")) as (view, _):
        assert view.requests[0].title is None, who


def test_the_wishes_of_others_and_how_many_they_are_is_not_in_it() -> None:
    both = [*item("A-1", title="Find by name", start=None), *said("A-1", customer="Acme;Globex")]
    with redacted(both, wish("A-2", "Globex", title="Secret")) as (view, _), redacted(
        wish("A-1", "Acme", title="Find by name")
    ) as (alone, _):  # fmt: skip
        assert told(sheet(view)) == told(sheet(alone))


def test_that_it_was_planned_before_the_client_asked_is_not_in_it() -> None:
    early = [*item("A-1", title="Find by name", start=1), label("A-1", 4, "customer/Acme")]
    with redacted(early) as (view, _):
        assert (view.requests[0].state, view.requests[0].committed) == ("in progress", None)


def test_it_has_no_key_no_source_no_people_and_no_account_but_the_client() -> None:
    with redacted(wish("A-1", "Acme", start=1), wish("A-2", "Globex")) as (view, _):
        page = told(sheet(view))
    assert not re.search(r"A-\d|o:|Kit|Fern|Globex|gx|Umbrella", page)


def test_a_ticket_under_an_epic_is_told_by_its_own_title() -> None:
    epic = item("E-1", title="Programme for Globex", start=None, type="Epic")
    own = [*item("A-1", title="Find by name", start=None, parent="E-1"), *said("A-1", customer="Acme")]
    with redacted(epic, own) as (view, _):
        assert [r.title for r in view.requests] == ["Find by name"]


LETTERS = st.characters(categories=("L", "Nd", "Po", "Sm", "So"), exclude_characters=";\r\n")
NAMES = st.one_of(
    st.sampled_from(
        [
            "plan", "GE", "Home", "Home Depot", "Ümläut AG", "x.io", "O'Neil & Söhne", "a|b", "<b>Bold</b>",
            "=SUM(A1)", "@ada", "日本", "İstanbul Ltd", "Straße 7", "Done", "Request", "Declined", "`code`",
            "a*b*c", "[link](x)", "Target", "R2D2", "ﬁne", "&amp;", "100%", "A-1", "e",
        ]
    ),
    st.text(LETTERS, min_size=1, max_size=9),
)  # fmt: skip
PLACES = st.sampled_from(
    [
        "{}", "Export for {}", "{}'s export", "pre{}post", "{} and more", "see {}.", "**{}**", "<{}>",
        "{}/{}", "A clean title", "Roll-up", "\u200b{}\u200b", "«{}»", "dosing for {}", "payroll",
    ]
)  # fmt: skip
TWISTS = st.sampled_from([str, str.upper, str.lower, str.title, str.casefold, unescape])


@st.composite
def organisations(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """(accounts, titles of what the first of them asked for)"""
    accounts = draw(st.lists(NAMES, min_size=2, max_size=5, unique_by=normal))
    accounts = [a.strip() for a in accounts]
    assume(all(normal(a) for a in accounts) and len({normal(a) for a in accounts}) == len(accounts))
    titles = draw(
        st.lists(st.tuples(PLACES, TWISTS, st.sampled_from(accounts), st.sampled_from(accounts)), max_size=9)
    )
    return accounts, [twist(place.format(one, two)) for place, twist, one, two in titles]


@given(organisations())
def test_a_title_that_may_be_shown_has_no_name_of_others(made: tuple[list[str], list[str]]) -> None:
    (client, *others), titles = made
    may = Discretion([client], others, [], [], [])
    shown = [t for t in titles if may.may_show(t)]
    assert [(t, o) for t in shown for o in others if _count(o, t, [client])] == []


@given(organisations())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_page_for_a_client_says_anything_of_anybody_else(made: tuple[list[str], list[str]]) -> None:
    (client, *others), titles = made
    events = [
        e
        for n, title in enumerate(titles)
        for e in (
            *item(f"A-{n}", "intent/loud", title=title, start=[None, 1][n % 2]),
            *said(f"A-{n}", customer=";".join([client, *others])),
            *(declined(f"A-{n}", 4) if n % 3 == 0 else []),
        )
    ]
    with redacted(events, accounts=[client, *others], client=client, other=others[0]) as (view, _):
        assert leaks(view, [client], set(others)) == set()


def test_a_program_that_passed_titles_through_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Discretion, "may_show", lambda *_: True)
    with redacted(wish("A-1", "Acme", title="Like GLOBEX has it")) as (view, _):
        assert {form for form, _ in leaks(view, ["Acme"], {"Globex"})} == {"sheet", *FORMATS}
