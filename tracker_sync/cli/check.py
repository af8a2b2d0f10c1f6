"""`tracker-sync check`: which open epics lack an intent, or go against the strategy."""

import os
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from msgspec.structs import replace

from tracker_sync.cli.failing import code_of, fail_on_option
from tracker_sync.cli.session import configuration, find_item, opened
from tracker_sync.errors import ConfigError

if TYPE_CHECKING:
    from tracker_sync.annotate.wanted import Comment
    from tracker_sync.annotate.writing import Terms
    from tracker_sync.config import Config
    from tracker_sync.log import EventLog
    from tracker_sync.render.check import Checked, Finding
    from tracker_sync.reports.opening import Asked
    from tracker_sync.reports.org import Org
    from tracker_sync.reports.portfolio import Portfolio
    from tracker_sync.reports.query import Query
    from tracker_sync.strategies import Version

LABEL = "needs-strategic-intent"


@click.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="github: for the runner of GitHub Actions.",
)
@click.option(
    "--epics", "only_epics", is_flag=True, help="Of the items named only those that are open epics."
)
@click.option("--as-of", metavar="DATE", help="As the trackers showed it then.")
@click.option("--known-at", metavar="TIME", help="As this log knew it then.")
@fail_on_option("findings")
@click.option(
    "--annotate",
    is_flag=True,
    help="Say it in the tracker: a label and a comment on each epic without an intent. Sync first.",
)
@click.option("--label", default=LABEL, show_default=True, metavar="NAME", help="The label it puts on them.")
@click.option(
    "--comment",
    type=click.Choice(["always", "label-only", "never"]),
    default="always",
    show_default=True,
    help="Which comments it writes: label-only edits those that stand there.",
)
@click.option(
    "--max-writes",
    type=click.IntRange(0),
    default=30,
    show_default=True,
    metavar="N",
    help="The most changes of one run; the next one goes on.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@click.pass_context
def check(
    context: click.Context, /, keys: tuple[str, ...], form: str, only_epics: bool, as_of: str | None,
    known_at: str | None, fail_on: str | None, annotate: bool, **how: Any,
) -> None:  # fmt: skip
    """Check open epics (or the items named) against the strategy.

    Example: tracker-sync check --fail-on warning
    """
    from tracker_sync.cli import annotate as annotating
    from tracker_sync.reports.opening import Asked

    if annotate and (as_of or known_at):
        raise ConfigError("--annotate is about what the trackers show now: leave out --as-of and --known-at")
    if not annotate and (
        changed := [o for o in ("label", "comment", "max_writes", "dry_run") if _typed(context, o)]
    ):
        raise ConfigError(f"--{changed[0].replace('_', '-')} says how to annotate: add --annotate")
    config = configuration(context)
    with opened(config) as log, log.snapshot():
        job = annotating.Job(config, log, keys, how["label"]) if annotate else None
        asked = Asked(as_of=as_of, known_at=known_at)
        looked = looked_at(config, log, keys, asked, also=job.annotated if job else ())
        if only_epics:
            looked = looked._replace(refs=[r for r in looked.refs if _is_open_epic(looked.org, r)])
        checked = found_in(looked)
        if job:
            job.look(looked, {r for r in looked.org.world.items if _is_open_epic(looked.org, r)})
    code: int = code_of((f.level for f in checked.findings), fail_on)
    if job:
        outcome = job.write(_terms(**how), os.environ)
        checked, code = replace(checked, written=outcome.told), outcome.code(code)
    _show(config, form, checked)
    context.exit(code)


def _terms(label: str, comment: "Comment", max_writes: int, dry_run: bool) -> "Terms":
    from tracker_sync.annotate.writing import Terms

    return Terms(label, comment, max_writes, dry_run)


def _typed(context: click.Context, option: str) -> bool:
    return context.get_parameter_source(option) is not click.core.ParameterSource.DEFAULT


def _show(config: "Config", form: str, checked: "Checked") -> None:
    """The check on stdout, or where the runner of GitHub Actions looks."""
    from tracker_sync.cli.annotate import tell_runner
    from tracker_sync.render import check as shown
    from tracker_sync.render.links import links

    match form:
        case "json":
            click.echo(shown.json(checked), nl=False)
        case "github":
            click.echo(shown.annotations(checked), nl=False)
            outputs = {
                "epics": str(len(checked.refs)),
                "missing": str(len(checked.missing)),
                "report": shown.json(checked, shown.MOST_OUTPUT),
            }
            tell_runner(shown.summary(checked, links(config)), outputs, os.environ)
        case _:
            click.echo(shown.text(checked), nl=False)
    if form != "json":
        click.echo(checked.said, err=True)


class Looked(NamedTuple):
    """Items, and what they are looked at with."""

    refs: list[str]
    org: "Org"
    every: "Portfolio"
    query: "Query"

    @property
    def version(self) -> "Version | None":
        """The strategy in force."""
        return self.org.strategies.as_of(self.query.as_of, self.every.last_ts)


def looked_at(
    config: "Config", log: "EventLog", keys: Sequence[str], asked: "Asked", also: Collection[str] = ()
) -> Looked:
    """The items named, or all open epics; what they are looked at with knows some more items `also`."""
    import numpy as np

    from tracker_sync.reports.opening import open_items, open_portfolio
    from tracker_sync.states.columns import DONE

    every, query = open_portfolio(config, log, asked)
    left = np.flatnonzero(every.epic & ~every.in_phase(DONE, query.as_of)).tolist()
    epics = {every.ref(row) for row in left}  # among them some that were declined
    org, seen = open_items(config, log, [*keys, *also] if keys else sorted({*epics, *also}), asked)
    refs = [find_item(org.world, k, then=seen.past).ref for k in keys] or [
        ref for ref in org.world.items if ref in epics and _is_open_epic(org, ref)
    ]
    return Looked(refs, org, every, query)


def examined(
    config: "Config", log: "EventLog", keys: Sequence[str], asked: "Asked"
) -> "tuple[list[str], list[Finding], Query]":
    """The items named, or all open epics; what is found about them; and when."""
    looked = looked_at(config, log, keys, asked)
    return looked.refs, list(found_in(looked).findings), looked.query


def found_in(looked: Looked) -> "Checked":
    """What is found about the items."""
    from tracker_sync.annotate.subjects import lacks_intent
    from tracker_sync.render.check import Checked, Finding

    org, now = looked.org, looked.query.as_of
    findings = [Finding(r, *f) for r in looked.refs for f in _findings(org, r, looked.version, now)]
    return Checked(looked.refs, [r for r in looked.refs if lacks_intent(org, r)], findings, looked.query)


def _is_open_epic(org: "Org", ref: str) -> bool:
    spans = org.tags[ref].spans
    return ref in org.epics and not (spans and spans[-1].phase in ("done", "declined"))


def _findings(org: "Org", ref: str, version: "Version | None", now: int) -> Iterator[tuple[str, str]]:
    from tracker_sync.annotate.subjects import is_left_out

    item, tags = org.world.items[ref], org.tags[ref]
    stated = [i.id for i in version.strategy.intents if version.stands(i, now)] if version else []
    if not tags.intents and is_left_out(item):
        yield "note", f"{item.title!r} names no strategic intent, and asks not to be asked for one"
    elif not tags.intents:
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
