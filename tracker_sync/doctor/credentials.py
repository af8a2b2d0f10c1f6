"""Whether there are credentials for a source, from where, and who else may read them."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from tracker_sync.config import (
    Config,
    JiraConfig,
    SourceConfig,
    credentials_for,
    given_by,
    token_variable,
    variable_prefix,
)
from tracker_sync.doctor import Check, failed, fine, look
from tracker_sync.errors import ConfigError

ENDS = ("_TOKEN", "_TOKEN_FILE", "_USER", "_USER_FILE")


def credentials(source: SourceConfig, environment: Mapping[str, str]) -> Iterator[Check]:
    """What the environment has for a source; no value of it is told."""
    name = given_by(source, "TOKEN", environment)
    try:
        user, token = credentials_for(source, environment)
    except ConfigError as e:
        yield failed(
            "credentials", source.name, e, f"mend the file, or {name or 'the variable'} that names it"
        )
        return
    if name is None or not token:
        yield _none(source, name)
        return
    if name.endswith("_FILE"):
        yield from _private(source.name, name, Path(environment[name]))
    if _is_odd(token):
        yield look(
            "credentials", source.name,
            f"{name} holds a token with quotes, spaces or line breaks in it, which no tracker gives out",
            "set it anew, without the quotes",
        )  # fmt: skip
    if isinstance(source, JiraConfig) and not user and source.url.rstrip("/").endswith(".atlassian.net"):
        yield look(
            "credentials", source.name, f"{name} is set, and no user, which an API token of Jira Cloud needs",
            f"set {variable_prefix(source)}_USER (or JIRA_USER) to the e-mail address of "
            "its owner",
        )  # fmt: skip
        return
    who = given_by(source, "USER", environment) if isinstance(source, JiraConfig) else None
    yield fine(
        "credentials", source.name, f"the token is from {name}{f', the user from {who}' if who else ''}"
    )


def strays(config: Config, environment: Mapping[str, str]) -> Iterator[Check]:
    """Variables that look like credentials of a source that there is not."""
    known = {variable_prefix(s) for s in config.sources}
    for name in sorted(environment):
        end = next((e for e in ENDS if name.endswith(e)), None)
        if name.startswith("TRACKER_SYNC_") and end and name.removesuffix(end) not in known:
            sources = ", ".join(s.name for s in config.sources) or "none"
            yield look(
                "credentials", name, "it belongs to no source of the configuration",
                f"unset it, or name it after one of the sources: {sources}",
            )  # fmt: skip


def _none(source: SourceConfig, name: str | None) -> Check:
    variable = token_variable(source)
    empty = f"{name} is empty; " if name else ""
    if isinstance(source, JiraConfig):
        return look(
            "credentials", source.name, f"{empty}no token: only what everybody may see can be read",
            f"set {variable} (or JIRA_TOKEN)",
        )  # fmt: skip
    return look(
        "credentials", source.name,
        f"{empty}no token: only public repositories can be read, at 60 requests an hour",
        f"set {variable} (or GITHUB_TOKEN)",
    )  # fmt: skip


def _private(about: str, name: str, path: Path) -> Iterator[Check]:
    """A file with a token that others may read: in a container that may be meant so."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield look(
            "credentials", about, f"{path} (from {name}) can be read by others than its owner ({mode:04o})",
            f"chmod 600 {path}",
        )  # fmt: skip


def _is_odd(token: str) -> bool:
    return any(c.isspace() or c in "\"'" for c in token)
