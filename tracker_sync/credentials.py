"""Further secrets from the environment: what webhooks are signed with, and where runs are told of."""

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from tracker_sync.config import (
    LEAST_KEY,
    Config,
    SourceConfig,
    credentials_for,
    secret,
    url_problem,
    variable_prefix,
)
from tracker_sync.errors import ConfigError

PING = "TRACKER_SYNC_PING_URL"


def ping_address(config: Config, environment: Mapping[str, str]) -> str:
    """Where runs are told of: TRACKER_SYNC_PING_URL (or the file that …_FILE names), else `[cron] ping`; "":
    nowhere. Whoever knows the address can say that all is well: it may be kept like a token."""
    told = secret(PING, environment)
    if told and (problem := url_problem(PING, told, allow_http=config.cron.allow_http)):
        raise ConfigError(problem)
    return told or config.cron.ping


def webhook_secret(source: SourceConfig, environment: Mapping[str, str]) -> bytes | None:
    """What this source's webhooks are signed with: TRACKER_SYNC_<NAME>_WEBHOOK_SECRET, or the file that
    …_FILE names; None: it has none, and nothing is taken for one of its webhooks. Raises ConfigError."""
    variable = f"{variable_prefix(source)}_WEBHOOK_SECRET"
    found = secret(variable, environment)
    if found is not None and len(found) < LEAST_KEY:
        raise ConfigError(
            f"{variable} has to have {LEAST_KEY} characters at least; `openssl rand -hex 32` makes a good one"
        )
    return None if found is None else found.encode(errors="surrogateescape")


def secrets(config: Config, environment: Mapping[str, str]) -> tuple[str, ...]:
    """What nobody may read in anything that a run says, as far as it can be read itself."""
    found: list[str | None] = []
    for source in config.sources:
        with suppress(ConfigError):
            found.append(credentials_for(source, environment)[1])
        with suppress(ConfigError):
            found.append((webhook_secret(source, environment) or b"").decode(errors="replace"))
    with suppress(ConfigError):
        found.append(urlsplit(ping_address(config, environment)).path.strip("/"))
    return tuple(s for s in found if s)
