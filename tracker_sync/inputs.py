"""What judgement rests on beside the trackers' facts: as its files say it now, or as the log knew it then."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from functools import cached_property, partial
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from tracker_sync import __version__, customers, people, strategies
from tracker_sync.config import CalendarConfig, Config, FieldNames, GithubConfig
from tracker_sync.errors import ConfigError
from tracker_sync.events import Stated, canonical
from tracker_sync.log import PEOPLE, EventLog
from tracker_sync.tagging import Judgement, rules
from tracker_sync.tomlfile import text_of

if TYPE_CHECKING:
    from tracker_sync.adoption import Use
    from tracker_sync.patterns.rules import BiasRule
    from tracker_sync.pmf import Answer
    from tracker_sync.problems import Ranked

T = TypeVar("T")
Told = Iterable[tuple[int, Stated]]
"""(recorded at, what was stated), in the log's order."""

SIDES = ("problems", "adoption", "pmf")
"""The files that no item is judged by, only reports draw on."""
PATTERNS = "patterns"
"""The name under which the rules on patterns are stated: no item is judged by them either."""
BIAS = "bias/"
"""What the name of such a rule begins with."""
SUPPLIES = {
    name: f"{name}.csv with a row at least (`tracker-sync init --inputs` writes it with its header)"
    for name in SIDES
}
"""What a report says that needs an input which is missing: "not assessed: needs …"."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What of the configuration decides figures."""

    calendar: CalendarConfig
    fields: dict[str, FieldNames]
    """By source: of every Jira, and of a GitHub that names some."""
    started_labels: dict[str, list[str]]
    """By GitHub source."""
    disable: list[str]
    """Rules that are switched off."""
    not_in_texts: list[str] = []
    """Accounts whose mention in a text means nothing."""


class Sides(Struct, frozen=True, eq=False, dict=True):
    """The side inputs, each read when it is first asked for; None where there is no file, or no row in it.
    They are whole: what is dated after the day that a report is about is for the report to leave out.

    Asking raises ConfigError with file and line for a file that is broken now. What the log was told by an
    earlier version, which did not look into these files, may be broken too: it counts as missing.
    """

    texts: Mapping[str, str]
    """By name; one that is missing has no file."""
    paths: Mapping[str, Path]
    zone: tzinfo
    past: bool = False
    """Whether the texts are those of the log, and not of the files as they are now."""

    @cached_property
    def problems(self) -> "tuple[Ranked, ...] | None":
        """How the people served ranked their problems."""
        from tracker_sync.problems import parse

        return self._read("problems", parse)

    @cached_property
    def adoption(self) -> "tuple[Use, ...] | None":
        """How much accounts used what was built."""
        from tracker_sync.adoption import parse

        return self._read("adoption", parse)

    @cached_property
    def pmf(self) -> "tuple[Answer, ...] | None":
        """How disappointed people would be without the product."""
        from tracker_sync.pmf import parse

        return self._read("pmf", parse)

    def check(self) -> None:
        """Read all of them. Raises ConfigError for the first that is broken."""
        _ = self.problems, self.adoption, self.pmf

    def _read(self, name: str, parse: Callable[[str, Path, tzinfo], tuple[T, ...]]) -> tuple[T, ...] | None:
        try:
            return parse(self.texts.get(name, ""), self.paths[name], self.zone) or None
        except ConfigError:
            if self.past:
                return None
            raise


class Detectors(Struct, frozen=True, eq=False, dict=True):
    """The rules on patterns, read when they are first asked for."""

    told: str
    """What is stated of them: the files with their texts, and which are switched off; '' for nothing."""
    files: Mapping[str, Path]
    """Where each file is now, by its name, for messages."""
    past: bool = False
    """Whether they are those of the log, and not those of the files as they are now."""

    @cached_property
    def rules(self) -> "tuple[BiasRule, ...]":
        """The rules in use, by id. Raises ConfigError with file and line."""
        from tracker_sync.patterns.rules import load

        stated = json.loads(self.told) if self.told else {"files": [], "disable": []}
        files = [(self.files.get(name, Path(name)), text) for name, text in stated["files"]]
        try:
            return load(files, stated["disable"])
        except ConfigError:
            if self.past:  # what an earlier version's measures were called this one may not know
                return ()
            raise


def now_stated(config: Config) -> dict[str, str]:
    """Every input as its file says it now, by name; '' for a file that is not there."""
    files = msgspec.structs.asdict(config.strategy)
    found = {"strategy": files.pop("file")} | files
    texts = {name: _text(config.file(path)) for name, path in found.items()}
    packs = [[name, text] for name, (_, text) in rule_files(config).items()]
    bias = {
        "files": [[name, text] for name, (_, text) in bias_files(config).items()],
        "disable": sorted(name for name in config.rules.disable if name.startswith(BIAS)),
    }
    return texts | {
        "rules": canonical(packs), "settings": canonical(msgspec.to_builtins(_settings(config))),
        PATTERNS: canonical(bias),
    }  # fmt: skip


def told(log: EventLog, known_at: int | None = None) -> list[tuple[int, Stated]]:
    """What was stated in the log so far, or by then: (recorded at, input), in the log's order."""
    entries = log.read(source=PEOPLE, items=[""], known_at=known_at)
    return [(e.recorded_at, e.event) for e in entries if isinstance(e.event, Stated)]


def news(log: EventLog, texts: Mapping[str, str], *, now: int) -> list[Stated]:
    """The inputs that are not as the log was told last."""
    before = [event for _, event in told(log)]
    counts, last = Counter(e.attr for e in before), {e.attr: e.val for e in before}
    return [
        Stated(id=f"{name}.{counts[name] + 1}", item="", ts=now, attr=name, val=text)
        for name, text in texts.items()
        if text != last.get(name, "")
    ]


def record(config: Config, log: EventLog, *, now: int) -> None:
    """State in the log what is not as it was told last; raises ConfigError for an input that is broken, and
    LogBusy where another worker is stating its own."""
    texts = now_stated(config)
    if not news(log, texts, now=now):
        return
    with log.lease(PEOPLE):  # two workers would give different texts the same id
        if events := news(log, texts, now=now):
            judged = judgement(config, told(log), texts)
            _ = judged.rules
            sides(config, [], texts, judged.calendar).check()
            _ = detectors(config, [], texts).rules
            log.append(PEOPLE, events, now=now)


def judgement(config: Config, told: Told, texts: Mapping[str, str] | None) -> Judgement:
    """What tags and reports rest on: the inputs as they are now (`texts`), or as they were told last.

    What was never told is taken as its file says it now, since a log that is older than this record of
    inputs has to be judged by something; but no strategy is in force before it was told. Raises ConfigError
    with file and line; of the rules when they are first asked for.
    """
    held, versions = _held(config, told, texts)
    settings = msgspec.json.decode(held["settings"], type=Settings)
    files, zone = config.strategy, ZoneInfo(settings.calendar.timezone)
    newest = held["strategy"] if texts is not None else ""
    return Judgement(
        partial(_rules, config, held["rules"], settings.disable),
        customers.parse(held["customers"], config.file(files.customers), zone).but(settings.not_in_texts),
        strategies.versions(versions, newest, config.file(files.file), zone),
        people.parse(held["people"], config.file(files.people)),
        settings.fields,
        settings.started_labels,
        settings.calendar,
    )


def sides(config: Config, told: Told, texts: Mapping[str, str] | None, calendar: CalendarConfig) -> Sides:
    """The side inputs as they are now (`texts`), or as they were told last: what was not told was missing."""
    found = texts if texts is not None else {event.attr: event.val for _, event in told}
    files = msgspec.structs.asdict(config.strategy)
    paths = {name: config.file(files[name]) for name in SIDES}
    return Sides(found, paths, ZoneInfo(calendar.timezone), past=texts is None)


def detectors(config: Config, told: Told, texts: Mapping[str, str] | None) -> Detectors:
    """The rules on patterns as they are now (`texts`), or as they were told last: before they were told
    first, there were none."""
    held = texts if texts is not None else {event.attr: event.val for _, event in told}
    files = {name: path for name, (path, _) in bias_files(config).items()}
    return Detectors(held.get(PATTERNS, ""), files, past=texts is None)


def fingerprint(config: Config, told: Told, texts: Mapping[str, str] | None) -> str:
    """What tells one judgement from another: the same for inputs by which everything is judged the same.

    Side inputs and the rules on patterns are not in it: no item is judged by them, so that a new one leaves
    all lives as they are.
    """
    held, versions = _held(config, told, texts)
    last = versions[-1][1] if versions else ""
    newest = held["strategy"] if texts is not None and held["strategy"] != last else ""
    rest = {name: text for name, text in held.items() if name not in ("strategy", PATTERNS, *SIDES)}
    return hashlib.sha256(canonical([__version__, versions, newest, rest]).encode()).hexdigest()


def _held(
    config: Config, told: Told, texts: Mapping[str, str] | None
) -> tuple[Mapping[str, str], list[tuple[int, str]]]:
    """(every input by name, the strategies that were told)."""
    told = list(told)
    last = {event.attr: event.val for _, event in told}
    held = texts if texts is not None else now_stated(config) | last
    return held, [(at, event.val) for at, event in told if event.attr == "strategy"]


def _settings(config: Config) -> Settings:
    return Settings(
        calendar=config.calendar,
        fields=config.fields,
        started_labels={s.name: s.started_labels for s in config.sources if isinstance(s, GithubConfig)},
        disable=[name for name in config.rules.disable if not name.startswith(BIAS)],
        not_in_texts=config.rules.not_in_texts,
    )


def _text(path: Path) -> str:
    return text_of(path) if path.is_file() else ""


def rule_files(config: Config) -> dict[str, tuple[Path, str]]:
    """Every rule file and its text, those built in first, by a name that is the same on every machine."""
    found = rules.packs(map(config.file, config.rules.paths), config.rules.packs)
    return {_name(path, config.path.parent): (path, text) for path, text in found}


def bias_files(config: Config) -> dict[str, tuple[Path, str]]:
    """Every file of a rule on patterns and its text, likewise."""
    folders = [rules.builtin(), *map(config.file, config.rules.paths)]
    paths = [path for folder in folders for path in sorted(folder.glob("bias/*.toml"))]
    return {_name(path, config.path.parent): (path, text_of(path)) for path in paths}


def _name(path: Path, beside: Path) -> str:
    """What tells a rule file from others, and its folder from others."""
    inside = rules.builtin()
    if inside not in path.parents:
        return relpath(path, beside)
    return "/".join(["built-in", *(part for part in path.relative_to(inside).parts if part != "tags")])


def _rules(config: Config, packs: str, disable: list[str]) -> tuple[rules.Rule, ...]:
    """The rules of the texts; errors name the file that a text came from, where it is still there."""
    told, files = json.loads(packs), rule_files(config)
    # Which rule goes first rests on which are in one folder: of some files the paths would not tell.
    there = all(name in files for name, _ in told)
    return rules.load([(files[name][0] if there else Path(name), text) for name, text in told], disable)
