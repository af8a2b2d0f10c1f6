"""`tracker-sync init`: writes the first files, with comments; never overwrites."""

from pathlib import Path

import click

from tracker_sync.config import FILE
from tracker_sync.errors import ConfigError


@click.command()
@click.option("--jira", metavar="URL", help="A Jira, such as https://acme.atlassian.net")
@click.option("--jql", default="", help="Which of its issues; all without it.")
@click.option("--github", "repos", metavar="OWNER/REPO", multiple=True, help="A repository (repeatable).")
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
def init(jira: str | None, jql: str, repos: tuple[str, ...], folder: Path) -> None:
    """Write tracker-sync.toml, strategy.toml, customers.csv and people.toml to fill in.

    Example: tracker-sync init --jira https://acme.atlassian.net --jql "project = PAY"
    """
    from tracker_sync.cli import templates
    from tracker_sync.config import load

    if not jira and not repos:
        raise ConfigError("name a tracker: --jira URL or --github OWNER/REPO")
    files = {
        FILE: templates.config(jira, jql, repos),
        "strategy.toml": templates.STRATEGY,
        "customers.csv": templates.CUSTOMERS,
        "people.toml": templates.PEOPLE,
    }
    if (folder / FILE).exists():
        raise ConfigError("already exists; edit it, or use another folder with --dir", folder / FILE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            if not (folder / name).exists():
                (folder / name).write_text(text, encoding="utf-8")
                click.echo(f"wrote {folder / name}", err=True)
    except OSError as e:
        raise ConfigError(f"cannot write into {folder}: {e.strerror}") from None
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
