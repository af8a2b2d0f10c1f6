"""An item that is looked up with those around it is shown as out of the whole log."""

import random
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.states.test_stored import history, judged, noticed, opened
from tracker_sync.cli.session import find_item
from tracker_sync.config import Config
from tracker_sync.days import EPOCH
from tracker_sync.errors import ConfigError
from tracker_sync.events import Added, Changed, Event, Moved, Opened
from tracker_sync.items import fold
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.render import json
from tracker_sync.render.html.reasons import reasons
from tracker_sync.reports.opening import Asked, open_items
from tracker_sync.reports.org import Org
from tracker_sync.states import keeping
from tracker_sync.states.kin import Kin
from tracker_sync.tagging import tag
from tracker_sync.work import tree

SEEDS = [*range(4), *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 60))]


def filled(seed: int, folder: Path) -> tuple[Config, SqliteLog]:
    """A log whose last pages came after its lives were kept; some with keys as on GitHub, where who lists an
    issue may be its parent."""
    config, log = opened(folder)
    r = random.Random(seed)
    github = r.random() < 0.5
    for n, page in enumerate(history(r)):
        log.append("o", [as_on_github(e) if github else e for e in page], now=1_000_000_000_000_000 + n)
    if r.random() < 0.8:
        keeping.refresh(log, *judged(config, log))
    for n, page in enumerate(history(random.Random(seed + 1000))):
        some = [e for e in page if e.item and int(e.item) % 3 == 0]
        log.append("o", [as_on_github(e) if github else e for e in some], now=2_000_000_000_000_000 + n)
    return config, log


def as_on_github(event: Event) -> Event:
    """The same with `acme/k#1` for `K-1`."""
    told = {name: getattr(event, name, None) for name in ("val", "old", "key")}
    keys = {n: re.sub(r"^([A-Z])-(\d+)$", r"acme/\1#\2", v) for n, v in told.items() if v}
    return replace(event, **keys)


def keys(log: SqliteLog) -> set[str]:
    found = {e.event.val for e in log.read() if isinstance(e.event, Opened | Moved)}
    return found | {e.event.old for e in log.read() if isinstance(e.event, Moved)}


def shown(org: Org, seen: Any, key: str) -> str:
    try:
        item = find_item(org.world, key, removed=True)
    except ConfigError as e:
        return str(e)
    gone = item.removed_at is not None
    return json.removed(item, seen) if gone else json.shown(item, org.tags[item.ref], org, seen)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_item_is_shown_as_out_of_the_whole_log(seed: int, tmp_path: Path) -> None:
    config, log = filled(seed, tmp_path)
    basis, _ = judged(config, log)
    some = random.Random(seed).choice([e.recorded_at for e in log.read()])
    for known_at in (None, some):
        world = fold(log.read(known_at=known_at))
        whole = Org(world, tag(world, basis, tree(world)), tree(world), basis)
        when = known_at and (EPOCH + timedelta(microseconds=known_at)).isoformat()
        for key in sorted(keys(log)):
            for asked in (key, f"o:{key}"):
                org, seen = open_items(config, log, [asked], Asked(known_at=when or None))
                assert shown(org, seen, asked) == shown(whole, seen, asked)
    log.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_why_items_are_judged_so_needs_nothing_that_is_below_them(seed: int, tmp_path: Path) -> None:
    config, log = filled(seed, tmp_path)
    basis, _ = judged(config, log)
    world = fold(log.read())
    whole = Org(world, tag(world, basis, tree(world)), tree(world), basis)
    alone = [open_items(config, log, [ref], below=False)[0] for ref in world.items]
    assert [reasons(org, [ref]) for org, ref in zip(alone, world.items, strict=True)] == [
        reasons(whole, [ref]) for ref in world.items
    ]
    log.close()


def test_an_issue_that_another_one_lists_too_is_the_child_of_the_last(tmp_path: Path) -> None:
    config, log = opened(tmp_path)
    for n in "123":
        log.append("o", [Opened(id=f"{n}:0", item=n, ts=int(n), val=f"acme/web#{n}")], now=int(n))
    for n in "13":
        listed = Added(id=f"{n}:l", item=n, ts=9, attr="sub_issues", key="acme/web#2", val="two")
        log.append("o", [listed], now=10 + int(n))
    keeping.refresh(log, *judged(config, log))
    org, _ = open_items(config, log, ["acme/web#1"])
    assert org.epics == {"o:acme/web#3"}
    log.close()


def test_an_issue_is_an_epic_by_its_children(tmp_path: Path) -> None:
    config, log = opened(tmp_path)
    top, low = (Opened(id=f"{n}:0", item=n, ts=int(n), val=f"acme/web#{n}") for n in "12")
    under = Changed(id="2:c1", item="2", ts=3, attr="parent", val="acme/web#1")
    log.append("o", [top, low, under], now=4)
    keeping.refresh(log, *judged(config, log))
    org, _ = open_items(config, log, ["acme/web#1"])
    assert org.epics == {"o:acme/web#1"}
    log.close()


@pytest.mark.parametrize("what", ["_same", "_children", "_parents"])
def test_forgetting_who_is_around_is_found(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted mutants."""
    monkeypatch.setattr(Kin, what, lambda *_: set())
    assert noticed(test_an_item_is_shown_as_out_of_the_whole_log, range(40), tmp_path, AssertionError)
