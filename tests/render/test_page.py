"""The HTML page as a file: what it holds, what it leaves out and says so, and where it leads."""

import re
from fractions import Fraction
from importlib.resources import files
from multiprocessing import active_children
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.render.page_sheets import Row, because, column, intents, others, rows, sales_led, share, sheets
from tracker_sync.config import load
from tracker_sync.render.html.anchors import anchor
from tracker_sync.render.html.charts import draw
from tracker_sync.render.html.charts.beside import beside as beside_this
from tracker_sync.render.html.charts.labels import Box, beside
from tracker_sync.render.html.page import html
from tracker_sync.render.html.view import view
from tracker_sync.render.links import links
from tracker_sync.render.sheet import Chart, Column, NotAssessed, Sheet, Table

CONFIG = """\
[[sources]]
name = "acme"
kind = "jira"
url = "https://acme.atlassian.net/"
[[sources]]
name = "web"
kind = "github"
repos = ["acme/web"]
[[sources]]
name = "inner"
kind = "github"
repos = ["acme/api"]
url = "https://git.acme.example/api/v3"
[[sources]]
name = "eu"
kind = "github"
repos = ["acme/api"]
url = "https://api.acme.ghe.com"
"""


def page(*of: Sheet) -> str:
    shown = view(of)
    return html(shown, {r: because(r) for r in shown.refs}, lambda ref: None)


@pytest.mark.parametrize(
    ("ref", "address"),
    [
        ("acme:PAY-12", "https://acme.atlassian.net/browse/PAY-12"),
        ("web:acme/web#12", "https://github.com/acme/web/issues/12"),
        ("inner:acme/api#3", "https://git.acme.example/acme/api/issues/3"),
        ("eu:acme/api#3", "https://acme.ghe.com/acme/api/issues/3"),
        ("acme:../x?y#<b>", "https://acme.atlassian.net/browse/..%2Fx%3Fy%23%3Cb%3E"),
        ("gone:PAY-12", None),
        ("web:PAY-12", None),
    ],
)
def test_an_item_leads_to_its_page_in_the_tracker(tmp_path: Path, ref: str, address: str | None) -> None:
    (tmp_path / "tracker-sync.toml").write_text(CONFIG)
    assert links(load(tmp_path / "tracker-sync.toml"))(ref) == address


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", ""])
def test_only_web_addresses_become_links(address: str) -> None:
    found = html(view([sales_led()]), {}, lambda ref: address)
    assert "in the tracker</a>" not in found


def test_an_item_has_one_place_of_its_own() -> None:
    refs = ["web:acme/web#12", "web:acme/web.23.12", "web:acme/web-12", "web:acme/web 12", "web:acme/web.12"]
    assert len({anchor(r) for r in refs}) == len(refs)
    assert page(sales_led()).count('id="item-girder:PLAN-1"') == 1


def test_the_same_sheets_give_the_same_bytes() -> None:
    assert page(*sheets()) == page(*sheets())


def test_the_page_names_no_address_but_those_of_items() -> None:
    found = page(*sheets()).replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?://[^\"'<\s]*|@import|<script|<link rel=\"stylesheet|src=", found) == []


def test_a_share_that_is_too_wide_is_shown_as_a_range_and_said_to_be_so() -> None:
    found = page(intents())
    row = found[found.index("account-work") :]
    assert re.search(r"18–43 %</a>\s*<span class=\"note\">too wide for one figure", row)


def test_a_bar_is_solid_where_it_is_sure_and_hatched_where_it_is_possible() -> None:
    svg = draw(sales_led().charts[0], sales_led()).svg
    solid = list(re.findall(r'd="M0,[^h]*h([\d.]+)[^"]*" fill="var\(--sure\)"', svg))
    hatched = list(re.findall(r'h([\d.]+)[^"]*" fill="url\(#possible\)"', svg))
    ratios = [round(float(h) / float(s), 2) for s, h in zip(solid, hatched, strict=True)]
    assert ratios == [round(12 / 34, 2), round(12 / 18, 2), round(27 / 34, 2)]


def test_charts_that_another_process_draws_are_the_same() -> None:
    named = [(c, sheet) for sheet in sheets() for c in sheet.charts]
    with beside_this() as pen:
        pictures = [draw(c, sheet, pen) for c, sheet in named]
        assert [p.svg for p in pictures] == [draw(c, sheet).svg for c, sheet in named]


def test_charts_are_drawn_here_where_the_other_process_was_killed() -> None:
    sheet = sales_led()
    with beside_this() as pen:
        draw(sheet.charts[0], sheet, pen).svg  # noqa: B018  it is running now
        [child] = active_children()
        child.kill()
        assert draw(sheet.charts[1], sheet, pen).svg == draw(sheet.charts[1], sheet).svg


def test_a_chart_of_what_was_not_assessed_says_what_it_needs() -> None:
    gone = rows(("A", {"paid": NotAssessed("adoption.csv")}))
    table = Table("t", "T", (column("name", "Name", "text"), column("paid", "Paid", "money")), gone)
    chart = Chart("c", "amounts", "What was paid", ("paid",), "t", "name")
    found = draw(chart, replace(others(), tables=(table,)))
    assert (found.svg, found.how) == ("", "not assessed: needs adoption.csv")


def test_a_chart_says_what_it_leaves_out() -> None:
    many = rows(*((f"r{n:02}", {"days": Fraction(n) if n else None}) for n in range(20)))
    table = Table("t", "T", (column("name", "Name", "text"), column("days", "Effort", "days")), many)
    found = draw(Chart("c", "amounts", "Effort", ("days",), "t", "name"), replace(others(), tables=(table,)))
    assert "The first 12 of 20 are drawn. 1 without figures is left out." in found.how
    assert len(found.rows) == 11


def test_a_huge_report_stays_a_small_page_and_says_how_much_more_there_is() -> None:
    class Endless(list[Row]):
        """So many rows that nobody could look at each."""

        def __len__(self) -> int:
            return 400_000

    row = Row("x", {"name": "x", "effort": share(5_000, 20, 60)})
    table = Table(
        "t", "T", (column("name", "Name", "text"), column("effort", "Share", "share")), Endless([row] * 60)
    )
    found = page(Sheet("demand", "Who asked?", sales_led().query, (), (), (table,)))
    assert len(found) < 1_000_000
    assert "And 399,950 more: <code>tracker-sync report demand --format json</code> lists them all." in found
    assert "and 4,990 more" in found


def test_names_of_dots_do_not_stand_on_one_another() -> None:
    dots = [(400.0, 200.0, "Plans are out of date"), (405.0, 204.0, "Crews wait"), (402.0, 190.0, "Rework")]
    boxes = [
        Box(x, y, len(name) * 7, 14)
        for (x, y), (_, _, name) in zip(beside(dots, 800, 400), dots, strict=True)
    ]
    assert not any(a.meets(b) for n, a in enumerate(boxes) for b in boxes[:n])


def test_a_wide_table_keeps_in_sight_what_a_terminal_shows() -> None:
    wide = tuple(
        Column(f"c{n}", f"Column {n}", "text", "", lambda row, n=n: f"value {n}", width=5 if n < 3 else None)
        for n in range(12)
    )
    found = page(Sheet("s", "S?", sales_led().query, (), (), (Table("t", "T", wide, rows(("A", {}))),)))
    heads = re.findall(r'<th scope="col"[^>]*>([^<]*)', found)
    assert heads == ["Column 0", "Column 1", "Column 2", "Further"]
    further = found[found.index("<summary>more</summary>") : found.index("</tbody>")]
    assert re.findall(r"<bdi>value (\d+)</bdi>", further) == [str(n) for n in range(3, 12)]


def test_what_is_not_in_the_log_is_named_and_leads_nowhere() -> None:
    gone = replace(intents(), unknowns=(("epics_not_in_the_log", ["open-plan: PLAN-9", "Acme"]),))
    found = page(gone)
    assert "Epics that the strategy names and the log has not: 2" in found
    assert "open-plan: PLAN-9, Acme" in found
    assert "item-open-plan" not in found


def test_a_report_alone_has_no_list_of_reports() -> None:
    assert "<nav" not in page(intents())
    assert "<nav" in page(intents(), others())


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def palettes() -> dict[str, dict[str, str]]:
    """The colours by name, in light, in dark and in print."""
    css = (files("tracker_sync.render.html") / "page.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.S)
    found = [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in blocks]
    return dict(zip(("light", "dark", "print"), found, strict=True))


@pytest.mark.parametrize("look", ["light", "dark", "print"])
def test_colours_can_be_told_from_what_they_stand_on(look: str) -> None:
    """WCAG 2.2: 4.5 for text, 3 for what a chart is read by."""
    colours = palettes()[look]
    for ground in ("paper", "card", "mark"):
        for text in ("ink", "soft", "link", "alert"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for drawn in ("sure", "target", *(f"group-{n}" for n in range(1, 7))):
        assert contrast(colours[drawn], colours["card"]) >= 3, drawn
    assert contrast(colours["sure"], colours["possible"]) >= 3
