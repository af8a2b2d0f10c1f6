"""The words that a dimension may be given; everything that checks one takes them from here."""

from collections.abc import Mapping

ORIGINS = (
    "sales", "support", "customer", "research", "strategy", "engineering", "executive", "compliance",
)  # fmt: skip
PROMISED, DUE = COMMITMENTS = ("promised", "due")
REQUESTERS = ("buyer", "user", "sales", "support", "executive", "research")
EVIDENCE = ("interview", "survey", "ranking", "usage", "experiment", "research", "support", "deal")

ALLOWED: Mapping[str, tuple[str, ...] | None] = {
    "customer": None, "intent": None, "origin": ORIGINS, "commitment": COMMITMENTS,
    "requester": REQUESTERS, "evidence": EVIDENCE,
}  # fmt: skip
"""By dimension; None: any name. A customer is looked up in customers.csv, an intent in the strategy."""
