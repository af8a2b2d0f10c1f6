"""The rules on patterns in `tracker-sync rules`: which there are, and whether their tests hold."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tracker_sync.config import Config
    from tracker_sync.patterns.rules import BiasRule

Files = list[tuple[Path, str]]


def is_bias(path: Path) -> bool:
    """Whether a rule file is one on patterns: it lies in a folder `bias`."""
    return path.resolve().parent.name == "bias"


def named(paths: tuple[Path, ...]) -> list[Path]:
    """The files on patterns among files and folders that somebody named."""
    inside = [[p] if p.is_file() else sorted({*p.rglob("bias/*.toml"), *p.glob("*.toml")}) for p in paths]
    return [*dict.fromkeys(p for some in inside for p in some if is_bias(p))]


def in_use(config: "Config | None") -> Files:
    """The files of a configuration, or only those built in; a later one replaces a rule of the same id."""
    from tracker_sync.tagging.rules import builtin
    from tracker_sync.tomlfile import text_of

    if config is None:
        return [(path, text_of(path)) for path in sorted(builtin().glob("bias/*.toml"))]
    from tracker_sync.inputs import bias_files

    return [*bias_files(config).values()]


def loaded(config: "Config | None") -> "tuple[BiasRule, ...]":
    """All rules, also those that are switched off. Raises RuleError for the first that does not hold."""
    from tracker_sync.patterns.rules import load

    return load(in_use(config))


def off(config: "Config | None") -> list[str]:
    """The names of those that are switched off."""
    return config.rules.disable if config else []


def test(paths: list[Path] | None, config: "Config | None") -> tuple[int, int, int]:
    """Run the tests of these files, or of the rules in use, and tell which fail: (rules, tests, failed)."""
    from tracker_sync.patterns.detect import failures
    from tracker_sync.patterns.rules import load
    from tracker_sync.render import bias as page
    from tracker_sync.tomlfile import line_of, text_of

    files = in_use(config) if paths is None else [(p, text_of(p)) for p in paths]
    texts = dict(files)
    rules = load(files, off(config) if paths is None else ())
    failed = [(rule, one) for rule in rules for one in failures(rule)]
    for rule, one in failed:
        line = line_of(texts[rule.path], f"$.test[{one.number}]", "name")
        click.echo(page.failure(rule, one, f"{rule.path}:{line}"), nl=False)
    return len(rules), sum(len(r.trials) for r in rules), len(failed)
