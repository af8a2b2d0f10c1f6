"""`tracker-sync tag`: a person's judgement about an item, kept as an event."""

import getpass

import click

from tracker_sync.cli.session import configuration, find_item, now, opened
from tracker_sync.errors import ConfigError


@click.command()
@click.argument("key")
@click.option("--intent", metavar="ID", help="The strategic intent that it serves.")
@click.option("--customer", "customers", metavar="NAME", multiple=True, help="Who asked for it (repeatable).")
@click.option("--origin", metavar="WORD", help="Where the decisive demand came from.")
@click.option("--reason", help="Why; others will read it.")
@click.option(
    "--clear", is_flag=True, help="Take back what people said of it (of the options named, or all)."
)
@click.pass_context
def tag(
    context: click.Context, key: str, intent: str | None, customers: tuple[str, ...],
    origin: str | None, reason: str | None, clear: bool,
) -> None:  # fmt: skip
    """Say which intent an item serves, who asked for it, or where the demand came from.

    Example: tracker-sync tag acme:PAY-12 --intent reliability --reason "agreed in planning"
    """
    from tracker_sync.events import Tagged, validate
    from tracker_sync.inputs import judgement, now_stated, told
    from tracker_sync.items import fold
    from tracker_sync.log import PEOPLE
    from tracker_sync.states.lookup import around
    from tracker_sync.tagging import ORIGINS

    config = configuration(context)
    with opened(config, write=True) as log:
        item = find_item(fold(around(log, [key])), key)
        given = {"intent": intent, "customer": ";".join(customers) or None, "origin": origin}
        values: dict[str, str | None] = {a: v for a, v in given.items() if v is not None}
        if clear:
            values = dict.fromkeys(values or given, None)
        if not values:
            raise ConfigError("say what it is: --intent, --customer or --origin (or --clear)")
        if not clear and not (reason or "").strip():
            raise ConfigError("--reason is missing: say why, for those who will argue over it")
        if origin and origin not in ORIGINS:
            raise ConfigError(f"--origin: {origin!r} is not one of {', '.join(ORIGINS)}")
        strategies = judgement(config, told(log), now_stated(config)).strategies
        if intent and not clear and strategies.latest and strategies.resolve(intent) is None:
            stated = ", ".join(i.id for i in strategies.latest.strategy.intents)
            raise ConfigError(f"--intent: the strategy states no {intent!r}; it states: {stated}")
        at = now()
        events = [
            Tagged(id=f"t{at}.{attr}", item=f"{item.source}:{item.id}", ts=at, actor=getpass.getuser(),
                   attr=attr, val=val, reason=reason or "taken back")
            for attr, val in values.items()
        ]  # fmt: skip
        log.append(PEOPLE, validate(events), now=at)
