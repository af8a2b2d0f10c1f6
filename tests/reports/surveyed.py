"""The busy demo with side files made by chance: who ranked which problem, who uses what, and other limits."""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from tests.reports.agreement import Case, record
from tests.reports.lived import relived
from tests.reports.shaken import DAY, shaken
from tests.reports.test_demo_against_oracle import FIRST, LAST
from tracker_sync import config
from tracker_sync.events import Added, Event, Named, Opened, Stated, Tagged
from tracker_sync.log import PEOPLE

PROBLEMS = (
    "crews wait for each other", "Daily logs are not written", "the-plan-is-redone-every-morning",
    "costs arrive weeks late", "Cost codes, typed twice", "nobody asked",
)  # fmt: skip
ACCOUNTS = (
    "Tallis Contracting", "tallis", "morrow.example", "Morrow Civil", "Kestrel Homes", "Kestrel North",
    "Plinth Partners", "Redgate Roofing", "Ended Works", "Grown Works", "Northspan Builders",
    "Oakline Contracting", "Helmsford Group", "Stonebridge Roads", "Fenwick Rail", "Not In The File",
    "not-in-the-file",
)  # fmt: skip
PERSONAS = ("site manager", "Site-Manager", "planner", "foreman", "estimator")
MORE_ACCOUNTS = """\
Kestrel North,,,enterprise,construction,EU,60,customer,2025-02-01,,,0,Kestrel Homes
Ended Works,,,mid-market,construction,EU,60,customer,2024-01-01,2025-06-30,yes,0,
Grown Works,,,small-business,construction,EU,20,customer,2024-01-01,2025-08-01,yes,0,
Grown Works,,,enterprise,construction,EU,900,customer,2025-10-01,,yes,0,
"""
INITIATIVES = ("ready-to-start", "five-minute-log", "open-plan", "forty-sites", "another")


def _day(r: random.Random, step: int = 1) -> date:
    return FIRST + timedelta(step * r.randrange((LAST - FIRST).days // step + 2))


def _spelt(r: random.Random, text: str) -> str:
    return r.choice((text, text, text.upper(), text.replace(" ", "-"), text.replace("-", " ")))


def _table(r: random.Random, columns: tuple[str, ...], rows: list[tuple[str, ...]], once: int) -> str:
    """A CSV with its columns in any order; of rows that are the same in the first `once` cells one."""
    order = r.sample(range(len(columns)), len(columns))
    kept = {tuple(" ".join(c.casefold().split()) for c in row[:once]): row for row in rows}
    lines = [[columns[n] for n in order], *([row[n] for n in order] for row in kept.values())]
    return "".join(",".join(f'"{c}"' if "," in c else f" {c} " for c in cells) + "\n" for cells in lines)


def problems(r: random.Random) -> str:
    """problems.csv: many answers on few days, some of them without figures."""
    rows = [
        (r.choice(ACCOUNTS), r.choice(PERSONAS), _spelt(r, r.choice(PROBLEMS)), str(_day(r, 90)),
         str(r.randrange(1, 6)), r.choice(("", "9", "7.5", "3")), r.choice(("", "2", "5.25", "10")))
        for _ in range(r.choice((3, 90, 90, 90)))
    ]  # fmt: skip
    return _table(r, ("account", "persona", "problem", "DATE", "rank", "Importance", "satisfaction"), rows, 4)


def adoption(r: random.Random, keys: list[str]) -> str:
    """adoption.csv: of some items, on few days."""
    rows = [
        (_spelt_key(r, r.choice((*keys, "PLAN-99999"))), r.choice(ACCOUNTS), str(_day(r, 45)),
         r.choice(("0", "1", "4", "30")))
        for _ in range(r.choice((20, 160, 160, 160)))
    ]  # fmt: skip
    return _table(
        r, (r.choice(("epic", "Feature")), "account", "date", r.choice(("users", "usage"))), rows, 3
    )


def _spelt_key(r: random.Random, key: str) -> str:
    return r.choice((key, key.partition(":")[2])) if ":" in key else key


def strategy(r: random.Random, text: str, keys: list[str]) -> str:
    """The demo's strategy with other initiatives and limits, in force from another day."""
    head = re.sub(r"effective = .*", f"effective = {_day(r)}", text.partition("[[initiatives]]")[0])
    head = re.sub(
        r"personas = .*", f"personas = {r.choice(([], ['Planner', 'site-manager'], ['foreman']))}", head
    )
    made = [n for n in INITIATIVES if r.random() < 0.8]
    for name in made:
        epics = [_spelt_key(r, k) for k in r.sample(keys, r.choice((1, 1, 2, 3, 0)))]
        said = f'id = "{name}"\nintent = "site-planning"\ntext = "{r.choice("ab")}"\nepics = {epics}\n'
        head += f"[[initiatives]]\n{said}"
    head += "[limits]\n"
    for name, values in (
        ("active_intents", "345"), ("sales_led_share", ("0.25", "0.4", "0.01")),
        ("single_customer_share", ("0.1", "0.4")), ("adoption_target", ("0.1", "0.3", "0.5")),
    ):  # fmt: skip
        head += f"{name} = {r.choice(values)}\n" if r.random() < 0.9 else ""
    for n, name in enumerate(r.choices(made, k=r.randrange(9)) if made else ()):
        metric, by = (
            r.choice(("accounts", "accounts", "users", "adoption", "renewals")),
            _day(r) + timedelta(n),
        )
        head += f'[[limits.kill_lines]]\ninitiative = "{name}"\nmetric = "{metric}"\n'
        head += f"below = {r.choice((0.2, 2, 5, 9))}\n" + (f"by = {by}\n" if r.random() < 0.9 else "")
    return head


def _named(opened: list[tuple[str, Opened]], r: random.Random) -> Iterator[tuple[str, Event]]:
    """Items that name problems, by labels or by a field; some of them are no epics."""
    yield "girder", Named(id="problem", item="", ts=0, attr="field", key="customfield_7", val="problem")
    for source, one in r.sample(opened, len(opened) // 8):
        for n in range(r.choice((1, 1, 2))):
            said = _spelt(r, r.choice((*PROBLEMS, "something else")))
            label = r.choice(("problem/", "Problem::", "problem: ", "problems/")) + said
            attr, val = (
                ("labels", label) if source != "girder" or r.random() < 0.8 else ("customfield_7", said)
            )
            ts = one.ts + r.randrange(90) * DAY
            yield source, Added(id=f"{one.item}:s{n}", item=one.item, ts=ts, attr=attr, key=val, val=val)
        for val in r.sample(("intent/platform", "intent/integrations", "intent/nobodys"), r.randrange(3)):
            yield (
                source,
                Added(id=f"{one.item}:{val}", item=one.item, ts=one.ts, attr="labels", key=val, val=val),
            )


@contextmanager
def surveyed(demo: Case, place: Path, seed: int, *, lived: bool = False) -> Iterator[Case]:
    """The demo at `place`, shaken, with such side files; with `lived`, learned week by week."""
    r = random.Random(seed)
    with shaken(demo, place, seed) as busy:
        opened = [(e.source, e.event) for e in busy.log.read() if isinstance(e.event, Opened)]
        used = {line.partition(",")[0] for line in (place / "adoption.csv").read_text().splitlines()[1:]}
        keys = [*r.sample(sorted(used), 6), *(f"{s}:{one.val}" for s, one in r.sample(opened, 3))]
        text = (place / "strategy.toml").read_text()
        files = {"problems": problems(r), "adoption": adoption(r, keys), "strategy": strategy(r, text, keys)}
        for name, said in files.items():
            (place / f"{name}.{'toml' if name == 'strategy' else 'csv'}").write_text(said)
        with (place / "customers.csv").open("a") as customers:
            customers.write(MORE_ACCOUNTS)
        for source, event in _named(opened, r):
            busy.log.append(source, [event], now=0)
        stated = [files, *({"problems": problems(r), "adoption": adoption(r, keys),
                            "strategy": strategy(r, text, keys)} for _ in range(2))]  # fmt: skip
        some = r.sample([e for e in opened if f"{e[0]}:{e[1].val}" in keys], 6)
        busy.log.append(PEOPLE, [
            Tagged(id=f"word{n}", item=f"{source}:{one.item}", ts=one.ts + r.randrange(700) * DAY,
                   attr="intent", val="platform", reason="so") for n, (source, one) in enumerate(some)
        ], now=0)  # fmt: skip
        busy.log.append(PEOPLE, [
            Stated(id=f"{name}.x{n}", item="", ts=0, attr=name, val=said)
            for n, told in enumerate(reversed(stated)) for name, said in told.items() if n < 2 or lived
        ], now=0)  # fmt: skip
        conf = config.load(place / "tracker-sync.toml")
        if not lived:
            yield Case(conf, busy.log, record(conf, busy.log))
            return
        log = relived([*busy.log.read()], place / "lived.db", r)
        yield Case(conf, log, record(conf, log))
        log.close()
