"""What the page says of an item: what it is, and why it is judged as it is."""

from collections.abc import Iterable

from msgspec import Struct

from tracker_sync.render.json import decided
from tracker_sync.reports.org import Org
from tracker_sync.reports.query import day_text
from tracker_sync.tagging import Tag, Tags


class Reason(Struct, frozen=True):
    """One thing that is said of an item, and what it rests on."""

    what: str
    """`intent`, `customer`, `origin` and so on."""
    value: str
    by: str
    """Which rule, or which person."""
    why: str
    since: str
    """The day from which it holds."""
    overruled: bool = False


class ItemReasons(Struct, frozen=True):
    """An item and all that is said of it."""

    title: str
    about: str
    """Its type and status, and what is above it."""
    reasons: tuple[Reason, ...]
    unknown: tuple[str, ...]
    """What nothing and nobody said."""


def reasons(org: Org, refs: Iterable[str]) -> dict[str, ItemReasons]:
    """What is said of these items, as far as the organisation has them."""
    return {ref: _item(org, ref) for ref in refs if ref in org.tags}


def _item(org: Org, ref: str) -> ItemReasons:
    item, tags = org.world.items[ref], org.tags[ref]
    above = org.tree.parents.get(ref)
    about = [
        item.one("type") or "issue",
        item.one("status") or "no status",
        *([f"under {above}"] if above else []),
    ]
    return ItemReasons(
        item.title, ", ".join(about),
        (*(_reason(t, org) for t in decided(tags)),
         *(_reason(t, org, overruled=True) for t in tags.conflicts)),
        _unknown(tags),
    )  # fmt: skip


def _unknown(tags: Tags) -> tuple[str, ...]:
    has = {"intent": tags.intents, "customer": tags.customers, "origin": tags.origin}
    return tuple(name for name, found in has.items() if not found)


def _reason(tag: Tag, org: Org, *, overruled: bool = False) -> Reason:
    by = f"said by {tag.by}" if tag.by else f"rule {tag.rule} ({tag.basis})"
    above = f", from {tag.inherited} above it" if tag.inherited else ""
    since = day_text(tag.known_since if tag.by else tag.since, org.zone)
    return Reason(tag.dimension, tag.value, by + above, tag.why, since, overruled)
