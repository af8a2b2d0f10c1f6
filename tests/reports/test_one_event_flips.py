"""One event more, less, later or otherwise, and exactly one finding comes or goes. Day 0 is 2026-02-02, a
Monday.

Each story is a short history in which one rule without chance in it finds something. Each of its flips takes
the finding away again by one event. Read backwards, the same flip brings it about.
"""

from dataclasses import replace

import pytest

from tests.reports.flips import HELD, Flip, Log, Story, Told, also, asked, both, faults, line, moved, saying, without, wrong
from tests.reports.initiatives import BET, CUSTOMERS, INTENT, adoption, assigned, epic, stated
from tests.reports.test_edges import DAY, STRATEGY, at, item, label, move
from tests.reports.test_promises import RANK, up
from tracker_sync.events import Added, Changed, Event, Tagged

SECOND = 1_000_000
BETS = BET.replace('"o:E-2"', '"o:E-2", "o:E-3"')
TARGET = "[limits]\nadoption_target = 0.5\n"
KILL = '[[limits.kill_lines]]\ninitiative = "bet"\nmetric = "accounts"\nbelow = 2\nby = 2026-06-01\n'
TWO = "".join(row for row in CUSTOMERS.splitlines(keepends=True) if not row.startswith("Hooli"))
"""Acme and Globex are the ones that anything is built for."""
USED_BY = frozenset({"limits/adoption-target"})
LINE = frozenset({"limits/kill-line"})


def told(*parts: list[Event] | Event) -> tuple[Event, ...]:
    return tuple(e for part in parts for e in (part if isinstance(part, list) else [part]))


def sign(key: str, ts: int, value: str) -> Event:
    """A label, set at an instant."""
    return Added(id=f"{key}:new", item=key, ts=ts, attr="labels", key=value, val=value)


def estimate(key: str, day: float, seconds: int = 7200) -> Event:
    return Changed(id=f"{key}:e{day}", item=key, ts=at(day), attr="estimate", val=str(seconds))


def due(key: str, day: float, when: str) -> Event:
    return Changed(id=f"{key}:d{day}", item=key, ts=at(day), attr="due", key="", val=when)


def links(key: str, to: str) -> Event:
    return Added(id=f"{key}:k{to}", item=key, ts=at(3), attr="links", key=to, val=f"relates to {to}")


def opened(key: str, day: float, intent: str = "intent/search") -> list[Event]:
    return [replace(e, ts=e.ts + int(day * DAY)) for e in epic(key, intent)]


def closed(key: str, day: float, why: str = "Won't Do") -> list[Event]:
    """Why it ends is written down a quarter of an hour before it ends."""
    said = Changed(id=f"{key}:r{day}", item=key, ts=at(day - 0.01), attr="resolution", val=why)
    return [said, move(key, day, "3")]


RELEASED = epic("E-1", "evidence/deal", start=1, done=9)
"""Six working days. Day 99 is the 90th after it."""
NOBODY = adoption("E-1 Acme 2026-03-01 0", "E-1 Globex 2026-03-01 0")

SPIRAL = Story(
    "mvp-spiral", ("bet",),
    Log(
        told(
            RELEASED, epic("E-2", start=112, done=114), epic("E-3", start=120),  # 2 days, and 1
            epic("E-9", "evidence/interview"), links("E-1", "E-9"),
        ),
        {"strategy": INTENT + BETS + TARGET, "customers": TWO, "adoption": NOBODY}, until="2026-06-02",
    ),
    (
        Flip("the second feature is not begun", without("E-3:s120")),
        Flip("the second feature is not begun, however long the first one took",
             still=moved("E-2:s114", at(119)), gone=both(moved("E-2:s114", at(119)), without("E-3:s120"))),
        Flip("the first one took a day less, and both took a third of the first epic instead of half",
             gone=moved("E-2:s114", at(113))),
        Flip("the first one was begun in the last instant of the 90th day, not after it",
             still=moved("E-2:s112", at(100)), gone=moved("E-2:s112", at(100) - 1)),
        Flip("an interview, when the second one begins and not a second later",
             still=also(sign("E-2", at(120) + SECOND, "evidence/interview")),
             gone=also(sign("E-2", at(120), "evidence/interview"))),
        Flip("what is learnt is from an interview and not from a deal",
             still=also(sign("E-1", at(110), "evidence/deal")),
             gone=also(sign("E-1", at(110), "evidence/interview"))),
        Flip("one of the two is a duty", also(sign("E-3", at(50), "Regulatory"))),
        Flip("one of two accounts uses it, which is the target",
             gone=line("adoption", "E-1,Acme,2026-03-01,0", "E-1,Acme,2026-03-01,3"), moves=USED_BY),
        Flip("that is counted on the 90th day and not on the 91st",
             still=line("adoption", "", "E-1,Acme,2026-05-13,3"),
             gone=line("adoption", "", "E-1,Acme,2026-05-12,3"), moves=USED_BY),
        Flip("nobody counted one of the two accounts",
             gone=line("adoption", "E-1,Acme,2026-03-01,0\n", ""),
             then="rows of adoption.csv", moves=USED_BY),
        Flip("nobody ever named evidence", without("E-1:0.l0"), then="evidence that its epics name"),
    ),
)  # fmt: skip

BLAME = Story(
    "go-to-market-blame", ("bet",),
    Log(
        told(RELEASED, epic("E-2", "Pricing", start=110), epic("E-9"), links("E-1", "E-9")),
        {"strategy": INTENT + BET + TARGET, "customers": TWO, "adoption": NOBODY}, until="2026-06-02",
    ),
    (
        Flip("the epic on pricing is not begun", without("E-2:s110")),
        Flip("it is about something else", saying("E-2:0.l0", "Pricing", "Search")),
        Flip("it was begun in the last instant of the 90th day, not after it",
             still=moved("E-2:s110", at(100)), gone=moved("E-2:s110", at(100) - 1)),
        Flip("a survey, when it begins and not a second later",
             still=also(sign("E-2", at(110) + SECOND, "evidence/survey")),
             gone=also(sign("E-2", at(110), "evidence/survey"))),
        Flip("one of two accounts uses it, which is the target",
             gone=line("adoption", "E-1,Acme,2026-03-01,0", "E-1,Acme,2026-03-01,3"), moves=USED_BY),
    ),
)  # fmt: skip
BLAME_BY_LINK = Story(
    "go-to-market-blame", ("bet",),
    Log(
        told(RELEASED, item("E-9", start=110, type="Epic", title="Positioning"), links("E-9", "E-1")),
        BLAME.log.files, until="2026-06-02",
    ),
    (
        Flip("its title says something else", saying("E-9:0.1", "Positioning", "Position of the map")),
        Flip("nothing links it with the initiative", without("E-9:kE-1"), then="links between epics"),
    ),
)  # fmt: skip

KILLED = {
    "strategy": INTENT + BETS + "due = 2027-05-31\n" + KILL, "customers": TWO,
    "adoption": adoption("E-1 Acme 2026-03-01 3", "E-1 Globex 2026-03-01 0"),
}  # fmt: skip
"""One account uses it on the day of the line, 1 June (day 119); two were to."""
SLIPPED = Story(
    "escalation", ("bet",),
    Log(
        told(
            RELEASED, epic("E-2", start=15), estimate("E-2", 5), epic("E-3", start=20),
            closed("E-3", 150, "Done"),
            due("E-2", 20, "2026-04-01"), due("E-2", 50, "2026-05-01"), due("E-2", 80, "2026-05-02"),
        ),
        KILLED, until="2026-08-30",
    ),
    (
        Flip("its date is not put off again", without("E-2:d80")),
        Flip("the second time its date stays, and is not put off by a day",
             gone=saying("E-2:d80", "2026-05-02", "2026-05-01")),
        Flip("it is asked 89 days after the line and not 90", asked("2026-08-29")),
        Flip("somebody decides at the end of the day of the line, not before",
             still=also(Tagged(id="t", item="o:E-1", ts=at(120) - 2, attr="intent", val="x", reason="so")),
             gone=also(Tagged(id="t", item="o:E-1", ts=at(120) - 1, attr="intent", val="x", reason="so")),
             moves=LINE),
        Flip("one of its epics ends declined and not done", saying("E-3:r150", "Done", "Won't Do"), moves=LINE),
        Flip("two accounts use it, which is the line",
             gone=line("adoption", "E-1,Globex,2026-03-01,0", "E-1,Globex,2026-03-01,1"), moves=LINE),
        Flip("the strategy gives it a year beyond the line",
             gone=line("strategy", "due = 2027-05-31", "due = 2027-06-01"), then="its own day is far beyond"),
    ),
)  # fmt: skip
GROWN = Story(
    "escalation", ("bet",),
    Log(
        told(RELEASED, epic("E-2", start=15), estimate("E-2", 5, 28_800), estimate("E-2", 40, 43_200),
             due("E-2", 20, "2026-04-01")),
        KILLED, until="2026-08-30",
    ),
    (
        Flip("its estimate grows by a second less than half", saying("E-2:e40", "43200", "43199")),
        Flip("it was done before its estimate grew",
             still=also(replace(move("E-2", 40, "3"), ts=at(40))),
             gone=also(replace(move("E-2", 40, "3"), ts=at(40) - SECOND))),
    ),
)  # fmt: skip
NO_DATES = Story(
    "escalation", ("bet",),
    replace(GROWN.log, events=tuple(e for e in GROWN.log.events if e.id != "E-2:d20")),
    (Flip("it does not grow, and nobody says when it is due: it may have slipped",
          gone=saying("E-2:e40", "43200", "43199"), then="due dates"),),
)  # fmt: skip


def version(day: str, owner: str) -> str:
    bet = 'hypothesis = { text = "They want it.", metric = "finds" }\n'
    return INTENT.replace("2026-01-01", day).replace("nora", owner) + bet + BET


REWORDED = version("2026-01-01", "quinn").replace("They want it.", "Others want it.")
OWNERS = [stated(n, version(*told)) for n, told in enumerate(
    (("2026-01-01", "nora"), ("2026-03-01", "otis"), ("2026-07-01", "quinn"))
)]  # fmt: skip
"""Otis takes over on day 27, Quinn on day 149."""
REPLACED = [
    *(e for key in ("E-10", "E-11", "E-12") for e in opened(key, 0)),
    *closed("E-10", 40), *closed("E-11", 40), *opened("E-20", 30), *opened("E-21", 30),
    *closed("E-20", 160), *closed("E-21", 160), *opened("E-30", 150), *opened("E-31", 150),
]  # fmt: skip
"""Two of three open epics are declined under Otis, and two of three under Quinn; each time two new ones come."""
RESET = Story(
    "new-owner-reset", ("search",),
    Log(told(OWNERS, REPLACED, opened("E-13", 0), opened("E-14", 0), opened("E-15", 0, "intent/export")), {}),
    (  # two of five: 40 %
        Flip("the hypothesis changes on the 90th day of the second owner, and not on the 91st",
             still=also(stated(3, REWORDED.replace("2026-01-01", "2026-09-30"))),
             gone=also(stated(3, REWORDED.replace("2026-01-01", "2026-09-29")))),
        Flip("nobody takes over the second time", saying("s2", "quinn", "otis")),
        Flip("the hypothesis changes with the second owner", saying("s2", "They want it.", "Others want it.")),
        Flip("the second one is declined a second after 90 days",
             still=moved("E-21:s160", at(149 + 90)), gone=moved("E-21:s160", at(149 + 90) + SECOND)),
        Flip("one of them ends done and not declined", saying("E-21:r160", "Won't Do", "Done")),
        Flip("two of six went, and not of five", saying("E-15:0.l0", "intent/export", "intent/search")),
        Flip("of one that came nobody says which intent it serves", without("E-31:0.l0"),
             then="the intents of epics"),
    ),
)  # fmt: skip
RESET_OF_THREE = Story(
    "new-owner-reset", ("search",), Log(told(OWNERS, REPLACED), {}),
    (Flip("two epics were open and not three", saying("E-12:0.l0", "intent/search", "intent/export")),),
)  # fmt: skip

PROMISE = "customer promise"
ELSEWHERE = [*epic("E-8"), label("E-8", 40, PROMISE), estimate("E-8", 30)]
"""Another epic that was promised, after it had been estimated."""
PROMISED = Story(
    "promised-before-scoped", ("o:E-1",),
    Log(
        told(epic("E-1"), label("E-1", 10, PROMISE), replace(estimate("E-1", 11), ts=at(11) + SECOND), ELSEWHERE),
        {"strategy": STRATEGY}, until="2026-06-30",
    ),
    (
        Flip("it is estimated within a day, and not a second later", moved("E-1:e11", at(11))),
        Flip("it is estimated a second before the promise",
             gone=also(replace(estimate("E-1", 9), ts=at(10) - SECOND))),
        Flip("it was ready before",
             gone=also(Changed(id="E-1:r", item="E-1", ts=at(9), attr="status", key="1", val="Ready"))),
        Flip("nobody promises it", without(f"E-1:l10{PROMISE}")),
        Flip("it is for a customer, and not promised to one",
             gone=saying(f"E-1:l10{PROMISE}", "promise", "visible")),
    ),
)  # fmt: skip
FOUR = ("E-1", "E-2", "E-3", "E-4")
AT_ONCE = Story(
    "promised-before-scoped", tuple(f"o:{key}" for key in FOUR),
    Log(
        told(*(epic(key) for key in FOUR), *(label(key, 10, PROMISE) for key in FOUR), ELSEWHERE,
             epic("E-5"), estimate("E-5", 5), label("E-5", 10.5, PROMISE)),
        {"strategy": STRATEGY}, until="2026-06-30",
    ),
    (Flip("a fifth is promised within the hour: they are marked all at once",
          gone=moved(f"E-5:l10.5{PROMISE}", at(10) + 3600 * SECOND - 1),
          still=moved(f"E-5:l10.5{PROMISE}", at(10) + 3600 * SECOND)),),
)  # fmt: skip


def called(n: int) -> list[Event]:
    """Acme asks on day 10 and it moves up on day 13; it is estimated on day 20, and begun on day 30."""
    key = f"E-{n}"
    return [*epic(key, start=30), label(key, 10, "customer/Acme"), up(key, 13), estimate(key, 20)]


CALLED = [*called(0), *called(1), *called(2)]
WAITED = [*epic("E-9"), estimate("E-9", 15)]
"""Ready since day 15, and not begun."""
QUEUE = [RANK, *epic("E-8", PROMISE, "evidence/interview"), up("E-8", 5)]
"""So that promises, evidence and moves in the queue are known to be written down."""
COUNTER = Story(
    "deli-counter", ("",),
    Log(told(CALLED, WAITED, QUEUE), {"strategy": STRATEGY}, until="2026-06-30"),
    (
        Flip("the third never moves up", without("E-2:k13")),
        Flip("nobody asks for the third", without("E-2:l10customer/Acme")),
        Flip("the third moves up a second after 14 days",
             still=moved("E-2:k13", at(24)), gone=moved("E-2:k13", at(24) + SECOND)),
        Flip("the third moves up a second before the account asks",
             still=moved("E-2:k13", at(10)), gone=moved("E-2:k13", at(10) - SECOND)),
        Flip("the other was ready no second earlier",
             still=moved("E-9:e15", at(20) - SECOND), gone=moved("E-9:e15", at(20))),
        Flip("the other is begun with them, and not a second later",
             still=also(replace(move("E-9", 30, "2"), ts=at(30) + SECOND)), gone=also(move("E-9", 30, "2"))),
        Flip("what waited is shelved by then: it was ready 90 days and a second before",
             still=moved("E-2:s30", at(15 + 90)), gone=moved("E-2:s30", at(15 + 90) + SECOND)),
        Flip("the third is an emergency", also(sign("E-2", at(10), "emergency"))),
    ),
)  # fmt: skip
COUNTER_AT_ONCE = Story(
    "deli-counter", ("",),
    Log(told(CALLED, WAITED, QUEUE, replace(up("E-8", 13), ts=at(13) + 1)), COUNTER.log.files, until="2026-06-30"),
    (Flip("a fifth card moves in the same minute: somebody sorts the queue",
          still=also(replace(up("E-9", 13), ts=at(13) + 60 * SECOND)),
          gone=also(replace(up("E-9", 13), ts=at(13) + 60 * SECOND - 1))),),
)  # fmt: skip

AGAINST = Story(
    "said-no", ("o:E-1",),
    Log(told(epic("E-1", "payroll", start=3), epic("E-2", start=3)),
        {"strategy": STRATEGY + "until = 2026-02-20\n"}, until="2026-06-30"),
    (
        Flip("it is never begun", without("E-1:s3")),
        Flip("no label names payroll", saying("E-1:0.l0", "payroll", "payslips")),
        Flip("it is begun in the first instant after the last day of the decision",
             still=moved("E-1:s3", at(19) - 1), gone=moved("E-1:s3", at(19))),
        Flip("it is begun the day before the first one of the decision",
             still=line("strategy", "until = 2026-02-20", "since = 2026-02-05"),
             gone=line("strategy", "until = 2026-02-20", "since = 2026-02-06")),
    ),
)  # fmt: skip
TITLED = Story(
    "said-no-keyword", ("o:E-1",),
    Log(told(item("E-1", type="Epic", title="Payroll export", start=3), epic("E-2", start=3)),
        AGAINST.log.files, until="2026-06-30"),
    (
        Flip("it is never begun", without("E-1:s3")),
        Flip("its title says something else", saying("E-1:0.1", "Payroll", "Payslip")),
        Flip("its title is set right a day before it is begun",
             gone=also(Changed(id="E-1:t", item="E-1", ts=at(2), attr="title", val="Payslip export"))),
        Flip("it is begun in the first instant after the last day of the decision",
             still=moved("E-1:s3", at(19) - 1), gone=moved("E-1:s3", at(19))),
    ),
)  # fmt: skip
BACK = [*epic("E-1", "customer/Acme"), *closed("E-1", 5), move("E-1", 20, "2")]
"""Declined on day 5, and taken up again on day 20."""
TELLING = [e for n in (2, 3, 4) for e in epic(f"E-{n}", "evidence/survey", start=3)]
"""Others, so that evidence is known to be written down."""
CAME_BACK = Story(
    "said-no", ("o:E-1",), Log(told(BACK, TELLING), {"strategy": STRATEGY}, until="2026-06-30"),
    (
        Flip("it is not taken up again", without("E-1:s20")),
        Flip("it was done before and not declined", saying("E-1:r5", "Won't Do", "Done")),
        Flip("an interview, when it is taken up and not a second later",
             still=also(sign("E-1", at(20) + SECOND, "evidence/interview")),
             gone=also(sign("E-1", at(20), "evidence/interview"))),
        Flip("an interview, after it was declined and not with that",
             still=also(sign("E-1", at(5), "evidence/interview")),
             gone=also(sign("E-1", at(5) + SECOND, "evidence/interview"))),
        Flip("another account asks in between, and not the same",
             still=also(sign("E-1", at(10), "customer/Reseller")),
             gone=also(sign("E-1", at(10), "customer/Globex"))),
    ),
)  # fmt: skip
SEVEN = [e for n in range(2, 9) for e in epic(f"E-{n}", "evidence/survey", start=3)]
TOLD = Story(
    "said-no", ("o:E-1",),
    Log(told(BACK, SEVEN, epic("E-9", start=3), epic("E-10", start=3)), CAME_BACK.log.files, until="2026-06-30"),
    (Flip("six of ten epics name evidence, and not seven", without("E-8:0.l0"), then="evidence of more epics"),),
)  # fmt: skip

BOTH = """\
effective = 2026-01-01
[[intents]]
id = "search"
mission = "People find things."
[[intents]]
id = "export"
mission = "People take things along."
"""
ONE = {"strategy": BOTH + "[limits]\nactive_intents = 1\n"}
AND = Story(
    "and-leader", ("",),
    Log(
        told(
            epic("E-1", "intent/search", start=1), replace(move("E-1", 17, "3"), ts=at(17) + SECOND),
            epic("E-2", "intent/export", start=95),
            *(epic(f"E-{n}", "intent/search", start=1, done=9) for n in range(3, 7)),
        ),
        ONE, until="2026-05-20",  # day 107
    ),
    (
        Flip("the first one was last worked on 91 days ago, and not 90", moved("E-1:s17", at(17))),
        Flip("the second one is not begun", without("E-2:s95")),
        Flip("the second one serves the same intent", saying("E-2:0.l0", "intent/export", "intent/search")),
        Flip("the first one may serve either", also(sign("E-1", at(5), "intent/export"))),
        Flip("the second one is the platform of all", also(sign("E-2", at(96), "platform"))),
        Flip("the strategy allows two", line("strategy", "active_intents = 1", "active_intents = 2"),
             moves=frozenset({"limits/active-intents"})),
    ),
)  # fmt: skip
FIVE = [e for n in range(6) for e in (
    *epic(f"E-{n}", "intent/search" if n % 2 else "intent/export", start=1), assigned(f"E-{n}", 0, f"dev{min(n, 4)}"),
)]  # fmt: skip
"""Six epics, three for each intent; one of five people has two of them."""
SPREAD = Story(
    "and-leader-spread", ("",), Log(told(FIVE), {"strategy": BOTH}, until="2026-02-13"),
    (Flip("a sixth person takes one of them: three for each intent", saying("E-5:a0", "dev4", "dev5")),),
)  # fmt: skip
ALONE = Story(
    "and-leader-spread", ("",), Log(told([e for e in FIVE if e.item in ("E-4", "E-5")]), {"strategy": BOTH}, until="2026-02-13"),
    (
        Flip("one of the two is not begun", without("E-5:s1")),
        Flip("both serve one intent", saying("E-5:0.l0", "intent/search", "intent/export")),
        Flip("one may serve either", also(sign("E-5", at(0.5), "intent/export"))),
        Flip("one is the platform of all", also(sign("E-5", at(0.5), "platform"))),
    ),
)  # fmt: skip
ACROSS = [
    *(e for n in range(9) for e in epic(f"E-{n}", "intent/search", start=1)),
    *(e for n in range(3) for e in epic(f"X-{n}", "intent/export", start=1)),
    *(links(f"E-{n}", f"X-{n % 3}") for n in range(4)),
]
"""Four links for twelve epics."""
LINKS = Story(
    "and-leader-links", ("",), Log(told(ACROSS), {"strategy": BOTH}, until="2026-02-13"),
    (
        Flip("three links for twelve epics: every fourth", without("E-3:kX-0")),
        Flip("one of them leads to another of its own intent", saying("E-3:kX-0", "X-0", "E-2")),
        Flip("what two of them lead to may serve either", also(sign("X-0", at(4), "intent/search"))),
    ),
)  # fmt: skip
TEN = Story(
    "and-leader-links", ("",), Log(told([e for e in ACROSS if e.item not in ("E-7", "E-8")]), LINKS.log.files, until="2026-02-13"),
    (Flip("nine of the ten are begun", without("E-6:s1"), then="10 epics in work at least"),),
)  # fmt: skip

STORIES = (
    SPIRAL, BLAME, BLAME_BY_LINK, SLIPPED, GROWN, NO_DATES, RESET, RESET_OF_THREE, PROMISED, AT_ONCE, COUNTER, COUNTER_AT_ONCE,
    AGAINST, TITLED, CAME_BACK, TOLD, AND, SPREAD, ALONE, LINKS, TEN,
)  # fmt: skip
CASES = [(story, flip) for story in STORIES for flip in story.flips]


@pytest.fixture(scope="module")
def tell(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(lambda: tmp_path_factory.mktemp("log"))


@pytest.mark.parametrize(("story", "flip"), CASES, ids=[f"{s.rule}: {f.what}" for s, f in CASES])
def test_one_event_takes_one_finding_away_and_nothing_else(tell: Told, story: Story, flip: Flip) -> None:
    assert [*faults(flip, story, tell)] == []


def ruled(tell: Told) -> list[BiasRule]:
    """The rules that chance has no part in."""
    return [rule for rule in tell(SPIRAL.log).rules if not rule.measure.statistical]


def test_each_rule_without_chance_comes_by_one_event_and_goes_by_another(tell: Told) -> None:
    for rule in ruled(tell):
        sides = [(f.still(s.log).events, f.gone(s.log).events) for s, f in CASES if s.rule == rule.id]
        comes = {e.id for there, gone in sides for e in there} - {}
        assert comes, rule.id
