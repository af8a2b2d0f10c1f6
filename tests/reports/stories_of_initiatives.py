"""Stories of initiatives and their owners, each with the one event that undoes it. Day 0 is 2026-02-02, a
Monday."""

from dataclasses import replace

from tests.reports.flips import (
    SECOND,
    Flip,
    Log,
    Story,
    also,
    asked,
    both,
    closed,
    due,
    estimate,
    line,
    links,
    moved,
    saying,
    sign,
    told,
    without,
)
from tests.reports.initiatives import BET, CUSTOMERS, INTENT, adoption, epic, stated
from tests.reports.test_edges import DAY, at, item, move
from tracker_sync.events import Changed, Event, Tagged

BETS = BET.replace('"o:E-2"', '"o:E-2", "o:E-3"')
TARGET = "[limits]\nadoption_target = 0.5\n"
KILL = '[[limits.kill_lines]]\ninitiative = "bet"\nmetric = "accounts"\nbelow = 2\nby = 2026-06-01\n'
TWO = "".join(row for row in CUSTOMERS.splitlines(keepends=True) if not row.startswith("Hooli"))
"""Acme and Globex are the ones that anything is built for."""
USED_BY = frozenset({"limits/adoption-target"})
LINE = frozenset({"limits/kill-line"})
"""What the strategy's limits say of the same counts and the same decisions."""

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
        Flip("support tells of the problem before", also(sign("E-1", at(105), "evidence/support"))),
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


def decided(ts: int) -> Event:
    """A person says which intent its first epic serves."""
    return Tagged(id="t", item="o:E-1", ts=ts, attr="intent", val="search", reason="We talked it over.")


KILLED = {
    "strategy": INTENT + BETS + "due = 2027-05-31\n" + KILL, "customers": TWO,
    "adoption": adoption("E-1 Acme 2026-03-01 3", "E-1 Globex 2026-03-01 0"),
}  # fmt: skip
"""One account uses it on the day of the line, 1 June (day 119); two were to."""
UNDATED = Changed(id="E-2:d70", item="E-2", ts=at(70), attr="due", val=None)
SLIPPED = Story(
    "escalation", ("bet",),
    Log(
        told(
            RELEASED, epic("E-2", start=15), estimate("E-2", 5), epic("E-3", start=20),
            closed("E-3", 150, "Done"), epic("E-9", "intent/search", start=1),
            due("E-2", 20, "2026-04-01"), due("E-2", 50, "2026-05-01"), due("E-2", 80, "2026-05-02"),
        ),
        KILLED, until="2026-08-30",
    ),
    (
        Flip("its date is not put off again", without("E-2:d80")),
        Flip("the second time its date stays, and is not put off by a day",
             gone=saying("E-2:d80", "2026-05-02", "2026-05-01")),
        Flip("its date, taken away for a time, comes back as it was and not a day later",
             still=also(UNDATED), gone=both(also(UNDATED), saying("E-2:d80", "2026-05-02", "2026-05-01"))),
        Flip("it is asked 89 days after the line and not 90", asked("2026-08-29")),
        Flip("somebody decides which intent it serves", also(decided(at(200))), moves=LINE),
        Flip("somebody decides in the last instant of the day of the line, not before",
             still=also(decided(at(120) - 2)), gone=also(decided(at(120) - 1)), moves=LINE),
        Flip("one of its epics ends declined and not done", saying("E-3:r150", "Done", "Won't Do"),
             moves=LINE),
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
TAKEN_UP_AGAIN = Story(
    "escalation", ("bet",),
    Log(
        told(epic("E-1", start=1), due("E-1", 2, "2026-04-01"), due("E-1", 20, "2026-05-01"),
             due("E-1", 50, "2026-06-01"), estimate("E-1", 5), closed("E-1", 60), move("E-1", 70, "2")),
        {**KILLED, "strategy": KILLED["strategy"].replace(', "o:E-2", "o:E-3"', "")}, until="2026-08-30",
    ),
    (Flip("its only epic stays declined from before the line", without("E-1:s70"), moves=LINE),),
)  # fmt: skip
NO_DATES = Story(
    "escalation", ("bet",),
    replace(GROWN.log, events=tuple(e for e in GROWN.log.events if e.id != "E-2:d20")),
    (Flip("it does not grow, and nobody says when it is due: it may have slipped",
          gone=saying("E-2:e40", "43200", "43199"), then="due dates"),),
)  # fmt: skip


def opened(key: str, day: float, intent: str = "intent/search") -> list[Event]:
    return [replace(e, ts=e.ts + int(day * DAY)) for e in epic(key, intent)]


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
"""Two of three open epics are declined under Otis, and two of three under Quinn; each time two new ones
come."""
RESET = Story(
    "new-owner-reset", ("search",),
    Log(told(OWNERS, REPLACED, opened("E-13", 0), opened("E-14", 0), opened("E-15", 0, "intent/export")), {}),
    (  # two of five: 40 %
        Flip("the hypothesis changes on the 90th day of the second owner, and not on the 91st",
             still=also(stated(3, REWORDED.replace("2026-01-01", "2026-09-30"))),
             gone=also(stated(3, REWORDED.replace("2026-01-01", "2026-09-29")))),
        Flip("nobody takes over the second time", saying("s2", "quinn", "otis")),
        Flip("the hypothesis changes with the second owner",
             gone=saying("s2", "They want it.", "Others want it.")),
        Flip("the second one is declined a second after 90 days",
             still=moved("E-21:s160", at(149 + 90)), gone=moved("E-21:s160", at(149 + 90) + SECOND)),
        Flip("one of them is taken up again", also(move("E-21", 200, "1"))),
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

STORIES = (SPIRAL, BLAME, BLAME_BY_LINK, SLIPPED, GROWN, TAKEN_UP_AGAIN, NO_DATES, RESET, RESET_OF_THREE)
