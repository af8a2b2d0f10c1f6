"""Text as trackers give it, made plain."""

from typing import Any


def plain(value: Any) -> str:
    """A text, or an Atlassian document (ADF, a tree of nodes) as its words; '' for nothing.

    Source: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        if "text" in value:
            return str(value["text"])
        inner = [plain(v) for v in value.get("content") or []]
        return ("\n" if value.get("type") in ("doc", "bulletList", "orderedList") else "").join(inner)
    raise TypeError(f"a text was expected, not {type(value).__name__}")
