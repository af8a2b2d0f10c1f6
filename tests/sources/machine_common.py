"""What the machines of all trackers have in common: syncing, in every way in which a sync can go."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from simulator import faults
from simulator.server import Running

from tracker_sync.demo.exchange import Request
from tracker_sync.errors import SourceError
from tracker_sync.events import Event
from tracker_sync.items import Item, World, fold
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.sources import Ask, Batch, Progress, Source
from tracker_sync.sync import Synced, sync

State = dict[str, dict[str, str]]
NAME = "acme"
KEYED = {"comment", "status"}
"""Attributes whose values are compared with their keys; of the others only the values count."""

# Faults that cost no time; after the first ones the same request works, the others end the pull.
PASSING = [faults.PASSING[n] for n in ("500", "reset before the answer", "truncated body", "short JSON")]
OUTAGE = faults.PASSING["503"]
FATAL = [*(faults.FINAL[n] for n in ("401", "HTML login page", "empty 200")), OUTAGE]


class Edit(NamedTuple):
    """Something that is done to the tracker: to the `which`-th issue there is, and perhaps `other`."""

    what: str
    which: int
    other: int
    value: int
    after: int
    """Seconds that pass before it."""


def edits(families: tuple[tuple[str, ...], ...]) -> st.SearchStrategy[Edit]:
    """Edits of a few kinds that have to do with one another, mostly of the same few issues."""
    focus = st.shared(
        st.sets(st.sampled_from(families), min_size=1, max_size=4).map(lambda f: sorted(sum(f, ()))),
        key="focus",
    )
    few = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5, 7])
    after = st.sampled_from([0, 1, 45, 120, 7200])
    return st.builds(Edit, focus.flatmap(st.sampled_from), few, few, st.integers(0, 3), after)


def several(families: tuple[tuple[str, ...], ...]) -> st.SearchStrategy[list[Edit]]:
    """Edits one after the other."""
    return st.lists(edits(families), min_size=1, max_size=5)


def meanwhile(families: tuple[tuple[str, ...], ...]) -> st.SearchStrategy[dict[int, list[Edit]]]:
    """Edits to be made right before the k-th request of a sync is answered."""
    some = st.lists(edits(families), min_size=1, max_size=2)
    return st.dictionaries(st.integers(2, 14), some, min_size=1, max_size=3)


class Crashed(Exception):
    """The process died here."""


class Reading:
    """A source whose pages the machine closes by itself, and that a mutant can spoil."""

    def __init__(self, source: Source, spoil: Callable[[Batch], Batch]) -> None:
        self.name, self._source, self._spoil = source.name, source, spoil
        self._pages: Iterator[Batch] | None = None

    def pull(self, ask: Ask) -> Iterator[Batch]:
        """The source's pages."""
        self._pages = self._source.pull(ask)
        for page in self._pages:
            yield self._spoil(page)

    def close(self) -> None:
        """End the pull; no request is on its way after this."""
        if self._pages is not None:
            self._pages.close()  # type: ignore[attr-defined]


@dataclass
class Seen:
    """What has become of one item of the tracker, as the machine saw it happen."""

    born: State
    """What it was created with."""
    past: list[State]
    """What it looked like since its update time moved last."""
    due: set[str]
    """The ids of the events that were logged until then."""
    budget: Counter[str] = field(default_factory=Counter)
    """By attribute, how many of its values changed without being logged."""
    told: dict[str, Any] = field(default_factory=dict)
    """event id → what the event has to say; whatever was ever to be seen in its history."""
    maybe: set[str] = field(default_factory=set)
    """Of these, those that need not be in the log: they went, or were changed, before a sync."""


class Machine(RuleBasedStateMachine):
    """Edits a tracker and syncs it, and holds the log against the tracker after each sync."""

    def __init__(self, server: Running, spoil: Callable[[Batch], Batch] = lambda b: b) -> None:
        super().__init__()
        self.server, self.spoil = server, spoil
        self.folder = tempfile.TemporaryDirectory(prefix="machine", dir=_memory())
        self.log = SqliteLog(Path(self.folder.name) / "log.db", write=True)
        self.seen: dict[str, Seen] = {}
        self.trouble: list[BaseException] = []
        self.started = False

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.server.before, self.server.faults = None, {}
        self.log.close()
        self.folder.cleanup()

    # -- what each tracker has to say

    def source(self) -> Source:
        """A new source, as each run of the program opens it."""
        raise NotImplementedError

    def tick(self, seconds: int) -> int:
        """Let time pass; now, in microseconds."""
        raise NotImplementedError

    def change(self, edit: Edit) -> None:
        """Make the edit, and note what it does to whom."""
        raise NotImplementedError

    def readable(self) -> bool:
        """Whether a sync can succeed at all."""
        return True

    def visible(self) -> set[str]:
        """The ids of the issues that a sync finds."""
        raise NotImplementedError

    def lost(self) -> set[str]:
        """The ids of the issues that are deleted for good."""
        raise NotImplementedError

    def moved(self) -> set[str]:
        """The ids that issues once had, and do not have any more."""
        return set()

    def shown(self, item: str) -> State:
        """What the tracker shows of it, in the words of the log."""
        raise NotImplementedError

    def check_keys(self, world: World) -> None:
        """After a full sync: every key that an issue ever had leads to it."""
        raise NotImplementedError

    def check_full(self, world: World, known: Mapping[str, str], done: Synced) -> None:
        """After a full sync: what is gone is said to be gone, and nothing else."""
        raise NotImplementedError

    def told(self, event: Event) -> Any:
        """What the tracker told that this event has to say; None: nothing."""
        return self.seen[event.item].told.get(event.id)

    def says(self, event: Event, told: Any) -> bool:
        """Whether the event says what it has to."""
        raise NotImplementedError

    def may_observe(self, event: Event) -> bool:
        """Whether an observation needs no unlogged edit."""
        return False

    # -- syncing

    @rule(fault=st.none() | st.tuples(st.integers(1, 12), st.sampled_from(PASSING)))
    def sync(self, fault: tuple[int, faults.Fault] | None) -> None:
        """Undisturbed, or disturbed by what passes."""
        done = self.run(faults={fault[0]: fault[1]} if fault else None)
        if done is not None:
            self.check_incremental(done)

    @rule()
    def full_sync(self) -> None:
        known = self.log.keys(NAME)
        done = self.run(full=True)
        if done is not None:
            self.check_after_full(done, known)

    @rule(full=st.booleans(), page=st.integers(1, 6))
    def crash(self, full: bool, page: int) -> None:
        """After a page was committed."""
        self.run(full=full, crash_after=page)

    @rule(full=st.booleans(), request=st.integers(1, 12), fault=st.sampled_from(FATAL))
    def fail(self, full: bool, request: int, fault: Any) -> None:
        """An answer that ends the pull, or an outage that lasts."""
        some = faults.Always(fault, request) if fault is OUTAGE else {request: fault}
        self.run(full=full, faults=some)

    def run(
        self, *, full: bool = False, crash_after: int | None = None, edits: Mapping[int, list[Edit]] = {},
        faults: Mapping[int, Any] | None = None,
    ) -> Synced | None:  # fmt: skip
        """One pass; None where it did not come to its end."""

        def before(number: int, request: Request) -> None:
            try:
                for edit in waiting.pop(number, ()):
                    self.change(edit._replace(after=max(1, edit.after)))
            except BaseException as e:  # noqa: BLE001  it is raised where it is seen
                self.trouble.append(e)

        def show(progress: Progress) -> None:
            pages.append(progress)
            if crash_after is not None and len(pages) >= crash_after:
                raise Crashed

        waiting, pages = dict(edits), list[Progress]()
        reading = Reading(self.source(), self.spoil)
        self.server.reset()
        self.server.before, self.server.faults = before, {} if faults is None else faults
        done: Synced | None = None
        try:
            done = sync(reading, self.log, now=self.tick(0), full=full, show=show)
        except Crashed:
            pass
        except SourceError:
            if faults is None and not edits and self.readable():
                raise
        finally:
            reading.close()
            self.server.before, self.server.faults = None, {}
        if self.trouble:
            raise self.trouble[0]
        self.tick(1)
        self.check_truth()
        return done

    # -- what has to be

    def check_truth(self) -> None:
        """Whatever happened: nothing is in the log that never was."""
        assert self.log.verify()[1] is None
        observed = Counter[tuple[str, str]]()
        openings: dict[str, State] = {}
        happened: dict[tuple[str, Any], Event] = {}
        for entry in self.log.read(source=NAME):
            event = entry.event
            if not event.item:
                continue
            tail = event.id.removeprefix(f"{event.item}:")
            seen = self.seen.get(event.item)
            assert seen is not None, f"nobody knows the item of {event}"
            if tail == "0" or tail.startswith("0."):
                if event.kind == "added":
                    openings.setdefault(event.item, {}).setdefault(event.attr, {})[event.key] = event.val
            elif tail.startswith("o"):
                if not self.may_observe(event):
                    observed[event.item, event.attr] += 1  # type: ignore[union-attr]
            elif tail.startswith("x"):
                self.check_tombstone(event)
            elif not tail.startswith("y"):
                told = self.told(event)
                assert told is not None, f"this never happened: {event}"
                once = (event.item, told.once)
                assert once not in happened, f"this happened once: {event} and {happened[once]}"
                happened[once] = event
                assert self.says(event, told), f"{event} instead of {told}"
        for (item, attr), count in observed.items():
            assert count <= self.seen[item].budget[attr], (
                f"{count} observations of {attr} of {item}, where {self.seen[item].budget[attr]} values "
                f"changed without being logged: {self.observations(item, attr)}"
            )
        for item, opening in openings.items():
            seen = self.seen[item]
            for attr in (opening.keys() | seen.born.keys()) - seen.budget.keys() - {"key", "comment"}:
                found = self.normal(opening).get(attr, {})
                assert found == seen.born.get(attr, {}), f"{item} opened with {attr} {found}, not {seen.born}"

    def observations(self, item: str, attr: str) -> list[Event]:
        """Those in the log."""
        events = [e.event for e in self.log.read(source=NAME, items=[item])]
        return [e for e in events if e.id.startswith(f"{item}:o") and getattr(e, "attr", "") == attr]

    def normal(self, state: Mapping[str, Mapping[str, str]]) -> State:
        """A state with the keys that count."""
        return normal(state)

    def check_tombstone(self, event: Event) -> None:
        """Nothing is buried that lives."""
        raise NotImplementedError

    def check_incremental(self, done: Synced) -> None:
        """All that moved an update time is in the log."""
        assert done.skipped == []
        items, ids = self.folded(), self.event_ids()
        for item in self.visible():
            assert item in items, f"{item} is not in the log"
            seen = self.seen[item]
            assert not (lost := seen.due - seen.maybe - ids), f"not in the log: {lost}"
            folded = self.normal(items[item].state)
            for attr in self.compared(item, folded):
                self.check_attr(item, attr, folded.get(attr, {}), [s.get(attr, {}) for s in seen.past])

    def check_after_full(self, done: Synced, known: Mapping[str, str]) -> None:
        """The log is what the tracker shows."""
        assert done.skipped == []
        world, ids = fold(self.log.read()), self.event_ids()
        items = self.by_id(world)
        for item in self.visible():
            seen = self.seen[item]
            assert item in items, f"{item} is not in the log"
            assert items[item].removed_at is None, f"{item} is there, and was buried"
            seen.due = seen.told.keys() - seen.maybe
            seen.past = [self.shown(item)]
            assert not (lost := seen.due - seen.maybe - ids), f"not in the log: {lost}"
            folded = self.normal(items[item].state)
            for attr in self.compared(item, folded):
                assert folded.get(attr, {}) == seen.past[0].get(attr, {}), f"{attr} of {item}"
        if not done.partial:
            self.check_keys(world)
        self.check_full(world, known, done)

    def compared(self, item: str, folded: State) -> list[str]:
        """The attributes that are compared."""
        return sorted({a for s in (folded, *self.seen[item].past) for a in s} - self.untold())

    def untold(self) -> set[str]:
        """Attributes that this way of reading the tracker does not tell."""
        return set()

    def check_attr(self, item: str, attr: str, folded: dict[str, str], past: list[dict[str, str]]) -> None:
        """Each of its values is one that it had since the update time moved last."""
        for key in {k for s in (folded, *past) for k in s}:
            allowed = [s.get(key) for s in past]
            assert folded.get(key) in allowed, f"{attr} {key!r} of {item}: {folded} and not one of {past}"

    def event_ids(self) -> set[str]:
        return {e.event.id for e in self.log.read(source=NAME)}

    def folded(self) -> dict[str, Item]:
        return self.by_id(fold(self.log.read()))

    def by_id(self, world: World) -> dict[str, Item]:
        """The items by each of the ids that they were read under."""
        found: dict[str, Item] = {}
        for item in [*world.items.values(), *world.removed.values()]:
            for i in {e.item for e in item.events}:
                found[i] = item
        return found

    # -- noting what an edit did

    def note(self, item: str, now: State, logged: set[str], *, loud: bool) -> None:
        """The issue looks like this now; `logged` are the attributes whose edit its history tells."""
        seen = self.seen[item]
        was = seen.past[-1]
        for attr in (was.keys() | now.keys()) - logged:
            before, after = was.get(attr, {}), now.get(attr, {})
            if n := sum(before.get(k) != after.get(k) for k in before.keys() | after.keys()):
                seen.budget[attr] += n
        if loud:
            seen.past, seen.due = [now], seen.told.keys() - seen.maybe
        elif now != was:
            seen.past.append(now)


def normal(state: Mapping[str, Mapping[str, str]]) -> State:
    """A state with the keys that count."""
    return {
        attr: dict(values) if attr in KEYED else {v: v for v in values.values()}
        for attr, values in state.items()
        if values
    }


def _memory() -> str | None:
    """Where there is no disk to wait for."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108


QUICK = settings(
    max_examples=9, stateful_step_count=20, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck), print_blob=False, report_multiple_bugs=False,
    phases=[Phase.generate],
)  # fmt: skip
"""Without the minutes that shrinking takes: the slow one does that."""
SLOW = settings(QUICK, max_examples=60, stateful_step_count=30, phases=[Phase.generate, Phase.shrink])
HUNT = settings(QUICK, max_examples=100)
"""For mutants: it is enough to see that they are caught."""
SHORT = settings(HUNT, stateful_step_count=6)
