"""The questions that `init` asks on a terminal, until each answer holds."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

import click
from msgspec.structs import replace

from tracker_sync.cli import found_github, found_jira
from tracker_sync.cli.found import SHOWN, Credentials, Found
from tracker_sync.cli.init import checked, jql_of, site_of
from tracker_sync.config import FieldNames, GithubConfig, JiraConfig, credentials_for
from tracker_sync.errors import ConfigError, Missing, NotAllowed, SourceError, TrackerSyncError
from tracker_sync.render.prose import wrapped
from tracker_sync.sources.github_look import GithubLook
from tracker_sync.sources.guesses import candidates
from tracker_sync.sources.jira_look import JiraLook

T = TypeVar("T")
C = TypeVar("C", JiraConfig, GithubConfig)
WHAT = {
    "intent": "the strategic intent that an item serves",
    "customer": "the customer who asked for it",
    "origin": "where the request came from",
    "points": "how large it is",
    "paid": "what the customer pays for it",
}
LATER = "you left it for later"
KEYS = "https://id.atlassian.com/manage-profile/security/api-tokens"


def interview(environment: Mapping[str, str]) -> list[Found]:
    """The sources that somebody names, looked at as far as they let us."""
    _say("A few questions, then tracker-sync.toml and the files beside it are written.")
    _say("Your trackers are only read, now and later. Ctrl-C leaves everything as it is.\n")
    where = click.prompt("Where do you track work", type=_Where(), err=True)
    sources = []
    if where in ("jira", "both"):
        sources.append(_jira(environment))
    if where in ("github", "both"):
        sources.append(_github(environment))
    return sources


class _Where(click.Choice[str]):
    def __init__(self) -> None:
        super().__init__(["jira", "github", "both"], case_sensitive=False)


# --- Jira


def _jira(environment: Mapping[str, str]) -> Found:
    where = "Address of your Jira, such as https://acme.atlassian.net"
    config, asked, user = _met(lambda last: _jira_at(_ask(where, last)), environment, found_jira.meet)
    if not isinstance(asked, JiraLook):
        jql = _until(lambda: jql_of(_words(_ask("Keys of the projects to read (Enter: all)", ""))))
        return Found(replace(config, jql=jql), unchecked=LATER, user=user)
    projects = found_jira.projects(asked)
    _listed("It shows these projects:", [f"{p.key} ({p.name})" for p in projects])
    return replace(_until(lambda: _issues(config, asked, {p.key for p in projects})), user=user)


def _jira_at(address: str) -> JiraConfig:
    url = site_of(address)
    config = JiraConfig(name="jira", url=url, allow_http=_plain(url))
    checked(config)
    return config


def _issues(config: JiraConfig, asked: JiraLook, there: set[str]) -> Found:
    """Its projects and fields, asked for again where Jira refuses them."""
    keys = [key.upper() for key in _words(_ask("Which of them? Keys, with spaces between (Enter: all)", ""))]
    if strange := [key for key in keys if there and key not in there]:
        raise ConfigError(f"it shows no project {', '.join(strange)}")
    jql = jql_of(keys)
    narrowed = replace(config, jql=jql)
    asked.narrow(jql)
    seen = found_jira.looked_at(narrowed, asked, {})
    _listed("What it takes them for:", seen.told[1:])
    if click.confirm("Are these the right fields?", default=True, err=True):
        return Found(seen.source)
    every = asked.custom_fields()
    names = {}
    for role, what in WHAT.items():
        known = {name.casefold(): name for name in candidates(every, role)}
        _listed(f"Fields that could say {what}:", list(known.values()))
        guess = getattr(seen.source.fields, role) or ""
        names[role] = _until(lambda known=known, role=role, guess=guess: _one_of(known, role, guess))  # type: ignore[misc]
    return Found(replace(narrowed, fields=FieldNames(**names)))


def _one_of(known: Mapping[str, str], role: str, guess: str) -> str | None:
    name = _ask(f"Field for {role} (- for none)", guess or "-").strip()
    if name == "-":
        return None
    if name.casefold() not in known:
        raise ConfigError(f"there is no such field: {name!r}")
    return known[name.casefold()]


# --- GitHub


def _github(environment: Mapping[str, str]) -> Found:
    where = "GitHub's API (Enterprise: https://HOST/api/v3)"
    config, asked, _ = _met(
        lambda last: _github_at(_ask(where, last or "https://api.github.com")), environment, found_github.meet
    )
    if not isinstance(asked, GithubLook):
        return Found(_until(lambda: _with_repos(config)), unchecked=LATER)
    _listed("It shows these repositories:", [r.name for r in asked.repos() if not r.archived])
    seen = _until(lambda: found_github.looked_at(_with_repos(config), asked, {}))
    _listed("What it takes them for:", [line for line in seen.told if not line.startswith("repositories")])
    return Found(seen.source)


def _github_at(address: str) -> GithubConfig:
    url = address.strip().rstrip("/")
    config = GithubConfig(name="github", url=url, repos=[], allow_http=_plain(url))
    checked(config)
    return config


def _with_repos(config: GithubConfig) -> GithubConfig:
    repos = _words(_ask("Which of them? With spaces between; OWNER/* is all of an owner's"))
    named = replace(config, repos=[re.sub(r"^https://[^/]+/", "", r) for r in repos])
    checked(named)
    return named


# --- Both


def _met(
    at: Callable[[str | None], C], environment: Mapping[str, str],
    meet: Callable[[C, Credentials], tuple[T, str]],
) -> tuple[C, T | None, str]:  # fmt: skip
    """The tracker, once it took the credentials, and whose they are; None where that is left for later. `at`
    asks for its address: again, with the last one to keep, where the fault may be there."""
    config = _until(lambda: at(None))
    held = Credentials(*credentials_for(config, environment))
    if held.token:
        _say("The token is taken from the environment.")
    while True:
        held = held if held.token else _credentials(config, held.user)
        if not held.token:
            return config, None, held.user or ""
        try:
            asked, told = meet(config, held)
        except SourceError as e:
            _say(wrapped(str(e), 2, 0))
            if not click.confirm("Try again?", default=True, err=True):
                return config, None, held.user or ""
            if isinstance(e, Missing) or not isinstance(e, NotAllowed):
                config = _until(partial(at, config.url))
            else:
                held = Credentials(held.user, None)
        else:
            _say(wrapped(f"{told}.", 2, 0))
            return config, asked, held.user or ""


def _credentials(config: JiraConfig | GithubConfig, user: str | None) -> Credentials:
    """What is typed here is used for looking, now, and kept nowhere."""
    if isinstance(config, JiraConfig):
        _say(f"It needs a token. Jira Cloud: your e-mail address, and an API token from\n{KEYS}")
        _say("Data Center: a personal access token, from your profile there.")
        user = _until(lambda: _email(user))
    else:
        _say("It needs a token that may read Issues and Metadata; a fine-grained one will do.")
    told = "Token (not shown, and kept nowhere; Enter: later)"
    token = click.prompt(told, default="", hide_input=True, show_default=False, err=True)
    return Credentials(user, token.strip() or None)


def _email(last: str | None) -> str | None:
    """The address that goes with a token of Jira Cloud; what is none may be the token, and is not said."""
    typed = _ask("Your e-mail address (Data Center: Enter)", last or "")
    if typed and "@" not in typed:
        raise ConfigError("that is no e-mail address; the token is asked for next, and not shown")
    return typed or None


def _until(ask: Callable[[], T]) -> T:
    """Ask until the answer holds, and say each time what does not."""
    while True:
        try:
            return ask()
        except TrackerSyncError as e:
            _say(wrapped(str(e), 2, 0))


def _plain(url: str) -> bool:
    """Whether a token may go to an address without encryption, where it is one."""
    return url.strip().lower().startswith("http://") and click.confirm(
        "Not encrypted: your token can be read on its way. Use it all the same?", err=True
    )


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _ask(what: str, default: str | None = None) -> str:
    text: str = click.prompt(what, default=default, show_default=bool(default), err=True)
    return text


def _listed(title: str, lines: list[str]) -> None:
    _say(title)
    for line in lines[:SHOWN]:
        _say(wrapped(line, 4, 2))
    if len(lines) > SHOWN:
        _say(f"  and {len(lines) - SHOWN} more")


def _say(what: str) -> None:
    click.echo(what, err=True)
