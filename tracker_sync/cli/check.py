"""`tracker-sync check`: which open epics lack an intent, or go against the strategy."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from tracker_sync.cli.session import configuration, find_item, opened

if TYPE_CHECKING:
    from tracker_sync.config import Config
    from tracker_sync.log import EventLog
    from tracker_sync.reports.opening import Asked
    from tracker_sync.reports.org import Org
    from tracker_sync.reports.portfolio import Portfolio
    from tracker_sync.reports.query import Query
    from tracker_sync.strategies import Version

LEVELS = ("note", "warning", "alarm")


@click.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--as-of", metavar="DATE", help="As the trackers showed it then.")
@click.option("--known-at", metavar="TIME", help="As this log knew it then.")
@click.option("--fail-on", type=click.Choice(LEVELS), help="Exit with 10 on findings of this level or above.")
@click.pass_context
def check(
    context: click.Context, keys: tuple[str, ...], form: str, as_of: str | None, known_at: str | None,
    fail_on: str | None,
) -> None:  # fmt: skip
    """Check open epics (or the items named) against the strategy.

    Example: tracker-sync check --fail-on warning
    """
    from tracker_sync.render import clean
    from tracker_sync.reports.opening import Asked

    config = configuration(context)
    with opened(config) as log, log.snapshot():
        refs, findings, seen = examined(config, log, keys, Asked(as_of=as_of, known_at=known_at))
    if form == "json":
        from tracker_sync.render.json import dump
        from tracker_sync.render.sheet_json import clocks

        rows = [{"key": r, "level": level, "what": what} for r, level, what in findings]
        told = {
            "schema": "tracker-sync/check/1",
            "generated_for": clocks(seen),
            "checked": refs,
            "rows": rows,
        }
        click.echo(dump(told), nl=False)
    else:
        for ref, level, what in findings:
            click.echo(f"{level}: {ref}: {clean(what)}")
        click.echo(f"{len(refs)} checked, {len({f[0] for f in findings})} with findings", err=True)
    worst = max((LEVELS.index(f[1]) for f in findings), default=-1)
    context.exit(10 if fail_on and worst >= LEVELS.index(fail_on) else 0)


class Looked(NamedTuple):
    """Items, and what they are looked at with."""

    refs: list[str]
    org: "Org"
    every: "Portfolio"
    query: "Query"


def looked_at(config: "Config", log: "EventLog", keys: Sequence[str], asked: "Asked") -> Looked:
    """The items named, or all open epics."""
    import numpy as np

    from tracker_sync.reports.opening import open_items, open_portfolio
    from tracker_sync.states.columns import DONE

    every, query = open_portfolio(config, log, asked)
    left = np.flatnonzero(every.epic & ~every.in_phase(DONE, query.as_of)).tolist()
    epics = {every.ref(row) for row in left}  # among them some that were declined
    org, seen = open_items(config, log, keys or sorted(epics), asked)
    refs = [find_item(org.world, k, then=seen.past).ref for k in keys] or [
        ref for ref in org.world.items if ref in epics and _is_open_epic(org, ref)
    ]
    return Looked(refs, org, every, query)


def examined(
    config: "Config", log: "EventLog", keys: Sequence[str], asked: "Asked"
) -> "tuple[list[str], list[tuple[str, str, str]], Query]":
    """The items named, or all open epics; what is found about them, as (ref, level, what); and when."""
    refs, org, every, query = looked_at(config, log, keys, asked)
    version = org.strategies.as_of(query.as_of, every.last_ts)
    return refs, [(ref, *f) for ref in refs for f in _findings(org, ref, version, query.as_of)], query


def _is_open_epic(org: "Org", ref: str) -> bool:
    spans = org.tags[ref].spans
    return ref in org.epics and not (spans and spans[-1].phase in ("done", "declined"))


def _findings(org: "Org", ref: str, version: "Version | None", now: int) -> Iterator[tuple[str, str]]:
    item, tags = org.world.items[ref], org.tags[ref]
    stated = [i.id for i in version.strategy.intents if version.stands(i, now)] if version else []
    if not tags.intents:
        choice = f"; choose one of: {', '.join(stated)}" if stated else ""
        yield "warning", f"{item.title!r} names no strategic intent{choice}"
    elif len(tags.intents) > 1:
        yield (
            "warning",
            f"{item.title!r} names several intents: {', '.join(t.value for t in tags.intents)}",
        )
    elif version and tags.intents[0].value not in stated:
        yield "warning", f"its intent {tags.intents[0].value!r} is not in the strategy"
    for one in tags.unclear:
        who = " or ".join(org.customers.between(one.value))
        yield "note", f"{item.title!r} names {one.value!r}, which may be {who}: say who with tracker-sync tag"
    if version is None:
        return
    if excluded := version.exclusion([item.title, *item.many("labels")], now):
        yield (
            "alarm",
            f"{item.title!r} names what was decided against ({excluded.id}: {excluded.why})",
        )
    vocabulary = version.strategy.vocabulary
    if word := vocabulary.vague(item.title):
        yield "note", f"{item.title!r} says {word!r}; precise words are: {', '.join(vocabulary.words)}"
