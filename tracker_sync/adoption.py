"""The adoption file: how much accounts use what was built."""

from datetime import UTC, tzinfo
from pathlib import Path

from msgspec import Struct

from tracker_sync import csvfile
from tracker_sync.strategy import midnight

HEADER = "epic,account,date,users"
ALSO = {"feature": "epic", "usage": "users"}


class Use(Struct, frozen=True):
    """One row of the file: how much an account used what an epic brought, as counted on a day."""

    epic: str
    """The item's key, as the file spells it: `acme:PAY-12`, or `PAY-12`."""
    account: str
    """As the file spells it; `Customers` says whose other name that may be."""
    at: int
    """The start of the day, in microseconds UTC."""
    amount: int
    """0 says that nobody used it; what is not in the file was not counted."""
    unit: str
    """What the amount counts, as the header says: `users` (people), or `usage` (times that it was used)."""


def parse(text: str, path: Path, zone: tzinfo = UTC) -> tuple[Use, ...]:
    """The rows of the text of the file at `path`, in its order; of no text, none. Raises ConfigError with
    file and line."""

    def use(row: csvfile.Row) -> Use:
        return Use(
            epic=row.needed("epic"),
            account=row.needed("account"),
            at=midnight(row.day("date"), zone),
            amount=row.whole("users", least=0),
            unit=row.written["users"].casefold(),
        )

    return csvfile.parse(text, path, HEADER, use, also=ALSO, once=("epic", "account", "date"))
