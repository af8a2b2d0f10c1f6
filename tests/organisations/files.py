"""The files that a made-up organisation keeps beside its tracker, as texts in the project's formats."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.organisations import company
from tests.organisations.bets import KILL, TARGET
from tests.organisations.plan import AFTER, Account, Initiative, Plan
from tests.organisations.spelling import EXCLUDED, PROJECT, SOURCE, START

FIRST = -30
"""The day from which the first strategy is in force."""
LIMIT = 5
"""Active intents, as the strategy limits them."""
_SURVEYED, _RANKED = 60, 40
CONFIG = f"""\
[[sources]]
name = "{SOURCE}"
kind = "jira"
url = "https://{SOURCE}.example"
fields = {{ points = "Story Points" }}
"""


def day(n: float) -> date:
    """The n-th day of the plan."""
    return date.fromisoformat(START) + timedelta(days=int(n // 1))


def key(number: int) -> str:
    """The key of an epic."""
    return f"{PROJECT}-{number}"


def files(plan: Plan) -> dict[str, str]:
    """Every file by its name; the strategy as it stands last."""
    return {
        "tracker-sync.toml": CONFIG, "strategy.toml": strategies(plan)[-1][1], "people.toml": _people(),
        "customers.csv": _customers(plan), "problems.csv": _problems(plan), "adoption.csv": _adoption(plan),
        "pmf.csv": _survey(plan),
    }  # fmt: skip


@dataclass
class _Version:
    """What a version of the strategy says."""

    intents: dict[str, float]
    owners: dict[str, str]
    initiatives: dict[str, Initiative]
    worded: dict[str, str] = field(default_factory=dict)
    excluded: dict[str, str] = field(default_factory=lambda: dict(EXCLUDED))


def strategies(plan: Plan) -> list[tuple[float, str]]:
    """(from which day, its text) of each version of the strategy, in order."""
    now = _Version(
        dict(plan.intents), {i: plan.owners[i] for i in plan.intents}, {i.id: i for i in plan.initiatives}
    )
    found = [(float(FIRST), _strategy(now, FIRST, plan))]
    for a in sorted(plan.amendments, key=lambda a: a.day):
        now.excluded.pop(a.allow, None)
        now.initiatives.pop(a.drop, None)
        if a.reword:
            now.worded[a.reword] = f"What was learnt about {a.reword} comes first."
        if a.owner:
            now.owners[a.owner[0]] = a.owner[1]
        for n, added in enumerate(a.add):
            now.intents[added] = 0.0
            now.owners[added] = company.NEXT_OWNERS[n % len(company.NEXT_OWNERS)]
        found.append((a.day, _strategy(now, a.day, plan)))
    return found


def _strategy(now: _Version, since: float, plan: Plan) -> str:
    said = "".join([
        f"effective = {day(since)}\n",
        '[vision]\nbehaviour = "Site managers settle tomorrow\'s work before noon."\n',
        '[mission]\ncategory = "site planning"\ncontribution = "One plan for all trades."\n',
        '[market]\nkind = "b2b"\nstage = "growth"\n',
        f'[icp]\nsegments = ["builder"]\npersonas = {[*company.PERSONAS]}\n',
        'buyer = "planner"\nuser = "foreman"\n',
        '[goals]\nnorth_star = "settled days"\nleading = ["plans shared"]\n',
    ])  # fmt: skip
    for intent, target in now.intents.items():
        said += (
            f'[[intents]]\nid = "{intent}"\nmission = "Better {intent} for builders."\n'
            f'owner = "{now.owners[intent]}"\ntarget = {target}\n'
            f'hypothesis = {{ text = "Better {intent} settles more days.", metric = "settled days" }}\n'
        )
    for id_, i in now.initiatives.items():
        text = now.worded.get(id_, f"{id_} gets more days settled.")
        epics = ", ".join(f'"{key(n)}"' for n in (i.root, *i.followers))
        said += f'[[initiatives]]\nid = "{id_}"\nintent = "{i.intent}"\ntext = "{text}"\nepics = [{epics}]\n'
    for id_, pattern in now.excluded.items():
        said += f'[[not_doing]]\nid = "{id_}"\nwhy = "Others do it better."\npatterns = ["{pattern}"]\n'
    said += f"[limits]\nactive_intents = {LIMIT}\nadoption_target = {TARGET}\n"
    for id_, i in now.initiatives.items():
        said += (
            f'[[limits.kill_lines]]\ninitiative = "{id_}"\nmetric = "adoption"\nbelow = {KILL}\n'
            f"by = {day(i.kill_day)}\n"
        )
    return said


def _customers(plan: Plan) -> str:
    rows = ["name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent"]
    for a in plan.accounts:
        segment, icp = ("builder", "yes") if a.icp else ("dealer", "no")
        head, since = f"{a.name},,{a.name.lower()}.example,{segment},construction,EU,", a.customer_since
        if since is None or since > 0:
            end = "" if since is None else day(since - 1)
            rows.append(f"{head},prospect,{day(-400)},{end},{icp},0,")
        if since is not None:
            status = "design-partner" if a.design_partner else "customer"
            rows.append(f"{head},{status},{day(since)},,{icp},{a.arr},")
    return "\n".join(rows) + "\n"


def _people() -> str:
    return "".join(
        f'[[people]]\nlogins = ["{login}"]\nrole = "{role}"\n'
        f'team = "{company.TEAMS[n % 3] if role == "engineering" else role}"\nrate = [500, 800]\n'
        for role, logins in company.PEOPLE.items()
        for n, login in enumerate(logins)
    )


def _problems(plan: Plan) -> str:
    r = random.Random(f"importance {plan.seed}")
    rows = ["account,persona,problem,rank,date,importance,satisfaction"]
    for ranking in plan.rankings:
        for rank, problem in enumerate(ranking.problems, 1):
            important = max(0, 10 - rank + r.randrange(2))
            content = min(10, rank - 1 + r.randrange(3))
            rows.append(
                f"{ranking.account},{ranking.persona},{problem},{rank},{day(_RANKED)},{important},{content}"
            )
    return "\n".join(rows) + "\n"


def _adoption(plan: Plan) -> str:
    rows = ["epic,account,date,users"]
    epics = plan.by_number
    for i in plan.initiatives:
        for number in (i.root, *i.followers):
            done = epics[number].done if number in epics else None
            for later in (30, AFTER - 5) if done is not None else ():
                rows += _counted(plan, i, number, (done or 0.0) + later)
    return "\n".join(rows) + "\n"


def _counted(plan: Plan, of: Initiative, number: int, at: float) -> Iterator[str]:
    """Everybody whom it serves is counted; the share that uses it is the initiative's."""
    served = company.served(plan.accounts, at)
    using = using_of(of, served, of.adoption if number == of.root else of.later)
    for account in served if at < plan.days else ():
        users = 7 + len(account.name) if account.name in using else 0
        yield f"{key(number)},{account.name},{day(at)},{users}"


def using_of(of: Initiative, served: list[Account], part: float) -> set[str]:
    """Which of the accounts use what the initiative brought, where that part of them does."""
    r = random.Random(of.id)
    order = sorted(served, key=lambda a: (r.random(), a.name))
    return {a.name for a in order[: round(part * len(served))]}


def _survey(plan: Plan) -> str:
    rows = ["respondent,account,persona,disappointed,benefit,improvement,date"]
    for n, a in enumerate(plan.answers, 1):
        when = day(_SURVEYED + n % 20)
        rows.append(f"r{n},{a.account},{a.persona},{a.disappointed},{a.benefit},{a.improvement},{when}")
    return "\n".join(rows) + "\n"
