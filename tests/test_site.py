"""The docs as a site: complete, as the code is, and built without a warning or a word from elsewhere."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from conftest import ROOT
from render.chromium import Browser, chromium, needs_chromium

from tests.made_reference import REFERENCE, config_tables, field_docs, reference
from tracker_sync import config

DOCS = ROOT / "docs"
PAGES = sorted(str(p.relative_to(DOCS)) for p in DOCS.rglob("*.md"))
LOADED = {"img", "link", "script", "iframe", "source"}
"""Elements that a browser loads by itself."""


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of a folder that has mkdocs.yml and docs/."""
    return subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built from a copy of its sources."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    shutil.copytree(DOCS, folder / "docs")
    built = build(folder)
    assert (built.returncode, "No issues found" in built.stdout + built.stderr) == (0, True), built.stderr
    return folder / "site"


class Addresses(HTMLParser):
    """The addresses in a page: what it loads, and what it links to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.linked: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href") and value:
                (self.loaded if tag in LOADED else self.linked).append(value)


def missing(site: Path) -> list[str]:
    """What a page names on this site and the site has not."""
    found = []
    for page in site.rglob("*.html"):
        told = Addresses(page.read_text(encoding="utf-8"))
        for address in told.loaded + told.linked:
            parts = urlsplit(address)
            if not parts.scheme and parts.path and not (page.parent / unquote(parts.path)).exists():
                found.append(f"{page.relative_to(site)}: {address}")
    return found


def test_a_build_says_nothing_and_no_link_or_picture_is_missing(site: Path) -> None:
    pages = {str(p.relative_to(site)) for p in site.rglob("*.html")} - {"404.html"}
    assert pages == {page.removesuffix(".md") + ".html" for page in PAGES}
    assert [m for m in missing(site) if not m.startswith("404.html")] == []


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    loaded = {a for p in site.rglob("*.html") for a in Addresses(p.read_text(encoding="utf-8")).loaded}
    assert loaded
    assert [a for a in loaded if urlsplit(a).netloc] == []
    sheets = "".join(p.read_text(encoding="utf-8") for p in site.rglob("*.css"))
    assert re.findall(r"url\(['\"]?(?:https?:)?//[^)]*|@import[^;]*", sheets) == []


@pytest.mark.parametrize("wrong", ["[a](gone.md)", "[a](#gone)", "[a](other.md#gone)"])
def test_a_link_that_leads_nowhere_fails_the_build(wrong: str, tmp_path: Path) -> None:
    settings = (ROOT / "mkdocs.yml").read_text().split("nav:")[0]
    (tmp_path / "mkdocs.yml").write_text(f"{settings}nav:\n  - index.md\n  - other.md\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/other.md").write_text("# Other\n")
    (tmp_path / "docs/index.md").write_text(f"# Page\n\n[other](other.md#other), {wrong}\n")
    built = build(tmp_path)
    assert (built.returncode, "1 issue found" in built.stdout + built.stderr) == (1, True)


def test_a_picture_that_is_not_there_is_missing(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<img src="gone.png"><a href="index.html#x">here</a>')
    assert missing(tmp_path) == ["index.html: gone.png"]


def test_every_page_is_in_the_navigation_once() -> None:
    assert sorted(_listed(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"])) == PAGES


def _listed(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    else:
        for below in nav.values() if isinstance(nav, dict) else nav:
            yield from _listed(below)


def test_the_reference_is_that_of_the_code() -> None:
    now = {p.name: p.read_text(encoding="utf-8") for p in REFERENCE.iterdir()}
    assert reference() == now, "run `make docs`"


def test_every_key_of_the_configuration_is_explained() -> None:
    docs = field_docs(config)
    every = [(kind.__name__, name) for _, kind in config_tables() for name in kind.__struct_fields__]
    assert len(every) > 20
    assert [(kind, name) for kind, name in every if not docs[kind].get(name)] == []


@needs_chromium
@pytest.mark.slow
def test_a_reader_finds_a_page_by_its_words_and_nothing_is_asked_for_elsewhere(
    site: Path, tmp_path: Path
) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(site)))
    Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/"
    field = "return document.activeElement.shadowRoot"
    with chromium(tmp_path) as browser:
        browser.driver.get(f"{base}index.html")
        browser.run("document.querySelector('.md-search__button').click()")
        wait(browser, f"{field} !== null")
        browser.press("checkpoint")
        wait(browser, f"{field}.textContent.includes('Has it been changed?')")
        asked = [a for a in browser.requests() if a.startswith("http") and not a.startswith(base)]
        assert (asked, browser.console()) == ([], [])
    server.shutdown()


def wait(browser: Browser, script: str) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser.driver, 30).until(lambda _: browser.run(script))
