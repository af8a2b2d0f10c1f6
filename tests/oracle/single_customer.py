"""Features that exactly one account asked for."""

from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.shares import Oracle
from tests.oracle.strategy import in_force
from tests.oracle.world import MINUTE, Issue

YEAR = 365 * 24 * 60 * MINUTE


@dataclass(frozen=True)
class Feature:
    """One feature, with who alone asked for it."""

    ref: str
    account: str
    state: str
    effort: Fraction
    items: tuple[str, ...]
    first_asked: int


class SingleCustomer:
    """ "Exactly one de-duplicated account asked from 12 months before commitment until t, and no prior ICP
    intent covers it"; "a feature is a committed epic, or work under no parent that is not a bug"."""

    def __init__(self, oracle: Oracle) -> None:
        self.of = oracle
        self.active = set(oracle.active)
        self.looked = [
            f for f in map(self._below, oracle.tree.issues) if f and self._committed(f) is not None
        ]

    def _below(self, feature: Issue) -> list[Issue]:
        """The feature with all that is under it; nothing where it is none, or nothing of it was worked on."""
        tree = self.of.tree
        if tree.bug(feature) or not (tree.epic(feature) or tree.parent(feature) is None):
            return []
        below = [feature, *(i for i in tree.issues if i is not feature and feature in tree.line(i))]
        return below if self.active & set(below) else []

    def _committed(self, below: list[Issue]) -> int | None:
        """When the first of them was committed to."""
        moments = [c for i in below if (c := self.of.tags[i].commitment) is not None]
        return min(moments, default=None)

    def asked(self, below: list[Issue]) -> dict[str, int]:
        """Each account that asked "from 12 months before commitment", and when it first did."""
        begin = (self._committed(below) or 0) - YEAR
        found: dict[str, int] = {}
        for sign in (s for i in below for s in self.of.tags[i].customers if s.since >= begin):
            root = self.of.inputs.customers.root(sign.value)
            found[root] = min(sign.since, found.get(root, sign.since))
        return found

    def covered(self, feature: Issue, account: str, asked: int) -> bool:
        """ "A prior ICP intent covers it": one that stood when it was asked for, for an account in the
        ICP."""
        version, named = in_force(self.of.inputs.versions, asked), self.of.tags[feature].intents
        if version is None or len(named) != 1:
            return False
        intent = version.intent(next(iter(named)))
        stood = intent is not None and version.stands(intent, asked)
        return stood and self.of.inputs.customers.in_icp(account, asked, version.icp) is True

    @property
    def coverage(self) -> dict[str, Fraction]:
        """ "Request coverage is taken by source": the part of the work that says where its demand came from,
        inherited tags included."""
        told: dict[str, list[bool]] = {}
        for issue in self.active:
            tags = self.of.tags[issue]
            told.setdefault(issue.source, []).append(
                bool((tags.origin and not tags.origin.fallback) or tags.customers)
            )
        return {s: Fraction(sum(some), len(some)) for s, some in told.items()}

    @property
    def rows(self) -> list[Feature]:
        """ "Presumptive: declared request coverage ≥ 80 %"; else unknown."""
        found = []
        for below in self.looked:
            asked = self.asked(below)
            if len(asked) != 1:
                continue
            [(account, at)] = asked.items()
            if self.covered(below[0], account, at):
                continue
            enough = self.coverage.get(below[0].source, Fraction(0)) >= Fraction(4, 5)
            work = [i for i in below if i in self.active]
            found.append(Feature(
                self.of.ref(below[0]), account, "presumptive" if enough else "unknown",
                sum((self.of.effort.get(i, Fraction(0)) for i in work), Fraction(0)),
                tuple(sorted(map(self.of.ref, work))), at,
            ))  # fmt: skip
        return found

    @property
    def unnamed(self) -> list[str]:
        """Features that name no account."""
        return sorted(self.of.ref(b[0]) for b in self.looked if not self.asked(b))
