"""Made-up logs of two trackers with all that judgement rests on, for the oracle to look at."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from tests.reports.made_inputs import DAYS, NAMES, START, files, micro, stated
from tracker_sync import events
from tracker_sync.config import Config
from tracker_sync.log.sqlite import SqliteLog

MINUTE = 60 * 1_000_000
HOUR, DAY = 60 * MINUTE, 24 * 60 * MINUTE
STATUSES = {
    "1": ("To Do", "new"), "3": ("In Progress", "indeterminate"), "4": ("Review", "indeterminate"),
    "5": ("Done", "done"), "6": ("Odd", ""), "7": ("Ready for work", "new"),
    "open": ("Open", "new"), "closed": ("Closed", "done"),
}  # fmt: skip
TYPES = {
    "10": ("Story", "0"),
    "11": ("Bug", "0"),
    "12": ("Epic", "1"),
    "13": ("epic", ""),
    "14": ("Task", ""),
}
FIELDS = {
    "customfield_1": "Theme", "customfield_2": "Account", "customfield_3": "Origin",
    "customfield_4": "Points", "customfield_5": "Paid", "customfield_6": "problem", "customfield_9": "Rank",
}  # fmt: skip
USERS = {
    "sam": "Sam Hill",
    "sue": "Sue",
    "eve": "Eve Stone",
    "pat": "Pat Doe",
    "ada": "Ada",
    "kim": "kim@globex.test",
}
LABELS = (
    "prospect-acme", "customer/umbrella", "customer/acme", "customer/globex", "customer/Globex East",
    "customer/hooli", "customer/twin", "customer-initech", "customer-portal", "for Acme", "customer/nobody",
    "customer request", "customer promise", "research", "O-support", "intent/core", "intent/late",
    "intent/fantasy", "epic: second", "planned/new", "committed", "payroll", "bug", "epic", "doing",
    "Umbrella", "hush", "contractual", "evidence/interview", "evidence/usage", "problem/slow-export",
    "Problem: no totals", "problem::costs come late", "problem/other", "paid/50000", "Paid/1.000",
)  # fmt: skip
TITLES = (
    "Faster export", "Dosing for water treatment", "Export for Acme", "[Initech] totals", "payroll rules",
    "Customer Hooli: totals", "Acme and Umbrella",
)  # fmt: skip
TEXTS = (
    "Looking at it.", "Acme asked for it. Umbrella has asked as well.", "We promised Umbrella this.",
    "Several customers asked for this.", "Requested by Two Words last week.", "when a customer asks, hush",
    "Pat Doe at Globex reported it.", "From: Ann <ann@acme.test>\n> From: Bob <bob@umbrella.test>\nPlease.",
    "See https://acme.my.salesforce.com/0065000000AbCdE", "a support ticket came in", "target hit",
    "Users report that it is slow.\n\nSubject: Fwd: it\nFrom: Cy, Initech", "It is due to initech rules.",
)  # fmt: skip


class Made(NamedTuple):
    """A log, its configuration, and when its first and last lines were recorded."""

    config: Config
    log: SqliteLog
    zone: str
    times: tuple[int, int]


def made(r: random.Random, folder: Path) -> Made:
    """A log made by chance, with late lines, people's words and inputs told on the way."""
    zone = r.choice(("UTC", "UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland"))
    conf = files(r, folder, zone)
    said = [*_names(r), *_jira(r, zone), *_github(r, zone), *_words(r), *stated(r, conf)]
    told: dict[tuple[int, str], list[events.Event]] = {}
    for source, event in said:
        told.setdefault((_recorded(r, source, event), source), []).append(event)
    log = SqliteLog(folder / "tracker-sync.db", write=True)
    for recorded, source in sorted(told):
        log.append(source, told[recorded, source], now=recorded)
    return Made(conf, log, zone, (min(told)[0], max(told)[0]))


def _recorded(r: random.Random, source: str, event: events.Event) -> int:
    """When the log learned of it: trackers are read every four days, and some of it comes weeks later; what
    people say and state is told at once."""
    begun = max(event.ts, micro(0))
    if source == "people":
        return begun
    return begun - begun % (4 * DAY) + 4 * DAY * (1 + r.choice((0, 0, 0, 0, 0, 0, r.randrange(15))))


# -- trackers ---------------------------------------------------------------------------------------


def _names(r: random.Random) -> Iterator[tuple[str, events.Event]]:
    """What ids are called; a few are renamed later."""
    every = [("status", STATUSES), ("type", TYPES), ("field", {k: (v, "") for k, v in FIELDS.items()})]
    for source in ("o", "g"):
        for attr, called in every:
            for key, (name, means) in called.items():
                if (source == "g") == (key in ("open", "closed")) or attr != "status":
                    yield source, _named(attr, key, name, means, 0)
        for who, name in USERS.items():
            yield source, _named("user", who, f"g-{who}" if source == "g" else name, "", 0)
    if r.random() < 0.3:
        yield (
            "o",
            _named("status", "6", "Odd", r.choice(("indeterminate", "done")), micro(r.uniform(0, DAYS))),
        )
    if r.random() < 0.2:
        yield "o", _named("status", "7", r.choice(("Parked", "Groomed")), "new", micro(r.uniform(0, DAYS)))
    if r.random() < 0.3:
        yield (
            "o",
            _named("field", "customfield_1", r.choice(("Theme 2", "Account")), "", micro(r.uniform(0, DAYS))),
        )


def _named(attr: str, key: str, name: str, means: str, ts: int) -> events.Event:
    return events.Named(id=f"{attr}.{key}.{ts}", item="", ts=ts, attr=attr, key=key, val=name, means=means)


class _Issue:
    """An issue in the making: what it is now, and its events."""

    def __init__(self, r: random.Random, item: str, key: str, at: int) -> None:
        self.r, self.item, self.key, self.at, self.opened = r, item, key, at, at
        self.events: list[events.Event] = []
        self.hand: str | None = None
        """Who has the next change."""
        self.held: dict[str, tuple[str, str | None]] = {}
        self.many: dict[str, list[str]] = {}
        who = r.choice((*USERS, "zoe", "zoe"))
        self.say(events.Opened, ":0", val=key, actor=who)

    def say(self, kind: Any, end: str = "", **what: Any) -> None:
        end = end or self.r.choice((f":c{len(self.events)}", f":e{1000 - len(self.events)}"))
        self.events.append(kind(id=f"{self.item}{end}", item=self.item, ts=self.at, **what))

    def set(self, attr: str, key: str, val: str | None) -> None:
        """A single value: at the opening an `added`, later a `changed`."""
        old_key, old = self.held.get(attr, ("", None))
        if old is None and self.at == self.opened and val is not None:
            self.say(events.Added, f":0.{attr}", attr=attr, key=key, val=val)
        elif val != old:
            self.say(events.Changed, f":c{len(self.events)}", attr=attr, key=key if val else "", val=val,
                     old_key=old_key, old=old, actor=self.hand)  # fmt: skip
        self.held[attr] = key, val

    def toggle(self, attr: str, val: str) -> None:
        """One of many values comes or goes."""
        there = self.many.setdefault(attr, [])
        if val in there:
            there.remove(val)
            self.say(events.Dropped, attr=attr, key=val, val=val)
        else:
            there.append(val)
            self.say(events.Added, attr=attr, key=val, val=val)

    def wait(self, zone: str) -> None:
        """Some time goes by; often none, often until the first instant of a day."""
        self.hand = self.r.choice((None, *USERS, "zoe"))
        step = self.r.choice(("none", "minutes", "hours", "days", "days", "weeks", "midnight"))
        if step == "midnight":
            day = (self.at - micro(0)) // DAY + self.r.choice((1, 2, 30, 31, 32))
            self.at = max(self.at, micro(day, zone))
        self.at += {
            "none": 0, "midnight": 0, "minutes": self.r.choice((1, 9, 10, 11)) * MINUTE,
            "hours": self.r.randrange(1, 30) * HOUR, "days": self.r.randrange(1, 7) * DAY,
            "weeks": self.r.randrange(29, 50) * DAY,
        }[step]  # fmt: skip


def _open(r: random.Random, item: str, key: str, zone: str) -> _Issue:
    issue = _Issue(r, item, key, micro(r.choice((0, r.randrange(DAYS - 20), r.uniform(0, DAYS - 20))), zone))
    issue.set("title", "", r.choice((TITLES[0], *TITLES)))
    if r.random() < 0.4:
        issue.set("body", "", r.choice(TEXTS))
    for label in r.sample(LABELS, r.choice((0, 1, 1, 2, 3))):
        issue.toggle("labels", label)
    return issue


def _usual(r: random.Random, issue: _Issue, zone: str) -> None:
    """What happens to an issue in any tracker."""
    match r.choice(("label", "label", "comment", "comment", "title", "body", "gone", "noted")):
        case "label":
            issue.toggle("labels", r.choice(LABELS))
        case "comment":
            n = r.choice((len(issue.events), 1))
            issue.say(events.Commented, f":m{n}.{len(issue.events)}", key=f"m{n}", val=r.choice(TEXTS))
        case "title":
            issue.set("title", "", r.choice(TITLES))
        case "body":
            issue.set("body", "", r.choice(TEXTS))
        case "gone" if r.random() < 0.2:
            issue.say(events.Removed, f":r{len(issue.events)}", val="gone")
            issue.wait(zone)
            if r.random() < 0.6:
                issue.say(events.Restored, f":r{len(issue.events)}")
        case _:
            issue.say(events.Noted, f":n{len(issue.events)}", attr="rank")


def _jira(r: random.Random, zone: str) -> Iterator[tuple[str, events.Event]]:
    tidied = micro(r.uniform(0, DAYS)) if r.random() < 0.3 else None
    for n in range(r.randrange(3, 13)):
        issue = _open(r, str(n), _key(n), zone)
        kind = r.choice((*TYPES, "10", "10"))
        issue.set("type", kind, TYPES[kind][0])
        if TYPES[kind][0].casefold() == "epic" and r.random() < 0.6:
            issue.toggle("labels", r.choice([label for label in LABELS if label.startswith("problem")]))
        issue.set("status", *_status(r, ("1", "1", "1", "3", "5", "6")))
        issue.set("project", "p", r.choice(("Core", "Pilot at Acme", "late")))
        while issue.at < micro(DAYS) and r.random() < 0.9:
            _jira_change(r, issue, n, zone)
            issue.wait(zone)
        if tidied is not None and issue.opened < tidied:
            issue.at = tidied + r.randrange(40) * 1_000_000  # many cards at once: the board was put in order
            issue.say(events.Noted, attr="customfield_9", val=r.choice(("Ranked higher", "Ranked lower")))
        yield from (("o", e) for e in issue.events)


def _key(n: int) -> str:
    """Two projects; items of the one may be under those of the other."""
    return f"{'M' if n % 3 == 2 else 'K'}-{n}"


def _jira_change(r: random.Random, issue: _Issue, n: int, zone: str) -> None:
    match r.choice(
        ("status", "status", "status", "assignee", "assignee", "parent", "field", "due", "plan", "key",
         "link", "any", "any")
    ):  # fmt: skip
        case "status":
            key, name = _status(r, ("1", "3", "3", "4", "5", "6", "7"))
            issue.set("status", key, name)
            if r.random() < 0.8:
                done = r.choice(("Done", "Done", "Won't Do", "Duplicate")) if key == "5" else None
                issue.set("resolution", "", done)
        case "assignee":
            issue.set("assignee", "", r.choice((None, *list(USERS)[:4], "zoe")))
        case "parent":
            issue.set(
                "parent", "", r.choice((None, _key(r.randrange(n + 1)), _key(r.randrange(13)), f"L-{n}"))
            )
        case "field":
            field = r.choice((*list(FIELDS)[:3], "customfield_5", "customfield_6"))
            said = {"customfield_1": ("Core", "First", "fantasy", "tbd"), "customfield_2": (*NAMES, "none"),
                    "customfield_3": ("Sales", "research", "?"), "customfield_5": ("40000", "50k", "12500.5"),
                    "customfield_6": ("slow export", "No totals", "-")}[field]  # fmt: skip
            if r.random() < 0.5:
                issue.set(field, "", r.choice((None, *said)))
            else:
                issue.toggle(field, r.choice(said))
        case "due":
            days = (issue.at - micro(0, zone)) // DAY  # until that very day, or one nearby, or any
            day = START + timedelta(r.choice((days, days + r.randrange(4), r.randrange(DAYS + 90))))
            issue.set("due", "", r.choice((None, str(day), str(day), f"{day}T00:00:00.000+0000")))
            if r.random() < 0.4:
                issue.wait(zone)
                issue.set("status", "5", "Done")
                issue.set("resolution", "", r.choice(("Done", "Done", "Declined")))
        case "plan":
            match r.choice(("points", "points", "estimate", "rank")):
                case "points":
                    points = r.choice((None, "0", "0.5", "1", "3", "8"))
                    issue.set("customfield_4", points or "", points)
                case "estimate":
                    issue.set("estimate", "", r.choice((None, "0", str(3600 * r.randrange(1, 90)))))
                case _:
                    moved = r.choice(("Ranked higher", "Ranked higher", "Ranked lower", None))
                    issue.say(events.Noted, attr="customfield_9", val=moved)
        case "link":
            issue.toggle("links", r.choice((_key(r.randrange(13)), f"L-{r.randrange(5)}")))
        case "key" if issue.key.startswith("K"):
            old, issue.key = issue.key, f"L-{n}"
            issue.say(events.Moved, f":c{len(issue.events)}", val=issue.key, old=old)
        case _:
            _usual(r, issue, zone)


def _status(r: random.Random, keys: tuple[str, ...]) -> tuple[str, str]:
    key = r.choice(keys)
    return key, STATUSES[key][0]


def _github(r: random.Random, zone: str) -> Iterator[tuple[str, events.Event]]:
    for n in range(r.randrange(0, 7)):
        issue = _open(r, f"9{n}", f"a/b#{n}", zone)
        issue.set("status", "open", "Open")
        while issue.at < micro(DAYS) and r.random() < 0.9:
            match r.choice(
                ("status", "assignees", "assignees", "assignees", "sub", "milestone", "any", "any")
            ):
                case "status":
                    closed = issue.held["status"][0] == "open"
                    issue.set("status", *(("closed", "Closed") if closed else ("open", "Open")))
                    why = r.choice(("completed", "completed", "not_planned", "duplicate"))
                    issue.set("resolution", "", why if closed else None)
                case "assignees":
                    issue.toggle("assignees", r.choice([*list(USERS)[:4], "zoe"]))
                case "sub" if r.random() < 0.6:
                    below = [m for m in range(7) if (m // 2 if m else 5) == n]  # of each only one has it
                    issue.toggle("sub_issues", f"a/b#{r.choice(below or [n + 7])}")
                case "sub":
                    issue.say(events.Noted, attr="cross-referenced", key=f"a/b#{r.randrange(7)}")
                case "milestone":
                    issue.set("milestone", "", r.choice((None, "Core", "Acme pilot", "backlog")))
                case _:
                    _usual(r, issue, zone)
            issue.wait(zone)
        yield from (("g", e) for e in issue.events)


def _words(r: random.Random) -> Iterator[tuple[str, events.Event]]:
    """What people here say of items."""
    said = {
        "intent": ("core", "First", "fantasy", None), "origin": ("sales", "sales", "strategy", None),
        "customer": ("Acme;Umbrella", "Hooli", "globex east;Globex", "somebody", None),
    }  # fmt: skip
    for n in range(r.choice((0, 0, 1, 3))):
        at, attr = micro(r.uniform(0, DAYS + 20)), r.choice(list(said))
        item = r.choice((f"o:{r.randrange(5)}", f"g:9{r.randrange(3)}"))
        yield "people", events.Tagged(id=f"t{n}", item=item, ts=at, attr=attr, val=r.choice(said[attr]),
                                      reason="so", actor="ada")  # fmt: skip
