"""`tracker-sync rules`: the tests inside rule files."""

from pathlib import Path

import click

from tracker_sync.cli.session import configuration
from tracker_sync.errors import ConfigError


@click.group()
def rules() -> None:
    """Work with the rules that tag items.

    Example: tracker-sync rules test
    """


@rules.command("test")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.pass_context
def test(context: click.Context, paths: tuple[Path, ...]) -> None:
    """Run the tests inside rule files: those named, else all that are in use.

    Example: tracker-sync rules test rules/tags/customer.toml
    """
    from tracker_sync.tagging import rules as engine
    from tracker_sync.tomlfile import text_of

    if paths:
        files = [f for p in paths for f in ([p] if p.is_file() else sorted(p.rglob("*.toml")))]
        found = [r for f in files for r in engine.read(f, text_of(f))]
    else:
        try:
            config = configuration(context)
            packs = engine.packs(config.file(p) for p in config.rules.paths)
            found = list(engine.load(packs, config.rules.disable))
        except ConfigError as e:
            if e.path is not None:
                raise
            found = list(engine.load(engine.packs()))  # without a configuration: the built-in rules
    failed = [(r, f) for r in found for f in engine.failures(r)]
    for rule, failure in failed:
        click.echo(f"{rule.path}: {rule.name}: {failure}")
    click.echo(
        f"{len(found)} rules, {sum(len(r.tests) for r in found)} tests, {len(failed)} failed",
        err=True,
    )
    context.exit(2 if failed else 0)
