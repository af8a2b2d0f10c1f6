"""Which other accounts rank the problem that a feature serves among their worst."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from msgspec import Struct

from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.problems import Problems
from tracker_sync.reports.query import Query
from tracker_sync.reports.rankings import Answer, answers
from tracker_sync.reports.served import served
from tracker_sync.strategy import normal


class Served(Struct, frozen=True):
    """What is known of the problems that a feature serves."""

    problems: frozenset[str]
    """As `normal` has them: what the nearest epic at or above it names, and those under it."""
    supporters: frozenset[str]
    """The independent accounts, but for the one that asked, of which a persona ranks any of them in the worst
    third of all that it ranked."""


class Displaced(Struct, frozen=True):
    """The best problem that got less than a feature did."""

    problem: str
    opportunity: Fraction
    effort: Fraction
    """Person-days until now of all work that names it, alone or among others."""


def problems_of(org: Portfolio, query: Query, asked: Mapping[int, str]) -> dict[int, Served] | None:
    """What each of these features serves, given who asked for it; None without problems.csv."""
    told = answers(org, query.as_of)
    if told is None:
        return None
    below, above = org.lineage
    listed = [*asked]
    related = np.zeros(len(org.now), dtype=bool)
    related[above[np.isin(below, listed)]] = True
    related[below[np.isin(above, listed)]] = True
    names = served(org, query, related)
    found: dict[int, set[str]] = {f: set(names.names.get(int(names.of[f]), ())) for f in asked}
    naming = np.isin(below, [*names.names]) & np.isin(above, listed)
    for row, feature in zip(below[naming].tolist(), above[naming].tolist(), strict=True):
        found[feature] |= {*names.names[row]}
    worst = _worst(told)
    return {
        f: Served(frozenset(some), frozenset(a for p in some for a in worst.get(p, ())) - {asked[f]})
        for f, some in found.items()
    }


def _worst(told: Sequence[Answer]) -> dict[str, set[str]]:
    """By problem, the accounts of which a persona ranks it in the worst third of its own; a third of five is
    two. Equal ranks have the better place."""
    by_ranker: dict[tuple[str, str], list[Answer]] = {}
    for answer in told:
        by_ranker.setdefault(answer.ranker, []).append(answer)
    found: dict[str, set[str]] = {}
    for own in by_ranker.values():
        for a in own:
            if 3 * sum(other.rank < a.rank for other in own) < len(own):
                found.setdefault(normal(a.problem), set()).add(a.account)
    return found


def displaced(ranked: Problems, build: Fraction, serves: frozenset[str]) -> Displaced | None:
    """Of the problems that a feature does not serve and that got fewer person-days than its build, the one
    with the highest opportunity, then the least effort, then the first by name; None where there is none."""
    rest = [
        (-r.asked.opportunity, r.high, r.slug, Displaced(r.problem, r.asked.opportunity, r.high))
        for r in ranked.rows
        if r.slug not in serves and r.high < build and r.asked.opportunity is not None
    ]
    return min(rest, key=lambda one: one[:3])[3] if rest else None
