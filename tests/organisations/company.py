"""Who works in a made-up organisation, whom it serves, and what these say of their problems."""

import random
from bisect import bisect
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from tests.organisations.plan import Account, Answer, Ranking
from tests.organisations.spelling import BENEFIT, OTHER_BENEFIT, PROBLEMS

PEOPLE = {
    "product": ("pia", "paul", "petra", "peer", "pola"),
    "engineering": tuple(f"eng-{n:02}" for n in range(1, 16)),
    "sales": ("sam", "sina", "sven", "sofie"),
    "support": ("ute", "udo", "ulla"),
    "executive": ("ceo", "cto"),
}
"""Logins by role."""
TEAMS = ("planning", "site", "office")
OWNERS = {"planning": "pia", "reporting": "paul", "mobile": "petra", "integrations": "peer"}
NEXT_OWNERS = ("pola", "peer", "paul", "petra", "pia")
"""Who takes over, in turn."""
TARGETS = {"planning": 0.4, "reporting": 0.3, "mobile": 0.2, "integrations": 0.1}
"""The intents, the most important one first, and the share of the effort that each should get."""

PERSONAS = ("planner", "site manager", "foreman")
ACCOUNTS = (
    Account("Tallis", 300_000, "fan", -900), Account("Morrow", 260_000, "target", -800),
    Account("Fenwick", 220_000, "target", -750), Account("Ashdown", 160_000, "target", -700),
    Account("Kestrel", 140_000, "fan", -600), Account("Quillstone", 120_000, "target", -500),
    Account("Stonebridge", 110_000, "fan", -450), Account("Pemberly", 90_000, "target", -400),
    Account("Sandpiper", 70_000, "ignore", -350), Account("Tamarind", 60_000, "ignore", -300),
    Account("Larkfield", 45_000, "ignore", -250), Account("Vantage", 40_000, "ignore", -200),
    Account("Redgate", 45_000, "fan", -150), Account("Oakline", 50_000, "target", -100, design_partner=True),
    Account("Calder", 180_000, "fan", 300), Account("Northspan", 100_000, "target", 500),
    Account("Underhill", 120_000, "fan", None), Account("Brightholm", 90_000, "target", None),
    Account("Varley", 60_000, "ignore", None, icp=False), Account("Harrow", 12_000, "fan", -550, icp=False),
    Account("Ironvale", 15_000, "ignore", -650, icp=False), Account("Plinth", 9_000, "fan", -300, icp=False),
    Account("Dunmore", 10_000, "ignore", -480, icp=False), Account("Lyndale", 9_000, "fan", 420, icp=False),
)  # fmt: skip
"""ARR in whole units; each organisation has it a little differently."""
LOUD = "Redgate"
"""Small, and of no cohort that counts for or against."""
WISHES = {"ignore": PROBLEMS[:1], "target": PROBLEMS[1:3], "fan": PROBLEMS[3:]}
"""What each cohort wishes for: all of the top third but for the fans, who have what they came for."""
_ANSWERS = {
    "fan": (("very", BENEFIT, 0.75), ("somewhat", BENEFIT, 0.15), ("not", OTHER_BENEFIT, 0.1)),
    "target": (("somewhat", BENEFIT, 0.75), ("very", BENEFIT, 0.1), ("somewhat", OTHER_BENEFIT, 0.15)),
    "ignore": (("not", OTHER_BENEFIT, 0.55), ("somewhat", OTHER_BENEFIT, 0.35), ("very", BENEFIT, 0.1)),
}
_GAPS = (0.0, 0.5, 1.0, 3.2, 3.7, 4.2, 4.7, 5.2, 5.7)
"""How far the problems are apart in everybody's eyes: the three worst are clearly so."""
_ASIDE = 1.0
"""The standard deviation of what a single ranker sees otherwise."""


def accounts(r: random.Random) -> tuple[Account, ...]:
    """The accounts of one organisation."""
    return tuple(replace(a, arr=1000 * round(a.arr * r.uniform(0.85, 1.15) / 1000)) for a in ACCOUNTS)


def customers(some: Sequence[Account], day: float) -> list[Account]:
    """Those that are customers on a day."""
    return [a for a in some if a.customer_since is not None and a.customer_since <= day]


def served(some: Sequence[Account], day: float) -> list[Account]:
    """Those in the ICP that are customers on a day."""
    return [a for a in customers(some, day) if a.icp]


def prospects(some: Sequence[Account], day: float) -> list[Account]:
    """Those that are no customers on a day."""
    return [a for a in some if a.customer_since is None or a.customer_since > day]


def one_of(r: random.Random, some: Sequence[Account]) -> Account:
    """An account, each as likely as its ARR is large."""
    sums = list(accumulate(a.arr for a in some))
    return some[bisect(sums, r.random() * sums[-1])]


def rankings(r: random.Random, some: Sequence[Account]) -> tuple[Ranking, ...]:
    """What three personas at eight accounts rank: they agree by and large."""
    found = []
    for account in served(some, 0)[:8]:
        for persona in PERSONAS:
            seen = {p: gap + r.gauss(0, _ASIDE) for p, gap in zip(PROBLEMS, _GAPS, strict=True)}
            found.append(Ranking(account.name, persona, tuple(sorted(PROBLEMS, key=seen.__getitem__))))
    return tuple(found)


def answers(r: random.Random, some: Sequence[Account]) -> tuple[Answer, ...]:
    """What four people at each customer answer to the survey."""
    found = []
    for account in served(some, 0):
        for n in range(4):
            given = _ANSWERS[account.cohort]
            disappointed, benefit, _ = given[bisect([*accumulate(g[2] for g in given)], r.random())]
            cohort = cohort_of(disappointed, benefit)
            wish = r.choice(WISHES[cohort])
            found.append(Answer(account.name, PERSONAS[n % 3], disappointed, benefit, wish))
    return tuple(found)


def cohort_of(disappointed: str, benefit: str) -> str:
    """Whose wishes these are: of fans, of those who are nearly fans, or of those to ignore."""
    if disappointed == "very":
        return "fan"
    return "target" if disappointed == "somewhat" and benefit == BENEFIT else "ignore"
