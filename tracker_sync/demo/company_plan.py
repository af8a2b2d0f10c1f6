"""Which tickets Girder files: one epic item per row of the story, its children, and the rest."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from msgspec import Struct

from tracker_sync.demo.company_calendar import FIRST, LAST, moment, on_working_day
from tracker_sync.demo.company_epics import Epic, epics
from tracker_sync.demo.company_items import Item
from tracker_sync.demo.company_people import crew, working
from tracker_sync.demo.company_strategy import short_names, signs, steady_customers

DAYS_PER_TICKET = 15.5
STORIES_WITH_SUBTASKS = 14

_SLICES = """
first version|list view|empty state|permissions|bulk edit|export|import|search and filters|
keyboard shortcuts|mobile layout|notifications|change history|validation|undo|settings page|
performance with long lists|error messages|translations|roll-out behind a flag|sample data|
data model|background job|end-to-end test|help page
""".replace("\n", "").split("|")
_FAULTS = """
is empty after a time-zone change|shows yesterday's value|loses its sort order|is cut off in print|
cannot be saved twice|counts archived sites|flickers on tablets|ignores the site filter
""".replace("\n", "").split("|")
_THINGS = ["Daily log", "Plan", "Site list", "Upload", "Weekly e-mail", "Map", "Login", "Crew list"]
_CHORES = ["Upgrade", "Remove", "Split", "Document", "Speed up", "Retire", "Monitor"]
_PARTS = ["the job runner", "the old map code", "the mail templates", "feature flags", "the seeds"]
_LOOSE = {"support": 28, "request": 14, "engineering": 20, "unknown": 22, "strategy": 6}
_UNSTARTED = 18
_USUAL = {"planning": "site-planning", "field": "field-reporting", "integrations": "integrations"}


class Task(Struct, eq=False):
    """A ticket somebody will work on, and how it went."""

    item: Item
    team: str
    left: float
    arrives: date
    urgent: bool = False
    since: date = FIRST
    nobody: bool = False
    reopens: bool = False
    hands_over_at: float = -1.0


@dataclass
class Plan:
    """All tickets, the work they mean, and which items roll up which tickets."""

    items: list[Item] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    epics: dict[str, Item] = field(default_factory=dict)
    told: dict[Item, Epic] = field(default_factory=dict)
    children: dict[Item, list[Item]] = field(default_factory=dict)

    def add(self, item: Item, parent: Item | None = None) -> Item:
        """Register an item, under a parent if it has one."""
        self.items.append(item)
        if parent is not None:
            self.children.setdefault(parent, []).append(item)
        return item


def plan(rng: Random) -> Plan:
    """File everything the company files in two years."""
    made = Plan()
    for epic in epics():
        item = made.add(_epic_item(rng, epic))
        made.epics[epic.slug] = item
        made.told[item] = epic
        _add_children(rng, made, epic, item)
    _split_stories(rng, made)
    for why, count in _LOOSE.items():
        for _ in range(count):
            _add_loose(rng, made, why)
    for _ in range(_UNSTARTED):
        _add_unstarted(rng, made)
    in_jira = [task for task in made.tasks if task.item.opening["project"] != "SYNC"]
    for task in rng.sample([task for task in in_jira if not task.urgent], 3):
        task.nobody = True
    return made


def reporter_for(rng: Random, why: str, team: str) -> str:
    """Who files a ticket, given how its origin is to show."""
    role = {
        "prospect": "sales",
        "promise": "sales",
        "sales": "sales",
        "support": "support",
        "engineering": "engineering",
        "executive": "executive",
    }.get(why, "product")
    if why == "unknown":
        return rng.choice(crew("contract")).login
    return rng.choice(working(role, team) or working(role)).login


def zendesk_block(rng: Random, account: str) -> str:
    """What the help desk puts into a ticket it escalates."""
    number = rng.randint(20_000, 60_000)
    return (
        f"**Ticket ID:** [#{number}](https://girder.zendesk.com/agent/tickets/{number})\n"
        f"**Requester:** site office\n**Organization:** {account}"
    )


def _epic_item(rng: Random, epic: Epic) -> Item:
    labels = ["epic"] if epic.project == "SYNC" else []
    labels += signs().get(epic.slug, [])
    names = short_names()
    customers = tuple(epic.accounts)
    if epic.why == "prospect":
        labels += [f"prospect-{names[account]}" for account in epic.accounts]
        # On GitHub the prospect label is the only name there; Jira has its Customer field too.
        customers = () if epic.project == "SYNC" else customers
    if epic.why == "promise":
        labels.append("customer promise")
    labels += [word.replace(" ", "/") for word in epic.peculiar if word.startswith("paid ")]
    if epic.why == "request":
        labels.append("customer request")
    if epic.why in ("strategy", "engineering"):
        labels.append(f"origin/{epic.why}")
    body = f"Outcome we want: {epic.nouns[0]} that a site manager trusts."
    if epic.why == "support":
        account = (epic.accounts or ["Morrow Civil"])[0]
        body += "\n\n" + zendesk_block(rng, account)
    opening = {
        "title": epic.title,
        "body": body,
        "project": epic.project,
        "labels": tuple(sorted(labels)),
        "intent": None if "intent later" in epic.peculiar else epic.intent,
        "customers": () if "customer later" in epic.peculiar else customers,
        "priority": "High" if epic.urgent else "Medium",
    }
    team = epic.teams[0]
    return Item("epic", moment(rng, epic.asked), reporter_for(rng, epic.why, team), opening)


def _add_children(rng: Random, made: Plan, epic: Epic, parent: Item) -> None:
    """Two thirds of the tickets are filed before the epic starts, the rest on the way."""
    if epic.start is None:
        if rng.random() < 0.5:
            made.add(_child(rng, epic, parent, epic.asked + timedelta(days=9), 0), parent)
        return
    count = max(2, round(epic.days / DAYS_PER_TICKET))
    sizes = [rng.uniform(0.45, 1.6) for _ in range(count)]
    span = round(epic.days / len(epic.teams) / (8 if epic.urgent else 2.2))
    for number, size in enumerate(sizes):
        early = number == 0 or rng.random() < 0.65
        offset = -rng.randint(0, 4) if early else rng.randint(3, max(4, span))
        day = max(epic.start + timedelta(days=offset), epic.asked + timedelta(days=1))
        item = made.add(_child(rng, epic, parent, day, number), parent)
        left = epic.days * size / sum(sizes)
        arrives = max(epic.start, item.created.date())
        team = epic.teams[number % len(epic.teams)]
        task = Task(item, team, left, arrives, epic.urgent, epic.start)
        made.tasks.append(_with_luck(rng, task))


def _child(rng: Random, epic: Epic, parent: Item, day: date, number: int) -> Item:
    kind = rng.choices(["story", "task", "bug"], [55, 30, 15])[0]
    noun = epic.nouns[number % len(epic.nouns)]
    where = (number // len(epic.nouns) + len(epic.slug)) % len(_SLICES)
    title = f"{noun[0].upper()}{noun[1:]}: {_SLICES[where]}"
    why = "unknown" if epic.why == "unknown" else rng.choice(["strategy", "engineering"])
    project = epic.project
    if epic.moved and day > epic.moved[0]:
        project = epic.moved[1]
    opening = {
        "title": title,
        "body": f"Part of “{epic.title}”. Done when it works on a phone in the rain.",
        "project": project,
        "parent": parent,
        "labels": ("bug",) if kind == "bug" and project == "SYNC" else (),
    }
    created = max(moment(rng, on_working_day(day), 8, 9), parent.created + timedelta(minutes=20))
    return Item(kind, created, reporter_for(rng, why, epic.teams[0]), opening)


def _with_luck(rng: Random, task: Task) -> Task:
    task.reopens = rng.random() < 0.05
    if rng.random() < 0.06 and task.left > 3:
        task.hands_over_at = task.left / 2
    return task


def _split_stories(rng: Random, made: Plan) -> None:
    """Some Jira stories are worked on as sub-tasks; the story then only rolls them up."""
    large = [
        task
        for task in made.tasks
        if task.item.kind == "story" and task.left > 9 and task.item.opening["project"] != "SYNC"
    ]
    for task in rng.sample(large, STORIES_WITH_SUBTASKS):
        made.tasks.remove(task)
        parts = rng.choice([["Interface", "Server", "Tests"], ["Phone", "Office"]])
        story = task.item
        for part in parts:
            opening = {**story.opening, "parent": story, "labels": ()}
            opening["title"] = f"{part}: {story.opening['title'].lower()}"
            item = made.add(
                Item("subtask", story.created + timedelta(hours=1), story.reporter, opening), story
            )
            left = task.left / len(parts)
            made.tasks.append(Task(item, task.team, left, task.arrives, task.urgent, task.since))


def _loose_item(rng: Random, why: str, day: date) -> Item:
    team = rng.choices(["planning", "field", "integrations"], [3, 3, 5])[0]
    project = {"planning": "PLAN", "field": "FIELD", "integrations": "SYNC"}[team]
    kind = "task" if why in {"engineering", "strategy"} else "bug"
    title = f"{rng.choice(_THINGS)} {rng.choice(_FAULTS)}"
    if kind == "task":
        title = f"{rng.choice(_CHORES)} {rng.choice(_PARTS)}"
    body = "Steps, what we saw, what we expected: see the first comment."
    if why == "support":
        body += "\n\n" + zendesk_block(rng, rng.choice(steady_customers()))
    labels = [*(["bug"] if kind == "bug" else []), *(["customer request"] * (why == "request"))]
    labels += [f"origin/{why}"] if kind == "task" else []
    opening: dict[str, Any] = {
        "title": title,
        "body": body,
        "project": project,
        "labels": tuple(sorted(labels)),
    }
    # Those who have learned the routine name the intent at once; contractors never do.
    if why != "unknown" and rng.random() < 0.85:
        opening["intent"] = "platform" if why == "engineering" else _USUAL[team]
    return Item(kind, moment(rng, day), reporter_for(rng, why, team), opening)


def _add_loose(rng: Random, made: Plan, why: str) -> None:
    """Work outside every epic."""
    day = on_working_day(FIRST + timedelta(days=rng.randint(1, (LAST - FIRST).days - 12)))
    item = made.add(_loose_item(rng, why, day))
    arrives = item.created.date() + timedelta(days=rng.randint(1, 10))
    team = {"PLAN": "planning", "FIELD": "field"}.get(item.opening["project"], "integrations")
    team = "contract" if why == "unknown" and rng.random() < 0.5 else team
    left = rng.uniform(4, 12) * (1.4 if why == "unknown" else 1.0)
    # A loose ticket waits its turn among the epics by its own age.
    task = Task(item, team, left, arrives, why == "support", arrives)
    made.tasks.append(_with_luck(rng, task))


def _add_unstarted(rng: Random, made: Plan) -> None:
    """Demand that nobody took up."""
    day = on_working_day(FIRST + timedelta(days=rng.randint(30, (LAST - FIRST).days - 30)))
    made.add(_loose_item(rng, rng.choice(["support", "request", "strategy", "unknown"]), day))
