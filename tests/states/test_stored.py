"""The lives that a log keeps are those that judging all of its events anew would give, whatever came when."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.states.test_life import NAMES, configured, rough
from tracker_sync.config import CalendarConfig, Config
from tracker_sync.days import Days
from tracker_sync.events import Added, Changed, Commented, Event, Moved, Named, Opened, Tagged
from tracker_sync.inputs import now_stated, told
from tracker_sync.log import EventLog
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.opening import basis
from tracker_sync.states import FOREVER, keeping, stirring, stored
from tracker_sync.states.columns import NONE, Table
from tracker_sync.states.kin import Kin
from tracker_sync.states.stored import Lives
from tracker_sync.tagging import Judgement

HOUR = 3_600_000_000
FOUND = (130, 218)
"""Two items with one key, while the removal of one is not known yet."""
MORE = [pytest.param(seed, marks=pytest.mark.slow) for seed in range(8, 250) if seed not in FOUND]
SEEDS = [*range(8), *FOUND, *MORE]
some_seeds = pytest.mark.parametrize("seed", SEEDS)


def rows(*tables: Table) -> Iterator[dict[str, int]]:
    """The rows of tables, one after the other."""
    for table in tables:
        for vals in zip(*(column.tolist() for column in table.columns.values()), strict=True):
            yield dict(zip(table.columns, vals, strict=True))


def plain(lives: Lives, until: int = FOREVER - 1) -> dict[str, Any]:
    """All that is said of each item until a time, in words."""
    words, found = lives.words.vals, dict[str, Any]()
    columns = lives.columns
    numbers = {i["item"]: words[i["source"]] for i in rows(columns.items)}
    states = [*rows(columns.states, columns.past_states)]
    ids = [(s["item"], s["lo"]) for s in states]
    titles = lives.titles(ids)
    for s in states:
        if s["lo"] <= until:
            found.setdefault(s["item"], []).append((
                "state", numbers[s["item"]], s["lo"], min(s["hi"], until + 1),
                words[s["head"]] + ("" if s["number"] == NONE else str(s["number"])),
                titles[s["item"], s["lo"]], words[s["project"]], s["parent"], s["committed"],
                words[s["origin"]], words[s["intents"]], words[s["why"]], words[s["excluded"]], s["promised"],
                *(s[c] for c in ("epic", "bug", "verdict", "backdated", "dated")),
            ))  # fmt: skip
    for a in rows(columns.asks, columns.past_asks):
        if a["lo"] <= until:
            found.setdefault(a["item"], []).append(
                ("ask", a["lo"], min(a["hi"], until + 1), a["since"], words[a["account"]])
            )
    for p in rows(columns.actives):
        if p["lo"] <= until:
            found.setdefault(p["item"], []).append(
                ("active", p["lo"], min(p["hi"], until + 1), p["phase"], words[p["reason"]])
            )
    for p in rows(columns.plans):
        if p["lo"] <= until:
            found.setdefault(p["item"], []).append(
                ("plan", p["lo"], min(p["hi"], until + 1), p["kind"], p["value"])
            )
    return {str(item): sorted(map(repr, what)) for item, what in found.items()} | {
        "stints": sorted(_stints(lives, until))
    }


def _stints(lives: Lives, until: int) -> Iterator[tuple[int, str, int]]:
    last = Days(CalendarConfig()).of(until) if until < FOREVER - 1 else 10**9
    for t in rows(lives.columns.stints):
        for day in range(t["first"], min(t["last"], last) + 1):
            yield t["item"], lives.words.vals[t["person"]], day


def opened(folder: Path) -> tuple[Config, SqliteLog]:
    config, _ = configured(folder, 0, "UTC")
    (folder / "people.toml").write_text('[[people]]\nlogins = ["sam"]\nrole = "sales"\n')
    return config, SqliteLog(folder / "tracker-sync.db", write=True)


def tables(log: EventLog) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that are kept for whoever asks in SQL."""
    names = ("state", "alias", "kin")
    return {name: sorted(log.query(f"SELECT * FROM {name}"), key=repr) for name in names}


def judged(config: Config, log: EventLog, known_at: int | None = None) -> tuple[Judgement, str]:
    return basis(config, told(log, known_at), now_stated(config) if known_at is None else None)


def history(r: random.Random) -> list[list[Event]]:
    """What a tracker tells, page by page: mostly in order, but some of it late; names change, issues are
    transferred, and people tag."""
    events = [*rough(r), *transferred(r)]
    late = [e for e in events if r.random() < 0.1]
    pages: list[list[Event]] = [[]]
    for e in [*(e for e in events if e not in late), *late]:
        if r.random() < 0.2:
            pages.append([])
        pages[-1].append(e)
    who = Opened(id="80:0", item="80", ts=5 * HOUR, val="K-80", actor="acc1")
    pages.insert(r.randrange(len(pages) + 1), [who])
    said = "Pat Doe has a customer asking for it"
    quoted = Commented(id="80:m1", item="80", ts=6 * HOUR, key="m1", val=said)
    pages.insert(r.randrange(len(pages) + 1), [quoted])
    for n, name in enumerate(r.sample(("sam", "Pat Doe", "sam@globex.test"), 2)):
        known = Named(id=f"u{n}", item="", ts=0, attr="user", key="acc1", val=name)
        pages.insert(r.randrange(len(pages) + 1), [known])
    means = r.choice(("new", "indeterminate", "done"))
    renamed = Named(id="s3b", item="", ts=0, attr="status", key="3", val="In Progress", means=means)
    pages.insert(r.randrange(len(pages) + 1), [renamed])
    pages.insert(0, list(NAMES) if r.random() < 0.8 else [])
    pages.append(list(NAMES))
    return pages


def transferred(r: random.Random) -> Iterator[Event]:
    """An issue that moves to the key of another id, which tells of itself before or afterwards."""
    for n in range(r.randrange(3)):
        old, new, at = f"90{n}", f"91{n}", r.randrange(1, 10) * 86_400_000_000
        yield Opened(id=f"{old}:0", item=old, ts=at, val=f"T-{n}")
        yield Changed(id=f"{old}:c1", item=old, ts=at, attr="title", val="Moves")
        if r.random() < 0.5:
            yield Changed(id=f"{old}:c2", item=old, ts=at, attr="parent", val="K-0")
        yield Moved(id=f"{old}:m", item=old, ts=at + HOUR, val=f"U-{n}", old=f"T-{n}")
        yield Opened(id=f"{new}:0", item=new, ts=at + HOUR, val=f"U-{n}")
        yield Changed(id=f"{new}:c1", item=new, ts=at + 2 * HOUR, attr="title", val="Moved")
        yield Changed(
            id=f"1:p{n}", item="1", ts=at + 3 * HOUR, attr="parent", val=r.choice((f"T-{n}", f"U-{n}"))
        )


def fill(log: SqliteLog, r: random.Random, config: Config, *, refresh: bool) -> list[int]:
    """Append a history, page by page; when each was recorded."""
    now = 1_000_000_000_000_000
    times = []
    for n, page in enumerate(history(r)):
        now += HOUR
        log.append("o", page, now=now)
        if r.random() < 0.2:
            said = Tagged(id=f"t{n}", item=f"o:{r.randrange(4)}", ts=now, attr="origin",
                          val=r.choice(("sales", "strategy", None)), reason="so")  # fmt: skip
            log.append("people", [said], now=now)
        times.append(now)
        if refresh:
            keeping.refresh(log, *judged(config, log))
    return times


@some_seeds
def test_judging_again_what_changed_gives_what_judging_all_would(seed: int, tmp_path: Path) -> None:
    config, log = opened(tmp_path)
    fill(log, random.Random(seed), config, refresh=True)
    basis_ = judged(config, log)
    kept = plain(stored.current(log, *basis_))
    assert kept == plain(stored.from_nothing(log, basis_[0]))
    rows = tables(log)
    keeping.rebuild(log, *basis_)
    assert rows == tables(log)
    assert kept == plain(stored.current(log, *basis_))
    log.close()


@some_seeds
def test_what_a_log_knew_once_is_what_judging_only_that_gives(seed: int, tmp_path: Path) -> None:
    r = random.Random(seed)
    config, log = opened(tmp_path)
    times = fill(log, r, config, refresh=False)
    basis_ = judged(config, log)
    keeping.refresh(log, *basis_)
    for known_at in {*r.sample(times, min(8, len(times))), times[0] - 1}:
        last = stored.last_known(log, known_at)
        for instant in {last, last - r.randrange(1, 30) * 86_400_000_000 // 7}:
            until = (instant // 86_400_000_000 + 1) * 86_400_000_000 - 1
            found = stored.known(log, *basis_, known_at, until)
            expected = stored.from_nothing(log, basis_[0], known_at)
            assert plain(found, instant) == plain(expected, instant)
            assert found.last_ts == expected.last_ts
    log.close()


@pytest.mark.parametrize(
    ("what", "said", "again"),
    [("comment", "It works now, thank you.", 1), ("labels", "customer/Acme", 3), ("title", "A title", 1),
     ("parent", "K-9", 3), ("type", "Bug", 1)],
)  # fmt: skip
def test_what_is_below_an_item_is_judged_again_only_where_that_passes_something_else_down(
    tmp_path: Path, what: str, said: str, again: int
) -> None:
    config, log = opened(tmp_path)
    for item, above in (("1", ""), ("2", "K-1"), ("3", "K-2"), ("4", "")):
        log.append("o", [Opened(id=f"{item}:0", item=item, ts=HOUR, val=f"K-{item}")], now=HOUR)
        if above:
            tie = Changed(id=f"{item}:p", item=item, ts=HOUR, attr="parent", val=above)
            log.append("o", [tie], now=HOUR)
    keeping.refresh(log, *judged(config, log))
    event = (
        Added(id="1:c", item="1", ts=2 * HOUR, attr=what, key=said, val=said) if what == "labels"
        else Commented(id="1:c", item="1", ts=2 * HOUR, key="c", val=said) if what == "comment"
        else Changed(id="1:c", item="1", ts=2 * HOUR, attr=what, val=said)
    )  # fmt: skip
    log.append("o", [event], now=3 * HOUR)
    assert keeping.refresh(log, *judged(config, log)) == again
    log.close()


def test_a_column_is_read_when_it_is_looked_at_and_only_once(tmp_path: Path) -> None:
    config, log = opened(tmp_path)
    fill(log, random.Random(1), config, refresh=True)
    asked = list[Any]()

    class Watched(SqliteLog):
        def query(self, sql: str, args: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
            asked.extend(args[:1] if "FROM block" in sql else ())
            return super().query(sql, args)

    watched = Watched(log.path)
    lives = stored.current(watched, *judged(config, log))
    assert {name.partition(".")[2] for name in asked} == {"item"}  # which items each block speaks of
    for _ in range(2):
        assert len(lives.at(FOREVER - 1).states["head"])
        lives.at(9 * HOUR).states["head"]
    assert asked.count("states.head") == 1
    assert "states.why" not in asked
    assert "plans.value" not in asked
    watched.close()
    log.close()


def noticed(
    test: Callable[[int, Path], None], seeds: Iterable[int], folder: Path, *errors: type[Exception]
) -> bool:
    """Whether a test fails, with one of these errors, for any of the seeds."""
    for seed in seeds:
        own = folder / str(seed)
        own.mkdir()
        try:
            test(seed, own)
        except errors:
            return True
    return False


AGAIN, KNOWN = (
    test_judging_again_what_changed_gives_what_judging_all_would,
    test_what_a_log_knew_once_is_what_judging_only_that_gives,
)


@pytest.mark.parametrize(
    ("where", "what", "test", "first"),
    [(Kin, "_same", AGAIN, 0), (Kin, "_children", AGAIN, 0), (Kin, "_parents", AGAIN, 0),
     (stored, "touched", AGAIN, 0), (stored, "renamed", AGAIN, 0), (stored, "renamed", KNOWN, 0),
     (stored, "late", KNOWN, 0), (stored, "stirring", AGAIN, 0), (stirring, "_ties", AGAIN, 40)],
)  # fmt: skip
def test_forgetting_anybody_is_found(
    where: Any, what: str, test: Any, first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted mutants: each forgets one way in which an item may have to be judged again. What few seeds
    notice is looked for from the first of them on."""
    monkeypatch.setattr(where, what, lambda *_: set())
    seeds = range(first, 60)
    assert noticed(test, seeds, tmp_path, AssertionError, KeyError), f"nobody noticed that {what} forgets"
