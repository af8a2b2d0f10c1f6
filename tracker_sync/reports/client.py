"""What one client may see of its own requests: made for sharing, it holds nothing about anybody else."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from tracker_sync.customers import Customers, parse
from tracker_sync.inputs import told
from tracker_sync.reports.demand import account_of, of_account
from tracker_sync.reports.demand_rows import against, moment, resolution
from tracker_sync.reports.discretion import Discretion
from tracker_sync.reports.org import Org
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.requests import STATES, Items, in_window, requests
from tracker_sync.states import FOREVER
from tracker_sync.states.columns import Array, distinct
from tracker_sync.strategy import normal


class ClientRequest(Struct, frozen=True):
    """One thing that the client asked for. Texts are None where there are none, or where they might name
    somebody else."""

    asked: int
    title: str | None
    state: str
    """One of `STATES`."""
    committed: int | None
    closed: int | None
    """Since when it is done or declined."""
    why: str | None
    """Why it was declined: what the strategy says, or else the tracker's word."""
    purpose: str | None
    """The mission of the strategic intent that it serves, unless it was declined or waits."""


class ClientView(Struct, frozen=True):
    """The whole report for a client, and all of it."""

    query: Query
    """Without anything but the days."""
    customer: str
    requests: tuple[ClientRequest, ...]
    """In order of time."""


class Redacted(NamedTuple):
    """What to share, and what not."""

    view: ClientView
    withheld: tuple[str, ...]
    """Refs of the requests whose title the view does not hold."""


def client_view(org: Portfolio, query: Query) -> Redacted:
    """The view of the query's customer. Raises ConfigError for a customer that nobody knows."""
    name = account_of(org, query.customer or "")
    every = requests(org, query)
    mine = of_account(org, every.where(in_window(every, query)), name)
    may = discretion(org, name)
    declined = mine.items.row[mine.items.state == STATES.index("declined")]
    looked = cache(lambda: org.look([org.ref(r) for r in declined.tolist()]))
    titles = org.titled(mine.items.row)
    units = mine.unit[mine.items.request].tolist()
    order = sorted(range(len(titles)), key=lambda n: (int(mine.items.since[n]), int(mine.items.row[n])))
    found = tuple(_request(org, query, mine.items, n, units[n], titles[n], looked, may) for n in order)
    withheld = tuple(org.ref(mine.items.row[n]) for n, r in zip(order, found, strict=True) if r.title is None)
    days = Query(query.since, query.until, query.as_of, query.known_at, zone=query.zone)
    return Redacted(ClientView(days, name, found), withheld)


def _request(
    org: Portfolio, query: Query, items: Items, n: int, unit: int, title: str, looked: Callable[[], Org],
    may: Discretion,
) -> ClientRequest:  # fmt: skip
    row, state, closed = int(items.row[n]), STATES[items.state[n]], moment(items.closed[n])
    why = purpose = None
    if state == "declined" and closed is not None:
        excluded = against(org, (row, unit), closed)
        reasons = (excluded.why if excluded else "", resolution(looked(), org.ref(row)) or "")
        why = next((r for r in reasons if r and may.may_show(r)), None)
    elif state != "waiting":
        purpose = _mission(org, query, row)
    since, committed = int(items.since[n]), moment(items.committed[n])
    if committed is not None and committed < since:
        committed = None  # it would tell that somebody else had asked before
    return ClientRequest(
        since, title if title and may.may_show(title) else None, state,
        committed, closed, why, purpose if purpose and may.may_show(purpose) else None,
    )  # fmt: skip


def _mission(org: Portfolio, query: Query, row: int) -> str | None:
    version, named = org.judged.strategies.at(query.as_of), org.intent(row)
    intent = version.intent(named) if version and named else None
    return intent.mission if version and intent and version.stands(intent, query.as_of) else None


def _words(org: Portfolio, *columns: Array) -> set[str]:
    return {org.words.vals[w] for column in columns for w in distinct(column)[0].tolist()}


def _names(customers: Customers) -> list[str]:
    """Every name that the file gives."""
    parents = (account.parent for account in customers.accounts.values())
    return [*customers.spelt, *(p for p in parents if p)]


def discretion(org: Portfolio, name: str) -> Discretion:
    """What may be said to an independent account: nothing about those whom the customers file has or ever
    had, or whom the tracker names as asking, and nothing about people here."""
    customers = org.judged.customers
    own, others = {normal(name)}, set[str]()
    for spelt, keys in customers.names.items():
        roots = {customers.root(customers.accounts[k].name) for k in keys}
        (own if roots == {name} else others).add(spelt)  # one that it shares is another's, too
    own.update(normal(a.parent or "") for a in customers.accounts.values() if customers.root(a.name) == name)
    own.discard("")
    seen = (org, org.at(FOREVER - 1))  # whoever came later must not be named in a view of a past day either
    asked = _words(org, *(o.columns.asks["account"] for o in seen))
    files = (parse(s.val, Path(s.attr)) for _, s in told(org.aside.log) if s.attr == "customers")
    before = (n for past in files for n in _names(past))
    others.update(n for n in (*asked, *_names(customers), *before) if normal(n) not in own)
    heads = _words(org, *(o.now["head"] for o in seen))
    called = org.aside.called()
    staff = {n for (_, key), n in called.items() if key in org.judged.people or n in org.judged.people}
    return Discretion(own, others, [*org.judged.people, *called.values()], staff, heads)
