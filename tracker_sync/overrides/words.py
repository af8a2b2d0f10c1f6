"""A person's word about an item: whether it may be said, and the event that keeps it."""

from collections.abc import Iterable

from msgspec import Struct

from tracker_sync.events import Tagged
from tracker_sync.items import Item
from tracker_sync.tagging import ORIGINS, Judgement

DIMENSIONS = ("intent", "customer", "origin")
UNDOING = "u"
"""What the id of an event begins with that undoes another; a reason could be typed by anybody."""


class Word(Struct, frozen=True):
    """What a person says of an item in one dimension."""

    item: Item
    attr: str
    val: str | None
    """Several customers are separated by `;`. None takes back what people said, so that the rules decide."""
    reason: str
    undoes: bool = False


def names(text: str) -> str:
    """The customers that a text names, separated by `;`, each once and without the spaces around it."""
    return ";".join(dict.fromkeys(" ".join(n.split()) for n in text.split(";") if n.strip()))


def problem(attr: str, val: str, judged: Judgement) -> str | None:
    """Why this cannot be said of any item, and what to say instead; None where it can."""
    match attr:
        case "intent" if (version := judged.strategies.latest) and judged.strategies.resolve(val) is None:
            stated = ", ".join(i.id for i in version.strategy.intents)
            return f"the strategy states no intent {val!r}; it states: {stated}"
        case "origin" if val not in ORIGINS:
            return f"{val!r} is not one of {', '.join(ORIGINS)}"
        case "customer":
            unclear = [(n, who) for n in val.split(";") if (who := judged.customers.between(n))]
            return f"{unclear[0][0]!r} may be {' or '.join(unclear[0][1])}; say which" if unclear else None
        case _:
            return None


def events(words: Iterable[Word], at: int, actor: str) -> list[Tagged]:
    """The events that keep these words, said by `actor` at one time, in microseconds UTC."""
    return [
        Tagged(id=f"{UNDOING if w.undoes else 't'}{at}.{n}", item=f"{w.item.source}:{w.item.id}", ts=at,
               actor=actor, attr=w.attr, val=w.val, reason=w.reason)
        for n, w in enumerate(words, 1)
    ]  # fmt: skip
