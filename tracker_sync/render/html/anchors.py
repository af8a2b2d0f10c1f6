"""Where things stand in the page: the names that links lead to."""

import re


def anchor(ref: str) -> str:
    """The name of an item's place: the same on every page, another one for every ref."""
    return "item-" + _plain(ref)


def place(*parts: object) -> str:
    """The name of a report's part."""
    return "-".join(_plain(str(p)) for p in parts)


def _plain(text: str) -> str:
    return re.sub(r"[^\w:/-]", lambda m: f".{ord(m[0]):x}.", text, flags=re.ASCII)
