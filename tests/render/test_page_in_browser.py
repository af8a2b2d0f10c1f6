"""The HTML page, opened in a browser: what a reader sees, and what it never does."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from tests.render.chromium import Browser, chromium, needs_chromium
from tests.render.page_sheets import QUERY, Row, because, column, sheets
from tracker_sync.render import clean
from tracker_sync.render.html.page import _template, html
from tracker_sync.render.html.reasons import ItemReasons, Reason
from tracker_sync.render.html.view import view
from tracker_sync.render.sheet import Chart, Figure, Sheet, Table

pytestmark = needs_chromium
TILE = "#sales-led .tile .figure a"


def tracker(ref: str) -> str:
    return "https://acme.atlassian.net/browse/" + ref.partition(":")[2]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shown = view(sheets())
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(html(shown, {r: because(r) for r in shown.refs}, tracker), encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Browser, file: Path) -> Browser:
    browser.media()
    browser.open(file)
    return browser


def test_the_page_says_nothing_on_the_console_and_asks_for_nothing(page: Browser) -> None:
    assert (page.console(), page.requests()) == ([], [])


def test_what_is_not_allowed_is_seen(browser: Browser, tmp_path: Path) -> None:
    """A page that does run a script and loads a picture is found out by the same two lists."""
    bad = tmp_path / "bad.html"
    bad.write_text("<img src=http://127.0.0.1:9/x.png><script>console.log('here')</script>")
    browser.open(bad)
    assert any("here" in line for line in browser.console())
    assert "http://127.0.0.1:9/x.png" in browser.requests()


def test_every_chart_is_there_with_its_figures_as_text(page: Browser) -> None:
    charts = page.run("""return [...document.querySelectorAll('figure.chart')].map(f => [
        f.querySelector('h3').textContent,
        f.querySelector('svg') ? f.querySelector('svg').getBoundingClientRect().height : 0,
        [...f.querySelectorAll('tbody tr')].map(r => [...r.cells].map(c => c.textContent)),
        f.textContent])""")
    drawn = {title: figures for title, height, figures, _ in charts if height > 50}
    assert len(drawn) == len([c for s in sheets() for c in s.charts]) - 1
    assert drawn["Allocation against target"][0] == ["site-planning", "24–29 %", "35 %"]
    assert drawn["What features cost over their life"][1] == [
        "Portfolio roll-up", "120,000–260,000, 180,000 likely", "210,000",
    ]  # fmt: skip
    assert all(figures for figures in drawn.values())
    (empty,) = [text for title, height, _, text in charts if not height]
    assert "There is nothing to draw." in empty


def test_a_share_opens_its_items_by_click(page: Browser) -> None:
    assert not page.sees("#sales-led-sales-led")
    page.driver.find_element("css selector", TILE).click()
    assert page.sees("#sales-led-sales-led")
    assert page.run("return document.querySelector('#sales-led-sales-led').innerText").startswith(
        "Sales-led, of all work 34–46 %"
    )


def test_a_share_opens_its_items_by_keyboard(page: Browser) -> None:
    from selenium.webdriver.common.keys import Keys

    page.press(Keys.TAB)
    assert page.run("return document.activeElement.textContent") == "Skip to the report"
    page.press(Keys.ENTER, Keys.TAB)
    assert page.run("return document.activeElement.textContent") == "34–46 %"
    page.press(Keys.ENTER)
    assert page.sees("#sales-led-sales-led")
    page.press(Keys.TAB)
    assert page.run("return document.activeElement.textContent") == "PLAN-1"
    page.press(Keys.ENTER)
    assert page.sees("[id='item-girder:PLAN-1']")


def test_an_item_says_why_and_leads_to_its_tracker(page: Browser) -> None:
    page.driver.find_element("css selector", "#sales-led-items tbody a").click()
    assert page.sees("[id='item-girder:PLAN-1']")
    told = page.run("return document.getElementById('item-girder:PLAN-1').innerText")
    assert "origin: sales A deal was named. rule deal-label (label), since 2026-03-01" in told
    assert "customer: unknown" in told
    link = page.driver.find_element("css selector", "[id='item-girder:PLAN-1'] p a")
    assert link.get_attribute("href") == "https://acme.atlassian.net/browse/PLAN-1"
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_every_link_within_the_page_leads_somewhere(page: Browser) -> None:
    lost = page.run("""return [...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href'))
        .filter(h => !document.getElementById(decodeURIComponent(h.slice(1))))""")
    assert lost == []


def test_names_of_places_are_unique(page: Browser) -> None:
    ids = page.run("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_dark_and_light_differ_and_charts_go_with_them(page: Browser) -> None:
    look = """return [getComputedStyle(document.documentElement).backgroundColor,
        getComputedStyle(document.querySelector('figure svg path[fill]')).fill,
        getComputedStyle(document.querySelector('figure svg text')).fill]"""
    light = page.run(look)
    page.media(scheme="dark")
    assert [a == b for a, b in zip(light, page.run(look), strict=True)] == [False, False, False]


def test_print_has_all_rows_and_no_lists_of_items(page: Browser) -> None:
    page.media("print", "dark")
    hidden = """return ['nav', '#items', '.behind', '.skip'].map(s =>
        document.querySelector(s).checkVisibility())"""
    assert page.run(hidden) == [False] * 4
    rows = (
        "return [...document.querySelectorAll('.grid tbody tr')].map(r => r.getBoundingClientRect().height)"
    )
    assert all(height > 0 for height in page.run(rows))
    paper = page.run("return getComputedStyle(document.documentElement).backgroundColor")
    assert paper == "rgb(255, 255, 255)"


def test_nothing_keeps_a_screen_reader_from_it(page: Browser) -> None:
    """By axe-core: names, headings, tables, contrast; with all that can be opened open. Most items are taken
    out first, since it looks at each for long."""
    from axe_core_python.selenium import Axe

    page.run("""
        for (const many of ['.item', '.keys a', '.listing'])
            document.querySelectorAll(many).forEach((e, n) => n > 3 && e.remove());
        document.querySelectorAll('details').forEach(d => d.open = true);
    """)
    found = Axe().run(page.driver)["violations"]
    assert [(v["id"], [n["html"][:150] for n in v["nodes"]][:3]) for v in found] == []


HOSTILE = (
    "<script>window.ran = 1</script>", "</script><script>window.ran = 2</script>",
    "<img src=x onerror=window.ran=3>", "\"><svg onload=window.ran=4>", "' onmouseover='window.ran=5' x='",
    "</title></style></textarea><script>window.ran = 6</script>", "{{ 7 * 7 }}{% for x in y %}",
    "javascript:window.ran=7", "<a href=\"javascript:window.ran=8\">here</a>", "--><!--", "]]>",
    "\u202egnp.exe", "&lt;b&gt;&amp;#x3c;script&#62;", "<base href=http://127.0.0.1:9/>",
    "<meta http-equiv=refresh content=0;url=http://127.0.0.1:9/>", "url(http://127.0.0.1:9/a.png)",
    "<details open ontoggle=window.ran=9>", "\x00\x1b]8;;http://127.0.0.1:9/\x07x", "${window.ran=10}",
    "<style>@import 'http://127.0.0.1:9/b.css'</style>",
)  # fmt: skip


def hostile(n: int) -> str:
    return HOSTILE[n % len(HOSTILE)] + f" #{n}"


def page_of(titled: Callable[[int], str], path: Path) -> Path:
    """A page on which 1,000 titles stand in every place that strangers' text can come to."""
    name, about = column("name", "Item", "item"), column("title", titled(0), "text")
    days = column("days", "Effort", "days", titled(1))
    made = []
    for n in range(0, 1000, 50):
        found = tuple(
            Row(titled(i), {"name": f"acme:{titled(i)}", "title": titled(i), "days": Fraction(i)})
            for i in range(n, n + 50)
        )
        made.append(Sheet(
            f"sheet-{n}", titled(n), QUERY, (titled(n + 1),),
            (Figure("f", titled(n + 2), "text", titled(n + 3), titled(n + 4)),),
            (Table("t", titled(n + 5), (name, about, days), found),),
            ((titled(n + 6), [f"acme:{titled(n)}"]),), (titled(n + 7),),
            (Chart("c", "amounts", titled(n + 8), ("days",), "t", "title", group="title", most=5),)
            if n < 100 else (),
        ))  # fmt: skip
    shown = view(made)
    said = {
        ref: ItemReasons(title, title, (Reason(title, title, title, title, title),), (title,))
        for ref in shown.refs
        for title in [ref.partition(":")[2]]
    }
    path.write_text(html(shown, said, lambda ref: ref.partition(":")[2]), encoding="utf-8")
    return path


def test_a_thousand_hostile_titles_are_inert(browser: Browser, tmp_path: Path) -> None:
    """The page has the same elements and attributes as with harmless titles, and nothing of them runs."""
    browser.media()
    skeleton = """return [...document.querySelectorAll('*')].map(e => e.localName + ' ' +
        e.getAttributeNames().filter(a => a != 'open').join(' ')).join('\\n')"""
    browser.open(page_of(lambda n: f"Harmless title {n}", tmp_path / "harmless.html"))
    harmless = browser.run(skeleton)
    browser.open(page_of(hostile, tmp_path / "hostile.html"))
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.run(skeleton) == harmless
    assert browser.run("return window.ran") is None
    assert (browser.console(), browser.requests()) == ([], [])
    shown = browser.run("return [...document.querySelectorAll('.item h3 bdi')].map(e => e.textContent)")
    assert {clean(hostile(n)) for n in range(1000)} == set(shown)
    leads = browser.run(
        "return [...document.links].map(a => a.getAttribute('href')).filter(h => h[0] != '#')"
    )
    assert leads == []


def test_a_page_that_escapes_nothing_is_found_out(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-test: with autoescape off, the same titles do run."""
    import jinja2

    whole = jinja2.Environment
    _template.cache_clear()
    monkeypatch.setattr(jinja2, "Environment", lambda **how: whole(**how | {"autoescape": False}))
    try:
        path = page_of(hostile, tmp_path / "unsafe.html")
    finally:
        _template.cache_clear()
    path.write_text(path.read_text().replace("Content-Security-Policy", "X"))
    browser.open(path)
    assert browser.run("return window.ran") is not None
