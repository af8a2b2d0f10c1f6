"""The states of items at any date are what judging the whole log as of that date says."""

import gc
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reports.test_against_oracle import CASES, as_csv, as_events, as_toml, oracle
from tracker_sync import events
from tracker_sync.alignment import accounts, ruling
from tracker_sync.config import Config, load
from tracker_sync.inputs import judgement, now_stated
from tracker_sync.items import fold
from tracker_sync.log import Entry
from tracker_sync.states import Life
from tracker_sync.states.family import Line
from tracker_sync.states.grounds import grounds
from tracker_sync.states.refold import refolded
from tracker_sync.tagging import Judgement, tag
from tracker_sync.work import epic_of, tree

Plain = dict[str, tuple[Any, ...]]


def plainly(entries: list[Entry], judged: Judgement, at: int) -> Plain:
    """What judging everything as of a date says of each item."""
    world = fold(entries, at)
    shape = tree(world)
    tags = tag(world, judged, shape)
    found: Plain = {}
    for ref, item in world.items.items():
        said, told = tags[ref], ruling(item, tags[ref], judged)
        above = shape.parents.get(ref)
        found[item.source + ":" + item.id] = (
            item.key, item.title, item.one("project") or "",
            world.items[above].source + ":" + world.items[above].id if above else None,
            epic_of(item, world.names[item.source]) if item.source in world.names else epic_of(item, None),
            said.origin.value if said.origin else "", tuple(t.value for t in said.intents),
            tuple(accounts(said, judged.customers)), said.committed_at, told.verdict, told.why,
            told.backdated, grounds(said),
        )  # fmt: skip
    return found


def by_states(found: list[Life], at: int) -> Plain:
    return {
        f"{life.source}:{life.id}": (
            s.key, s.title, s.project, ":".join(s.parent) if s.parent else None, s.epic, s.origin,
            s.intents, tuple(sorted({a for a, _ in s.asked})), s.committed, s.verdict, s.why, s.backdated,
            s.grounds,
        )
        for life in found
        for s in life.states
        if s.lo <= at < s.hi
    }  # fmt: skip


def told(entries: list[Entry], judged: Judgement) -> list[Life]:
    return list(refolded(entries, judged))


def agree(entries: list[Entry], judged: Judgement, r: random.Random, dates: int = 12) -> None:
    found = told(entries, judged)
    times = sorted({e.event.ts for e in entries if e.event.item})
    for at in {*r.sample(times, min(dates, len(times))), times[0] - 1, times[-1]}:
        assert by_states(found, at) == plainly(entries, judged, at), at


def logged(happened: list[events.Event], source: str = "o") -> list[Entry]:
    return [Entry(n, 10**16, source, e) for n, e in enumerate(happened, 1)]


def configured(folder: Path, seed: int, zone: str) -> tuple[Config, list[tuple[int, events.Stated]]]:
    org = oracle(seed, zone).org
    (folder / "tracker-sync.toml").write_text(
        '[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\n'
        f'[calendar]\ntimezone = "{zone}"\n'
    )
    (folder / "customers.csv").write_text(as_csv(org.accounts))
    (folder / "strategy.toml").write_text(as_toml(org.strategies[-1]))
    texts = [as_toml(s) for s in org.strategies]
    told = [
        (10**16, events.Stated(id=f"strategy.{n}", item="", ts=10**16, attr="strategy", val=t))
        for n, t in enumerate(texts)
    ]
    return load(folder / "tracker-sync.toml"), told


@pytest.mark.parametrize(("seed", "zone"), CASES[:40])
def test_states_agree_with_judging_the_log_as_of_any_date(seed: int, zone: str, tmp_path: Path) -> None:
    config, stated = configured(tmp_path, seed, zone)
    judged = judgement(config, stated, now_stated(config))
    agree(logged(as_events(oracle(seed, zone).org)), judged, random.Random(seed))


def rough(r: random.Random) -> Iterator[events.Event]:
    """Items that are adopted, orphaned, moved, removed and put back, also in circles."""
    ids = [str(n) for n in range(r.randrange(2, 9))]
    at = 0
    for n in ids:
        at += r.randrange(0, 3) * 60_000_000
        yield events.Opened(id=f"{n}:0", item=n, ts=at, val=f"K-{n}")
        for attr, val in (("title", r.choice(("Pay", "Payroll"))), ("type", r.choice(("Epic", "Story")))):
            yield events.Added(id=f"{n}:0.{attr}", item=n, ts=at, attr=attr, key="", val=val)
    parents = dict.fromkeys(ids)
    labels = ("prospect-acme", "customer/acme", "customer/globex", "intent/core", "intent/new", "bug", "x")
    for step in range(r.randrange(5, 60)):
        at += r.choice((0, 1, 60_000_000, 86_400_000_000))
        n = r.choice(ids)
        base: dict[str, Any] = {"id": f"{n}:c{step}", "item": n, "ts": at}
        match r.randrange(10):
            case 0 | 1:
                old, parents[n] = parents[n], r.choice((None, *(f"K-{i}" for i in ids), "M-1", "Z-9"))
                yield events.Changed(attr="parent", val=parents[n], old=old, **base)
            case 2 | 3:
                val = r.choice(labels)
                kind = r.choice((events.Added, events.Added, events.Dropped))
                yield kind(attr="labels", key=val, val=val, **base)
            case 4:
                key, val = r.choice((("1", "To Do"), ("3", "In Progress"), ("5", "Done")))
                yield events.Changed(attr="status", key=key, val=val, **base)
            case 5:
                yield r.choice((events.Removed, events.Restored))(val="", **base)
            case 6:
                yield r.choice((events.Added, events.Dropped))(
                    attr="sub_issues", key=f"K-{r.choice(ids)}", val="x", **base
                )
            case 7:
                yield events.Commented(key=f"m{r.randrange(3)}", val=r.choice((
                    "Nothing to see", "Deal with Acme depends on it, see https://acme.zendesk.com/tickets/1",
                    "Globex has asked for this.", "Lee and Pat Doe have a customer asking for this.",
                )), **base)  # fmt: skip
            case 8:
                val = r.choice(("Globex: pay", "Pay", "Pay for acme"))
                yield events.Changed(attr="title", val=val, **base)
            case 9:
                yield events.Changed(attr="project", val=r.choice(("Pay at Acme", "Globex", "Pay")), **base)
    if r.random() < 0.5:  # a key comes again
        yield events.Removed(id="0:x", item="0", ts=at + 1, val="gone")
        yield events.Opened(id="70:0", item="70", ts=at + r.choice((1, 60_000_000)), val="K-0")
        yield events.Added(id="70:0.type", item="70", ts=at + 60_000_000, attr="type", key="", val="Epic")
        yield events.Changed(id="1:p", item="1", ts=at + 120_000_000, attr="parent", val="K-0")
    if r.random() < 0.3:
        yield events.Moved(id=f"{ids[0]}:m", item=ids[0], ts=at // 2, val="M-1", old=f"K-{ids[0]}")


NAMES = [
    events.Named(id=f"s{k}", item="", ts=0, attr="status", key=k, val=v, means=m)
    for k, v, m in (("1", "To Do", "new"), ("3", "In Progress", "indeterminate"), ("5", "Done", "done"))
]


def test_nothing_of_a_world_stays_in_memory_where_items_were_above_each_other(tmp_path: Path) -> None:
    """A rebuild does not look for circles, which takes a fifth of its time."""
    config, stated = configured(tmp_path, 0, "UTC")
    judged = judgement(config, stated, now_stated(config))
    entries = logged([
        *(events.Opened(id=f"{n}:0", item=n, ts=1, val=f"K-{n}") for n in "12"),
        *(events.Changed(id=f"{n}:c", item=n, ts=2, attr="parent", val=f"K-{3 - int(n)}") for n in "12"),
    ])  # fmt: skip
    gc.collect()
    gc.disable()
    try:
        assert len([*refolded(entries, judged)]) > 1
        assert [o for o in gc.get_objects() if isinstance(o, Line)] == []
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "seed", [*range(75), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(75, 300))]
)
def test_states_agree_where_items_change_parents_in_every_way(seed: int, tmp_path: Path) -> None:
    r = random.Random(seed)
    config, stated = configured(tmp_path, 0, "UTC")
    judged = judgement(config, stated, now_stated(config))
    agree(logged([*NAMES, *rough(r)]), judged, r, dates=25)
