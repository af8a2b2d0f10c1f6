"""What a strategy file still lacks, contradicts or promises in vain."""

from msgspec import Struct

from tracker_sync.strategy_lint import aims, bets, choices, rails
from tracker_sync.strategy_lint.finding import Bounds, Lacks, Lint, Look, Outcome, Spot
from tracker_sync.strategy_parts import PARTS, Level, Part, empty
from tracker_sync.tomlfile import line_of

__all__ = ["LINTS", "Bounds", "Finding", "Lint", "Linted", "Look", "Outcome", "lint", "missing"]

_ORDER = {part.name: n for n, part in enumerate(PARTS)}
LINTS: tuple[Lint, ...] = tuple(
    sorted(
        (*aims.LINTS, *choices.LINTS, *bets.LINTS, *rails.LINTS),
        key=lambda check: _ORDER[check.id.partition("/")[0]],
    )
)
"""Every check, in the order of the parts."""


class Finding(Struct, frozen=True):
    """Something in a strategy file to mend or to decide."""

    id: str
    level: Level
    part: str
    line: int | None
    """1-based; None: the part is not in the file."""
    what: str
    todo: str
    idea: str
    items: tuple[str, ...] = ()


class Linted(Struct, frozen=True):
    """All that is to be said of a strategy file."""

    findings: tuple[Finding, ...]
    """Warnings first, then in the order of the parts."""
    unknown: tuple[tuple[str, str], ...]
    """(check, what it needs) of what could not be assessed."""
    empty: tuple[Part, ...]
    """Parts that say nothing yet, in the order to fill them."""

    @property
    def levels(self) -> list[Level]:
        """The level of everything found, empty parts included."""
        return [*(f.level for f in self.findings), *(p.level for p in self.empty if p.level)]


def lint(look: Look, text: str) -> Linted:
    """Everything that is found in a strategy, whose file reads `text`."""
    findings, unknown = [], []
    for check in LINTS:
        for found in check.look(look):
            match found:
                case Spot():
                    findings.append(_finding(check, found, text))
                case Lacks():
                    unknown.append((check.id, found.needs))
    findings.sort(key=lambda f: f.level != "warning")
    return Linted(tuple(findings), tuple(unknown), tuple(empty(look.strategy)))


def missing(part: Part) -> str:
    """The id of the finding that a part is empty."""
    return f"{part.name}/missing"


def _finding(check: Lint, found: Spot, text: str) -> Finding:
    part = check.id.partition("/")[0]
    return Finding(
        check.id, check.level, part, line_of(text, found.where), found.what, check.todo, check.idea,
        found.items,
    )  # fmt: skip
