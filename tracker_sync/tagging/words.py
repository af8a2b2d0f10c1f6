"""The words that a dimension may be given; everything that checks one takes them from here."""

from collections.abc import Mapping

ORIGINS = (
    "sales", "support", "customer", "research", "strategy", "engineering", "executive", "compliance",
)  # fmt: skip
COMMITMENTS = ("promised", "due")

ALLOWED: Mapping[str, tuple[str, ...] | None] = {
    "customer": None, "intent": None, "origin": ORIGINS, "commitment": COMMITMENTS,
}  # fmt: skip
"""By dimension; None: any name. A customer is looked up in customers.csv, an intent in the strategy."""
