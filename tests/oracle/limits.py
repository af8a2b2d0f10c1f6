"""The limits that the strategy states, and what the work comes to against them."""

from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.sagas import KillLine, Saga, Sagas
from tests.oracle.shares import Bounds, Oracle
from tests.oracle.single_customer import SingleCustomer
from tests.oracle.strategy import at_end
from tests.oracle.usage import Usage
from tests.oracle.world import Issue, words


@dataclass(frozen=True)
class Verdict:
    """What one limit comes to: a finding, within the limit, or not assessed."""

    severity: str
    """ "alarm", "warning", "note", "holds" or "not assessed"."""
    found: Bounds = (None, None)
    k: Fraction | None = None
    n: Fraction | None = None
    """What it is a share of, in person-days or accounts."""
    threshold: Fraction | None = None
    certain: bool | None = None
    """Of a finding: "whether it holds whatever the untagged work is"."""


class Outcomes(Sagas):
    """How initiatives came out, without all that they took, which takes long to count."""

    def _ever(self, leaves: set[Issue]) -> Fraction:
        return Fraction(0)


class Limits:
    """ "The limits are those of the strategy in force at the end of the period, and count as they are
    written: 0.25 is exactly a quarter, and a share of a quarter is within it"."""

    def __init__(self, of: Oracle) -> None:
        self.of, self.end = of, of.end - 1
        self.version = at_end(of.inputs.versions, self.end, of.world.last)
        self.sagas = Outcomes(of)

    def limit(self, name: str) -> Fraction | None:
        """As it is written."""
        said = self.version.said.get("limits", {}).get(name) if self.version else None
        return None if said is None else Fraction(str(said))

    @staticmethod
    def above(found: tuple[Fraction, Fraction], limit: Fraction) -> str:
        """ "A warning where its low end is above the limit, so that it holds whatever nobody tagged; a note
        where only its high end is"."""
        low, high = found
        return "warning" if low > limit else "note" if high > limit else "holds"

    @staticmethod
    def certain(how: str) -> bool | None:
        """Notes about limits that may be exceeded are not."""
        return None if how == "holds" else how != "note"

    # -- shares ---------------------------------------------------------------------------------

    @property
    def shares(self) -> dict[str, Verdict]:
        """The sales-led share of the effort, and that of features for one customer alone."""
        total = sum(self.of.work("effort").values(), Fraction(0))
        shares = {
            "sales_led_share": self.of.figures("effort").sales_led,
            "single_customer_share": SingleCustomer(self.of).share,
        }
        return {
            name: self._share(found, total, limit)
            for name, found in shares.items()
            if (limit := self.limit(name)) is not None
        }

    def _share(self, found: Bounds, total: Fraction, limit: Fraction) -> Verdict:
        low, high = found
        if low is None or high is None:
            return Verdict("not assessed")
        how = self.above((low, high), limit)
        return Verdict(how, found, low * total, total, limit, self.certain(how))

    # -- intents --------------------------------------------------------------------------------

    @property
    def active_intents(self) -> Verdict | None:
        """ "Low: the intents that leaves in progress at its last instant name alone; high: with those that
        leaves name among several; stated or not"."""
        limit = self.limit("active_intents")
        if limit is None:
            return None
        low, high = set[str](), set[str]()
        for leaf in self.of.tree.leaves():
            if leaf in self.of.inside and any(lo <= self.end < hi for lo, hi in leaf.doing):
                named = self.of.tags[leaf].intents
                high |= named
                low |= named if len(named) == 1 else set()
        found = Fraction(len(low)), Fraction(len(high))
        how = self.above(found, limit)
        return Verdict(how, found, threshold=limit, certain=self.certain(how))

    # -- initiatives ----------------------------------------------------------------------------

    @property
    def stated(self) -> list[Saga]:
        """The initiatives that the strategy states."""
        named = {i["id"] for i in self.version.said.get("initiatives", [])} if self.version else set()
        return [saga for name, saga in self.sagas.rows.items() if name in named]

    @property
    def adoption(self) -> dict[str, Verdict]:
        """ "For each stated initiative the newest check of a release against the target. A warning where it
        is under target whoever was not counted, a note where that hangs on them"."""
        limit, found = self.limit("adoption_target"), {}
        for saga in self.stated if limit is not None else ():
            newest = max(saga.checks, key=lambda c: c.at, default=None)
            if newest:
                found[saga.id] = self._used(newest.usage, limit)
        return found

    def _used(self, usage: Usage | None, limit: Fraction) -> Verdict:
        low, high = usage.share if usage else (None, None)
        if usage is None or low is None or high is None:
            return Verdict("not assessed")
        how = "warning" if high < limit else "note" if low < limit else "holds"
        using, served = len(usage.using & usage.served), len(usage.served)
        return Verdict(how, (low, high), Fraction(using), Fraction(served), limit, self.certain(how))

    @property
    def kill_lines(self) -> list[tuple[str, Verdict]]:
        """ "Each kill line of a stated initiative whose day has come. Crossed, it is an alarm while nobody
        has decided since, and then a note; a note also where it hangs on accounts that nobody counted"."""
        found = []
        for saga in self.stated:
            for line in saga.kill_lines:
                if line.by is not None and line.by <= self.end:
                    metric = words(line.metric).replace(" ", "-")
                    name = f"{saga.id}/{metric}/{self.of.calendar.day_of(line.by)}"
                    found.append((name, self._held(line, saga)))
        return found

    @staticmethod
    def _held(line: KillLine, saga: Saga) -> Verdict:
        low, high = line.outcome or (None, None)
        if line.by is None or low is None or high is None:
            return Verdict("not assessed")
        how = "holds" if line.state == "held" else "note"
        if line.state == "crossed":
            decided = max(saga.decided or saga.since, saga.since) > line.by
            waits = not decided and saga.stage != "stopped"  # "what is stopped waits for nothing"
            how = "alarm" if waits else "note"
        certain = None if how == "holds" else line.state == "crossed"
        return Verdict(how, (low, high), threshold=line.below, certain=certain)

    @property
    def lines(self) -> bool:
        """Whether any kill line is stated."""
        return bool(self.version and self.version.said.get("limits", {}).get("kill_lines"))
