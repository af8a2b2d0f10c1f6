"""The page: sheets, with what is said of their items, as one HTML file that needs nothing else."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker_sync.items import natural
from tracker_sync.render import clean
from tracker_sync.render.html.anchors import anchor
from tracker_sync.render.html.reasons import ItemReasons
from tracker_sync.render.html.view import View

if TYPE_CHECKING:
    from jinja2 import Template

Links = Callable[[str], str | None]


def html(view: View, reasons: Mapping[str, ItemReasons], links: Links) -> str:
    """The page of a view. `reasons` says of its items why they are judged so; `links` where they are in their
    tracker."""
    from markupsafe import Markup

    page = _template().render(
        sections=view.sections, title=view.sections[0].question,
        style=Markup(_file("page.css")), raw=Markup,  # noqa: S704  our own file, and our own drawings
        items=[
            (ref, reasons.get(ref), _safe(links(ref))) for ref in sorted(view.refs, key=natural)
        ],
        short=lambda ref: ref.partition(":")[2] or ref, anchor=anchor,
    )  # fmt: skip
    return page.lstrip()  # the macros leave their line ends


def _safe(address: str | None) -> str | None:
    """The address, where it opens a page and runs nothing."""
    return address if address and urlsplit(address).scheme in ("http", "https") else None


def _inert(value: object) -> object:
    """A text without what would turn around the words after it; markup is our own."""
    return clean(value) if type(value) is str else value


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, finalize=_inert, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_file("page.html.j2"))


def _file(name: str) -> str:
    return (files("tracker_sync.render.html") / name).read_text(encoding="utf-8")
