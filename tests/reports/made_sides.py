"""What stands beside a made-up log: initiatives and limits, and who uses what and ranks which problem."""

import random
from datetime import date, timedelta

ACCOUNTS = (
    "Acme",
    "the acme ones",
    "globex.test",
    "Globex East",
    "Hooli",
    "Initech",
    "Umbrella",
    "A stranger",
)
PERSONAS = ("planner", "Site manager", "site-manager")
PROBLEMS = ("slow export", "Slow-Export", "costs come late", "no totals")
BETS = ("one", "two", "three")
METRICS = ("accounts", "users", "adoption", "renewals")
EPICS = ("K-0", "K-1", "o:K-0", "o:M-2", "K-3", "L-0", "L-1", "a/b#0", "g:a/b#1", "NOPE-1")


def _day(r: random.Random, start: date, days: int) -> date:
    return start + timedelta(r.randrange(days))


def bets(r: random.Random, start: date, days: int) -> str:
    """The initiatives of a strategy, its limits and its kill lines."""
    made, parts = [b for b in BETS if r.random() < 0.7], list[str]()
    for bet in made:
        epics = r.sample(EPICS, r.choice((0, 1, 2, 4)))
        since = r.choice(("", f"since = {_day(r, start, days)}"))
        said = f'intent = "{r.choice(("core", "late"))}"\ntext = "{r.choice("ab")}"\nepics = {epics}\n{since}'
        parts.append(f'[[initiatives]]\nid = "{bet}"\n{said}')
    parts.append("[limits]")
    for name, some in (
        ("active_intents", ("1", "2")), ("sales_led_share", ("0.25", "0.4", "0.9")),
        ("single_customer_share", ("0.1", "0.5")), ("adoption_target", ("0.2", "0.5")),
    ):  # fmt: skip
        parts += [f"{name} = {r.choice(some)}"] if r.random() < 0.7 else []
    for n, bet in enumerate(r.choices(made, k=r.randrange(4)) if made else ()):
        by = f"by = {_day(r, start, days - 20) + timedelta(n)}" if r.random() < 0.8 else ""
        metric, below = r.choice(METRICS), r.choice(("0.2", "1", "2", "5"))
        line = f'initiative = "{bet}"\nmetric = "{metric}"\nbelow = {below}\n{by}'
        parts.append(f"[[limits.kill_lines]]\n{line}")
    return "\n".join(parts)


def adoption(r: random.Random, start: date, days: int) -> str:
    """Who uses what of it, also long after its release."""
    found = {
        (r.choice(EPICS), r.choice(ACCOUNTS), _day(r, start, days + 20)): r.choice((0, 1, 3, 12))
        for _ in range(r.choice((3, 40, 90)))
    }
    rows = (f"{key},{account},{day},{n}\n" for (key, account, day), n in found.items())
    return f"epic,account,date,{r.choice(('users', 'usage'))}\n" + "".join(rows)


def problems(r: random.Random, start: date, days: int) -> str:
    """Who ranks which problem, some with how much it matters and how well it is solved."""
    found = {
        (r.choice(ACCOUNTS), r.choice(PERSONAS), r.choice(PROBLEMS), _day(r, start, days)): (
            f"{r.randrange(1, 5)},{r.choice(('', '9', '7.5'))},{r.choice(('', '2', '8.25'))}"
        )
        for _ in range(r.choice((2, 20, 60)))
    }
    rows = (f"{a},{p},{what},{day},{rest}\n" for (a, p, what, day), rest in found.items())
    return "account,persona,problem,date,rank,importance,satisfaction\n" + "".join(rows)
