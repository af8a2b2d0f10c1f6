"""The GitHub Action: from its inputs and the event to a sync and a check; run by action.yml as a module."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from tracker_sync.config import FILE, Config, GithubConfig, load, token_variable
from tracker_sync.errors import ConfigError, ExitCode, TrackerSyncError
from tracker_sync.render.github import command

SOURCE = "github"
"""What a configuration of our own calls the repository."""
DEEPEST = 8
"""Levels of sub-issues that GitHub allows."""
WHOLE = (ExitCode.DONE, ExitCode.IN_PART)
"""How a sync ends that came to its end."""
OVER = ("deleted", "transferred")
"""What may have happened to an issue so that there is nothing left to check here."""


class _Named(Struct, frozen=True):
    name: str = ""


class _Issue(Struct, frozen=True):
    number: int


class _Repository(Struct, frozen=True):
    full_name: str


class Payload(Struct, frozen=True):
    """What we read of an event's payload."""

    action: str = ""
    issue: _Issue | None = None
    label: _Named | None = None
    repository: _Repository | None = None


class Inputs(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """The inputs of action.yml; an empty one stands for its default."""

    config: str = ""
    strategy: str = ""
    mode: Literal["annotate", "check"] = "annotate"
    fail_on: Literal["never", "note", "warning", "alarm"] = "never"
    label: str = "needs-strategic-intent"
    comment: Literal["always", "label-only", "never"] = "always"
    dry_run: bool = False
    max_writes: int = 30


class Event(Struct, frozen=True):
    """What set the workflow off."""

    repo: str
    number: int
    what: str
    label: str


def inputs(environment: Mapping[str, str]) -> Inputs:
    """The inputs as the runner gives them. Raises ConfigError naming the input."""
    given = {}
    for field in msgspec.structs.fields(Inputs):
        name = field.encode_name
        text = environment.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip()
        if text:
            given[name] = text
    try:
        return msgspec.convert(given, Inputs, strict=False)
    except msgspec.ValidationError as e:
        raise ConfigError(f"the action's inputs: {e}") from None


def event(environment: Mapping[str, str]) -> Event | None:
    """The issue that the workflow runs for; None where it runs for all. Raises ConfigError."""
    path = environment.get("GITHUB_EVENT_PATH", "")
    if environment.get("GITHUB_EVENT_NAME") != "issues" or not path:
        return None
    try:
        said = msgspec.json.decode(Path(path).read_bytes(), type=Payload)
    except (OSError, msgspec.DecodeError, RecursionError) as e:
        raise ConfigError(f"the event cannot be read: {e}", Path(path)) from None
    if said.issue is None or said.repository is None:
        return None
    label = said.label.name if said.label else ""
    return Event(said.repository.full_name, said.issue.number, said.action, label)


def configured(told: Inputs, environment: Mapping[str, str]) -> Path:
    """The configuration: as told, else the repository's own, else one made for this repository alone."""
    workspace = Path(environment.get("GITHUB_WORKSPACE") or Path.cwd())
    if told.config and told.strategy:
        raise ConfigError("the action's inputs: with `config`, name the strategy in that file")
    if told.config:
        return workspace / told.config
    if not told.strategy and (workspace / FILE).is_file():
        return workspace / FILE
    repo, api = environment.get("GITHUB_REPOSITORY", ""), environment.get("GITHUB_API_URL", "")
    if not repo or not api:
        raise ConfigError("GITHUB_REPOSITORY and GITHUB_API_URL are not set: this runs inside GitHub Actions")
    strategy = workspace / (told.strategy or "strategy.toml")
    if told.strategy and not strategy.is_file():
        raise ConfigError("the action's input `strategy` names no file; check it out first", strategy)
    folder = Path(tempfile.mkdtemp(prefix="tracker-sync-", dir=environment.get("RUNNER_TEMP")))
    (folder / FILE).write_text(_made(repo, api, strategy), encoding="utf-8")
    return folder / FILE


def _made(repo: str, api: str, strategy: Path) -> str:
    beside = {name: strategy.parent / f"{name}.csv" for name in ("customers", "problems", "adoption", "pmf")}
    files = {"file": strategy, **beside, "people": strategy.parent / "people.toml"}
    lines = [f"{name} = {json.dumps(str(path))}" for name, path in files.items()]
    return (
        f"[[sources]]\nname = {json.dumps(SOURCE)}\nkind = 'github'\nurl = {json.dumps(api)}\n"
        f"repos = [{json.dumps(repo)}]\n\n[strategy]\n" + "\n".join(lines) + "\n"
    )


def hand_out_token(config: Config, environment: MutableMapping[str, str]) -> None:
    """Give the workflow's token to the sources on the GitHub that it is of, and to no other host that a
    configuration from a checkout may name. A token of a source's own goes before."""
    token = environment.pop("GITHUB_TOKEN", "")
    for source in config.sources:
        if not isinstance(source, GithubConfig):
            continue
        variable = token_variable(source)
        own = environment.get(variable) or environment.get(f"{variable}_FILE")
        if token and not own and _origin(source.url) == _origin(environment.get("GITHUB_API_URL", "")):
            environment[variable] = token


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def source_of(config: Config, repo: str) -> str | None:
    """The source that reads a repository."""
    for source in config.sources:
        if isinstance(source, GithubConfig):
            owner = repo.partition("/")[0]
            if {repo.casefold(), f"{owner}/*".casefold()} & {r.casefold() for r in source.repos}:
                return source.name
    return None


def main() -> None:
    """Run the action, and leave with its exit code."""
    try:
        code = run(os.environ)
    except TrackerSyncError as e:
        sys.stdout.write(command("error", "tracker-sync", str(e)))
        code = e.exit_code
    except Exception as e:  # noqa: BLE001  a traceback as Python writes it could hold a command to the runner
        from tracker_sync.bugs import told

        first, *rest = told(e, os.environ).splitlines()
        sys.stdout.write(command("error", "tracker-sync", first))
        sys.stdout.writelines(f"| {line}\n" for line in rest)
        code = ExitCode.BUG
    sys.stdout.flush()
    sys.exit(code)


def run(environment: MutableMapping[str, str]) -> int:
    """Sync, and check: the one issue of the event, or all open epics."""
    told, about = inputs(environment), event(environment)
    path = configured(told, environment)
    config = load(path)
    hand_out_token(config, environment)
    key = None
    if about is not None:
        if about.what in OVER or (
            about.what == "labeled" and about.label.casefold() == told.label.casefold()
        ):
            say("notice", f"{about.repo}#{about.number} was {about.what}: there is nothing to check")
            return ExitCode.DONE
        name = source_of(config, about.repo)
        if name is None:
            raise ConfigError(f"no [[sources]] table of kind github lists {about.repo}", path)
        key = f"{name}:{about.repo}#{about.number}"
    code = _sync(config, key)
    if code not in WHOLE:
        say("error", f"the sync ended with exit code {code}; its message stands above")
        return code
    if code == ExitCode.IN_PART:
        say("warning", "the sync was done in part; what was set aside stands above")
    return tracker_sync(path, *_check(told, key))


def _sync(config: Config, key: str | None) -> int:
    """Everything; or one issue, and what says whether it is an epic and which intent it inherits."""
    if key is None:
        return tracker_sync(config.path, "sync")
    code, done = tracker_sync(config.path, "sync", "--item", key), {key}
    while code in WHOLE and (more := [k for k in _around(config, key) if k not in done]):
        done.add(more[0])
        code = max(code, tracker_sync(config.path, "sync", "--item", more[0]))
    return code


def _around(config: Config, key: str) -> Iterator[str]:
    """The issues above it, and one below it, that are read by this source and not in the log yet."""
    from tracker_sync.items import fold
    from tracker_sync.log.opening import open_log
    from tracker_sync.states.lookup import around

    log = open_log(config)
    try:
        world = fold(around(log, [key]))
    finally:
        log.close()
    source, item = key.partition(":")[0], world.items.get(key)
    below = sorted(item.many("sub_issues")) if item else []
    if below and not any((source, k) in world.by_key for k in below):
        yield from (f"{source}:{k}" for k in below[:1] if source_of(config, k.partition("#")[0]) == source)
    for _ in range(DEEPEST):
        above = item.one("parent") if item else None
        if not above or source_of(config, above.partition("#")[0]) != source:
            return
        yield f"{source}:{above}"
        item = world.items.get(f"{source}:{above}")


def _check(told: Inputs, key: str | None) -> Iterator[str]:
    yield from ("check", "--format", "github", "--epics")
    if told.fail_on != "never":
        yield f"--fail-on={told.fail_on}"
    if told.mode == "annotate":
        yield from ("--annotate", f"--label={told.label}", f"--comment={told.comment}")
        yield f"--max-writes={told.max_writes}"
        if told.dry_run:
            yield "--dry-run"
    if key is not None:
        yield from ("--", key)


def tracker_sync(config: Path, *args: str) -> int:
    """A command, as the shell would run it; its exit code. Raises TrackerSyncError."""
    import click

    from tracker_sync.cli import cli

    try:
        code = cli.main(["--config", str(config), *args], "tracker-sync", standalone_mode=False)
    except click.exceptions.Exit as e:
        code = e.exit_code
    except click.ClickException as e:
        raise ConfigError(e.format_message()) from None
    return code if isinstance(code, int) else 0


def say(kind: str, text: str) -> None:
    """An annotation of the run."""
    sys.stdout.write(command(kind, "tracker-sync", text))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
