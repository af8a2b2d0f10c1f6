"""What the epics of an initiative inherit: the evidence on which the first of them was begun."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from msgspec import Struct

from tracker_sync.reports.adopted import Adoption
from tracker_sync.reports.carried import Carried
from tracker_sync.reports.courses import State, courses, under
from tracker_sync.reports.evidence import Sign, best, evidence
from tracker_sync.reports.keys import called
from tracker_sync.reports.org import Org
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.states.told import told


class Descent:
    """The evidence of the epics of some initiatives; looked up when it is first asked for, all at once."""

    def __init__(self, org: Portfolio, all_: Sequence[Carried], end: int, known_at: int | None) -> None:
        self._org, self._all, self._end, self._known_at = org, all_, end, known_at

    @cached_property
    def _looked(self) -> Org:
        return self._org.look(
            [self._org.ref(r) for r in dict.fromkeys(r for of in self._all for r in of.epics)]
        )

    @cached_property
    def _signs(self) -> Mapping[int, Sequence[Sign]]:
        work = {row: rows for of in self._all for row, rows in of.work.items()}
        return evidence(self._org, self._looked, work, self._end)

    @cached_property
    def _linked(self) -> Mapping[int, set[str]]:
        """By epic, the keys that it was linked to at the end."""
        org, found = self._org, dict[int, set[str]]()
        rows = {int(org.now["item"][r]): r for of in self._all for r in of.epics}
        for item, said in told(org.aside.log, rows, ["links"], self._end, self._known_at).items():
            source = org.words.vals[org.sources[rows[item]]]
            found[rows[item]] = {f"{source}:{key}" for key in said.state.get("links", {}).values()}
        return found

    def own(self, row: int) -> int:
        """The grade of an epic's own evidence, at any time up to now."""
        return best(self._signs[row])

    def grade(self, of: Carried) -> int:
        """The grade that the first epic of an initiative had when it was started, or has if it was not."""
        root = of.begun[0]
        start = of.courses[root].started
        return best([s for s in self._signs[root] if start is None or s.since <= start])

    def followers(self, of: Carried, row: int) -> tuple[str, ...]:
        """The refs of epics that are not the initiative's, linked to this one and started after its first."""
        org, start = self._org, of.courses[of.begun[0]].started
        if start is None:
            return ()
        rows = called(org, sorted(self._linked.get(row, ()))).values()
        linked = sorted({r for r in rows if org.epic[r] and r not in of.named})
        went = courses(org, under(org, linked), self._end) if linked else {}
        return tuple(org.ref(r) for r in linked if (at := went[r].started) is not None and at > start)


class Epic(Struct, frozen=True):
    """An epic of an initiative. Times are microseconds UTC."""

    initiative: str
    ref: str
    title: str
    state: State
    started: int | None
    released: int | None
    """The last time."""
    effort: Fraction
    """Person-days up to the end of the window."""
    root: bool
    """Whether it is the one that was started first."""
    adoption: Adoption | None
    """Who used this one alone on the 90th day after its last release; None where that cannot be told."""
    row: int
    of: Carried
    descent: Descent

    @property
    def own(self) -> int:
        """The grade of its own evidence, a place in `GRADES`."""
        return self.descent.own(self.row)

    @property
    def grade(self) -> int:
        """The grade that counts: that which the first epic had when it was started. What comes after it
        inherits it, since what was built on a guess does not become less of one by being continued."""
        return self.descent.grade(self.of)

    @property
    def followed_by(self) -> tuple[str, ...]:
        """Refs of epics that the initiative does not name, linked to this one and started after its first:
        they inherit its grade too."""
        return self.descent.followers(self.of, self.row)
