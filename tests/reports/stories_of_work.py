"""Stories of promises, the queue, decisions and how work is spread, each with the one event that undoes it.
Day 0 is 2026-02-02, a Monday."""

from dataclasses import replace

from tests.reports.flips import (
    SECOND,
    Flip,
    Log,
    Story,
    also,
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
from tests.reports.initiatives import assigned, epic
from tests.reports.test_edges import STRATEGY, at, item, label, move
from tests.reports.test_promises import RANK, up
from tracker_sync.events import Changed, Event

PROMISE = "customer promise"
ELSEWHERE = [*epic("E-8"), label("E-8", 40, PROMISE), estimate("E-8", 30)]
"""Another epic that was promised, after it had been estimated."""
PROMISED = Story(
    "promised-before-scoped", ("o:E-1",),
    Log(
        told(epic("E-1"), label("E-1", 10, PROMISE),
             replace(estimate("E-1", 11), ts=at(11) + SECOND), ELSEWHERE),
        {"strategy": STRATEGY}, until="2026-06-30",
    ),
    (
        Flip("it is estimated within a day, and not a second later", moved("E-1:e11", at(11))),
        Flip("it is estimated a second before the promise",
             gone=also(replace(estimate("E-1", 9), ts=at(10) - SECOND))),
        Flip("it was ready before",
             gone=also(Changed(id="E-1:r", item="E-1", ts=at(9), attr="status", key="9", val="Ready"))),
        Flip("nobody promises it", without(f"E-1:l10{PROMISE}")),
        Flip("it is for a customer, and no contract has it",
             still=saying(f"E-1:l10{PROMISE}", PROMISE, "contractual"),
             gone=saying(f"E-1:l10{PROMISE}", PROMISE, "customer visible")),
        Flip("it is due on a day, and promised to nobody",
             gone=both(without(f"E-1:l10{PROMISE}"), also(due("E-1", 10, "2026-03-01")))),
    ),
)  # fmt: skip
UNSCOPED = Story(
    "promised-before-scoped", ("o:E-1",),
    Log(told(epic("E-1"), label("E-1", 100, PROMISE), ELSEWHERE), {"strategy": STRATEGY}, until="2026-06-30"),
    (Flip("it is not scoped yet, and was promised just a day before the end (day 149), and not longer",
          still=moved(f"E-1:l100{PROMISE}", at(148) - 2), gone=moved(f"E-1:l100{PROMISE}", at(148) - 1)),),
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
        Flip("what speaks for the third is who uses it, and not a deal",
             still=saying("E-2:l10customer/Acme", "customer/Acme", "evidence/deal"),
             gone=saying("E-2:l10customer/Acme", "customer/Acme", "evidence/usage")),
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
    Log(told(CALLED, WAITED, QUEUE, replace(up("E-8", 13), ts=at(13) + 1)), COUNTER.log.files,
        until="2026-06-30"),
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
    "said-no", ("o:E-1",),
    Log(told(BACK, item("A-1", start=None, parent="E-1"), TELLING), {"strategy": STRATEGY},
        until="2026-06-30"),
    (
        Flip("it is not taken up again", without("E-1:s20")),
        Flip("usage tells something new in between", also(sign("E-1", at(10), "evidence/usage"))),
        Flip("it was done before and not declined", saying("E-1:r5", "Won't Do", "Done")),
        Flip("an interview, when it is taken up and not a second later",
             still=also(sign("E-1", at(20) + SECOND, "evidence/interview")),
             gone=also(sign("E-1", at(20), "evidence/interview"))),
        Flip("an interview for what is under it, when it is taken up and not a second later",
             still=also(sign("A-1", at(20) + SECOND, "evidence/interview")),
             gone=also(sign("A-1", at(20), "evidence/interview"))),
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
    Log(told(BACK, SEVEN, epic("E-9", start=3), epic("E-10", start=3)), CAME_BACK.log.files,
        until="2026-06-30"),
    (Flip("six of ten epics name evidence, and not seven", without("E-8:0.l0"),
          then="evidence of more epics"),),
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
    *epic(f"E-{n}", "intent/search" if n % 2 else "intent/export", start=1),
    assigned(f"E-{n}", 0, f"dev{min(n, 4)}"),
)]  # fmt: skip
"""Six epics, three for each intent; one of five people has two of them."""
SPREAD = Story(
    "and-leader-spread", ("",), Log(told(FIVE), {"strategy": BOTH}, until="2026-02-13"),
    (Flip("a sixth person takes one of them: three for each intent", saying("E-5:a0", "dev4", "dev5")),),
)  # fmt: skip
ALONE = Story(
    "and-leader-spread", ("",),
    Log(told([e for e in FIVE if e.item in ("E-4", "E-5")]), {"strategy": BOTH}, until="2026-02-13"),
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
    "and-leader-links", ("",),
    Log(told([e for e in ACROSS if e.item not in ("E-7", "E-8")]), LINKS.log.files, until="2026-02-13"),
    (Flip("nine of the ten are begun", without("E-6:s1"), then="10 epics in work at least"),),
)  # fmt: skip

STORIES = (
    PROMISED, UNSCOPED, AT_ONCE, COUNTER, COUNTER_AT_ONCE, AGAINST, TITLED, CAME_BACK, TOLD, AND, SPREAD,
    ALONE, LINKS, TEN,
)  # fmt: skip
