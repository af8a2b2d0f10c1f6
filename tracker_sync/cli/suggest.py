"""`tracker-sync suggest`: tags that untagged items might have; it applies none."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from tracker_sync.cli.session import configuration, find_item, opened
from tracker_sync.errors import ConfigError

if TYPE_CHECKING:
    from tracker_sync.reports.org import Org
    from tracker_sync.reports.query import Query
    from tracker_sync.suggest.examples import Seen


@click.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@click.option(
    "--dimension", type=click.Choice(["intent", "customer", "origin"]), default="intent",
    help="What to propose; else intent.",
)  # fmt: skip
@click.option("--epics", is_flag=True, help="Only for epics.")
@click.option("--source", metavar="NAME", help="Only for items of this source.")
@click.option("--limit", metavar="N", type=click.IntRange(1), help="At most so many (as text, else 20).")
@click.option(
    "--threshold",
    metavar="P",
    type=click.FloatRange(0, 1),
    help="Least confidence to propose, 0 to 1; else 0.8.",
)
@click.option("--evaluate", is_flag=True, help="Say how often proposals would have been right.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text")
@click.pass_context
def suggest(
    context: click.Context, keys: tuple[str, ...], dimension: str, epics: bool, source: str | None,
    limit: int | None, threshold: float | None, evaluate: bool, form: str,
) -> None:  # fmt: skip
    """Propose tags for untagged items, with how sure that is and why; nothing is applied.

    Example: tracker-sync suggest --epics --dimension intent
    """
    if evaluate and (keys or limit or form == "csv"):
        raise ConfigError("--evaluate is about all tagged items, as text or JSON: no KEY, --limit or CSV")
    if find_spec("sklearn") is None:
        raise ConfigError("suggest needs scikit-learn: pip install 'tracker_sync[suggest]'")
    from tracker_sync.reports.opening import Asked, open_org
    from tracker_sync.suggest import THRESHOLD

    config = configuration(context)
    with opened(config) as log:
        org, query = open_org(config, log, Asked(source=source))
    least = THRESHOLD if threshold is None else threshold
    if evaluate:
        text = _evaluated(org, query, dimension, least, form, epics=epics)
    else:
        named = _untagged(org, keys, dimension)
        text = _proposed(org, query, dimension, least, form, epics=epics, named=named, limit=limit)
    click.echo(text, nl=False)


def _proposed(
    org: "Org", query: "Query", dimension: str, threshold: float, form: str, *, epics: bool,
    named: set[str], limit: int | None,
) -> str:  # fmt: skip
    from tracker_sync.render import suggest as render
    from tracker_sync.suggest import propose
    from tracker_sync.suggest.examples import material

    def wanted(item: "Seen") -> bool:
        return (not named or item.ref in named) and _of(item, query, epics)

    shown = limit or (render.PAGE if form == "text" else None)
    found = propose(org, dimension, material(org, dimension), threshold, wanted, shown)
    if form == "json":
        return render.json(found, query)
    return render.csv(found) if form == "csv" else render.text(found, named=bool(named))


def _evaluated(
    org: "Org", query: "Query", dimension: str, threshold: float, form: str, *, epics: bool
) -> str:  # fmt: skip
    from tracker_sync.render import evaluation as render
    from tracker_sync.suggest import choices
    from tracker_sync.suggest.evaluation import evaluate
    from tracker_sync.suggest.examples import material

    examples = material(org, dimension).examples
    offered = choices(org, dimension, examples)
    found = evaluate(dimension, offered, examples, threshold, lambda item: _of(item, query, epics))
    return render.json(found, query) if form == "json" else render.text(found)


def _of(item: "Seen", query: "Query", epics: bool) -> bool:
    in_source = query.source is None or item.ref.startswith(f"{query.source}:")
    return in_source and (item.epic or not epics)


def _untagged(org: "Org", keys: tuple[str, ...], dimension: str) -> set[str]:
    """The refs of the items named; raises ConfigError for one that lacks nothing."""
    from tracker_sync.suggest.examples import lacks

    refs = [find_item(org.world, key).ref for key in keys]
    for ref in refs:
        if not lacks(org.tags[ref], dimension):
            raise ConfigError(
                f"nothing to propose for {ref}: it lacks no {dimension} (`tracker-sync show {ref}` says why)"
            )
    return set(refs)
