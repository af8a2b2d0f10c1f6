"""`tracker-sync init`: asks, or takes flags; tries the credentials; writes the first files."""

import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from tracker_sync.config import FILE
from tracker_sync.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from tracker_sync.cli.found import Credentials, Found
    from tracker_sync.config import GithubConfig, JiraConfig


class Asked(NamedTuple):
    """What the flags say."""

    jira: str | None
    jql: str
    projects: tuple[str, ...]
    repos: tuple[str, ...]
    github_url: str
    fields: tuple[str, ...]
    allow_http: bool
    offline: bool


@click.command()
@click.option("--jira", metavar="URL", help="A Jira, such as https://acme.atlassian.net")
@click.option("--project", "projects", metavar="KEY", multiple=True, help="A project of it (repeatable).")
@click.option("--jql", default="", help="Which of its issues, instead of projects; all without either.")
@click.option("--github", "repos", metavar="OWNER/REPO", multiple=True, help="A repository (repeatable).")
@click.option(
    "--github-url", metavar="URL", default="https://api.github.com", show_default=True,
    help="Enterprise: https://HOST/api/v3",
)  # fmt: skip
@click.option(
    "--field", "fields", metavar="ROLE=NAME", multiple=True,
    help="What Jira (else GitHub) calls the field for intent, customer, origin, points or paid; '' for none. "
    "Those not named are guessed.",
)  # fmt: skip
@click.option("--allow-http", is_flag=True, help="Take an address without encryption.")
@click.option("--offline", is_flag=True, help="Ask no tracker: write the files unchecked.")
@click.option("--inputs", is_flag=True, help="Only what is missing of problems.csv, adoption.csv, pmf.csv.")
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.pass_context
def init(context: click.Context, /, inputs: bool, folder: Path, **flags: object) -> None:
    """Set up: write tracker-sync.toml and the files that it names, with comments.

    Without flags it asks, on a terminal. With a token in the environment (JIRA_TOKEN, JIRA_USER,
    GITHUB_TOKEN) it tries it, and shows which projects, fields and labels it finds and what it takes them
    for. What is there already is left alone. Nothing is written where a tracker refuses; --offline does.

    \b
    Example: tracker-sync init --jira https://acme.atlassian.net --project PAY
             tracker-sync init --github acme/web --github acme/api
    """
    asked = Asked(**flags)  # type: ignore[arg-type]  # click has made each of its kind
    if inputs:
        if asked.jira or asked.jql or asked.repos:
            raise ConfigError("--inputs adds files to a configuration; leave out --jira, --jql, --github")
        _add_inputs(folder, context.find_root().obj)
        return
    if (folder / FILE).exists():
        raise ConfigError(
            "already exists; edit it, or use another folder with --dir; --inputs adds side inputs to it",
            folder / FILE,
        )
    if asked.jira or asked.repos or asked.projects or asked.jql:
        _begin(folder, _by_flags(asked))
    elif sys.stdin.isatty() and sys.stderr.isatty():
        from tracker_sync.cli.questions import interview

        _begin(folder, interview(os.environ))
    else:
        raise ConfigError("name a tracker: --jira URL or --github OWNER/REPO")


def _by_flags(asked: Asked) -> "list[Found]":
    """What the flags name, looked at where there is a token for it. Raises SourceError and ConfigError,
    before anything is written."""
    from tracker_sync.config import GithubConfig, JiraConfig

    found: list[Found] = []
    given = _given(asked.fields)
    if asked.jira:
        if asked.jql and asked.projects:
            raise ConfigError("--project and --jql say the same thing; use one of them")
        url, jql = site_of(asked.jira), asked.jql or jql_of(asked.projects)
        jira = JiraConfig(name="jira", url=url, jql=jql, allow_http=asked.allow_http and _is_plain(url))
        found.append(_looked_at(jira, given, offline=asked.offline))
    elif asked.jql or asked.projects:
        raise ConfigError("--project and --jql go with --jira URL")
    if asked.repos:
        github = GithubConfig(
            name="github", url=asked.github_url, repos=[*asked.repos],
            allow_http=asked.allow_http and _is_plain(asked.github_url),
        )  # fmt: skip
        found.append(_looked_at(github, {} if asked.jira else given, offline=asked.offline))
    return found


def _looked_at(config: "JiraConfig | GithubConfig", given: Mapping[str, str], *, offline: bool) -> "Found":
    """A tracker as it shows itself with the credentials that there are; as it was named, without any."""
    from tracker_sync.cli.found import unasked
    from tracker_sync.config import JiraConfig

    if not (held := _held(config, offline=offline)).token:
        return unasked(config, given, offline=offline)
    with _nothing_written():
        if isinstance(config, JiraConfig):
            from tracker_sync.cli import found_jira

            jira, told = found_jira.meet(config, held)
            _tell(told)
            return found_jira.looked_at(config, jira, given)
        from tracker_sync.cli import found_github

        github, told = found_github.meet(config, held)
        _tell(told)
        return found_github.looked_at(config, github, given)


def _held(config: "JiraConfig | GithubConfig", *, offline: bool) -> "Credentials":
    """The credentials to ask with; none where nobody is to be asked. Raises ConfigError for a source that
    must not be asked."""
    from tracker_sync.cli.found import Credentials
    from tracker_sync.config import credentials_for

    checked(config)
    return Credentials(None, None) if offline else Credentials(*credentials_for(config, os.environ))


def _tell(what: str) -> None:
    from tracker_sync.render.prose import wrapped

    click.echo(wrapped(what, 2, 0), err=True)


@contextmanager
def _nothing_written() -> Iterator[None]:
    """Whatever a tracker refuses within, the files are not written for."""
    try:
        yield
    except SourceError as e:
        more = "Nothing was written; --offline writes the files unchecked"
        raise type(e)(f"{e}. {more}") from None


def checked(config: "JiraConfig | GithubConfig") -> None:
    """Raises ConfigError for an address that no token may be sent to, or what else is wrong at sight."""
    from tracker_sync.config import problem_of

    if problem := problem_of(config):
        option = problem.replace("set allow_http = true to allow it", "--allow-http allows it")
        raise ConfigError(option)


def site_of(address: str) -> str:
    """The address of a Jira, also by one that a browser shows on some page of a Cloud site."""
    text = address.strip() if "://" in address else f"https://{address.strip()}"
    scheme, _, rest = text.partition("://")
    host = rest.partition("/")[0]
    return f"{scheme}://{host}" if host.endswith(".atlassian.net") else text.rstrip("/")


def jql_of(projects: Iterable[str]) -> str:
    """The JQL for projects by their keys, each quoted: INT and ORDER are keys, and words of JQL. Raises
    ConfigError for what is no key."""
    keys = [key.strip().upper() for key in projects]
    for key in keys:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", key):
            raise ConfigError(f"--project {key!r} is not the key of a project, such as PAY")
    listed = ", ".join(f'"{key}"' for key in keys)
    return f"project in ({listed})" if len(keys) > 1 else f"project = {listed}" if keys else ""


def _given(fields: tuple[str, ...]) -> dict[str, str]:
    """Role → name of what --field says. Raises ConfigError."""
    from tracker_sync.cli.found import ROLES

    found = {}
    for text in fields:
        role, equals, name = text.partition("=")
        if not equals or role.strip() not in ROLES:
            raise ConfigError(f"--field {text!r} is not ROLE=NAME, with a role of: {', '.join(ROLES)}")
        found[role.strip()] = name.strip()
    return found


def _is_plain(url: str) -> bool:
    return url.lower().startswith("http://")


def _begin(folder: Path, sources: "list[Found]") -> None:
    """Every file of a new folder, and what to do next."""
    from tracker_sync.cli import templates
    from tracker_sync.config import load
    from tracker_sync.render.prose import wrapped

    for source in sources:
        for line in source.told:
            click.echo(wrapped(line, 4, 2), err=True)
    files = {
        FILE: templates.config(sources),
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
    for source in sources:
        if source.unchecked:
            what = "whether it takes the credentials and shows these issues, and what its fields are called"
            why = f"{source.source.url} was not asked {what}, since {source.unchecked}."
            click.echo(wrapped(why, 2, 0), err=True)
    click.echo(_next(folder, sources), err=True)


def _next(folder: Path, sources: "list[Found]") -> str:
    """The commands to come, in their order."""
    from tracker_sync.config import JiraConfig, given_by

    commands = [] if folder.absolute() == Path.cwd() else [f"cd {shlex.quote(str(folder))}"]
    for found in sources:
        kind = "JIRA" if isinstance(found.source, JiraConfig) else "GITHUB"
        if given_by(found.source, "TOKEN", os.environ):
            continue
        if kind == "JIRA" and not given_by(found.source, "USER", os.environ):
            who = shlex.quote(found.user) if found.user else "YOUR-EMAIL    # Jira Cloud only"
            commands.append(f"export JIRA_USER={who}")
        commands.append(f"read -rs {kind}_TOKEN && export {kind}_TOKEN    # then type or paste it")
    commands += ["tracker-sync doctor"] if any(f.unchecked for f in sources) else []
    commands += ["tracker-sync sync", "tracker-sync report"]
    return "\n".join([
        "Next:",
        *(f"  {command}" for command in commands),
        "Then fill in strategy.toml, which work is held against: `tracker-sync strategy",
        "check` walks you through it.",
    ])  # fmt: skip


def _add_inputs(folder: Path, explicit: str | None) -> None:
    """The side inputs that a configuration names and that are not there yet."""
    import msgspec

    from tracker_sync.cli import templates
    from tracker_sync.config import find, load

    config = load(find(folder.absolute(), explicit, os.environ))
    names = msgspec.structs.asdict(config.strategy)
    _write({config.file(names[side]): text for side, text in templates.sides().items()})
    click.echo("Next: put rows under the headers, then: tracker-sync report", err=True)


def _write(files: Mapping[Path, str]) -> None:
    """Write those that are not there yet, and say which are. Raises ConfigError where that cannot be."""
    for path in (p for p in files if p.exists()):
        click.echo(f"{path} is there already, and was left alone", err=True)
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                with path.open("x", encoding="utf-8") as file:  # nor through a link that leads nowhere yet
                    file.write(text)
                click.echo(f"wrote {path}", err=True)
        except OSError as e:
            raise ConfigError(f"cannot write {path}: {e.strerror}") from None
