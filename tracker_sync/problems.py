"""The problems file: how the people served rank their own problems."""

from datetime import UTC, tzinfo
from fractions import Fraction
from pathlib import Path

from msgspec import Struct

from tracker_sync import csvfile
from tracker_sync.strategy import midnight

HEADER = "account,persona,problem,rank,date,importance,satisfaction"
MOST = 10
"""The top of the scales of importance and satisfaction; both begin at 0."""


class Ranked(Struct, frozen=True):
    """One row of the file: where a problem stands among those of a persona at an account."""

    account: str
    """As the file spells it; `Customers` says whose other name that may be."""
    persona: str
    problem: str
    rank: int
    """1 is the worst problem."""
    at: int
    """The start of the day on which it was ranked, in microseconds UTC."""
    importance: Fraction | None
    """From 0 to MOST; None: not asked."""
    satisfaction: Fraction | None
    """With how it is solved today, from 0 to MOST; None: not asked."""


def parse(text: str, path: Path, zone: tzinfo = UTC) -> tuple[Ranked, ...]:
    """The rows of the text of the file at `path`, in its order; of no text, none. Raises ConfigError with
    file and line."""

    def ranked(row: csvfile.Row) -> Ranked:
        return Ranked(
            account=row.needed("account"),
            persona=row.needed("persona"),
            problem=row.needed("problem"),
            rank=row.whole("rank", least=1),
            at=midnight(row.day("date"), zone),
            importance=row.score("importance", MOST),
            satisfaction=row.score("satisfaction", MOST),
        )

    return csvfile.parse(text, path, HEADER, ranked, once=("account", "persona", "problem", "date"))
