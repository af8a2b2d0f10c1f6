"""The single-customer report: features that exactly one account asked for."""

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, lru_cache, partial
from typing import Literal, get_args

import numpy as np
from msgspec import Struct

from tracker_sync.events import MICROSECOND
from tracker_sync.reports.adopted import counts
from tracker_sync.reports.adopters import UNCOUNTED, Adopters, adopters
from tracker_sync.reports.courses import courses, under
from tracker_sync.reports.effort import Effort, effort
from tracker_sync.reports.feature_cost import FeatureCost, feature_costs
from tracker_sync.reports.portfolio import Many, Portfolio, refs
from tracker_sync.reports.problems import problems
from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Grouped, Share
from tracker_sync.reports.supporters import Displaced, Served, displaced, problems_of
from tracker_sync.states import FOREVER
from tracker_sync.states.columns import NEVER, Array, distinct

YEAR = 365 * 86_400 * MICROSECOND
COVERAGE = Fraction(4, 5)
"""Where less of the work says who asked for it, the silence of others means nothing."""
State = Literal["confirmed", "presumptive", "unknown"]


class Row(Struct, frozen=True):
    """One feature: an epic, or work that stands alone."""

    ref: str
    title: str
    account: str
    state: State
    effort: Fraction
    """Person-days in the window, of everything below it."""
    verdict: str
    why: str
    items: tuple[str, ...]
    """Those below it that were worked on in the window."""
    first_asked: int
    later: tuple[str, ...]
    """Accounts that were counted using it only later than 90 days after its release."""
    cost: FeatureCost
    """As of the query's moment, whatever the window."""
    names_problem: bool
    """Whether it says which problem it serves; if not, other accounts may rank that one among their worst."""
    look: Callable[[], Displaced | None]
    """What finds `displaced`."""

    @property
    def displaced(self) -> Displaced | None:
        """The best problem that got less than this did; None also without problems.csv."""
        return self.look()


class Shared(Struct, frozen=True):
    """A feature that one account asked for and that is for more."""

    ref: str
    title: str
    account: str
    """Who alone asked for it."""
    adopters: tuple[str, ...]
    """The others that were counted using it within 90 days of its release."""
    supporters: tuple[str, ...]
    """The others that rank a problem which it serves in the worst third of theirs."""
    effort: Fraction
    """Person-days in the window, of everything below it."""


class SingleCustomer(Struct, frozen=True):
    """The whole report."""

    query: Query
    rows: Many[Row]
    """Largest effort first. Each costs looking its items up, so nobody should make more than are shown."""
    shared: Many[Shared]
    """What one account asked for, and a second one took up or has the problem of: not for one customer."""
    coverage: tuple[tuple[str, Fraction | None], ...]
    """By source: the part of the leaf work that says where its demand came from."""
    features: int
    """Committed features looked at."""
    unnamed: Many[str]
    """Features that name no account: any of them may be for one alone."""
    share: Share
    """Of the effort in the window: surely on features for one customer that are confirmed or presumptive,
    possibly on those that are unknown or name no account. Work under several counts once."""
    effort_total: Fraction
    effort: Fraction
    """Of all rows together; work under two of them counts once."""
    states: Mapping[State, int]
    """How many rows are in each."""
    knows_use: bool
    """Whether there is adoption.csv; without it nothing is confirmed, and second adopters are not known."""
    priced: bool
    """Whether people.toml states rates, so that costs are in money; else they are in person-days."""
    problems: int | None
    """How many of the rows say which problem they serve; None without problems.csv: then nobody can tell
    whether others have the problem, nor what was displaced."""


@lru_cache(maxsize=1)
def single_customer(org: Portfolio, query: Query) -> SingleCustomer:
    """The report for a question. Definition: domain, section 2, and docs/reports.md.

    The last one is kept, for the overview and the warnings, which rest on it.
    """
    days, active = effort(org, query), org.active(query)
    coverage = _coverage(org, active)
    below, feature = _under(org, _features(org))
    committed = _committed(org, below, feature)
    looked = np.zeros(len(org.now), dtype=bool)
    looked[feature[active[below]]] = True
    looked &= committed != FOREVER
    of, account, since = _asked(org, below, feature, committed)
    names = np.bincount(of, minlength=len(org.now))
    alone = looked[of] & (names[of] == 1)
    found = _uncovered(org, of[alone], account[alone], since[alone])
    use = _used(org, query, found)
    serves = problems_of(org, query, {row: who for row, (who, _) in found.items()})
    both = {
        row: (use.get(row, UNCOUNTED).early - {who}, serves[row].supporters if serves else frozenset[str]())
        for row, (who, _) in ((row, found[row]) for row in (found if serves else use))
    }
    shared = {row for row, others in both.items() if any(others)}
    rows = np.array(sorted(found.keys() - shared), dtype=np.int64)
    states = _states(org, rows, found, use, coverage)
    work = active[below]
    worked = _Under(below[work], feature[work])
    amounts = worked.sums(days.amounts, len(org.now))
    weighed = Effort(amounts, days.unit, days.measured)
    unnamed = np.flatnonzero(looked & (names == 0))
    group = _groups(worked, states, unnamed, len(org.now))
    base, counted = np.flatnonzero(active), Counter(states.values())

    def make(some: Array) -> list[Row]:
        return _rows(org, query, some, found, use, serves, states, worked, weighed)

    def make_shared(some: Array) -> list[Shared]:
        return [
            Shared(
                org.ref(r),
                title,
                found[r][0],
                tuple(sorted(both[r][0])),
                tuple(sorted(both[r][1])),
                weighed.of(r),
            )
            for r, title in zip(some.tolist(), org.titled(some), strict=True)
        ]

    return SingleCustomer(
        query, Many(rows, make, amounts),
        Many(np.array(sorted(shared), dtype=np.int64), make_shared, amounts),
        tuple(coverage.items()), int(looked.sum()), refs(org, unnamed),
        share=Grouped(org, "effort", base, days.amounts[base], days.unit, group[base], 4).share(
            [False, True, False, False], [False, True, True, True]
        ),
        effort_total=Fraction(int(days.amounts[active].sum()), days.unit),
        effort=Fraction(int(days.amounts[np.isin(group, (_SURE, _UNKNOWN)) & active].sum()), days.unit),
        states={state: counted[state] for state in get_args(State)},
        knows_use=org.sides.adoption is not None,
        priced=any(person.rate for person in org.judged.people.values()),
        problems=None if serves is None else sum(bool(serves[r].problems) for r in rows.tolist()),
    )  # fmt: skip


_SURE, _UNKNOWN, _UNNAMED = 1, 2, 3


def _groups(worked: "_Under", states: Mapping[int, State], unnamed: Array, size: int) -> Array:
    """For each row of the window's work, whether it is surely (1) or possibly (2, 3) for one customer, by the
    surest of the features that it is under; 0 for other work."""
    of = np.zeros(size, dtype=np.int64)
    of[unnamed] = _UNNAMED
    for row, state in states.items():
        of[row] = _UNKNOWN if state == "unknown" else _SURE
    found = np.full(size, _UNNAMED + 1)
    given = of[worked.features] > 0
    np.minimum.at(found, worked.rows[given], of[worked.features][given])
    found[found > _UNNAMED] = 0
    return found


def _used(org: Portfolio, query: Query, found: Mapping[int, tuple[str, int]]) -> dict[int, Adopters]:
    """Who uses each of these features that was released and that anybody was counted for."""
    counted = counts(org, query.as_of)
    if counted is None:
        return {}
    below, above = org.lineage
    used, listed = (np.isin(of, [*some]) for of, some in ((below, counted.uses), (above, found)))
    work = under(org, np.unique(above[used & listed]).tolist())
    return {
        row: adopters(org, [u for r in work[row] for u in counted.uses.get(r, ())], course.releases[0])
        for row, course in courses(org, work, query.as_of).items()
        if course.releases
    }


def _states(
    org: Portfolio, rows: Array, found: Mapping[int, tuple[str, int]], use: Mapping[int, Adopters],
    coverage: Mapping[str, Fraction],
) -> dict[int, State]:  # fmt: skip
    """How sure it is of each of these features that it is for one customer alone."""
    sources = org.sources[rows].tolist()
    by_source: dict[int, State] = {
        word: "presumptive" if coverage.get(org.words.vals[word], 0) >= COVERAGE else "unknown"
        for word in set(sources)
    }
    states = {row: by_source[word] for row, word in zip(rows.tolist(), sources, strict=True)}
    for row in states.keys() & use.keys():
        if use[row].late and use[row].ever == {found[row][0]}:
            states[row] = "confirmed"
    return states


def _features(org: Portfolio) -> Array:
    """Which rows are epics, or work under no parent that is no repair: a bug is not a feature."""
    found: Array = (org.epic | (org.parents < 0)) & (org.now["bug"] == 0)
    return found


def _under(org: Portfolio, features: Array) -> tuple[Array, Array]:
    """(row, feature that it is, or is under)."""
    below, above = org.lineage
    kept = features[above]
    return below[kept], above[kept]


def _committed(org: Portfolio, below: Array, feature: Array) -> Array:
    """For each feature, when it or the first of those under it was committed to; or FOREVER."""
    at = org.now["committed"][below]
    found = np.full(len(org.now), FOREVER)
    np.minimum.at(found, feature[at != NEVER], at[at != NEVER])
    return found


def _asked(org: Portfolio, below: Array, feature: Array, committed: Array) -> tuple[Array, Array, Array]:
    """(feature, account, when it first asked) of each account that asked for a feature or something under
    it, from a year before commitment on."""
    asking = np.zeros(len(org.now), dtype=bool)
    asking[org.asked.rows] = True
    below, feature = below[asking[below]], feature[asking[below]]
    order = np.argsort(below, kind="stable")
    below, feature = below[order], feature[order]
    starts, ends = (np.searchsorted(below, org.asked.rows, side) for side in ("left", "right"))
    counts = ends - starts
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    of = feature[np.repeat(starts, counts) + steps]
    account, since = np.repeat(org.asked.account, counts), np.repeat(org.asked.since, counts)
    in_time = since >= committed[of] - YEAR
    of, account, since = of[in_time], account[in_time], since[in_time]
    pairs = of.astype(np.int64) << 32 | account
    order = np.argsort(pairs, kind="stable")
    pairs, since = pairs[order], since[order]
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    earliest = np.minimum.reduceat(since, first) if len(first) else since
    return pairs[first] >> 32, pairs[first] & 0xFFFFFFFF, earliest


def _uncovered(org: Portfolio, of: Array, account: Array, since: Array) -> dict[int, tuple[str, int]]:
    """(who alone asked for a feature, when), but for those that a prior intent meant to build anyway."""
    words, place = distinct(org.now["intents"][of])
    named = [org.intents_of(word) for word in words.tolist()]
    found = {}
    for row, code, asked, nth in zip(*(c.tolist() for c in (of, account, since, place)), strict=True):
        who = org.words.vals[code]
        if len(named[nth]) != 1 or not _covered(org, named[nth][0], who, asked):
            found[row] = (who, asked)
    return found


def _covered(org: Portfolio, intent_id: str, account: str, asked: int) -> bool:
    """Whether a prior intent meant to build it for an account that the product is for."""
    version = org.judged.strategies.at(asked)
    if version is None:
        return False
    intent = version.intent(intent_id)
    standing = intent is not None and version.stands(intent, asked)
    return standing and bool(org.judged.customers.in_icp(account, asked, version.strategy.icp))


class _Under(Struct, frozen=True):
    """Work of the window and the features that it is under; a pair for each."""

    rows: Array
    features: Array

    def sums(self, amounts: Array, size: int) -> Array:
        """For each feature, what everything under it weighs."""
        found = np.zeros(size, dtype=amounts.dtype)
        np.add.at(found, self.features, amounts[self.rows])
        return found

    def of(self, features: Array) -> dict[int, list[int]]:
        """The rows under each of these features."""
        wanted = np.isin(self.features, features)
        found: dict[int, list[int]] = {f: [] for f in features.tolist()}
        for row, feature in zip(self.rows[wanted].tolist(), self.features[wanted].tolist(), strict=True):
            found[feature].append(row)
        return {feature: sorted(some) for feature, some in found.items()}


def _rows(
    org: Portfolio, query: Query, rows: Array, found: Mapping[int, tuple[str, int]],
    use: Mapping[int, Adopters], serves: Mapping[int, Served] | None, states: Mapping[int, State],
    worked: _Under, days: Effort,
) -> list[Row]:  # fmt: skip
    work, vals = worked.of(rows), org.words.vals
    cost = feature_costs(org, query, under(org, rows.tolist()))
    every = Query(org.first, query.as_of + 1, query.as_of, query.known_at, zone=query.zone)
    ranked = cache(lambda: problems(org, every))

    def instead(row: int) -> Displaced | None:
        return displaced(ranked(), cost[row].build, serves[row].problems) if serves else None

    made = []
    for r, title in zip(rows.tolist(), org.titled(rows), strict=True):
        account, asked = found[r]
        by = use.get(r, UNCOUNTED)
        made.append(Row(
            org.ref(r), title, account, states[r], days.of(r), org.verdict(r), vals[org.now["why"][r]],
            tuple(org.ref(b) for b in work[r]), asked, tuple(sorted(by.ever - by.early - {account})), cost[r],
            bool(serves and serves[r].problems), partial(instead, r),
        ))  # fmt: skip
    return made


def _coverage(org: Portfolio, active: Array) -> dict[str, Fraction]:
    told = org.now["origin_by"] != 0
    told[org.asked.rows] = True
    all_, those = (np.bincount(org.sources[which]) for which in (active, active & told))
    found = {
        org.words.vals[s]: Fraction(int(those[s]) if s < len(those) else 0, int(all_[s]))
        for s in np.flatnonzero(all_).tolist()
    }
    return dict(sorted(found.items()))
