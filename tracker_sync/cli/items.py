"""`tracker-sync items` and `show`: what is in the log, with tags and the reasons for them."""

import click

from tracker_sync.cli.session import configuration, find_item, opened


@click.command()
@click.option("--untagged", is_flag=True, help="Only items without an intent or an origin.")
@click.option("--conflicts", is_flag=True, help="Only items whose signs disagree, with what says otherwise.")
@click.option("--epics", is_flag=True, help="Only epics.")
@click.option("--intent", metavar="ID", help="Only items of this intent.")
@click.option("--customer", metavar="NAME", help="Only items that this customer asked for.")
@click.option("--source", metavar="NAME", help="Only items of this source.")
@click.option("--as-of", metavar="DATE", help="As the trackers showed it then.")
@click.option("--known-at", metavar="TIME", help="As this log knew it then.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text")
@click.pass_context
def items(
    context: click.Context, untagged: bool, conflicts: bool, epics: bool, intent: str | None,
    customer: str | None, source: str | None, as_of: str | None, known_at: str | None, form: str,
) -> None:  # fmt: skip
    """List items with their tags.

    Example: tracker-sync items --epics --untagged
    """
    from tracker_sync.reports.opening import Asked, open_org

    config = configuration(context)
    with opened(config) as log:
        org, query = open_org(config, log, Asked(as_of=as_of, known_at=known_at, source=source))
    wanted_intent = org.strategies.resolve(intent) or intent if intent else None
    wanted_customer = org.customers.root(customer).casefold() if customer else None
    rows = [
        (item, org.tags[ref])
        for ref, item in org.world.items.items()
        if (source is None or item.source == source)
        and (not epics or ref in org.epics)
        and (not untagged or not org.tags[ref].intents or org.tags[ref].origin is None)
        and (not conflicts or org.tags[ref].disputed)
        and (wanted_intent is None or wanted_intent in [t.value for t in org.tags[ref].intents])
        and (wanted_customer is None or wanted_customer in [a.casefold() for a in org.accounts(ref)])
    ]
    if form == "json":
        from tracker_sync.render import json

        click.echo(json.items(rows, org, query), nl=False)
    elif form == "csv":
        from tracker_sync.render import csv

        click.echo(csv.items(rows, disputed=conflicts), nl=False)
    else:
        from tracker_sync.render import item as page

        click.echo(page.disputed(rows, org.zone) if conflicts else page.items(rows), nl=False)


@click.command()
@click.argument("key")
@click.option("--as-of", metavar="DATE", help="As its tracker showed it then.")
@click.option("--known-at", metavar="TIME", help="As this log knew it then.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def show(context: click.Context, key: str, as_of: str | None, known_at: str | None, form: str) -> None:
    """Show one item: its history, its tags, and why it has them.

    Example: tracker-sync show acme:PAY-12
    """
    from tracker_sync.reports.opening import Asked, open_items

    config = configuration(context)
    with opened(config) as log, log.snapshot():
        org, seen = open_items(config, log, [key], Asked(as_of=as_of, known_at=known_at))
    found = find_item(org.world, key, removed=True, then=seen.past)
    gone = found.removed_at is not None
    if form == "json":
        from tracker_sync.render import json

        out = json.removed(found, seen) if gone else json.shown(found, org.tags[found.ref], org, seen)
    else:
        from tracker_sync.render import item

        out = item.removed(found, org, seen) if gone else item.shown(found, org.tags[found.ref], org, seen)
    click.echo(out, nl=False)
