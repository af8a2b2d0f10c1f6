"""What was promised, whether it had been scoped by then, and what became of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from statistics import median

from tests.oracle.shares import Bounds, Oracle, over
from tests.oracle.story import FOREVER
from tests.oracle.world import MINUTE, Issue

DAY = 24 * 60 * MINUTE
READY = r"\b(ready|refined|groomed|estimated|selected for development)\b"
OUTCOMES = ("kept", "late", "done", "open", "overdue", "declined")


@dataclass(frozen=True)
class Promise:
    """One promised item, in the words of the report."""

    ref: str
    accounts: tuple[str, ...]
    kind: str
    outcome: str
    promised: int
    scoped: int | None
    unscoped: bool | None
    ahead: int | None
    first_due: int | None
    due: int | None
    slips: int
    slipped: int
    ended: int | None
    latency: Fraction | None
    late: int | None
    late_last: int | None
    age: Fraction | None
    jumps: int | None
    in_progress: int
    owed: int


@dataclass(frozen=True)
class Tally:
    """The promises to one account, or of one kind."""

    name: str
    promised: int
    outcomes: dict[str, int]
    in_progress: int
    latency: Fraction | None
    n: int


@dataclass(frozen=True)
class Pace:
    """Median elapsed days of work that was done in the window."""

    level: str
    promised: bool
    since_committed: Fraction | None
    since_started: Fraction | None
    n: int


class Promises:
    """ "Listed is what was promised in the period"; what became of it is as of the report's day."""

    def __init__(self, of: Oracle) -> None:
        self.of, self.tree = of, of.tree
        self.at = of.world.last if of.tree.at == FOREVER else of.tree.at

    # -- one item -------------------------------------------------------------------------------

    def dues(self, issue: Issue) -> list[tuple[int, date]]:
        """Those that are dates."""
        return [(ts, day) for ts, day in issue.dues(self.at) if day]

    def promise(self, issue: Issue) -> tuple[int, str] | None:
        """ "A sign that rules read as commitment: a label, a sentence, or a due date"; of a due date, when it
        first had one. "A due date that is taken away promises nothing"."""
        of, signs, said = self.of.tags[issue], list[int](), set[str]()
        for _, given in of.heard("commitment", of.texts):
            for f in given:
                if f.since <= self.at:
                    said.add(f.value)
                    signs += [min(ts for ts, _ in self.dues(issue))] if f.value == "due" else [f.since]
        return (min(signs), "promise" if "promised" in said else "due date") if signs else None

    def phase(self, issue: Issue, at: int) -> str:
        """What it was at an instant."""
        return next((p for ts, p in reversed(issue.phases) if ts <= at), "new")

    def ended(self, issue: Issue) -> tuple[int, str] | None:
        """When it was done or declined, where it is so at the end."""
        phase = self.phase(issue, self.at)
        moments = [ts for ts in issue.became(phase) if ts <= self.at]
        return (moments[-1], phase) if phase in ("done", "declined") else None

    def scoped(self, issue: Issue) -> int | None:
        """ "The first points, estimate or ready status of the item or of anything under it"."""
        return min((ts for i in self.tree.below(issue) for ts in self._scopes[i]), default=None)

    @cached_property
    def _scopes(self) -> dict[Issue, list[int]]:
        found = {}
        for issue in self.tree.issues:
            points = self.of.inputs.field(issue.source, "points")
            name = issue.world.name
            attrs = [a for a in issue.by_attr if points and name(issue.source, "field", a) == points]
            held = [
                (a, s.ts, issue.values(a, s.ts))  # "that an item never had at any instant" is nothing
                for a in (*attrs, "estimate", "status")
                for s in issue.by_attr.get(a, ())
                if s.ts <= self.at
            ]
            found[issue] = [
                issue.signed(ts)
                for a, ts, of in held
                if of and (a != "status" or self.ready(issue, *next(iter(of.items()))))
            ]
        return found

    def ready(self, issue: Issue, status: str, told: str) -> bool:
        """ "Where its name holds the word Ready, Refined, Groomed, Estimated or Selected for Development, and
        work has not begun in it"."""
        named = issue.world.names.get((issue.source, "status", status))
        name = told if named is None else named.val or ""
        begun = issue.world.means(issue.source, "status", status) in ("indeterminate", "done")
        return not begun and bool(re.search(READY, name, re.IGNORECASE))

    def jumps(self, issue: Issue, promised: int) -> int | None:
        """ "Moves up the queue within 14 days after an account asked or it was promised. Five or more moves
        in one minute of the clock put a board in order and do not count"."""
        if not any(who.source == issue.source and who.there(self.at) for _, who, _ in self._moves):
            return None
        begun = [promised, *(s.since for s in self.of.tags[issue].customers)]
        mine = [
            ts
            for ts, who, up in self._moves
            if up and who is issue and any(b <= ts <= b + 14 * DAY for b in begun)
        ]
        return sum(sum(t // MINUTE == ts // MINUTE for t, _, _ in self._moves) < 5 for ts in mine)

    @cached_property
    def _moves(self) -> list[tuple[int, Issue, bool]]:
        """Also of cards that are gone since: they moved then. Of a change of rank that does not say which way
        it went nothing follows."""
        return [
            (s.ts, issue, s.val == "Ranked higher")
            for issue in self.of.world.issues
            for s in issue.said
            if s.kind == "noted" and s.ts <= self.at
            if issue.world.name(issue.source, "field", s.attr) == "Rank" and s.val is not None
        ]

    # -- the report -----------------------------------------------------------------------------

    @cached_property
    def all(self) -> dict[Issue, tuple[int, str]]:
        """Everything promised by the end."""
        return {i: p for i in self.tree.issues if i.opened_at <= self.at and (p := self.promise(i))}

    @cached_property
    def shown(self) -> list[Issue]:
        """Those of them that the question leaves in: "only work of this source", project or team."""
        return [i for i in self.all if i in self.of.inside]

    @cached_property
    def listed(self) -> list[Issue]:
        """ "What was promised in the period, and what was promised before and was not done or declined, for
        the last time, before its start"."""
        ends = {i: end[0] for i in self.all if (end := self.ended(i))}
        begin, until = self.of.begin, self.of.until
        return [
            i
            for i, (at, _) in ((i, self.all[i]) for i in self.shown)
            if at < until and (at >= begin or ends.get(i, FOREVER) >= begin)
        ]

    def accounts(self, issue: Issue) -> set[str]:
        """Independent accounts that asked for it."""
        root = self.of.inputs.customers.root
        return {root(s.value) for s in self.of.tags[issue].customers if s.since <= self.at}

    def _theirs(self, issue: Issue) -> list[Issue]:
        """Promised items of its accounts, itself included."""
        mine = self.accounts(issue)
        return [i for i in self.shown if i is issue or mine & self.accounts(i)]

    def row(self, issue: Issue) -> Promise:
        """One line of the report."""
        promised, kind = self.all[issue]
        ended, phase = self.ended(issue) or (None, "open")
        day, now = self.of.calendar.day_of, self.at if ended is None else ended
        dues = [(ts, d) for ts, d in self.dues(issue) if ts <= now]
        first = dues[0][1] if dues else None
        last = [None, *(d for ts, d in issue.dues(self.at) if ts <= now)][-1]
        late = (day(now) - first).days if first and phase != "declined" else None
        late_last = (day(now) - last).days if last and phase != "declined" else None
        outcome = phase
        if phase == "done" and late is not None:
            outcome = "late" if late > 0 else "kept"
        if phase == "open" and late is not None and late > 0:
            outcome = "overdue"
        later = [b - a for (_, a), (_, b) in pairwise(dues) if b > a]
        scoped, known = self.scoped(issue), self._known(issue.source)
        unscoped = (scoped is None or promised < scoped) if known else None
        took = Fraction(ended - promised, DAY) if phase == "done" and ended and ended >= promised else None
        return Promise(
            self.of.ref(issue), tuple(sorted(self.accounts(issue))), kind, outcome, promised,
            scoped, unscoped, (day(scoped) - day(promised)).days if unscoped and scoped else None,
            first.toordinal() if first else None, last.toordinal() if last else None,
            len(later), sum(later, timedelta()).days, ended, took, late, late_last,
            Fraction(self.at - promised, DAY) if ended is None else None, self.jumps(issue, promised),
            sum(self.phase(i, self.at) == "doing" for i in self._theirs(issue)),
            sum(self.ended(i) is None for i in self._theirs(issue)),
        )  # fmt: skip

    def _known(self, source: str) -> bool:
        """Whether anything in a source was ever scoped."""
        return any(some for i, some in self._scopes.items() if i.source == source)

    @cached_property
    def rows(self) -> dict[Issue, Promise]:
        """All that is listed."""
        return {i: self.row(i) for i in self.listed}

    @property
    def kept(self) -> Bounds:
        """ "Of those dated, kept: a range, since those open before their date may still be kept"."""
        dated = [r.outcome for r in self.rows.values() if r.first_due is not None]
        kept = Fraction(dated.count("kept"))
        return over(kept, kept + dated.count("open"), Fraction(len(dated)))

    @property
    def before_scope(self) -> Bounds:
        """ "Of that it is not known" widens it."""
        said = [r.unscoped for r in self.rows.values()]
        return over(Fraction(said.count(True)), Fraction(len(said) - said.count(False)), Fraction(len(said)))

    def tally(self, name: str, some: Iterable[Issue], also: Iterable[Issue] = ()) -> Tally:
        """What some of the promises came to; `also`: promises that are not listed, and in progress."""
        rows = {i: self.rows[i] for i in some}
        came = [r.outcome for r in rows.values()]
        took = [r.latency for r in rows.values() if r.latency is not None]
        doing = sum(self.phase(i, self.at) == "doing" for i in {*rows, *also})
        return Tally(name, len(rows), {o: came.count(o) for o in OUTCOMES}, doing, middle(took), len(took))

    @property
    def by_account(self) -> dict[str, Tally]:
        """ "The same for each account, with what is in progress for it of all that it was ever promised. A
        promise to two accounts counts for both"."""
        theirs: dict[str, list[Issue]] = {}
        for issue in self.shown:
            for account in self.accounts(issue):
                theirs.setdefault(account, []).append(issue)
        return {
            a: self.tally(a, [i for i in some if i in self.rows], some)
            for a, some in theirs.items()
            if any(i in self.rows for i in some)
        }

    @property
    def by_kind(self) -> dict[str, Tally]:
        """Those that only a due date promises "are marked and counted apart"."""
        kinds = {r.kind for r in self.rows.values()}
        return {k: self.tally(k, [i for i, r in self.rows.items() if r.kind == k]) for k in sorted(kinds)}

    @property
    def paces(self) -> dict[tuple[str, bool], Pace]:
        """ "Promised work beside all other work done in the period, epics apart from other items; what is
        under something promised is in neither"."""
        found: dict[tuple[str, bool], list[tuple[Fraction, Fraction]]] = {}
        for issue in self.tree.issues:
            ended, phase = self.ended(issue) or (-1, "")
            promised = self.all.get(issue)
            above = self.tree.line(issue)[1:]
            if (
                phase != "done"
                or issue not in self.of.inside
                or not self.of.begin <= ended < self.of.until
                or (not promised and any(i in self.all for i in above))
            ):
                continue
            begun = promised[0] if promised else self.of.tags[issue].commitment
            started = min([ts for p in ("doing", "done") for ts in issue.became(p)])
            if begun is not None and begun <= ended:
                level = "epic" if self.tree.epic(issue) else "item"
                took = Fraction(ended - begun, DAY), Fraction(ended - started, DAY)
                found.setdefault((level, promised is not None), []).append(took)
        return {
            key: Pace(*key, middle(t[0] for t in some), middle(t[1] for t in some), len(some))
            for key, some in found.items()
        }


def middle(some: Iterable[Fraction]) -> Fraction | None:
    """The median; "of an even number it lies between two"."""
    values = list(some)
    return Fraction(median(values)) if values else None


NAMES = tuple(f.name for f in fields(Promise))
