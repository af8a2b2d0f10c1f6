"""The single-customer report: features that exactly one account asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from tracker_sync.events import MICROSECOND
from tracker_sync.reports.effort import Effort, effort
from tracker_sync.reports.portfolio import Many, Portfolio, refs
from tracker_sync.reports.query import Query
from tracker_sync.states import FOREVER
from tracker_sync.states.columns import NEVER, Array, distinct

YEAR = 365 * 86_400 * MICROSECOND
COVERAGE = Fraction(4, 5)
"""Where less of the work says who asked for it, the silence of others means nothing."""
State = Literal["confirmed", "presumptive", "unknown"]


@dataclass(frozen=True, slots=True)
class Row:
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


@dataclass(frozen=True, slots=True)
class SingleCustomer:
    """The whole report."""

    query: Query
    rows: Many[Row]
    """Largest effort first."""
    coverage: tuple[tuple[str, Fraction | None], ...]
    """By source: the part of the leaf work that says where its demand came from."""
    features: int
    """Committed features looked at."""
    unnamed: Many[str]
    """Features that name no account: any of them may be for one alone."""
    effort_total: Fraction
    effort: Fraction
    """Of all rows together; work under two of them counts once."""


def single_customer(org: Portfolio, query: Query) -> SingleCustomer:
    """The report for a question. Definition: domain, section 2; without adoption data no feature is
    confirmed."""
    days, active = effort(org, query), org.active(query)
    coverage = _coverage(org, active)
    below, feature = _under(org, _features(org, query))
    committed = _committed(org, below, feature)
    looked = np.zeros(len(org.now), dtype=bool)
    looked[feature[active[below]]] = True
    looked &= committed != FOREVER
    of, account, since = _asked(org, below, feature, committed)
    names = np.bincount(of, minlength=len(org.now))
    alone = looked[of] & (names[of] == 1)
    found = _uncovered(org, of[alone], account[alone], since[alone])
    rows = np.array(sorted(found), dtype=np.int64)
    work = active[below]
    under = _Under(below[work], feature[work])
    amounts = under.sums(days.amounts, len(org.now))
    is_row, once = np.zeros(len(org.now), dtype=bool), np.zeros(len(org.now), dtype=bool)
    is_row[rows] = True
    once[under.rows[is_row[under.features]]] = True

    def make(some: Array) -> list[Row]:
        return _rows(org, some, found, under, Effort(amounts, days.unit, days.measured), coverage)

    return SingleCustomer(
        query, Many(rows, make, amounts), tuple(coverage.items()), int(looked.sum()),
        refs(org, np.flatnonzero(looked & (names == 0))),
        Fraction(int(days.amounts[active].sum()), days.unit),
        Fraction(int(days.amounts[once].sum()), days.unit),
    )  # fmt: skip


def _features(org: Portfolio, query: Query) -> Array:
    """Which rows are epics, or work under no parent that is no repair: a bug is not a feature."""
    found: Array = org.within(query) & (org.epic | (org.parents < 0)) & (org.now["bug"] == 0)
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


@dataclass(frozen=True, slots=True)
class _Under:
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
    org: Portfolio, rows: Array, found: Mapping[int, tuple[str, int]], under: _Under, days: Effort,
    coverage: Mapping[str, Fraction],
) -> list[Row]:  # fmt: skip
    work, vals = under.of(rows), org.words.vals
    made = []
    for r, title in zip(rows.tolist(), org.titled(rows), strict=True):
        account, asked = found[r]
        enough = coverage.get(vals[org.sources[r]], Fraction(0)) >= COVERAGE
        made.append(Row(
            org.ref(r), title, account, "presumptive" if enough else "unknown", days.of(r),
            org.verdict(r), vals[org.now["why"][r]], tuple(org.ref(b) for b in work[r]), asked,
        ))  # fmt: skip
    return made


def _coverage(org: Portfolio, active: Array) -> dict[str, Fraction]:
    told = org.now["origin"] != 0
    told[org.asked.rows] = True
    all_, those = (np.bincount(org.sources[which]) for which in (active, active & told))
    found = {
        org.words.vals[s]: Fraction(int(those[s]) if s < len(those) else 0, int(all_[s]))
        for s in np.flatnonzero(all_).tolist()
    }
    return dict(sorted(found.items()))
