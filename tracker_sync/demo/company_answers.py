"""How Girder answered what it did not build, which dates it promised, and who moved a card up."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from tracker_sync.demo.company_items import Item
from tracker_sync.demo.company_plan import Plan
from tracker_sync.demo.company_work import Course

# Requests outside every epic that nobody took up, by their place among those in order of creation.
# place | title | account | answered after days, how (or open) | by | what was said
_REQUESTS = """
1  | Equipment rental feed for the map | Ashdown Build      | 14 Won't Do  | wen-c   | We have no second side of that market.
2  | Payroll journal per union code    | Stonebridge Roads  | 9 Won't Do   | nora-l  | Payroll stays where it is: we hand hours over.
5  | Wage table for piecework          | Vantage Facades    | 21 Won't Do  | otis-g  | Decided against, see the strategy.
8  | Dosing log for pool contractors   | Oakline Contracting | 18 Won't Do  | nora-l  | Another trade. We said why when we chose.
11 | Punch list as a spreadsheet       | Kestrel Homes      | 6 Duplicate  | otis-g  | Comes with the snag lists.
12 | Payroll hours straight to a bank  | Vantage Facades    | open         |         |
13 | Calendar for chemical plant stops | Northspan Builders | 12 Won't Do  | otis-g  | Not the work our planners do.
14 | Foremen read logs in Portuguese   | Kestrel Homes      | 9 Duplicate  | otis-g  | Part of the voice diary's languages.
16 | Rental marketplace for formwork   | Varley Cranes      | open         |         |
"""  # noqa: E501 - a table: one row, one request

# Epics that nobody started, and a request above by its title: what became of each, in order.
# what | day | by | status, or a label or an account that came | what was said
_TURNS = """
safety-scores    | 2026-06-15 | viggo-t | To Do                       | Please look at this again before the board meets.
tender-estimates | 2026-01-20 | marla-v | label customer-promise      | I told them they get it by summer.
carbon-report    | 2026-06-22 | nora-l  | Won't Do                    | Nobody could say what they would do with the number.
carbon-report    | 2026-08-25 | dalia-p | account Stonebridge Roads   | Third account that has to hand it in with a bid.
carbon-report    | 2026-08-31 | nora-l  | label evidence/interview    | Five planners, five times the same form.
carbon-report    | 2026-09-14 | nora-l  | To Do                       | Taken up again: see the interviews.
model-viewer     | 2026-08-28 | rex-d   | label customer-promise      | They sign when they see it.
shift-handover   | 2026-09-10 | rex-d   | label customer-promise      | Promised them the boards.
Calendar for chemical plant stops | 2026-09-28 | viggo-t | To Do      | They are a reference. Is there really no way?
"""  # noqa: E501 - a table: one row, one turn

# Due dates: epic | who set them | day set > due, and so on. Set after the start, unless promised before.
_DATES = """
schedule-import      | nora-l  | 2025-03-18 > 2025-08-29, 2025-08-18 > 2025-10-31, 2025-10-20 > 2025-12-19
bi-connector         | wen-c   | 2025-02-06 > 2025-05-30, 2025-05-12 > 2025-07-18
tender-estimates     | marla-v | 2026-01-20 > 2026-06-30
gate-deliveries      | nora-l  | 2026-02-17 > 2026-06-12
subcontractor-access | wen-c   | 2026-04-14 > 2026-07-31
permit-tracking      | otis-g  | 2026-06-09 > 2026-07-10
cover-sheets         | nora-l  | 2026-06-16 > 2026-08-31
payroll-export       | otis-g  | 2026-08-25 > 2026-11-13
model-viewer         | rex-d   | 2026-08-28 > 2026-10-16
shift-handover       | nora-l  | 2026-09-08 > 2026-10-09, 2026-09-30 > 2026-12-11
"""

# Cards moved up by one person on a day; the last line is a whole board put in order at once.
_RANKS = """
rex-d   | 2025-03-19 | schedule-import
marla-v | 2026-01-22 | tender-estimates
rex-d   | 2026-08-05 | payroll-export
rex-d   | 2026-08-11 | payroll-export
jude-i  | 2026-08-19 | shift-handover
rex-d   | 2026-09-03 | model-viewer
nora-l  | 2026-06-22 | cover-sheets, carbon-report, resource-levels, weather-days, calendar-feed
"""


def answer(plan: Plan, courses: Mapping[Item, Course]) -> None:
    """Add all of it to a plan whose work and talk are done. Nothing here is work, nor chance."""
    asked = _unanswered(plan, courses)
    named: dict[str, Item] = dict(plan.epics)
    for place, title, account, how, who, said in _cells(_REQUESTS):
        item = named[title] = asked[int(place)]
        _rewrite(item, title, account)
        if how != "open":
            days, _, status = how.partition(" ")
            _turn(item, _at(item.created.date() + timedelta(int(days)), 15), who, status, said)
    for name, day, who, what, said in _cells(_TURNS):
        _turn(named[name], _at(date.fromisoformat(day), 11), who, what, said)
    for slug, who, dates in _cells(_DATES):
        for told in dates.split(", "):
            day, _, due = told.partition(" > ")
            plan.epics[slug].plan(_at(date.fromisoformat(day), 16), who, "due", date.fromisoformat(due))
    for who, day, slugs in _cells(_RANKS):
        for n, slug in enumerate(slugs.split(", ")):
            at = _at(date.fromisoformat(day), 13) + timedelta(seconds=n)
            plan.epics[slug].plan(at, who, "rank", 1)


def _unanswered(plan: Plan, courses: Mapping[Item, Course]) -> Sequence[Item]:
    """What stands alone and nobody took up, in order of creation."""
    left = [i for i in plan.items if i.kind in ("bug", "task") and not i.opening.get("parent")]
    return sorted((i for i in left if i not in courses), key=lambda i: i.created)


def _rewrite(item: Item, title: str, account: str) -> None:
    """Make a ticket a request of an account that nobody has answered yet."""
    item.kind = "story"
    labels = ("customer request",)
    item.opening |= {"title": title, "customers": (account,), "labels": labels, "intent": None}
    item.opening["body"] = f"{account} ask whether we could do this. I said I would find out."
    mine = ("title", "body", "status", "label", "points")
    item.planned = [change for change in item.planned if change[3] not in mine]
    item.notes = []


def _turn(item: Item, at: datetime, who: str, what: str, said: str) -> None:
    """A status that an item gets, or a label or an account that it gets besides, and why."""
    word, _, value = what.partition(" ")
    if word == "label":
        item.plan(at, who, "label", value)
    elif word == "account":
        item.plan(at, who, "customers", (*item.opening["customers"], value))
    else:
        item.plan(at, who, "status", what)
    item.note(at + timedelta(minutes=2), who, said)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour, 20), UTC)


def _cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in text.strip().splitlines()]
