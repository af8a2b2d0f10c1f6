"""Demand of random organisations: what the arrays say is what a walk from item to item says."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from tests.reports.test_against_oracle import DAYS, ROLES, START, as_csv, as_events, as_toml, organisation
from tracker_sync import config, events
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.demand import demand
from tracker_sync.reports.effort import effort
from tracker_sync.reports.opening import Asked, open_org, open_portfolio
from tracker_sync.reports.org import Org
from tracker_sync.reports.query import Query

CLOSED = ("done", "declined")


@dataclass
class Walked:
    """A request as a person with paper would find it."""

    wishes: dict[str, int] = field(default_factory=dict)
    """When the account first asked, by item."""
    effort: Fraction = Fraction(0)
    worked: bool = False
    state: str = ""
    committed: int | None = None
    closed: int | None = None


class Walk:
    """Docs/decisions.md, "Demand", item by item."""

    def __init__(self, org: Org, query: Query) -> None:
        self.org, self.query = org, query
        self.found: dict[tuple[str, str], Walked] = defaultdict(Walked)

    def own(self, ref: str) -> dict[str, int]:
        """(account → when) of the item's own wishes, before the end of the window."""
        found: dict[str, int] = {}
        for tag in self.org.tags[ref].customers:
            if not tag.inherited and tag.since < min(self.query.until, self.query.as_of + 1):
                name = self.org.customers.root(tag.value)
                found[name] = min(tag.since, found.get(name, tag.since))
        return found

    def chain(self, ref: str) -> list[str]:
        return [ref, *self.org.tree.ancestors(ref)]

    def unit(self, ref: str) -> str:
        chain = self.chain(ref)
        return next((r for r in chain if r in self.org.epics), chain[-1])

    def phase(self, ref: str) -> tuple[str, int]:
        last = self.org.tags[ref].spans[-1]
        return last.phase, last.lo

    def item(self, ref: str) -> tuple[str, int | None, int | None]:
        """(state, committed, closed) of something that an account asked for."""
        below = self.org.tree.below(ref)
        committed = min((c for r in below if (c := self.org.tags[r].committed_at) is not None), default=None)
        phase, since = self.phase(ref)
        if phase in CLOSED:
            return phase, committed, since
        if any(self.phase(r)[0] in ("doing", "done") for r in below):
            return "in progress", committed, None
        above, declined = self.phase(self.unit(ref))
        if above == "declined":
            return "declined", committed, declined
        return "waiting" if committed is None else "committed", committed, None

    def settle(self, unit: str, request: Walked) -> None:
        """Its state, from that of its items."""
        about = [unit] if unit in request.wishes else [*request.wishes]
        items = [self.item(r) for r in about]
        states = {state for state, _, _ in items}
        open_ = states - {*CLOSED}
        if "in progress" in states or (open_ and "done" in states):
            request.state = "in progress"
        else:
            order = ("committed", "waiting", "done", "declined")
            request.state = next(s for s in order if s in states)
        request.committed = min((c for _, c, _ in items if c is not None), default=None)
        if request.state in CLOSED:
            request.closed = max(c for _, _, c in items if c is not None)

    def all(self, days: dict[str, Fraction], active: set[str]) -> dict[tuple[str, str], Walked]:
        for ref in self.org.world.items:
            for account, since in self.own(ref).items():
                self.found[self.unit(ref), account].wishes[ref] = since
        for ref in active:
            source = next((r for r in self.chain(ref) if self._names_anybody(r)), None)
            accounts = self.own(source) if source else {}
            for account in accounts:
                request = self.found[self.unit(source or ""), account]
                request.effort += days[ref] / len(accounts)
                request.worked = True
        for (unit, _), request in self.found.items():
            self.settle(unit, request)
        return {k: r for k, r in self.found.items() if self._in_window(r)}

    def _names_anybody(self, ref: str) -> bool:
        return any(not t.inherited for t in self.org.tags[ref].customers)

    def _in_window(self, request: Walked) -> bool:
        since = self.query.since
        asked = min(request.wishes.values())
        late = request.closed is None or request.closed >= since
        return asked >= since or late or request.worked


@pytest.mark.parametrize(
    "seed", [*range(8), *(pytest.param(n, marks=pytest.mark.slow) for n in range(8, 24))]
)
def test_arrays_say_what_a_walk_from_item_to_item_says(seed: int, tmp_path: Path) -> None:
    r = random.Random(seed)
    made = organisation(seed)
    (tmp_path / "tracker-sync.toml").write_text(
        '[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\n'
    )
    (tmp_path / "customers.csv").write_text(as_csv(made.accounts))
    (tmp_path / "strategy.toml").write_text(as_toml(made.strategies[-1]))
    (tmp_path / "people.toml").write_text(
        "".join(f'[[people]]\nlogins = ["{who}"]\nrole = "{role}"\n' for who, role in ROLES.items())
    )
    epics = [
        events.Added(
            id=f"{i.key[4:]}:e", item=i.key[4:], ts=i.created, attr="labels", key="epic", val="epic"
        )
        for i in made.issues if r.random() < 0.4
    ]  # fmt: skip
    log = SqliteLog(tmp_path / "tracker-sync.db", write=True)
    log.append("o", [*as_events(made), *epics], now=2 * 10**15, cursor="0")
    start, *days = sorted(str(START + timedelta(r.randrange(DAYS))) for _ in range(3))
    asked = Asked(since=start, until=days[0], as_of=days[1] if seed % 2 else days[0])
    settings = config.load(tmp_path / "tracker-sync.toml")
    org, query = open_portfolio(settings, log, asked)
    report = demand(org, query)
    told = {(row.ref, row.account): row for row in report.rows}
    spent, active = effort(org, query), org.active(query)
    by_ref = {org.ref(n): spent.of(n) for n in range(len(org.now))}
    walk = Walk(open_org(settings, log, asked)[0], query)
    walked = walk.all(by_ref, {ref for n, ref in enumerate(by_ref) if active[n]})
    log.close()
    assert told.keys() == walked.keys()
    for key, row in told.items():
        request = walked[key]
        about = (key[0],) if key[0] in request.wishes else tuple(request.wishes)
        assert (row.first_asked, row.state, row.committed, row.closed, row.effort, set(row.items)) == (
            min(request.wishes.values()), request.state, request.committed, request.closed, request.effort,
            set(about),
        ), key  # fmt: skip
    if report.share.low is not None:
        assert report.share.low * report.share.total == report.effort
    assert report.effort == sum((w.effort for w in walked.values()), Fraction(0))
    assert sum((a.effort for a in report.accounts), Fraction(0)) == report.effort
