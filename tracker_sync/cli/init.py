"""`tracker-sync init`: writes the first files, with comments; never overwrites."""

import os
from collections.abc import Mapping
from pathlib import Path

import click

from tracker_sync.config import FILE
from tracker_sync.errors import ConfigError


@click.command()
@click.option("--jira", metavar="URL", help="A Jira, such as https://acme.atlassian.net")
@click.option("--jql", default="", help="Which of its issues; all without it.")
@click.option("--github", "repos", metavar="OWNER/REPO", multiple=True, help="A repository (repeatable).")
@click.option("--inputs", is_flag=True, help="Only what is missing of problems.csv, adoption.csv, pmf.csv.")
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.pass_context
def init(
    context: click.Context, jira: str | None, jql: str, repos: tuple[str, ...], inputs: bool, folder: Path
) -> None:
    """Write tracker-sync.toml and the files that it names, to fill in: strategy.toml, customers.csv,
    people.toml, and with only a header problems.csv, adoption.csv and pmf.csv.

    Example: tracker-sync init --jira https://acme.atlassian.net --jql "project = PAY"
    """
    if inputs:
        if jira or jql or repos:
            raise ConfigError("--inputs adds files to a configuration; leave out --jira, --jql, --github")
        _add_inputs(folder, context.find_root().obj)
    else:
        _begin(folder, jira, jql, repos)


def _begin(folder: Path, jira: str | None, jql: str, repos: tuple[str, ...]) -> None:
    """Every file of a new folder."""
    from tracker_sync.cli import templates
    from tracker_sync.config import load

    if not jira and not repos:
        raise ConfigError("name a tracker: --jira URL or --github OWNER/REPO")
    if (folder / FILE).exists():
        raise ConfigError(
            "already exists; edit it, or use another folder with --dir; --inputs adds side inputs to it",
            folder / FILE,
        )
    files = {
        FILE: templates.config(jira, jql, repos),
        "strategy.toml": templates.STRATEGY,
        "customers.csv": templates.CUSTOMERS,
        "people.toml": templates.PEOPLE,
        **{f"{name}.csv": text for name, text in templates.sides().items()},
    }
    _write({folder / name: text for name, text in files.items()})
    try:
        load(folder / FILE)
    except ConfigError:
        (folder / FILE).unlink()
        raise
    variable = "JIRA_TOKEN (and JIRA_USER on Cloud)" if jira else "GITHUB_TOKEN"
    click.echo(
        f"Next: export {variable}, then: tracker-sync sync && tracker-sync report\n"
        "What work is held against: fill in strategy.toml; tracker-sync strategy check walks you through it",
        err=True,
    )


def _add_inputs(folder: Path, explicit: str | None) -> None:
    """The side inputs that a configuration names and that are not there yet."""
    import msgspec

    from tracker_sync.cli import templates
    from tracker_sync.config import find, load

    config = load(find(folder.absolute(), explicit, os.environ))
    names = msgspec.structs.asdict(config.strategy)
    files = {config.file(names[side]): text for side, text in templates.sides().items()}
    for path in files:
        if path.exists():
            click.echo(f"{path} is there already", err=True)
    _write(files)
    click.echo("Next: put rows under the headers, then: tracker-sync report", err=True)


def _write(files: Mapping[Path, str]) -> None:
    """Write those that are not there yet. Raises ConfigError where that cannot be."""
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.write_text(text, encoding="utf-8")
                click.echo(f"wrote {path}", err=True)
        except OSError as e:
            raise ConfigError(f"cannot write into {path.parent}: {e.strerror}") from None
