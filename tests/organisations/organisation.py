"""Made-up organisations with chosen biases: the events of their tracker and the files beside it."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from tests.organisations import (
    bias_in_bets,
    bias_in_choice,
    bias_in_evidence,
    bias_in_queue,
    bias_in_strategy,
)
from tests.organisations.events import DAY, names, stated, told
from tests.organisations.files import files
from tests.organisations.null import BACKFILL, null
from tests.organisations.plan import Plan, ended
from tests.organisations.spelling import SOURCE, TAGS
from tracker_sync import config
from tracker_sync.config import Config
from tracker_sync.events import Added, Dropped, Event, Stated
from tracker_sync.log import PEOPLE
from tracker_sync.log.sqlite import SqliteLog

WEAK, MIDDLE, STRONG = 0.35, 0.65, 1.0
"""Strengths of a bias; what they mean in the field's words each bias says of itself."""
Bias = Callable[[Plan, float, random.Random], Plan]
BIASES: Mapping[str, Bias] = MappingProxyType({
    **bias_in_strategy.BIASES, **bias_in_choice.BIASES, **bias_in_evidence.BIASES, **bias_in_bets.BIASES,
    **bias_in_queue.BIASES,
})  # fmt: skip
"""By the id of the detector that looks for it, in the order in which they take hold."""


@dataclass(frozen=True)
class Organisation:
    """An organisation as its log would know it."""

    plan: Plan
    """What really happened."""
    events: tuple[Event, ...]
    """Of the source `spelling.SOURCE`, in order of time."""
    stated: tuple[Stated, ...]
    """The versions of the strategy, as people here recorded them."""
    files: Mapping[str, str]
    """By name, tracker-sync.toml among them."""


def organisation(
    seed: int, epics: int = 150, years: float = 2, biases: Mapping[str, float] = MappingProxyType({})
) -> Organisation:
    """An organisation with these biases, each with its strength in (0, 1]; 0 or not there: none. The same
    arguments give the same organisation; another bias or strength leaves all else as it is by chance."""
    plan = planned(seed, epics, years, biases)
    return Organisation(plan, tuple(told(plan)), tuple(stated(plan)), MappingProxyType(files(plan)))


def planned(
    seed: int, epics: int = 150, years: float = 2, biases: Mapping[str, float] = MappingProxyType({})
) -> Plan:
    """The plan of such an organisation. Raises ValueError for an unknown bias or strength."""
    if unknown := biases.keys() - BIASES.keys():
        raise ValueError(f"no such bias: {', '.join(sorted(unknown))}")
    plan = null(seed, epics, years)
    for name, bias in BIASES.items():
        strength = biases.get(name, 0)
        if not 0 <= strength <= 1:
            raise ValueError(f"{name}: strength {strength} is not between 0 and 1")
        if strength:
            plan = bias(plan, strength, random.Random(f"{name} {seed}"))
    return ended(plan)


def without_tags(org: Organisation, part: float, seed: int, tags: tuple[str, ...] = TAGS) -> Organisation:
    """The organisation as its tracker shows it where that part of all labels that begin with one of `tags`,
    and of the links to evidence, was never set; chosen at random. What is lost at a smaller part is lost at a
    larger one, too. The plan stays: it is what really happened."""
    r = random.Random(f"lost {seed}")
    kept: list[Event] = []
    lost: dict[tuple[str, str, str], bool] = {}
    for e in org.events:
        if isinstance(e, (Added, Dropped)) and _is_tag(e, tags):
            place = e.item, e.attr, e.key
            if place not in lost:
                lost[place] = r.random() < part
            if lost[place]:
                continue
        kept.append(e)
    return replace(org, events=tuple(kept))


def _is_tag(e: Added | Dropped, tags: tuple[str, ...]) -> bool:
    return e.attr == "remote_links" or (e.attr == "labels" and e.val.startswith(tags))


def written(org: Organisation, folder: Path, every: float = 91) -> tuple[Config, SqliteLog]:
    """The organisation's files and its log in a folder; the log is open to be written. The tracker was read
    for the first time when the first intents were labelled, and then every so many days."""
    for name, text in org.files.items():
        (folder / name).write_text(text)
    conf = config.load(folder / "tracker-sync.toml")
    log = SqliteLog(conf.log_path, write=True)
    first = int(BACKFILL + 1) * DAY + names()[0].ts
    for now, page in _pages([*names(), *org.events], first, int(every * DAY)):
        log.append(SOURCE, page, now=now)
    for version in org.stated:
        log.append(PEOPLE, [version], now=version.ts)
    return conf, log


def _pages(some: Sequence[Event], first: int, every: int) -> Iterator[tuple[int, list[Event]]]:
    """(when they were learned, events)."""
    now, page = first, list[Event]()
    for event in some:
        while event.ts > now:
            if page:
                yield now, page
            now, page = now + every, []
        page.append(event)
    if page:
        yield now, page
