"""What a customer pays for a feature, as its tracker says it."""

import re
from fractions import Fraction

from msgspec import Struct

from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.states.told import Told

_LABEL = re.compile(r"paid[/:]\s*(.*)", re.IGNORECASE | re.DOTALL)
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,2})?", re.ASCII)
SUPPLY = 'fields = { paid = "…" } of the Jira source in tracker-sync.toml, or a label such as paid/50000'
"""What makes payments known."""


class Payment(Struct, frozen=True):
    """What is paid for a feature."""

    amount: Fraction | None
    """In whole units of the currency of the rates; None: nothing says it, or not as one plain figure."""
    said: str = ""
    """What is said instead of one plain figure."""


def attrs(org: Portfolio) -> dict[str, set[str]]:
    """By source, the attributes that say what is paid: labels, and the field that the configuration names."""
    fields, names = org.judged.fields, org.aside.field_names()
    found = {org.words.vals[s]: {"labels"} for s in set(org.sources.tolist())}
    for (source, attr), name in names.items():
        if source in fields and fields[source].paid == name:
            found.setdefault(source, set()).add(attr)
    return found


def payment(told: Told, of: set[str]) -> Payment:
    """What these attributes of a feature say. A field comes before labels."""
    labels = told.state.get("labels", {}).values()
    said = sorted({v.strip() for attr in of - {"labels"} for v in told.state.get(attr, {}).values()})
    said = said or sorted({m[1].strip() for v in labels if (m := _LABEL.fullmatch(v))})
    if not said:
        return Payment(None)
    amounts = {_amount(text) for text in said}
    if len(amounts) == 1 and (amount := amounts.pop()) is not None:
        return Payment(amount)
    return Payment(None, ", ".join(said))


def _amount(text: str) -> Fraction | None:
    """A plain figure of money: nobody guesses at currencies, or at whether 1.000 is one or a thousand."""
    return Fraction(text) if _AMOUNT.fullmatch(text) else None
