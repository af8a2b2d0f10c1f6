"""`tracker-sync.toml` as a value; secrets come from the environment only."""

import os
import re
import stat
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

import msgspec

from tracker_sync import tomlfile
from tracker_sync.errors import ConfigError

FILE = "tracker-sync.toml"
POSTGRES = ("postgresql://", "postgres://")
LEAST_KEY = 16
"""Characters of a key to sign with: a shorter one could be guessed."""
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file: a key it does not know is an error, not a silent typo."""


class LogConfig(_Table, frozen=True):
    """`[log]`."""

    url: str = "sqlite:///tracker-sync.db"
    """Where the log is: an SQLite file, relative to this file, or postgresql://host/dbname."""


class FieldNames(_Table, frozen=True):
    """`fields` of a source: what it calls the custom fields (GitHub: of issues and projects) that we read."""

    intent: str | None = None
    """Names the strategic intent."""
    customer: str | None = None
    """Names who asked."""
    origin: str | None = None
    """Says where the decisive demand came from."""
    points: str | None = None
    """Holds the estimate in points."""
    paid: str | None = None
    """What the customer pays for it, as a plain figure in whole units of currency."""


class JiraConfig(_Table, frozen=True, tag_field="kind", tag="jira"):
    """A Jira, Cloud or Data Center; which of the two it finds out by itself."""

    name: Name
    """Lower case; it is part of every key: `acme:PAY-12`."""
    url: str
    """Where it is, as a browser has it: `https://acme.atlassian.net`."""
    jql: str = ""
    """Which issues to read; empty: every one that the token may see."""
    fields: FieldNames = FieldNames()
    """What this site calls the custom fields that we read (below)."""
    allow_http: bool = False
    """Plain http sends the token readable to all: only on a network of your own."""
    deadline: Annotated[int, msgspec.Meta(ge=1)] = 60
    """Seconds for one whole request."""


class GithubConfig(_Table, frozen=True, tag_field="kind", tag="github"):
    """Repositories of one GitHub or GitHub Enterprise."""

    name: Name
    """Lower case; it is part of every key: `web:acme/web#12`."""
    repos: list[str]
    """Repositories as `owner/name`; `acme/*` takes all of an organisation."""
    url: str = "https://api.github.com"
    """The API; of a GitHub Enterprise `https://github.acme.example/api/v3`."""
    fields: FieldNames = FieldNames()
    """What it calls the fields that say these: of issues, and single-select ones of projects."""
    started_labels: list[str] = []
    """Labels that say an open issue is being worked on; an assigned open issue always is."""
    allow_http: bool = False
    """Plain http sends the token readable to all: only on a network of your own."""
    deadline: Annotated[int, msgspec.Meta(ge=1)] = 60
    """Seconds for one whole request."""


SourceConfig = JiraConfig | GithubConfig


class StrategyFiles(_Table, frozen=True):
    """`[strategy]`: the files that judgement rests on; each may be missing."""

    file: str = "strategy.toml"
    """The stated strategy."""
    customers: str = "customers.csv"
    """Who the customers are, and were."""
    people: str = "people.toml"
    """Who has which role and team, and at which rates."""
    problems: str = "problems.csv"
    """How the people served rank their problems."""
    adoption: str = "adoption.csv"
    """Who uses what was built."""
    pmf: str = "pmf.csv"
    """How disappointed people would be without the product."""


class RulesConfig(_Table, frozen=True):
    """`[rules]`."""

    paths: list[str] = []
    """Folders with `tags/*.toml`; a rule with the name of a built-in one takes its place."""
    packs: list[str] = []
    """Further packs of those that come with tracker-sync: `public`."""
    not_in_texts: list[str] = []
    """Accounts that are also tools or partners: a text or label that mentions them means nothing."""
    disable: list[str] = []
    """Rules that are switched off, such as `customer/customer-title` or `bias/retrofit`."""


class CalendarConfig(_Table, frozen=True):
    """`[calendar]`: what a day is."""

    timezone: str = "UTC"
    """Which clock says when a day begins."""
    working_days: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    """The days on which effort is counted."""


class CronConfig(_Table, frozen=True):
    """`[cron]`: how others learn that `sync` ran."""

    metrics: str = ""
    """A file for Prometheus, as its node exporter's textfile collector reads it; "": none."""
    ping: str = ""
    """The address of a check that expects to hear of every run; "": none."""
    allow_http: bool = False
    """Whether that address may be plain http."""


class DaemonConfig(_Table, frozen=True):
    """`[daemon]`."""

    interval: Annotated[int, msgspec.Meta(ge=1)] = 300
    """Seconds from one pass over a source to the next, a tenth more or less."""
    full_every: Annotated[int, msgspec.Meta(ge=0)] = 86_400
    """Seconds from one pass that also looks for deletions to the next; 0: none does."""
    listen: str = "127.0.0.1:9464"
    """Where `/healthz`, `/metrics` and `/webhooks/NAME` are; "": nowhere."""


class _File(_Table, frozen=True):
    sources: list[SourceConfig] = []
    log: LogConfig = LogConfig()
    strategy: StrategyFiles = StrategyFiles()
    rules: RulesConfig = RulesConfig()
    calendar: CalendarConfig = CalendarConfig()
    cron: CronConfig = CronConfig()
    daemon: DaemonConfig = DaemonConfig()


class Config(msgspec.Struct, frozen=True):
    """The whole configuration; relative paths in it are relative to `path`'s folder."""

    path: Path
    sources: list[SourceConfig]
    log: LogConfig
    strategy: StrategyFiles
    rules: RulesConfig
    calendar: CalendarConfig
    cron: CronConfig = CronConfig()
    daemon: DaemonConfig = DaemonConfig()

    @property
    def fields(self) -> dict[str, FieldNames]:
        """What the sources call their fields: of every Jira, and of a GitHub that names some."""
        return {
            s.name: s.fields for s in self.sources if isinstance(s, JiraConfig) or s.fields != FieldNames()
        }

    def file(self, name: str) -> Path:
        """A path of the configuration as one that can be opened."""
        return self.path.parent / name

    @property
    def log_place(self) -> Path | str:
        """The SQLite file or the PostgreSQL url of `[log] url`. Raises ConfigError for another kind."""
        if self.log.url.startswith(POSTGRES):
            return self.log.url
        prefix, _, rest = self.log.url.partition("///")
        if prefix != "sqlite:" or not rest:
            raise ConfigError(
                "[log] url has to look like sqlite:///tracker-sync.db or postgresql://host/dbname", self.path
            )
        return self.file(rest)

    @property
    def log_path(self) -> Path:
        """The SQLite file of `[log] url`. Raises ConfigError for another kind of url."""
        if isinstance(place := self.log_place, Path):
            return place
        raise ConfigError("[log] url: this works with an SQLite file only", self.path)


def find(start: Path, explicit: str | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The configuration file: as told, else from TRACKER_SYNC_CONFIG, else upwards from `start`."""
    if told := explicit or environment.get("TRACKER_SYNC_CONFIG"):
        return Path(told).absolute()
    for folder in [start, *start.parents]:
        if (folder / FILE).is_file():
            return folder / FILE
    raise ConfigError(f"no {FILE} here or in a folder above; write one with `tracker-sync init`")


def load(path: Path) -> Config:
    """The configuration in `path`. Raises ConfigError naming file and line."""
    text = tomlfile.text_of(path)
    file = tomlfile.parse(text, _File, path)
    names = [s.name for s in file.sources]
    for n, source in enumerate(file.sources):
        line = tomlfile.line_of(text, f"$.sources[{n}].url")
        if source.name in names[:n]:
            raise ConfigError(f"two sources are called {source.name!r}", path, line)
        if source.name == "people":
            raise ConfigError("'people' is taken: it is where decisions made here are kept", path, line)
        if problem := problem_of(source):
            raise ConfigError(problem, path, line)
    if _has_password(file.log.url):
        raise ConfigError(
            "[log] url: leave the password out of it; libpq takes it from PGPASSWORD, ~/.pgpass or a service "
            "file",
            path,
            tomlfile.line_of(text, "$.log.url"),
        )
    _check_calendar(file.calendar, path)
    if file.cron.ping and (problem := url_problem("ping", file.cron.ping, allow_http=file.cron.allow_http)):
        raise ConfigError(problem, path, tomlfile.line_of(text, "$.cron.ping"))
    return Config(
        path, file.sources, file.log, file.strategy, file.rules, file.calendar, file.cron, file.daemon
    )  # fmt: skip


def problem_of(source: SourceConfig) -> str | None:
    """What is wrong with what a source says of itself, before anybody is asked; None where nothing is."""
    if problem := url_problem("url", source.url, allow_http=source.allow_http):
        return problem
    if isinstance(source, JiraConfig) and re.search(r"\border\s+by\b", source.jql, re.I):
        return "jql: leave out ORDER BY; tracker-sync orders by itself"
    if isinstance(source, GithubConfig):
        for repo in source.repos:
            if not re.fullmatch(r"[\w.-]+/([\w.-]+|\*)", repo):
                return f"repos: {repo!r} is not of the form owner/name"
    return None


def credentials_for(source: SourceConfig, environment: Mapping[str, str]) -> tuple[str | None, str | None]:
    """(user, token) for a source: TRACKER_SYNC_<NAME>_TOKEN, else JIRA_TOKEN or GITHUB_TOKEN.

    Each may also be given as …_FILE, naming a file that holds it. Raises ConfigError.
    """
    own = variable_prefix(source)
    common = _common(source)
    user = secret(f"{own}_USER", environment) or secret(f"{common}_USER", environment)
    token = secret(f"{own}_TOKEN", environment) or secret(f"{common}_TOKEN", environment)
    if token and not token.isascii():
        name = given_by(source, "TOKEN", environment)
        raise ConfigError(f"{name} holds a token with signs in it that no tracker gives out; set it anew")
    return user, token


def given_by(source: SourceConfig, what: str, environment: Mapping[str, str]) -> str | None:
    """The variable that gives a source its TOKEN or USER, or names the file that does; None: none does."""
    own, common = variable_prefix(source), _common(source)
    every = (f"{owner}_{what}{end}" for owner in (own, common) for end in ("", "_FILE"))
    return next((name for name in every if environment.get(name)), None)


def token_variable(source: SourceConfig) -> str:
    """The environment variable that a message should name."""
    return f"{variable_prefix(source)}_TOKEN"


def token_variables(source: SourceConfig) -> str:
    """Both that may hold it, for where nothing says which of them does."""
    return f"{token_variable(source)} or {_common(source)}_TOKEN"


def variable_prefix(source: SourceConfig) -> str:
    """How the environment variables of a source begin."""
    return f"TRACKER_SYNC_{source.name.upper().replace('-', '_')}"


def kind_of(source: SourceConfig) -> str:
    """`jira` or `github`."""
    return "jira" if isinstance(source, JiraConfig) else "github"


def _common(source: SourceConfig) -> str:
    return kind_of(source).upper()


def checkpoint_key(environment: Mapping[str, str]) -> bytes | None:
    """What checkpoints are signed with: TRACKER_SYNC_CHECKPOINT_KEY, or the file that …_FILE names."""
    variable = "TRACKER_SYNC_CHECKPOINT_KEY"
    if not environment.get(variable) and (file := _file_of(variable, environment)):
        _check_private(file)
    key = secret(variable, environment)
    if key is not None and len(key) < LEAST_KEY:
        raise ConfigError(
            f"{variable} has to have {LEAST_KEY} characters at least; `openssl rand -hex 32` makes a good one"
        )
    return None if key is None else key.encode(errors="surrogateescape")


def _check_private(path: Path) -> None:
    """Raises ConfigError for a file that others than its owner may read."""
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(f"holds a key and can be read by others; `chmod 600 {path}`", path)


def secret(variable: str, environment: Mapping[str, str]) -> str | None:
    """What a variable says, or the file that …_FILE names. Raises ConfigError."""
    if value := environment.get(variable):
        return value.strip()
    file = _file_of(variable, environment)
    return tomlfile.text_of(file).strip() if file else None


def _file_of(variable: str, environment: Mapping[str, str]) -> Path | None:
    """The file that …_FILE names. Raises ConfigError where there is none, and does not repeat what it says:
    that may be the secret itself."""
    if not (name := environment.get(f"{variable}_FILE")):
        return None
    try:
        Path(name).stat()
    except OSError as e:
        raise ConfigError(f"the file that {variable}_FILE names cannot be read: {e.strerror}") from None
    return Path(name)


def url_problem(key: str, address: str, *, allow_http: bool) -> str | None:
    """What is wrong with the address that a key names; None: nothing."""
    try:
        url = urlsplit(address)
        host, _ = url.hostname or "", url.port
    except ValueError:
        return f"{key}: this is not an address"  # nor repeated: there may be a password in it
    if url.username or url.password:
        return f"{key}: leave user and password out of it; tokens come from the environment"
    if url.scheme not in ("https", "http") or not host:
        return f"{key}: this is not an https:// address"
    if url.scheme == "http" and not allow_http:
        return f"{key}: plain http would send the token readable to all; set allow_http = true to allow it"
    if _is_link_local(host):
        return f"{key}: a link-local address is refused"
    return None


def shown(place: Path | str) -> str:
    """A log's place as messages name it: a url without its user and its options."""
    if isinstance(place, Path):
        return str(place)
    scheme, _, rest = place.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"


def _has_password(url: str) -> bool:
    """Whether there is one anywhere that libpq, or a person who did not escape it, may have it."""
    if not url.startswith(POSTGRES):
        return False
    rest = url.partition("://")[2]
    spots = (rest.partition("/")[0], rest.partition("?")[0])
    named = [key.lower() for key, _ in parse_qsl(rest.partition("?")[2], keep_blank_values=True)]
    return any(re.match(r"[^@:]*:[^@]+@", spot) for spot in spots) or any("password" in k for k in named)


def _is_link_local(host: str) -> bool:
    try:
        return ip_address(host.partition("%")[0]).is_link_local
    except ValueError:
        return False  # a name


def _check_calendar(calendar: CalendarConfig, path: Path) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(calendar.timezone)
    except (KeyError, ValueError, OSError):
        raise ConfigError(f"calendar.timezone: {calendar.timezone!r} is not a time zone", path) from None
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    if bad := [d for d in calendar.working_days if d not in days]:
        raise ConfigError(f"calendar.working_days: {bad[0]!r} is not one of {', '.join(days)}", path)
