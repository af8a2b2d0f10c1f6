"""All checks of a configuration, one after the other."""

import platform
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from msgspec.structs import replace

from tracker_sync import __version__
from tracker_sync.blots import hidden
from tracker_sync.config import (
    Config,
    GithubConfig,
    JiraConfig,
    SourceConfig,
    checkpoint_key,
    credentials_for,
)
from tracker_sync.doctor import Check, broken, failed, fine, unchecked
from tracker_sync.doctor.credentials import credentials, strays
from tracker_sync.doctor.files import inputs, rules, strategy
from tracker_sync.doctor.log import log
from tracker_sync.errors import ConfigError

LEAST_SECRET = 6
"""Characters: what is shorter is no token, and would blot out ordinary words."""
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


def examine(
    config: Config, environment: Mapping[str, str], *, offline: bool, full: bool,
    strategy_count: Callable[[Config], tuple[int, int, int]], asking: Callable[[str], None],
) -> list[Check]:  # fmt: skip
    """Every check, without any secret in its words; `asking` is told each source before it is asked."""
    found: list[Check] = [*_machine(environment)]
    names = ", ".join(
        f"{s.name} ({'jira' if isinstance(s, JiraConfig) else 'github'})" for s in config.sources
    )
    if config.sources:
        found.append(fine("config", "configuration", f"{config.path} is valid; its sources are {names}"))
    else:
        what = f"{config.path} names no source"
        found.append(
            broken("config", "configuration", what, "`tracker-sync init --help` shows how to add one", 2)
        )
    for source in config.sources:
        found += credentials(source, environment)
        if not offline:
            asking(source.name)
        found += [_unasked(source)] if offline else _tracker(source, environment)
    found += strays(config, environment)
    found += [strategy(config, strategy_count), *inputs(config), *rules(config), *log(config, full=full)]
    secrets = [*_secrets(config, environment)]
    return [replace(c, what=hidden(c.what, secrets), remedy=hidden(c.remedy, secrets)) for c in found]


def no_configuration(error: ConfigError) -> list[Check]:
    """What is to be said where there is none, or one that cannot be read: nothing else can be looked at."""
    todo = (
        "mend that line; config.example.toml shows every key"
        if error.path
        else "write one: tracker-sync init"
    )
    return [
        failed("config", "configuration", error, todo),
        unchecked("config", "everything else", "what there is to check stands in the configuration", todo),
    ]


def _tracker(source: SourceConfig, environment: Mapping[str, str]) -> Iterator[Check]:
    try:
        user, token = credentials_for(source, environment)
    except ConfigError:
        todo = "mend its credentials first"
        yield unchecked("reach", source.name, "not asked, as its credentials cannot be read", todo)
        return
    match source:
        case JiraConfig():
            from tracker_sync.doctor.jira import jira

            yield from jira(source, user, token)
        case GithubConfig():
            from tracker_sync.doctor.github import github

            yield from github(source, token)


def _unasked(source: SourceConfig) -> Check:
    what = "not asked (--offline): whether it takes the credentials, and what it shows; nor its clock"
    return unchecked("reach", source.name, what, "run `tracker-sync doctor` without --offline")


def _machine(environment: Mapping[str, str]) -> Iterator[Check]:
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    yield fine("version", "tracker-sync", f"it is version {__version__}, on {versions}")
    if proxy := next((name for name in PROXIES if environment.get(name)), None):
        yield fine("proxy", "network", f"requests go through the proxy that {proxy} names")
    try:
        key = checkpoint_key(environment)
    except ConfigError as e:
        yield failed("checkpoint", "log", e, "correct the variable, or unset it")
    else:
        if key is not None:
            yield fine("checkpoint", "log", "there is a key to sign checkpoints with")


def _secrets(config: Config, environment: Mapping[str, str]) -> Iterator[str]:
    """Whatever must not be shown, wherever it may have come from."""
    for source in config.sources:
        with suppress(ConfigError):
            _, token = credentials_for(source, environment)
            if token and len(token) >= LEAST_SECRET:
                yield token
    with suppress(ConfigError):
        if key := checkpoint_key(environment):
            yield key.decode(errors="surrogateescape")
