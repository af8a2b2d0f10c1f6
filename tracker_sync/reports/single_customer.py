"""The single-customer report: features that exactly one account asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tracker_sync.events import MICROSECOND
from tracker_sync.reports.effort import effort
from tracker_sync.reports.org import Org, Query, in_project, leaves

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
    first_asked: int


@dataclass(frozen=True, slots=True)
class SingleCustomer:
    """The whole report."""

    query: Query
    rows: tuple[Row, ...]
    """Largest effort first."""
    coverage: tuple[tuple[str, Fraction | None], ...]
    """By source: the part of the leaf work that says where its demand came from."""
    features: int
    """Committed features looked at."""
    unnamed: tuple[str, ...]
    """Features that name no account: any of them may be for one alone."""
    effort_total: Fraction
    effort: Fraction
    """Of all rows together; work under two of them counts once."""


def single_customer(org: Org, query: Query) -> SingleCustomer:
    """The report for a question. Definition: domain, section 2; without adoption data no feature is
    confirmed."""
    days = effort(org, query)
    active = set(leaves(org, query))
    coverage = {s: _coverage(org, active, s) for s in sorted({r.partition(":")[0] for r in active})}
    rows, unnamed, looked = [], [], 0
    for ref in _features(org, query):
        below = org.tree.below(ref)
        if not active & set(below) or (
            org.tags[ref].committed_at is None
            and not any(org.tags[b].committed_at is not None for b in below)
        ):
            continue
        looked += 1
        accounts = _asked(org, below, _committed(org, below))
        if not accounts:
            unnamed.append(ref)
        if len(accounts) != 1 or _covered_by_intent(org, ref, next(iter(accounts)), accounts):
            continue
        ((account, asked),) = accounts.items()
        rows.append(_row(org, ref, [b for b in below if b in active], account, asked, days, coverage))
    rows.sort(key=lambda r: -r.effort)
    return SingleCustomer(
        query, tuple(rows), tuple(coverage.items()), looked, tuple(unnamed),
        sum((days.get(r, Fraction(0)) for r in active), Fraction(0)),
        sum((days.get(r, Fraction(0)) for r in {i for row in rows for i in row.items}), Fraction(0)),
    )  # fmt: skip


def _features(org: Org, query: Query) -> list[str]:
    """Epics, and work under no parent that is no repair: a bug is not a feature."""
    return [
        ref
        for ref, item in org.world.items.items()
        if (query.source is None or item.source == query.source)
        and (query.project is None or in_project(item, query.project))
        and (ref in org.epics or ref not in org.tree.parents)
        and not any(w.casefold() == "bug" for w in [item.one("type") or "", *item.many("labels")])
    ]


def _committed(org: Org, below: list[str]) -> int:
    return min(t for r in below if (t := org.tags[r].committed_at) is not None)


def _asked(org: Org, below: list[str], committed: int) -> dict[str, int]:
    """Independent accounts and when they first asked, from a year before commitment on."""
    found: dict[str, int] = {}
    for ref in below:
        for tag in org.tags[ref].customers:
            if tag.since >= committed - YEAR:
                root = org.customers.root(tag.value)
                found[root] = min(tag.since, found.get(root, tag.since))
    return found


def _covered_by_intent(org: Org, ref: str, account: str, accounts: dict[str, int]) -> bool:
    """Whether a prior intent, for an account that the product is for, meant to build it anyway."""
    asked = accounts[account]
    version = org.strategies.at(asked)
    tags = org.tags[ref].intents
    if version is None or len(tags) != 1:
        return False
    intent = version.intent(tags[0].value)
    standing = intent is not None and version.stands(intent, asked)
    return standing and bool(org.customers.in_icp(account, asked, version.strategy.icp))


def _row(
    org: Org,
    ref: str,
    below: list[str],
    account: str,
    asked: int,
    days: Mapping[str, Fraction],
    coverage: dict[str, Fraction | None],
) -> Row:
    item = org.world.items[ref]
    enough = (coverage.get(item.source) or Fraction(0)) >= COVERAGE
    judged = org.ruling(ref)
    return Row(
        ref, item.title, account, "presumptive" if enough else "unknown",
        sum((days.get(b, Fraction(0)) for b in below), Fraction(0)),
        judged.verdict, judged.why, tuple(below), asked,
    )  # fmt: skip


def _coverage(org: Org, active: set[str], source: str) -> Fraction | None:
    refs = [r for r in active if r.startswith(f"{source}:")]
    told = [r for r in refs if org.tags[r].origin or org.tags[r].customers]
    return Fraction(len(told), len(refs)) if refs else None
