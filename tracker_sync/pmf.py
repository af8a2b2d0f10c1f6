"""The survey file: how disappointed people would be without the product (product-market fit)."""

from datetime import UTC, tzinfo
from pathlib import Path

from msgspec import Struct

from tracker_sync import csvfile
from tracker_sync.strategy import midnight

HEADER = "respondent,account,persona,disappointed,benefit,improvement,date"
ALSO = {"how disappointed": "disappointed", "top benefit": "benefit"}
DISAPPOINTED = ("very", "somewhat", "not")


class Answer(Struct, frozen=True):
    """One row of the file: what somebody answered. None: they gave no answer, or it is not known."""

    respondent: str
    account: str | None
    """As the file spells it; `Customers` says whose other name that may be."""
    persona: str | None
    disappointed: str
    """How much they would be, could they not use the product any more: one of DISAPPOINTED."""
    benefit: str | None
    """The main benefit that they have from it, in their words or as a code."""
    improvement: str | None
    """What would make it better for them."""
    at: int
    """The start of the day of the answer, in microseconds UTC."""


def parse(text: str, path: Path, zone: tzinfo = UTC) -> tuple[Answer, ...]:
    """The answers in the text of the file at `path`, in its order; of no text, none. Raises ConfigError with
    file and line."""

    def answer(row: csvfile.Row) -> Answer:
        return Answer(
            respondent=row.needed("respondent"),
            account=row["account"] or None,
            persona=row["persona"] or None,
            disappointed=row.one_of("disappointed", DISAPPOINTED),
            benefit=row["benefit"] or None,
            improvement=row["improvement"] or None,
            at=midnight(row.day("date"), zone),
        )

    return csvfile.parse(text, path, HEADER, answer, also=ALSO, once=("respondent", "date"))
