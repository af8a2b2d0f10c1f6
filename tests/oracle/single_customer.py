"""Features that exactly one account asked for."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from tests.oracle.shares import Bounds, Oracle, over
from tests.oracle.sides import Answer, Sides
from tests.oracle.strategy import in_force
from tests.oracle.went import Went
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
    released: int | None
    later: tuple[str, ...]
    """Who was counted using it "only later than 90 days after the release"."""
    names_problem: bool
    """ "What needs a file that is missing" is not assessed, so without problems.csv none does."""


@dataclass(frozen=True)
class Shared:
    """A feature that one asked for, and that is for more."""

    ref: str
    account: str
    effort: Fraction
    adopters: tuple[str, ...]
    supporters: tuple[str, ...]


class SingleCustomer:
    """ "Exactly one de-duplicated account asked from 12 months before commitment until t, and no second
    account's problem ranking supports it, no prior ICP intent covers it, and no second adopter 90 days after
    release"; "a feature is a committed epic, or work under no parent that is not a bug"."""

    def __init__(self, oracle: Oracle) -> None:
        self.of = oracle
        self.sides = Sides(oracle)
        self.went = Went(oracle, self.sides.at)
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

    # -- who else -------------------------------------------------------------------------------

    def released(self, feature: Issue) -> int | None:
        """ "When the feature's own status was done for the first time"."""
        return min(self.went.releases(feature), default=None)

    def used(self, below: list[Issue]) -> list[tuple[int, str]]:
        """(days after that of the release, account) of each count above 0 since the release, by the day asked
        about: "the feature, or anything under it"."""
        released, of = self.released(below[0]), self.of.calendar
        if released is None:
            return []
        first = of.day_of(released)
        known = [c for c in self.sides.counts if of.midnight(c.day) <= self.sides.at]
        hit = [c for c in known if c.item in below and c.amount > 0 and c.day >= first]
        return [((c.day - first).days, c.root) for c in hit]

    def adopters(self, below: list[Issue], account: str) -> tuple[str, ...]:
        """ "A second independent account was counted using it from the day of the release to the 90th day
        after it"."""
        return tuple(sorted({who for n, who in self.used(below) if n <= 90 and who != account}))

    def supporters(self, below: list[Issue], account: str) -> tuple[str, ...]:
        """ "A persona at a second account ranked, in its newest answers by the day asked about, in the worst
        third of all that it ranked" a problem that it serves."""
        serves, found = self.sides.serves(below), set()
        for root, persona in {(a.root, a.persona) for a in self.answers if a.root != account}:
            ranked = [a for a in self.answers if (a.root, a.persona) == (root, persona)]
            for a in ranked:  # "fewer than a third of its problems have a better rank"
                better = sum(o.rank < a.rank for o in ranked)
                if a.problem in serves and Fraction(better) < Fraction(len(ranked), 3):
                    found.add(root)
        return tuple(sorted(found))

    @cached_property
    def answers(self) -> list[Answer]:
        """How people rank their problems by the day asked about."""
        return self.sides.answers(self.of.calendar.day_of(self.sides.at))

    def confirmed(self, below: list[Issue], account: str) -> bool:
        """ "The account uses it, on the 90th day after that of the release or later, and nobody else on any
        day since that of the release"."""
        used = self.used(below)
        return {who for _, who in used} == {account} and any(n >= 90 for n, _ in used)

    # -- the report -----------------------------------------------------------------------------

    @cached_property
    def alone(self) -> list[tuple[list[Issue], str, int]]:
        """(feature and all under it, account, first asked) of what exactly one asked for, and no prior ICP
        intent covers."""
        asked = [(below, [*self.asked(below).items()]) for below in self.looked]
        ones = [(below, *some[0]) for below, some in asked if len(some) == 1]
        return [one for one in ones if not self.covered(one[0][0], one[1], one[2])]

    def effort(self, below: list[Issue]) -> Fraction:
        """In the window."""
        return sum((self.of.effort.get(i, Fraction(0)) for i in below if i in self.active), Fraction(0))

    @cached_property
    def shared(self) -> dict[Issue, Shared]:
        """ "Asked for by one, for more"."""
        found = {}
        for below, account, _ in self.alone:
            adopters, supporters = self.adopters(below, account), self.supporters(below, account)
            if adopters or supporters:
                ref = self.of.ref(below[0])
                found[below[0]] = Shared(ref, account, self.effort(below), adopters, supporters)
        return found

    @cached_property
    def rows(self) -> list[Feature]:
        """ "Presumptive: declared request coverage ≥ 80 %"; else unknown; unless usage confirms it."""
        found = []
        for below, account, at in self.alone:
            feature = below[0]
            if feature in self.shared:
                continue
            enough = self.coverage.get(feature.source, Fraction(0)) >= Fraction(4, 5)
            state = "presumptive" if enough else "unknown"
            used = self.used(below)
            found.append(Feature(
                self.of.ref(feature), account, "confirmed" if self.confirmed(below, account) else state,
                self.effort(below), tuple(sorted(self.of.ref(i) for i in below if i in self.active)), at,
                self.released(feature), tuple(sorted({who for _, who in used} - {account})),
                self.sides.has("problems") and bool(self.sides.serves(below)),
            ))  # fmt: skip
        return found

    @property
    def unnamed(self) -> list[str]:
        """Features that name no account."""
        return sorted(self.of.ref(b[0]) for b in self.looked if not self.asked(b))

    @property
    def share(self) -> Bounds:
        """ "Low, the effort on features that are confirmed or presumptive; high, also on those that are
        unknown and on all features that name no account. Work under several counts once"."""
        state = {row.ref: row.state for row in self.rows}
        sure, maybe = set[Issue](), set[Issue]()
        for below in self.looked:
            its = state.get(self.of.ref(below[0]))
            sure |= {*below} if its in ("confirmed", "presumptive") else set()
            maybe |= {*below} if its or not self.asked(below) else set()
        work = self.of.work("effort")
        low, high = (sum((work[i] for i in some & self.active), Fraction(0)) for some in (sure, maybe))
        return over(low, high, sum(work.values(), Fraction(0)))
