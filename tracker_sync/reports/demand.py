"""The demand report: which accounts asked for what, and how much of it more than one of them wants."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from fractions import Fraction

import numpy as np
from msgspec import Struct

from tracker_sync.errors import ConfigError
from tracker_sync.reports.demand_rows import Row, listed
from tracker_sync.reports.effort import effort
from tracker_sync.reports.portfolio import Many, Portfolio, refs
from tracker_sync.reports.query import Query
from tracker_sync.reports.reach import ByAccount, BySegment, Profile, by_account, by_segment, profile
from tracker_sync.reports.requests import Requests, askers, by_name, in_window, nameless, requests
from tracker_sync.reports.shares import Grouped, Share
from tracker_sync.states.columns import Array, distinct
from tracker_sync.states.grounds import UNCLEAR


class Demand(Struct, frozen=True):
    """The whole report."""

    query: Query
    customer: str | None
    """The independent account that it is about; None: all."""
    rows: Many[Row]
    """What most accounts asked for first; of one account, what it asked for first."""
    accounts: Sequence[ByAccount]
    """Most effort first."""
    segments: Sequence[BySegment]
    """Most effort first; none without a customers file, or where it is about one account."""
    units: int
    shared: int
    """Units that two or more independent accounts asked for."""
    icp: tuple[int, int, int] | None
    """Of the independent accounts of the file, now: (in the ICP and asked for something, in the ICP, not
    known whether in it); None: there is no customers file."""
    effort: Fraction
    """Person-days in the window that any account asked for."""
    share: Share
    """Of the effort of all work in the window, the part that any account asked for: surely where it is named,
    perhaps where nobody says whose it is, or only that it came from outside."""
    strangers: Many[str]
    """Units that an account asked for which the customers file does not have."""
    unnamed: Many[str]
    """Units that sales, support or a customer stands behind, without any account being named."""
    unclear: Many[str]
    """Items with a name that may be several accounts'."""


def demand(org: Portfolio, query: Query) -> Demand:
    """The report for a question. Definitions: docs/decisions.md, "Demand". Raises ConfigError where it is
    about a customer that nobody knows."""
    about = None if query.customer is None else account_of(org, query.customer)
    every = requests(org, query)
    found = every.where(in_window(every, query))
    mine = of_account(org, found, about)
    unit, account = askers(org, query)
    now = {w: _now(org, org.words.vals[w], query) for w in distinct(account)[0].tolist()}
    fitting = unit[np.isin(account, [w for w, one in now.items() if one.icp])]
    customers = org.judged.customers
    roots = dict.fromkeys(customers.root(a.name) for a in customers.accounts.values())
    in_file = [_now(org, name, query) for name in roots]
    asked_for = Fraction(int(found.amounts.sum()), found.whole)
    units, first = np.unique(mine.unit, return_index=True)
    strange = _which(mine, (w for w, one in now.items() if not one.known))
    return Demand(
        query, about,
        listed(org, mine, np.bincount(fitting, minlength=len(org.now)), query, by_time=about is not None),
        by_account(query, mine, now, asked_for),
        by_segment(found, now, in_file, asked_for) if about is None and in_file else (),
        len(units), int((mine.accounts[first] > 1).sum()),
        _icp(in_file, {org.words.vals[w] for w in distinct(found.account)[0].tolist()}) if in_file else None,
        asked_for, _share(org, query),
        refs(org, np.unique(mine.unit[strange])),
        refs(org, nameless(org, query) if about is None else units[:0]),
        refs(org, np.flatnonzero(org.within(query) & (org.now["open"] & UNCLEAR != 0))),
    )  # fmt: skip


def _share(org: Portfolio, query: Query) -> Share:
    days, rows = effort(org, query), np.flatnonzero(org.active(query))
    groups = Grouped(org, "effort", rows, days.amounts[rows], days.unit, by_name(org, query)[rows], 3)
    return groups.share([True, False, False], [True, True, False])


def account_of(org: Portfolio, name: str) -> str:
    """The independent account that goes by a name, in the customers file or in the tracker. Raises
    ConfigError, with names that are spelt nearly so, for a name of nobody or of several."""
    customers = org.judged.customers
    if account := customers.find(name):
        return customers.root(account.name)
    if several := customers.between(name):
        raise ConfigError(f"--customer: {name!r} may be {' or '.join(several)}; name one of them")
    asked = {org.words.vals[w] for w in distinct(org.asked.account)[0].tolist()}
    if (word := " ".join(name.casefold().split())) in asked:
        return word
    known = {spelt.casefold(): spelt for spelt in (*sorted(asked), *customers.spelt)}
    near = [known[k] for k in get_close_matches(name.casefold(), sorted(known), 3)]
    hint = f"did you mean {' or '.join(near)}?" if near else "`tracker-sync report demand` lists who asked"
    raise ConfigError(
        f"--customer: no account goes by {name!r}, in the customers file or in the tracker; {hint}"
    )


def of_account(org: Portfolio, found: Requests, name: str | None) -> Requests:
    """The requests of an independent account, or all."""
    return found if name is None else found.where(found.account == org.words.find(name))


def _now(org: Portfolio, name: str, query: Query) -> Profile:
    version = org.judged.strategies.as_of(query.as_of, org.last_ts)
    return profile(org.judged.customers, name, query.as_of, version)


def _which(found: Requests, words: Iterable[int]) -> Array:
    """Which requests are of one of these accounts."""
    return np.isin(found.account, np.array([*words], dtype=np.int64))


def _icp(in_file: Sequence[Profile], asked: set[str]) -> tuple[int, int, int]:
    fitting = {one.name for one in in_file if one.icp}
    return len(fitting & asked), len(fitting), sum(one.icp is None for one in in_file)
