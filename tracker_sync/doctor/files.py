"""Whether the files that work is judged by can be read, and say something."""

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from tracker_sync import customers, people
from tracker_sync.config import Config
from tracker_sync.doctor import Check, broken, failed, fine, look
from tracker_sync.errors import ConfigError
from tracker_sync.inputs import SIDES, detectors, now_stated, rule_files, sides
from tracker_sync.patterns.detect import failures as trial_failures
from tracker_sync.render.prose import counted
from tracker_sync.strategy_parts import PARTS
from tracker_sync.tagging.fit import misfits, stated_in, unknown_switches
from tracker_sync.tagging.lint import Finding, lint
from tracker_sync.tagging.listing import Listed, RuleFile, listing
from tracker_sync.tagging.rules import builtin, failures
from tracker_sync.tomlfile import text_of

MEND = "mend that line; config.example.toml and docs/inputs.md show what may stand there"


def inputs(config: Config) -> Iterator[Check]:
    """The accounts, the people, and the files that only reports draw on."""
    zone, files = ZoneInfo(config.calendar.timezone), config.strategy
    yield _read(
        "customers", config.file(files.customers),
        lambda text, path: len(customers.parse(text, path, zone).accounts), "account",
        "fill it in: without it a customer is known by what an item calls it, never by domain or size",
    )  # fmt: skip
    yield _read(
        "people", config.file(files.people),
        lambda text, path: len({id(p) for p in people.parse(text, path).values()}), "person",
        "fill it in: without it nobody's request counts as one of sales, and no work has a price",
    )  # fmt: skip
    yield from _sides(config, zone)


def _read(kind: str, path: Path, count: Callable[[str, Path], int], noun: str, remedy: str) -> Check:
    try:
        number = count(text_of(path), path) if path.is_file() else None
    except ConfigError as e:
        return failed(kind, path.name, e, MEND)
    if not number:
        return look(kind, path.name, "it is not there" if number is None else "nobody is in it", remedy)
    return fine(kind, path.name, f"{counted(number, noun)}".replace("persons", "people"))


def _sides(config: Config, zone: ZoneInfo) -> Iterator[Check]:
    """Files that may be missing: what they would add is said by the reports."""
    try:
        read = sides(config, [], now_stated(config), config.calendar)
    except ConfigError:
        return  # a file that cannot be read, which its own check names
    for name in SIDES:
        path = read.paths[name]
        try:
            rows = getattr(read, name)
        except ConfigError as e:
            yield failed(name, path.name, e, MEND)
            continue
        yield fine(name, path.name, counted(len(rows), "row") if rows else "no row yet, which may stay so")


def strategy(config: Config, count: Callable[[Config], tuple[int, int, int]]) -> Check:
    """The stated strategy; `count` gives (parts that are empty, warnings, notes) and raises ConfigError."""
    path = config.file(config.strategy.file)
    try:
        empty, warnings, notes = count(config)
    except ConfigError as e:
        return failed("strategy", path.name, e, "mend that line; `tracker-sync strategy check` says more")
    todo = "`tracker-sync strategy check` walks you through it, part by part"
    nothing = "nothing can be called on or off strategy"
    if not path.is_file():
        return look("strategy", path.name, f"it is not there: {nothing}", todo)
    if empty == len(PARTS):
        return look("strategy", path.name, f"nothing is stated in it yet: {nothing}", todo)
    found = f"{counted(warnings, 'warning')}, {counted(notes, 'note')}, {counted(empty, 'part')} still empty"
    return (look("strategy", path.name, found, todo)) if warnings else fine("strategy", path.name, found)


def rules(config: Config) -> Iterator[Check]:
    """Whether rules can be read and can do what they say, and whether those that did not come with
    tracker-sync pass the tests inside them."""
    todo = "`tracker-sync rules test` shows each with its line"
    for name in config.rules.paths:
        if not config.file(name).is_dir():
            yield look(
                "rules", name, "[rules] paths names it, and there is no such folder", "make or drop it"
            )
    try:
        every = listing(
            [RuleFile(path, text, name) for name, (path, text) in rule_files(config).items()],
            config.rules.disable,
        )
        used = [one for one in every if one.in_use]
        patterns = detectors(config, [], now_stated(config)).rules
        own = [one.rule for one in used if not one.is_builtin]
        own_patterns = [rule for rule in patterns if builtin() not in rule.path.parents]
        wrong = sum(1 for rule in own for _ in failures(rule))
        wrong += sum(1 for rule in own_patterns for _ in trial_failures(rule))
        found = _findings(every, config)
    except ConfigError as e:
        yield failed("rules", "rules", e, f"mend it; {todo}")
        return
    if wrong:
        yield broken("rules", "rules", f"{counted(wrong, 'test')} inside rule files failed", todo, 2)
    errors = [f for f in found if f.level == "error"]
    for finding in errors:
        yield broken("rules", finding.rule, f"{finding.place}: {finding.text}", todo, 2)
    ours = [f for f in found if f.level == "note" and not f.place.startswith("built-in/")]
    if ours:
        yield look("rules", "rules", f"{counted(len(ours), 'note')} on rules of yours", todo)
    if not wrong and not errors:
        tested = len(own) + len(own_patterns)
        passed = f"; {tested} of them are yours, and pass their tests" if tested else ""
        yield fine(
            "rules", "rules", f"{len(used)} on tags and {len(patterns)} on patterns can be used{passed}"
        )


def _findings(every: list[Listed], config: Config) -> list[Finding]:
    try:
        stated = stated_in(config)
    except ConfigError:
        stated = None  # which its own check says
    return [*lint(every), *misfits(every, stated, config.fields), *unknown_switches(every, config)]
