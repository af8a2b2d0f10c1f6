"""Two years of working days: who takes which ticket, and when it moves."""

import heapq
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from msgspec import Struct, field

from tracker_sync.demo.company_calendar import LAST, moment, on_working_day, working_days
from tracker_sync.demo.company_items import Item
from tracker_sync.demo.company_people import Person, crew, working
from tracker_sync.demo.company_plan import Plan, Task

TEAMS = ("planning", "field", "integrations", "contract")


@dataclass
class Course:
    """When somebody worked on an item; still going where `ended` is None."""

    began: datetime
    ended: datetime | None = None


class _Desk(Struct, eq=False):
    """One person's tickets in progress, and those that come back on some day."""

    person: Person
    active: list[Task] = field(default_factory=list)
    returning: list[tuple[date, Task]] = field(default_factory=list)


class Work:
    """The simulation; `courses` says of each item when it was worked on."""

    def __init__(self, rng: Random, plan: Plan) -> None:
        self.rng = rng
        self.courses: dict[Item, Course] = {}
        self.desks = {team: [_Desk(person) for person in crew(team)] for team in TEAMS}
        self.queues: dict[str, list[tuple[bool, date, int, Task]]] = defaultdict(list)
        self.coming = sorted(plan.tasks, key=lambda task: task.arrives, reverse=True)

    def run(self) -> None:
        """Every desk, every working day: an urgent ticket first, then the oldest bet."""
        number = 0
        for day in working_days():
            while self.coming and self.coming[-1].arrives <= day:
                task = self.coming.pop()
                number += 1
                entry = (not task.urgent, task.since, number, task)
                heapq.heappush(self.queues[task.team], entry)
            for team in TEAMS:
                for desk in self.desks[team]:
                    self._day(team, desk, day)

    def _day(self, team: str, desk: _Desk, day: date) -> None:
        for back, task in list(desk.returning):
            if back <= day:
                desk.returning.remove((back, task))
                self._reopen(desk, task, day)
        limit = self.rng.choices([1, 2, 3], [55, 42, 3])[0]
        while len(desk.active) < limit and self.queues[team]:
            self._start(desk, heapq.heappop(self.queues[team])[-1], day)
        share = 1 / max(1, len(desk.active))
        for task in list(desk.active):
            before, task.left = task.left, task.left - share
            if task.left <= 0:
                self._finish(desk, task, day)
            elif before > task.hands_over_at >= task.left:
                self._hand_over(team, desk, task, day)
            elif before > 2 >= task.left and task.item.opening["project"] != "SYNC":
                at = moment(self.rng, day, 12, 14)
                task.item.plan(at, desk.person.login, "status", "In Review")

    def _start(self, desk: _Desk, task: Task, day: date) -> None:
        item, login = task.item, desk.person.login
        at = max(moment(self.rng, day, 9, 11), item.created + timedelta(minutes=5))
        self.courses[item] = Course(at)
        # In Jira a ticket may be handed out ahead of time; on GitHub assigning *is* starting.
        early = item.opening["project"] != "SYNC" and self.rng.random() < 0.3
        if not task.nobody:
            lead = self.rng.choice(working("product")).login
            assigned = item.created + (at - item.created) * 0.7 if early else at
            item.plan(assigned, lead if early else login, "assignee", login)
        item.plan(at, login, "status", "In Progress")
        desk.active.append(task)

    def _hand_over(self, team: str, desk: _Desk, task: Task, day: date) -> None:
        other = self.rng.choice([d for d in self.desks[team] if d is not desk])
        if not task.nobody:
            at = moment(self.rng, day, 11, 12)
            task.item.plan(at, desk.person.login, "assignee", other.person.login)
        desk.active.remove(task)
        other.active.append(task)

    def _finish(self, desk: _Desk, task: Task, day: date) -> None:
        at = moment(self.rng, day, 15, 17)
        abandoned = not task.reopens and self.rng.random() < 0.03
        task.item.plan(at, desk.person.login, "status", "Won't Do" if abandoned else "Done")
        self.courses[task.item].ended = at
        desk.active.remove(task)
        if task.reopens:
            task.reopens = False
            back = on_working_day(day + timedelta(days=self.rng.randint(2, 12)))
            desk.returning.append((back, task))

    def _reopen(self, desk: _Desk, task: Task, day: date) -> None:
        if day >= LAST:
            return
        at = moment(self.rng, day, 9, 11)
        task.item.plan(at, desk.person.login, "status", "In Progress")
        self.courses[task.item].ended = None
        task.left = self.rng.uniform(1, 3)
        desk.active.append(task)


def roll_up(plan: Plan, courses: dict[Item, Course]) -> None:
    """A parent starts just before its first ticket and is done just after its last."""
    subtasked = [item for item in plan.children if item.kind != "epic"]
    for parent in [*subtasked, *plan.epics.values()]:
        children = plan.children.get(parent, [])
        begun = [courses[child] for child in children if child in courses]
        if not begun:
            continue
        lead = _lead(plan, parent)
        began = max(parent.created, min(course.began for course in begun) - timedelta(minutes=4))
        courses[parent] = Course(began, _end(children, courses))
        parent.plan(began, lead, "assignee", lead)
        parent.plan(began, lead, "status", "In Progress")
        if ended := courses[parent].ended:
            parent.plan(ended, lead, "status", "Done")


def _lead(plan: Plan, parent: Item) -> str:
    if parent.kind != "epic":
        return parent.reporter or "ines-k"
    team = plan.told[parent].teams[0]
    return (working("product", team) or working("product"))[0].login


def _end(children: Iterable[Item], courses: dict[Item, Course]) -> datetime | None:
    ends = [courses[child].ended if child in courses else None for child in children]
    known = [end for end in ends if end is not None]
    return max(known) + timedelta(minutes=40) if len(known) == len(ends) else None
