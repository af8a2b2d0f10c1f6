"""What work is counted by, side by side: effort, items, points and money, each where its inputs are there."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct, field

from tracker_sync.errors import ConfigError
from tracker_sync.reports.effort import effort
from tracker_sync.reports.money import MISSING, Pricing, costs
from tracker_sync.reports.points import by_team
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Grouped
from tracker_sync.states.columns import Array

HEADLINE = ("effort", "count")
"""What is always there."""


class NotWeighed(Struct, frozen=True):
    """A weight, or one team's, that has no figures."""

    weight: str
    team: str
    why: str


class Weights(Struct):
    """Rows by every weight that was asked for."""

    bases: list[Grouped | Pricing] = field(default_factory=list)
    missing: list[NotWeighed] = field(default_factory=list)


def weights(
    org: Portfolio, query: Query, rows: Array, group: Array, groups: int, wanted: Sequence[str]
) -> Weights:
    """Some rows in groups, by these weights. Raises ConfigError where the only weight that was asked for has
    no figures."""
    found = Weights()
    for weight in wanted:
        if weight == "effort":
            days = effort(org, query)
            found.bases.append(Grouped(org, weight, rows, days.amounts[rows], days.unit, group, groups))
        elif weight == "count":
            ones = np.ones(len(rows), dtype=np.int64)
            found.bases.append(Grouped(org, weight, rows, ones, 1, group, groups))
        elif weight == "points":
            for one in by_team(org, query, rows, group, groups):
                if isinstance(one, Grouped):
                    found.bases.append(one)
                else:
                    found.missing.append(NotWeighed(weight, *one))
        elif (known := costs(org, query)) is None:
            found.missing.append(NotWeighed("money", "", f"needs {MISSING}"))
        else:
            found.bases.append(Pricing(org, rows, known, group, groups))
    if query.weight and found.missing and not found.bases:
        why = "; ".join(f"{m.team}: {m.why}" if m.team else m.why for m in found.missing)
        raise ConfigError(f"--weight {query.weight}: not assessed: {why}")
    return found
