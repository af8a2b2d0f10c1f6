"""Items as text: a list of them, and one of them whole."""

from collections.abc import Iterable
from datetime import tzinfo

from tracker_sync.events import Noted
from tracker_sync.items import Item
from tracker_sync.render import clean
from tracker_sync.render.conflicts import line
from tracker_sync.render.page import Page
from tracker_sync.reports.org import Org
from tracker_sync.reports.query import Clocks, day_text, rfc3339
from tracker_sync.tagging import Tag, Tags


def items(rows: Iterable[tuple[Item, Tags]]) -> str:
    """The item list, a line each; keys are never cut, so lines may be longer than a terminal is wide."""
    lines = []
    for item, tags in rows:
        said = [
            ", ".join(t.value for t in tags.intents) or "no intent",
            ", ".join(t.value for t in tags.customers) or "no customer",
            tags.origin.value if tags.origin else "origin unknown",
        ]
        lines.append(f"{clean(item.ref)}  {clean(item.title)}  [{clean(' | '.join(said))}]")
    return "\n".join(lines) + "\n" * bool(lines)


def disputed(rows: Iterable[tuple[Item, Tags]], zone: tzinfo) -> str:
    """The item list, and below each item what its signs disagree about, a line each."""
    return "".join(
        items([(item, tags)]) + "".join(f"  {t.dimension}: {line(t, zone)}\n" for t in tags.disputed)
        for item, tags in rows
    )


def shown(item: Item, tags: Tags, org: Org, seen: Clocks) -> str:
    """One item: what it is, what is said of it and why, and what happened to it."""
    from tracker_sync.render.json import decided

    page = Page()
    page.line(f"{item.ref}  {clean(item.title)}", "bold")
    _when(page, seen)
    committed = f"committed {day_text(tags.committed_at, org.zone)}" if tags.committed_at else "not committed"
    above = f", under {org.tree.parents[item.ref]}" if item.ref in org.tree.parents else ""
    page.line(
        f"{clean(item.one('type') or 'issue')}, {clean(item.one('status') or 'no status')}, "
        f"opened {day_text(item.opened_at, org.zone)}, {committed}{above}"
    )
    page.line()
    for one in decided(tags):
        page.line(f"{one.dimension}: {clean(one.value)}", "bold")
        page.line(f"  {_rests_on(one, org)}")
        page.line(f"  {clean(one.why)}")
    for name, has in (
        ("intent", tags.intents),
        ("customer", tags.customers),
        ("origin", tags.origin),
    ):
        if not has:
            page.line(f"{name}: unknown (no rule matched, nobody tagged it)")
    if len(tags.intents) > 1:
        page.line("It names several intents; settle it with `tracker-sync tag`.")
    for one in tags.unclear:
        page.line(f"unclear: {clean(one.value)} may be more than one account", "bold")
        page.line(f"  {_rests_on(one, org)}")
        page.line(f"  {clean(one.why)} Say who with `tracker-sync tag {item.ref} --customer`.")
    for one in tags.conflicts:
        page.line(f"disagrees: {one.dimension} {clean(one.value)}", "bold")
        page.line(f"  {_rests_on(one, org)}; overruled")
        page.line(f"  {clean(one.why)}")
    for mark in tags.marks:
        page.line(f"mark: {clean(mark.value)} ({mark.rule}; the strategy states no such intent)")
    if (version := org.strategies.at(tags.requested_at or item.opened_at)) is not None:
        page.line(f"judged by the strategy in force from {day_text(version.since, org.zone)}")
    page.line()
    _history(page, item, org)
    return page.text()


def _rests_on(one: Tag, org: Org) -> str:
    origin = f"inherited from {one.inherited}; " if one.inherited else ""
    said = f"said by {clean(one.by)}" if one.by else f"rule {one.rule} ({one.basis})"
    return f"{origin}{said}, event {one.event_id}, since {day_text(one.since, org.zone)}"


def _when(page: Page, seen: Clocks) -> None:
    if seen.as_of is not None:
        page.line(f"as its tracker showed it at {rfc3339(seen.as_of)}")
    if seen.known_at is not None:
        page.line(f"as this log knew it at {rfc3339(seen.known_at)}")


def removed(item: Item, org: Org, seen: Clocks) -> str:
    """An item that is not in its tracker any more: what it was, and what happened to it."""
    page = Page()
    page.line(f"{item.ref}  {clean(item.title)}", "bold")
    _when(page, seen)
    page.line(
        f"not in its tracker any more, seen on {day_text(item.removed_at or 0, org.zone)}; in no report since"
    )
    page.line()
    _history(page, item, org)
    return page.text()


def _history(page: Page, item: Item, org: Org) -> None:
    names = org.names(item)
    for e in (*item.events, *item.judged):
        if isinstance(e, Noted):
            continue  # ranks and mentions; --format json has them
        attr = clean(names.of("field", getattr(e, "attr", "")))
        page.line(f"{day_text(e.ts, org.zone)}  {e.kind:9} {attr:18} {clean(e.val or '')[:38]}")
