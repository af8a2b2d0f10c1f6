"""What people say and fiddle with around the work: comments, edits, estimates, labels, noise."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from tracker_sync.demo.company_calendar import LAST, between, moment
from tracker_sync.demo.company_epics import Epic
from tracker_sync.demo.company_items import Item
from tracker_sync.demo.company_people import working
from tracker_sync.demo.company_plan import Plan, reporter_for, zendesk_block
from tracker_sync.demo.company_work import Course

END = datetime.combine(LAST, time(18), UTC)
_REMARKS = [
    "Tried it on a site tablet: the second tap is lost. Fix is in the branch.",
    "Waiting for the design of the empty state, the rest is done.",
    "The old behaviour was never written down; I wrote down what we found.",
    "Split off what can wait. Same goal, smaller change.",
    "Half of this was already there. Down to the migration now.",
    "Reviewed with a foreman yesterday: wording changes, nothing else.",
    "Numbers look right for the three sites we compared.",
    "Rebased after the calendar change, tests are green again.",
]
_STILL_ON_IT = [
    "Still on it. Slower than thought because of old records.",
    "Back on this after the release.",
    "Nearly there: last open point is the phone layout.",
]
_DEAL = [
    "Call with {account} today: they ask for a date again.",
    "{account} sent their requirements list, I copied the first page into the description.",
    "Promised {account} a demo at the end of the month.",
    "{account}'s head of operations wants to see it before the steering meeting.",
]
_EXTRA_LABELS = ["backend", "ui", "quick-win", "needs-docs", "tech-debt"]
_REPAIRS = {"lift-sheets": 3}
_MILESTONES = ["Foundation", "Open sites", "Harvest"]


class Talk:
    """Adds the talk to a plan whose work has been done."""

    def __init__(self, rng: Random, plan: Plan, courses: dict[Item, Course]) -> None:
        self.rng, self.plan, self.courses = rng, plan, courses

    def add(self) -> None:
        """Leaves first, then the epics with what is peculiar to each."""
        for item in list(self.plan.items):
            if item.kind != "epic":
                self._edits(item)
                self._remarks(item)
        for item, epic in self.plan.told.items():
            self._epic(item, epic)
        self._late_parents()
        self._pulls()
        self._repairs()

    def _window(self, item: Item) -> tuple[datetime, datetime]:
        """From an item's creation to the end of its work, or a month on."""
        course = self.courses.get(item)
        if course is None:
            return item.created, min(END, item.created + timedelta(days=40))
        return item.created, course.ended or END

    def _someone(self) -> str:
        return self.rng.choice([*working("engineering"), *working("product")]).login

    def _edits(self, item: Item) -> None:
        rng, (low, high) = self.rng, self._window(item)
        lead = rng.choice(working("product")).login
        if rng.random() < 0.6:
            points = rng.choice([1, 2, 3, 3, 5, 5, 8])
            if rng.random() < 0.4:
                item.opening["points"] = points
            else:
                item.plan(item.created + timedelta(hours=1, seconds=7), lead, "points", points)
                if rng.random() < 0.12:
                    item.plan(between(rng, low, high), lead, "points", points + 3)
        if rng.random() < 0.06:
            item.plan(between(rng, low, high), lead, "title", item.opening["title"] + " (part one)")
        if rng.random() < 0.22:
            text = item.opening["body"] + "\n\nNot in this one: anything the office does by hand."
            item.plan(between(rng, low, high), item.reporter, "body", text)
        if rng.random() < 0.25:
            item.plan(between(rng, low, high), lead, "label", rng.choice(_EXTRA_LABELS))
        if rng.random() < 0.05:
            item.plan(between(rng, low, high), lead, "priority", rng.choice(["High", "Low"]))
        if rng.random() < 0.3 and item.opening["project"] == "SYNC":
            item.plan(between(rng, low, high), lead, "milestone", rng.choice(_MILESTONES))
        if item not in self.courses and rng.random() < 0.4:
            item.plan(high, lead, "status", "Won't Do")

    def _remarks(self, item: Item) -> None:
        """A few comments anywhere, and a sign of life every fortnight of long work."""
        rng, (low, high) = self.rng, self._window(item)
        for _ in range(rng.choices([0, 1, 2, 4], [35, 35, 20, 10])[0]):
            item.note(between(rng, low, high), self._someone(), rng.choice(_REMARKS))
        course = self.courses.get(item)
        at = course.began + timedelta(days=15) if course else high
        while at < high:
            item.note(at, self._someone(), rng.choice(_STILL_ON_IT))
            at += timedelta(days=rng.randint(11, 17), minutes=rng.randint(1, 90))

    def _epic(self, item: Item, epic: Epic) -> None:
        rng, (low, high) = self.rng, self._window(item)
        course = self.courses.get(item)
        lead = rng.choice(working("product", epic.teams[0]) or working("product")).login
        if epic.moved:
            item.plan(moment(rng, epic.moved[0], 14, 15), lead, "project", epic.moved[1])
        if course and "intent later" in epic.peculiar:
            later = min(course.began + timedelta(days=rng.randint(12, 30)), END)
            item.plan(later, lead, "intent", epic.intent)
        if course and "customer later" in epic.peculiar:
            later = min(course.began + timedelta(days=rng.randint(12, 30)), END)
            item.plan(later, lead, "customers", tuple(epic.accounts))
        if epic.declined:
            item.plan(datetime.combine(epic.declined, time(10, 40), UTC), lead, "status", "Won't Do")
        if rng.random() < 0.4:
            item.plan(between(rng, low, high), lead, "label", "roadmap")
        if epic.why in {"prospect", "promise", "sales"} and epic.accounts:
            self._deal(item, epic, course.began if course else high)
        if rng.random() < 0.15:
            item.plan(between(rng, low, high), lead, "title", epic.title + " 1.0")
        for _ in range(rng.randint(1, 5)):
            item.note(between(rng, low, high), self._someone(), rng.choice(_REMARKS))
        if course and "slips" in epic.peculiar:
            self._slips(item, lead, course.began)
        if course and "busy" in epic.peculiar:
            self._busy(item, epic, course.began, high)

    def _deal(self, item: Item, epic: Epic, until: datetime) -> None:
        """The salesperson links the opportunity while nothing is built yet, and keeps asking."""
        rng, seller = self.rng, item.reporter or "rex-d"
        number = f"006{rng.randint(10**11, 10**12 - 1)}"
        link = f"https://girder.my.salesforce.com/{number}AAA"
        text = f"Opportunity: {link}"
        if epic.slug == "water-treatment":
            text += "\nThey said in writing that they leave at renewal without it."
        item.note(between(rng, item.created, until - timedelta(days=1)), seller, text)
        for line in rng.sample(_DEAL, 2):
            at = between(rng, item.created, self._window(item)[1])
            item.note(at, seller, line.format(account=rng.choice(epic.accounts)))

    def _slips(self, item: Item, lead: str, began: datetime) -> None:
        """A due date set after the start, and moved twice."""
        for weeks, due in [
            (1, date(2025, 9, 30)),
            (12, date(2025, 11, 28)),
            (19, date(2026, 1, 9)),
        ]:
            at = began + timedelta(weeks=weeks, minutes=self.rng.randint(1, 200))
            item.plan(at, lead, "due", due)

    def _busy(self, item: Item, epic: Epic, began: datetime, high: datetime) -> None:
        """An epic everybody watches: its card is moved daily and its thread is long."""
        rng = self.rng
        for _ in range(46):
            actor = reporter_for(rng, rng.choice(["sales", "strategy", "executive"]), "")
            item.plan(between(rng, began, high), actor, "rank", 1)
        for number in range(24):
            text = rng.choice([*_REMARKS, *_STILL_ON_IT])
            if number % 11 == 5:
                account = (epic.accounts or ["Tallis Contracting"])[0]
                text = "Forwarded from support:\n" + zendesk_block(rng, account)
            item.note(between(rng, began, high), self._someone(), text)

    def _late_parents(self) -> None:
        """Some Jira tickets were put under their epic only a little after they were filed."""
        candidates = [
            child
            for parent, children in self.plan.children.items()
            for child in children[1:]
            if parent.kind == "epic" and child.opening["project"] != "SYNC"
        ]
        epics = list(self.plan.epics.values())
        for number, child in enumerate(self.rng.sample(candidates, 12)):
            parent = child.opening["parent"]
            other = self.rng.choice(epics)
            wrong = other.opening["project"] != "SYNC" and other.created < child.created
            child.opening["parent"] = other if number % 4 == 0 and wrong else None
            at = child.created + timedelta(minutes=self.rng.randint(4, 9), seconds=11)
            child.plan(at, self.rng.choice(working("product")).login, "parent", parent)

    def _repairs(self) -> None:
        """Bugs that support traced back to what was built for one account, and linked to it."""
        for slug, count in _REPAIRS.items():
            epic = self.plan.epics[slug]
            end = self.courses[epic].ended or END
            project = epic.opening["project"]
            bugs = [
                item
                for item, course in self.courses.items()
                if item.kind == "bug" and not item.opening.get("parent") and course.began > end
                and item.opening["project"] == project
            ]  # fmt: skip
            for bug in sorted(bugs, key=lambda b: b.created)[:count]:
                at = bug.created + timedelta(minutes=45)
                bug.plan(at, "dalia-p", "link", ("is caused by", epic))
                epic.plan(at, "dalia-p", "link", ("causes", bug))

    def _pulls(self) -> None:
        """A few tickets on GitHub show the pull request that closed them."""
        rng = self.rng
        closed = [
            item
            for item, course in self.courses.items()
            if item.opening["project"] == "SYNC" and item.kind != "epic" and course.ended
        ]
        for item in rng.sample(closed, 15):
            course = self.courses[item]
            author = item.final()["assignee"] or "lior-z"
            end = course.ended or END
            created = between(rng, course.began, end - timedelta(hours=2))
            title = f"{item.opening['title']} (change)"
            opening = {"title": title, "project": "SYNC", "labels": ()}
            pull = self.plan.add(Item("pull", created, author, opening, about=item))
            pull.note(created + (end - created) * 0.5, self._someone(), "Two questions inline.")
            pull.plan(end - timedelta(minutes=2), author, "status", "Done")
