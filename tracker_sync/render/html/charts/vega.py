"""From a Vega-Lite specification to an SVG that can stand in the page: the one place that knows the library.

Vega-Lite's renderer runs here, without a browser and without a network; what comes out is a still picture.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

WIDTH = 960
"""Units of a whole chart across; a unit is a pixel on a wide screen."""
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_LONG = re.compile(r"\d+\.\d{2,}(e-\d+)?")
_ONLY_SCRIPTED = frozenset({"role", "class", "pointer-events", "clip-path"})
_KEPT = frozenset({"svg", "g", "path", "line", "rect", "text", "tspan", "circle", "a", "title"})
_THEME: Mapping[str, Any] = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "bar": {"cornerRadius": 0},
    "axis": {
        "labelColor": "var(--soft)", "titleColor": "var(--soft)", "gridColor": "var(--rule)",
        "domainColor": "var(--rule)", "tickColor": "var(--rule)", "labelFontSize": 12, "titleFontSize": 12,
        "titleFontWeight": "normal", "ticks": False, "domain": False, "labelPadding": 8, "tickCount": 6,
    },
    "axisY": {"labelColor": "var(--ink)", "labelFontSize": 13, "title": None},
    "legend": {
        "labelColor": "var(--soft)", "titleColor": "var(--soft)", "labelFontSize": 12, "titleFontSize": 12,
        "titleFontWeight": "normal", "orient": "top", "title": None, "labelLimit": 200,
        "symbolStrokeWidth": 0, "offset": 12, "columnPadding": 18,
    },
    "text": {"color": "var(--ink)", "fontSize": 12},
}  # fmt: skip


def ready() -> None:
    """Load the library."""
    import vl_convert  # noqa: F401


def svg(spec: Mapping[str, Any], name: str) -> str:
    """The picture of a specification. Its colours are the page's variables, so that it goes with light and
    dark; `name` is what the page calls its title.
    """
    import vl_convert

    whole = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH, "autosize": {"type": "fit-x", "contains": "padding"}, "padding": 4,
        **spec, "config": {**_THEME, **spec.get("config", {})},
    }  # fmt: skip
    drawing = vl_convert.vegalite_to_svg(whole, vl_version="6.4", allowed_base_urls=[])
    return _inlined(ET.fromstring(drawing), name)  # noqa: S314  it is our own


def _inlined(root: ET.Element, name: str) -> str:
    """Without what only a script would need, with a tooltip for each mark, and one name for the whole."""
    _strip(root)
    wide, high = root.attrib["width"], root.attrib["height"]
    root.attrib.clear()
    has_links = root.find(f".//{_SVG}a") is not None
    root.attrib |= {
        "viewBox": f"0 0 {wide} {high}", "role": "group" if has_links else "img",
        "aria-labelledby": f"{name}-title", "aria-describedby": f"{name}-how", "style": f"max-width:{wide}px",
    }  # fmt: skip
    ET.register_namespace("", _SVG.strip("{}"))
    return ET.tostring(root, encoding="unicode")


def _strip(node: ET.Element) -> None:
    for child in list(node):
        kept = child.tag.removeprefix(_SVG) in _KEPT and child.get("display") != "none"
        if not kept or child.get("class") == "background":
            node.remove(child)
            continue
        _strip(child)
        if child.get(_HREF, "").endswith("#"):  # it leads nowhere
            child.tag = f"{_SVG}g"
            del child.attrib[_HREF]
        said = child.get("aria-label")
        mark = child.get("role") == "graphics-symbol" and child.get("aria-roledescription") != "axis"
        child.attrib = dict(_plain(child.attrib))
        if said and mark:
            ET.SubElement(child, f"{_SVG}title").text = said
        if child.tag == f"{_SVG}text":
            child.set("aria-hidden", "true")  # the figures beside it say it in order


def _plain(attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in attributes.items():
        if key == _HREF:  # Vega puts an address of its own before it
            yield "href", "#" + value.partition("#")[2]
        elif not key.startswith("aria-") and key not in _ONLY_SCRIPTED:
            yield key, _LONG.sub(lambda m: f"{float(m[0]):.1f}".removesuffix(".0"), value)
