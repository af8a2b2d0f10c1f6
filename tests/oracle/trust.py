"""How far the figures can be believed: what the work says of itself, and what to tag first."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from tests.oracle.shares import Oracle
from tests.oracle.strategy import resolve
from tests.oracle.tags import Tagged
from tests.oracle.world import Issue, words

FIELDS = ("intent", "customer", "origin")


@dataclass(frozen=True)
class Coverage:
    """How much of some work says a field."""

    items: int
    tagged: int
    effort: Fraction
    tagged_effort: Fraction
    own: int


class Trust:
    """The work of a window."""

    def __init__(self, of: Oracle) -> None:
        self.of = of
        self.work = of.work("effort")

    # -- what to tag first ----------------------------------------------------------------------

    @cached_property
    def first(self) -> dict[str, tuple[int, Fraction]]:
        """ "The topmost item over work of unknown origin": how many it speaks for, and their effort."""
        found: dict[str, tuple[int, Fraction]] = {}
        for leaf, days in self.work.items():
            if self.of.verdicts[leaf] == "unknown":
                top = self.of.ref(self.of.tree.line(leaf)[-1])
                n, sum_ = found.get(top, (0, Fraction(0)))
                found[top] = n + 1, sum_ + days
        return found

    @property
    def width(self) -> Fraction | None:
        """ "The highest end of the sales-led share less its lowest"."""
        low, high = self.of.figures("effort").sales_led
        return None if low is None or high is None else high - low

    def widths(self, order: list[str]) -> list[Fraction | None]:
        """ "How wide the range is once an item and all above it in the list are tagged"."""
        total, left, found = sum(self.work.values(), Fraction(0)), self.width, []
        for ref in order:
            left = None if left is None else left - self.first[ref][1] / total
            found.append(left)
        return found

    # -- coverage -------------------------------------------------------------------------------

    @property
    def coverage(self) -> dict[tuple[str, str, str], Coverage]:
        """By (all, source or team; its name; field): "the part of the work that says its intent, its customer
        and where it came from"."""
        groups: dict[tuple[str, str], list[Issue]] = {("all", ""): [*self.work]}
        for leaf in self.work:
            groups.setdefault(("source", leaf.source), []).append(leaf)
            groups.setdefault(("team", self.of.team(leaf) or ""), []).append(leaf)
        return {(*g, f): self._of(some, f) for g, some in groups.items() for f in FIELDS}

    def _of(self, some: list[Issue], field: str) -> Coverage:
        tags = {leaf: self.of.tags[leaf] for leaf in some}
        told = [leaf for leaf, t in tags.items() if SAYS[field](t)]
        own = sum(OWN[field](tags[leaf]) for leaf in told)
        all_, mine = (sum((self.work[i] for i in part), Fraction(0)) for part in (some, told))
        return Coverage(len(some), len(told), all_, mine, own)

    # -- late tags ------------------------------------------------------------------------------

    @property
    def retrofit(self) -> dict[str, tuple[int, int]]:
        """ "Items started in the period whose intent or customer was first named later": how many, and of how
        many that name one."""
        found = {}
        for field, named in (("intent", self._intent_named), ("customer", self._customer_named)):
            times = [(self._started(leaf), named(self.of.tags[leaf])) for leaf in self.work]
            told = [
                (at, since) for at, since in times if self.of.begin <= at < self.of.end and since is not None
            ]
            found[field] = sum(since > at for at, since in told), len(told)
        return found

    def _started(self, leaf: Issue) -> int:
        return min(ts for p in ("doing", "done") for ts in leaf.became(p))

    @staticmethod
    def _said(t: Tagged, field: str) -> list[tuple[int, str]]:
        """What people said of it, while a word of theirs holds."""
        said = [(s.ts, s.val) for s in t.issue.judged if s.attr == field and s.val is not None]
        return said if field in t.word else []

    def _customer_named(self, t: Tagged) -> int | None:
        """ "By whatever sign that stands": of the item, or of the nearest above that names anybody."""
        near = next((one for one in (t, *t.above) if one.named), None)
        if near is None:
            return None
        said = [(ts, a) for ts, word in self._said(near, "customer") for a in near.accounts(word)]
        given = [(s.since, s.value) for s in (near.mentioned if said else near.named)]
        return min(ts for ts, account in [*said, *given] if account in {s.value for s in near.named})

    def _intent_named(self, t: Tagged) -> int | None:
        near = next((one for one in (t, *t.above) if one.own_intents), None)
        if near is None:
            return None
        versions = self.of.inputs.versions
        given = [(f.since, f.value) for some in near.naming_intents for f in some]
        named = [*self._said(near, "intent"), *given]
        return min(ts for ts, n in named if (resolve(versions, n) or slug(n)) in near.own_intents)


def slug(name: str) -> str:
    """A name of an intent that no version knows."""
    return words(name).replace(" ", "-")


def _says_origin(t: Tagged) -> bool:
    """ "Of unknown origin is work of which nothing says where it came from, or only who in product or
    engineering raised it"."""
    return t.origin is not None and not t.origin.fallback


def _own_origin(t: Tagged) -> bool:
    """From its own signs, "not from the epic above"."""
    end = t.commitment
    return "origin" in t.word or any(not s.fallback and (end is None or s.since <= end) for s in t.signs)


SAYS: dict[str, Callable[[Tagged], bool]] = {
    "intent": lambda t: bool(t.intents),
    "customer": lambda t: bool(t.customers),
    "origin": _says_origin,
}
OWN: dict[str, Callable[[Tagged], bool]] = {
    "intent": lambda t: bool(t.own_intents),
    "customer": lambda t: bool(t.named),
    "origin": _own_origin,
}
