"""Who says otherwise than what was decided about an item, each in a line."""

from datetime import tzinfo

from tracker_sync.days import local
from tracker_sync.render import clean
from tracker_sync.render.rules import quoted
from tracker_sync.tagging import Tag


def line(one: Tag, zone: tzinfo) -> str:
    """Who says what, and since when: a rule, or a person about an item above."""
    of = f" of {one.inherited} above it" if one.inherited else ""
    since = local(one.known_since if one.by else one.since, zone).date()
    if one.by:
        return clean(f"{one.by} said {quoted(one.value)}{of} (since {since})")
    return clean(f"rule {one.rule} says {quoted(one.value)}{of} ({one.basis}, since {since})")
