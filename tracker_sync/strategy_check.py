"""What in a strategy file is an error, told by file and line."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import re2

from tracker_sync import tomlfile
from tracker_sync.errors import ConfigError
from tracker_sync.strategy import BUYER_OUTCOMES, LEVERS, MARKETS, Strategy, normal


def check(strategy: Strategy, text: str, path: Path) -> Strategy:
    """The strategy, if it holds together. Raises ConfigError with file and line."""
    ids = [i.id for i in strategy.intents]
    for n, intent in enumerate(strategy.intents):
        line = tomlfile.line_of(text, f"$.intents[{n}]")
        if intent.id in ids[:n]:
            raise ConfigError(f"two intents are called {intent.id!r}", path, line)
        if intent.target is not None and not 0 <= intent.target <= 1:
            at = tomlfile.line_of(text, f"$.intents[{n}].target")
            raise ConfigError(f"intents: target {intent.target} is not a share from 0 to 1", path, at)
    for n, excluded in enumerate(strategy.not_doing):
        for pattern in excluded.patterns:
            try:
                compiled(pattern)
            except re2.error as e:
                line = tomlfile.line_of(text, f"$.not_doing[{n}].patterns")
                raise ConfigError(
                    f"not_doing: {pattern!r} is not a pattern: {_said(e)}", path, line
                ) from None
    for n, initiative in enumerate(strategy.initiatives):
        if initiative.intent not in ids:
            line = tomlfile.line_of(text, f"$.initiatives[{n}].intent")
            raise ConfigError(f"initiatives: there is no intent {initiative.intent!r}", path, line)
    return strategy


def check_new(strategy: Strategy, text: str, path: Path) -> Strategy:
    """Likewise, for a text that the log does not hold yet: what it holds was taken by the rules of its day,
    and nobody could mend it. Raises ConfigError with file and line."""
    for where, problem in _problems(check(strategy, text, path)):
        part = where.removeprefix("$.").replace("[", ".").partition(".")[0]
        raise ConfigError(f"{part}: {problem}", path, tomlfile.line_of(text, where))
    return strategy


def _problems(strategy: Strategy) -> Iterator[tuple[str, str]]:
    """(where, what) of everything that is wrong, in the order of the file."""
    yield from _unlike("$.market.kind", strategy.market.kind, MARKETS)
    for n, intent in enumerate(strategy.intents):
        yield from _unlike(f"$.intents[{n}].buyer_outcome", intent.buyer_outcome, BUYER_OUTCOMES)
        for lever in intent.levers:
            yield from _unlike(f"$.intents[{n}].levers", lever, LEVERS)
    for part in ("not_doing", "watching", "initiatives", "principles"):
        ids = [member.id for member in getattr(strategy, part)]
        for n, id_ in enumerate(ids):
            if id_ in ids[:n]:
                yield f"$.{part}[{n}].id", f"two of them are called {id_!r}"
    for n, edge in enumerate(strategy.kpi_tree):
        yield from _edge_problems(f"$.kpi_tree[{n}]", edge)
    limits = strategy.limits
    for name in ("sales_led_share", "single_customer_share", "adoption_target"):
        share = getattr(limits, name)
        if share is not None and not 0 <= share <= 1:
            yield f"$.limits.{name}", f"{name} {share:g} is not a share from 0 to 1 (0.25 is a quarter)"
    known = {i.id for i in strategy.initiatives}
    for n, kill in enumerate(limits.kill_lines):
        if kill.initiative not in known:
            yield f"$.limits.kill_lines[{n}].initiative", f"there is no initiative {kill.initiative!r}"


def _unlike(where: str, value: str, allowed: Sequence[str]) -> Iterator[tuple[str, str]]:
    if value and normal(value) not in allowed:
        key = where.rpartition(".")[2]
        yield where, f"{key} {value!r} is not one of {', '.join(allowed)}"


def _edge_problems(where: str, edge: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in edge.items():
        if isinstance(value, (int, float)):
            yield (
                f"{where}.{key}",
                f"{key} = {value} is a coefficient. The tree is schematic: it says what moves what, not by "
                "how much, which nobody knows. Leave the number out",
            )
        elif key not in ("from", "to"):
            yield f"{where}.{key}", f"an edge has `from` and `to`, not {key!r}"
        elif not isinstance(value, str):
            yield f"{where}.{key}", f"{key} names one initiative or metric"
    for key in ("from", "to"):
        if key not in edge:
            yield where, f"an edge lacks {key!r}"


@lru_cache(maxsize=1_000)
def compiled(pattern: str) -> Any:
    """The pattern, ready to search with; case does not matter. Raises re2.error."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(pattern, options)


def _said(error: Exception) -> str:
    said = error.args[0] if error.args else error
    return said.decode() if isinstance(said, bytes) else str(said)
