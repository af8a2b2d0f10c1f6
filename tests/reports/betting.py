"""The busy demo with bets, kill lines, counts of use, ranked problems, links and payments made by chance."""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.reports.agreement import Case, record
from tests.reports.shaken import DAY, shaken
from tests.reports.test_demo_against_oracle import FIRST, LAST
from tracker_sync import config
from tracker_sync.days import EPOCH
from tracker_sync.events import Added, Changed, Dropped, Event, Named, Noted, Opened, Stated, Tagged
from tracker_sync.log import PEOPLE
from tracker_sync.log.sqlite import SqliteLog

BETS = ("ready-to-start", "five-minute-log", "open-plan", "forty-sites", "voice-diary", "side-bet")
INTENTS = ("site-planning", "field-reporting", "integrations", "platform")
OWNERS = ("nora-l", "otis-g", "wen-c", "")
METRICS = ("accounts", "users", "adoption", "plans fed by another system")
ACCOUNTS = (
    "Tallis Contracting", "Morrow Civil", "kestrel homes", "plinth", "Morrow Rail", "fenwick.example",
    "Ashdown Build", "Helmsford Group", "Aquaveil Utilities", "Quillstone Civil", "Northspan Builders",
    "Stranger & Sons", "Redgate Roofing", "Oakline Contracting", "varley",
)  # fmt: skip
PERSONAS = ("site manager", "Site-Manager", "planner", "head of operations")
PROBLEMS = (
    "crews wait for each other", "daily logs are not written", "Daily-logs are not written",
    "the plan is redone every morning", "costs arrive weeks late", "commissioning records are on paper",
    "nobody knows which site needs a visit", "tools get lost",
)  # fmt: skip
LABELS = (
    "problem/crews-wait-for-each-other", "Problem:daily logs are not written",
    "problem::costs-arrive-weeks-late", "problem/something-new", "problematic", "paid/50000", "paid/50000",
    "paid/1.000", "Paid/70000.50",
    "evidence/usage", "evidence/ranking", "evidence/deal", "epic", "bug", "bug", "customer/kestrel",
    "customer/morrow", "origin/support", "origin/support",
)  # fmt: skip
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland")
PAID = ("40000", "50k", "12500.5", None)
CUSTOMERS = """\
Morrow Rail,,,mid-market,construction,NA,90,customer,2025-03-01,,yes,0,Morrow Civil
Holding Nine,,,enterprise,construction,NA,90,churned,2024-01-01,,yes,0,
Ninth Site,ninth,,mid-market,construction,NA,90,design-partner,2025-01-01,2026-01-31,,0,Holding Nine
"""


def day_between(r: random.Random, first: date = FIRST, last: date = LAST) -> date:
    """Any day."""
    return date.fromordinal(r.randrange(first.toordinal(), last.toordinal()))


# -- files -------------------------------------------------------------------------------------------


def strategy(r: random.Random, base: str, keys: list[str], effective: date | None) -> str:
    """A version of the strategy with other owners, bets, limits and kill lines."""
    blocks = re.split(r"^(?=\[[^.\]]+\]$|\[\[[^.\]]+\]\]$)", base, flags=re.MULTILINE)
    gone = ("[[initiatives]]", "[limits]", "[[kpi_tree]]")
    kept = [b for b in blocks[1:] if not b.startswith(gone)]
    text = "".join(re.sub(r'owner = ".*"', f'owner = "{r.choice(OWNERS)}"', b) for b in kept)
    text = (f"effective = {effective}\n" if effective else "") + text
    bets = r.sample(BETS, r.randrange(2, 6))
    for bet in bets:
        epics = ", ".join(f'"{k}"' for k in r.sample(keys, r.randrange(1, 5)))
        since = r.choice((f"since = {day_between(r)}\n", ""))
        words = r.choice(("We bet.", "We bet more."))
        text += f'[[initiatives]]\nid = "{bet}"\nintent = "{r.choice(INTENTS)}"\ntext = "{words}"\n'
        text += f"epics = [{epics}]\n{since}"
    target = r.choice(("", "adoption_target = 0.1", "adoption_target = 0.3", "adoption_target = 0.6"))
    text += f"[limits]\nactive_intents = 5\n{target}\n"
    for _ in range(r.randrange(9)):
        metric = r.choice(METRICS)
        below = r.choice(("0.1", "0.25")) if metric == "adoption" else str(r.randrange(1, 9))
        by = r.choice((f"by = {day_between(r, last=date(2027, 3, 1))}\n", f"by = {day_between(r)}\n", ""))
        text += f'[[limits.kill_lines]]\ninitiative = "{r.choice(bets)}"\n'
        text += f'metric = "{metric}"\nbelow = {below}\n{by}'
    return text


def adoption(r: random.Random, keys: list[str], asked: list[tuple[str, str]], accounts: list[str]) -> str:
    """Who uses what: of some items often, so that the newest of several counts matters; and many of what
    they `asked` for."""
    found: dict[tuple[str, str, date], int] = {}
    for key in dict.fromkeys(r.choices(keys, k=60)):
        for account in r.sample(ACCOUNTS, r.choice((1, 2, 5, 9))):
            for _ in range(r.randrange(1, 4)):
                day = day_between(r, last=date(2026, 12, 20))
                found[key, account, day] = r.choice((0, 1, 3, r.randrange(60)))
    for account in accounts:
        if r.random() < 0.9:
            found["girder:NOPE-1", account, day_between(r, last=date(2025, 3, 1))] = 0
    for key, account in asked:
        if r.random() < 0.6:
            found[key, account, day_between(r, first=date(2026, 1, 1), last=date(2026, 11, 20))] = 7
    rows = (f"{key},{account},{day},{n}\n" for (key, account, day), n in found.items())
    return "epic,account,date,users\n" + "".join(rows)


def problems(r: random.Random) -> str:
    """How people rank problems, some of them twice, some without rating them."""
    found = {}
    for account in r.sample(ACCOUNTS, 4):
        for persona in r.sample(PERSONAS, r.randrange(1, 3)):
            for day in {day_between(r, last=date(2026, 12, 20)) for _ in range(r.randrange(1, 3))}:
                for problem in r.sample(PROBLEMS, r.randrange(1, 7)):
                    rated = f"{r.choice(('', 3, 7.5, 9))},{r.choice(('', 1, 4, 8.5))}"
                    found[account, persona, problem, day] = f"{r.randrange(1, 8)},{day},{rated}"
    rows = (f"{a},{p},{what},{rest}\n" for (a, p, what, _), rest in found.items())
    return "account,persona,problem,rank,date,importance,satisfaction\n" + "".join(rows)


def people(r: random.Random, base: str) -> str:
    """Some without a team, some without a rate, some with a rate of their own."""
    blocks = base.split("[[people]]")
    for n, one in enumerate(blocks):
        kept = re.sub(r"team = .*\n", "", one) if r.random() < 0.2 else one
        kept = re.sub(r"rate = .*\n", "", kept) if r.random() < 0.3 else kept
        blocks[n] = re.sub(r"rate = \[(\d)", rf"rate = [{r.randrange(1, 5)}", kept) if n else one
    return "[[people]]".join(blocks)


# -- trackers ----------------------------------------------------------------------------------------


def happenings(r: random.Random, one: Opened, epic: bool, who: list[str], last: int) -> Iterator[Event]:
    """Some of what may happen to an item of Jira, and more to an epic."""
    every = r.choice((0, 0, 1, 2, 5))
    if r.random() < 0.7:
        half_hours = r.randrange(2900) if epic else r.randrange(90)
        yield Changed(
            id=f"{one.item}:e", item=one.item, ts=one.ts, attr="estimate", val=str(1800 * half_hours)
        )
    for n in range(every * 3 if epic else every):
        ts = one.ts + r.randrange(500 * DAY)
        head: Any = {"id": f"{one.item}:b{n}", "item": one.item, "ts": ts}
        label, field, problem = r.choice(LABELS), r.choice(PAID), r.choice(PROBLEMS)
        if ts < last:
            yield r.choice((
                Changed(**head, attr="assignee", val=r.choice((*who, None))),
                Changed(**head, attr="assignee", val=r.choice(who)),
                Changed(**head, attr="status", key="3", val="In Progress"),
                Changed(**head, attr="status", key="10001", val="Done"),
                Changed(**head, attr="estimate", val=str(1800 * r.randrange(0, 2900))),
                Added(**head, attr="labels", key=label, val=label),
                Added(**head, attr="labels", key=label, val=label),
                Dropped(**head, attr="labels", key=label, val=label),
                Changed(**head, attr="customfield_10600", val=field),
                Changed(**head, attr="customfield_10601", val=r.choice((problem, None, None))),
                Changed(**head, attr="type", key="10007", val="Bug"),
                Changed(**head, attr="type", key="10004", val="Epic"),
            ))  # fmt: skip


def links(
    r: random.Random, keys: dict[str, str], times: dict[str, int], often: list[str], last: int
) -> Iterator[Event]:
    """Links of Jira; the tracker tells of each at both of its ends."""
    for n in range(150):
        one, other = r.sample(often if n % 2 else sorted(keys), 2)
        ts = max(times[one], times[other]) + r.randrange(300 * DAY)
        for item, far in ((one, other), (other, one)):
            head: Any = {"item": item, "attr": "links", "key": f"relates to {keys[far]}", "val": keys[far]}
            if ts < last:
                yield Added(**head, id=f"{item}:l{n}", ts=ts)
            if n % 5 == 0 and ts + 30 * DAY < last:
                yield Dropped(**head, id=f"{item}:u{n}", ts=ts + 30 * DAY)


def mentions(r: random.Random, opened: list[Opened], last: int) -> Iterator[Event]:
    """What issues of GitHub mention each other, whom they are given to, and what they are called."""
    for n in range(120):
        one, other = r.sample(opened, 2)
        ts, label = max(one.ts, other.ts) + r.randrange(300 * DAY), r.choice(LABELS)
        head: Any = {"id": f"{one.item}:b{n}", "item": one.item, "ts": ts}
        if ts < last:
            yield r.choice((
                Noted(**head, attr="cross-referenced", key=other.val),
                Noted(**head, attr="cross-referenced", key=other.val),
                Added(**head, attr="assignees", key="51577860", val="51577860"),
                Dropped(**head, attr="assignees", key="51577860", val="51577860"),
                Added(**head, attr="labels", key=label, val=label),
                Changed(**head, attr="status", key="closed", val="Closed"),
                Changed(**head, attr="status", key="open", val="Open"),
            ))  # fmt: skip


@contextmanager
def betting(demo: Case, place: Path, seed: int) -> Iterator[Case]:
    """A log at `place`, with the files of the demo changed beside it."""
    r = random.Random(f"betting {seed}")
    with shaken(demo, place, seed) as busy:
        log: SqliteLog = busy.log  # type: ignore[assignment]
        told = [*log.read()]
        opened = {s: [e.event for e in told if e.source == s and isinstance(e.event, Opened)]
                  for s in ("girder", "field-sync")}  # fmt: skip
        last = max(e.event.ts for e in told if e.source == "girder" and not isinstance(e.event, Named))
        now = max(e.recorded_at for e in told)
        jira = {o.item: o.val or "" for o in opened["girder"]}
        keys = ["girder:NOPE-1", "nothing", *jira.values(), *(f"girder:{k}" for k in jira.values()),
                *(f"field-sync:{o.val}" for o in opened["field-sync"])]  # fmt: skip
        epics = [e.event.item for e in told if getattr(e.event, "val", "") == "Epic" and e.event.item in jira]
        bugs = [e.event.item for e in told if getattr(e.event, "val", "") == "Bug" and e.event.item in jira]
        moved = [e.event.item for e in told if type(e.event).__name__ == "Moved" and e.event.item in jira]
        above = {
            e.event.val for e in told if e.source == "field-sync" and getattr(e.event, "attr", "") == "parent"
        }
        known = [*(jira[i] for i in epics), *(f"field-sync:{k}" for k in sorted(above - {None}))] * 12 + keys
        times = {o.item: o.ts for o in opened["girder"]}
        who = re.findall(r'logins = \["(\w+)"', (place / "people.toml").read_text())[:6]
        named = [Named(id=f"f{k}", item="", ts=0, attr="field", key=k, val=v)
                 for k, v in (("customfield_10600", "Paid"), ("customfield_10601", "Problem"))]  # fmt: skip
        more = [e for o in opened["girder"] for e in happenings(r, o, o.item in epics, who, last)]
        log.append("girder", [*named, *more, *links(r, jira, times, epics + bugs + moved * 9, last)], now=now)
        log.append("field-sync", [*mentions(r, opened["field-sync"], last)], now=now)
        base = (place / "strategy.toml").read_text()
        names = [n.replace("girder:", "") if r.random() < 0.5 else n for n in known]
        texts = [strategy(r, base, names, day_between(r)) for _ in range(r.randrange(1, 4))]
        words = [
            Tagged(id=f"w{n}", item=f"girder:{r.choice(epics)}", ts=r.randrange(times[epics[0]], last),
                   attr=r.choice(("intent", "intent", "customer")), val=r.choice(("platform", None)),
                   reason="so")
            for n in range(30)
        ]  # fmt: skip
        stated = [Stated(id=f"bet{n}", item="", ts=now, attr="strategy", val=t) for n, t in enumerate(texts)]
        log.append(PEOPLE, [*words, *stated], now=now)
        asked = [(f"girder:{jira[e.event.item]}", e.event.key.partition("/")[2]) for e in told
                 if e.event.item in jira and getattr(e.event, "key", "").startswith("customer/")]  # fmt: skip
        _write(r, place, known, asked)
        newest = texts[-1] if r.random() < 0.5 else strategy(r, base, names, day_between(r))
        (place / "strategy.toml").write_text(newest)
        done = {e.event.item: e.event.ts for e in reversed(told)
                if e.event.item in jira and getattr(e.event, "key", "") == "10001"}  # fmt: skip
        _edges(random.Random(f"edges {seed}"), place, {f"girder:{jira[i]}": ts for i, ts in done.items()})
        conf = config.load(place / "tracker-sync.toml")
        yield Case(conf, log, record(conf, log))


def _write(r: random.Random, place: Path, keys: list[str], asked: list[tuple[str, str]]) -> None:
    accounts = [*dict.fromkeys(re.findall(r"^([^,]+),", (place / "customers.csv").read_text(), re.MULTILINE))]
    (place / "adoption.csv").write_text(adoption(r, keys, asked, accounts[1:]))
    (place / "problems.csv").write_text(problems(r))
    (place / "people.toml").write_text(people(r, (place / "people.toml").read_text()))
    (place / "customers.csv").write_text((place / "customers.csv").read_text() + CUSTOMERS)
    settings = (place / "tracker-sync.toml").read_text().replace("fields = { ", 'fields = { paid = "Paid", ')
    less = '[rules]\ndisable = ["origin/origin-label"]\n' if r.random() < 0.5 else ""
    zone = f'[calendar]\ntimezone = "{r.choice(ZONES)}"\n'
    (place / "tracker-sync.toml").write_text(settings + less + zone)


def _edges(r: random.Random, place: Path, done: dict[str, int]) -> None:
    """What lies on a border: counts on the first and last days that matter, and ranks on the third."""
    with (place / "adoption.csv").open("a") as file:
        for key, ts in done.items():
            day = (EPOCH + timedelta(microseconds=ts)).date() + timedelta(
                r.choice((-1, 0, 1, 89, 90, 91, 92))
            )
            if r.random() < 0.3:
                file.write(f"{key},Vantage Facades,{day},3\n")
    with (place / "problems.csv").open("a") as file:
        for account in ("Vantage Facades", "Stonebridge Roads"):
            for rank, problem in enumerate(r.sample(PROBLEMS[3:], 3), 1):
                file.write(f"{account},surveyor,{problem},{rank},2025-06-02,,\n")
