"""`tracker-sync rules`: what tags items and finds patterns, whether it holds, what it says of an item."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker_sync.cli import bias
from tracker_sync.cli.session import configuration, find_item, opened
from tracker_sync.errors import ConfigError

if TYPE_CHECKING:
    from tracker_sync.config import Config
    from tracker_sync.tagging.lint import Finding
    from tracker_sync.tagging.listing import Listed, RuleFile


@click.group()
def rules() -> None:
    """Work with the rules that tag items and find patterns.

    Example: tracker-sync rules test
    """


@rules.command("test")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.pass_context
def test(context: click.Context, paths: tuple[Path, ...]) -> None:
    """Test rule files, and find mistakes in them.

    Runs the tests inside the files and folders named, else of all rules in use, and looks for rules that
    cannot do what they say. A failing test and an error end it with exit code 2, notes do not.

    Example: tracker-sync rules test rules/tags/customer.toml
    """
    from tracker_sync.render import rules as page
    from tracker_sync.tagging.listing import listing
    from tracker_sync.tagging.rules import failures

    config = _configured(context)
    files = _named(paths) if paths else _in_use(config)
    on_patterns = bias.test(bias.named(paths) if paths else None, config)
    names = {f.name for f in files}
    before = [f for f in _in_use(None) if f.path.resolve() not in {g.path.resolve() for g in files}]
    every = listing([*before, *files], config.rules.disable if config and not paths else [])
    tested = [one for one in every if one.file.name in names and (paths or one.in_use)]
    failed = [(one, failure) for one in tested for failure in failures(one.rule)]
    for one, failure in failed:
        click.echo(page.failure(one, failure), nl=False)
    findings, gap = _findings(every, config)
    found = [f for f in findings if not paths or f.place.rpartition(":")[0] in names]
    for finding in found:
        click.echo(page.finding(finding), err=True)
    if gap:
        click.echo(f"not assessed: {gap}", err=True)
    counts = len(tested), sum(len(one.rule.tests) for one in tested), len(failed)
    rules, tests, wrong = (a + b for a, b in zip(counts, on_patterns, strict=True))
    click.echo(page.summary(rules, tests, wrong, found), err=True)
    context.exit(2 if wrong or any(f.level == "error" for f in found) else 0)


@rules.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def list_(context: click.Context, form: str) -> None:
    """List all rules: what each gives or asks, and why.

    Also those that are switched off, or replaced by one of the same name.

    Example: tracker-sync rules list
    """
    from tracker_sync.render import bias as page
    from tracker_sync.render import explained

    config = _configured(context)
    every, found, off = _every(config), bias.loaded(config), bias.off(config)
    if form == "json":
        click.echo(explained.as_json(every, page.rows(found, off)), nl=False)
    else:
        click.echo(explained.listed(every) + page.listed(found, off), nl=False)


@rules.command()
@click.argument("name", metavar="RULE|KEY")
@click.pass_context
def explain(context: click.Context, name: str) -> None:
    """Explain what a rule does, or an item's tags.

    A rule: its conditions in words, its tests, the items that it tagged. An item: which rules spoke for it,
    why some do not decide, and which nearly spoke.

    \b
    Example: tracker-sync rules explain intent/intent-label
             tracker-sync rules explain bias/retrofit
             tracker-sync rules explain acme:PAY-12
    """
    config = _configured(context)
    every = _every(config)
    on_patterns = [r for r in bias.loaded(config) if name in (r.name, r.id)]
    if on_patterns:
        from tracker_sync.render import bias as page

        off = on_patterns[0].name in bias.off(config)
        click.echo(page.explained(on_patterns[0], off=off), nl=False)
    elif one := _rule_called(name, every):
        from tracker_sync.render import explained

        click.echo(explained.explained(one), nl=False)
        _tell_items(one, config)
    else:
        _tell_rules(name, every, config)


def _every(config: "Config | None") -> "list[Listed]":
    from tracker_sync.tagging.listing import listing

    return listing(_in_use(config), config.rules.disable if config else [])


def _rule_called(name: str, every: "list[Listed]") -> "Listed | None":
    """The rule of this name, or of this id alone; of several, the one that is in use."""
    found = [one for one in every if name in (one.rule.name, one.rule.name.partition("/")[2])]
    names = sorted({one.rule.name for one in found})
    if len(names) > 1:
        raise ConfigError(f"{name!r} is ambiguous: {', '.join(names)}")
    return max(found, key=lambda one: one.in_use, default=None)


def _tell_items(one: "Listed", config: "Config | None") -> None:
    """Print which items of the log a rule tagged, if there is a log."""
    from tracker_sync.render import explained
    from tracker_sync.reports.opening import open_org

    if config is None or (isinstance(config.log_place, Path) and not config.log_place.exists()):
        click.echo("there is no log yet to look for items in; `tracker-sync sync` makes one", err=True)
    elif one.in_use:
        with opened(config) as log:
            click.echo(explained.tagged(one.rule, open_org(config, log)[0]), nl=False)


def _tell_rules(key: str, every: "list[Listed]", config: "Config | None") -> None:
    """Print which rules spoke for an item."""
    from difflib import get_close_matches

    from tracker_sync.render import explained
    from tracker_sync.reports.opening import open_items
    from tracker_sync.tagging.hearing import hearing

    near = get_close_matches(key, sorted({one.rule.name for one in every}), 1)
    no_rule = f"there is no rule {key!r}{f' (did you mean {near[0]!r}?)' if near else ''}"
    if config is None:
        raise ConfigError(f"{no_rule}, and without a configuration no log to look for an item in")
    with opened(config) as log, log.snapshot():
        org, _ = open_items(config, log, [key])
    try:
        item = find_item(org.world, key)
    except ConfigError as e:
        raise ConfigError(f"{no_rule}; {e}") from None
    tags = org.tags[item.ref]
    spoke, close = hearing(item, org.names(item), tags, org.judged)
    click.echo(explained.heard(item, tags, spoke, close), nl=False)


def _configured(context: click.Context) -> "Config | None":
    """The configuration, if there is one; what is wrong with one that is there is raised."""
    try:
        return configuration(context)
    except ConfigError as e:
        if e.path is not None:
            raise
        return None


def _named(paths: tuple[Path, ...]) -> "list[RuleFile]":
    from tracker_sync.tagging.listing import RuleFile
    from tracker_sync.tomlfile import text_of

    files = [f for p in paths for f in ([p] if p.is_file() else _inside(p)) if not bias.is_bias(f)]
    return [RuleFile(f, text_of(f), str(f)) for f in dict.fromkeys(files)]


def _inside(folder: Path) -> list[Path]:
    """The files of its `tags` folders; where it has none it is such a folder itself."""
    return sorted(folder.rglob("tags/*.toml")) or sorted(folder.glob("*.toml"))


def _in_use(config: "Config | None") -> "list[RuleFile]":
    """The rule files of a configuration, or only those built in."""
    from tracker_sync.tagging.listing import RuleFile
    from tracker_sync.tagging.rules import packs

    if config is None:
        return [RuleFile(path, text, f"built-in/{path.name}") for path, text in packs()]
    from tracker_sync.inputs import rule_files

    return [RuleFile(path, text, name) for name, (path, text) in rule_files(config).items()]


def _findings(every: "list[Listed]", config: "Config | None") -> "tuple[list[Finding], str]":
    """(what is wrong, what could not be looked at and why)."""
    from tracker_sync.tagging.fit import misfits, stated_in, unknown_switches
    from tracker_sync.tagging.lint import lint

    if config is None:
        return lint(every), "no configuration (that intents and fields which rules name are there)"
    stated = stated_in(config)
    found = [*lint(every), *misfits(every, stated, config.fields), *unknown_switches(every, config)]
    none = f"no strategy in {config.strategy.file} (that intents which rules name are there)"
    return found, "" if stated else none
