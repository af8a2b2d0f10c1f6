"""What judgement of a made-up log rests on: its configuration, rules, accounts, strategies and people."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.reports import made_sides
from tracker_sync import config, events
from tracker_sync.config import Config
from tracker_sync.days import EPOCH
from tracker_sync.inputs import now_stated

START, DAYS = date(2026, 1, 5), 150
ROLES = {"sam": "sales", "sue": "support", "eve": "engineering", "pat": "product", "ada": "engineering"}
TEAMS = ("one", "two")
NAMES = ("Acme", "Globex", "Globex East", "Hooli", "Initech", "Umbrella", "Two Words")
OWN_RULES = """\
dimension = "{dimension}"
keep = "{keep}"
[[rule]]
id = "spoken"
why = "Said."
when = {{ text = '\\bexport\\b', labels = '.' }}
unless = {{ text = 'hush', title = 'dosing' }}
value = "{value}"
test = [{{ item = {{ title = "export", labels = "a" }}, gives = ["{value}"] }}, {{ item = {{}}, gives = [] }}]
[[rule]]
id = "second"
why = "Chosen."
when = [{{ labels = '^hush$' }}, {{ body = '(?P<value>core|acme)' }}]
unless = {{ comments = 'slow' }}
test = [{{ item = {{ body = "core" }}, gives = ["core"] }}, {{ item = {{}}, gives = [] }}]
"""


def micro(day: float, zone: str = "UTC") -> int:
    """A time, in days from the start."""
    at = datetime.combine(START, datetime.min.time(), ZoneInfo(zone)) + timedelta(days=day)
    return (at - EPOCH) // timedelta(microseconds=1)


def files(r: random.Random, folder: Path, zone: str) -> Config:
    days = r.choice(('"mon", "tue", "wed", "thu", "fri"', '"sun", "mon", "tue", "wed", "thu"'))
    named = r.choice(("", 'intent = "Theme", customer = "Account", origin = "Origin", '))
    points = 'points = "Points"' if r.random() < 0.8 else 'points = "Size"'
    points += r.choice(("", ', paid = "Paid"'))
    own, tools = r.choice(("", 'paths = ["rules"]\n')), r.choice(("", 'not_in_texts = ["Umbrella"]\n'))
    off = r.choice(("", 'disable = ["origin/customers-asked"]\n'))
    (folder / "tracker-sync.toml").write_text(
        f'[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\nfields = {{ {named}{points} }}\n'
        '[[sources]]\nname = "g"\nkind = "github"\nrepos = ["a/b"]\n'
        f"started_labels = {r.choice(([], ['Doing']))}\n"
        f'[calendar]\ntimezone = "{zone}"\nworking_days = [{days}]\n[rules]\n{own}{tools}{off}'
    )
    (folder / "rules/tags").mkdir(parents=True)
    for dimension, value in (("origin", "research"), ("intent", "core"), ("customer", "Acme")):
        rules = OWN_RULES.format(dimension=dimension, value=value, keep=r.choice(("first", "all")))
        if r.random() < 0.5:
            (folder / f"rules/tags/{dimension}.toml").write_text(rules)
    (folder / "customers.csv").write_text(_customers(r))
    (folder / "strategy.toml").write_text(_strategy(r))
    (folder / "people.toml").write_text(_people(r))
    for name, make in SIDES.items():
        if r.random() < 0.7:
            (folder / f"{name}.csv").write_text(make(r))
    return config.load(folder / "tracker-sync.toml")


def _customers(r: random.Random) -> str:
    lines = ["name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent"]
    for name in NAMES:
        turn = START + timedelta(r.randrange(120))
        alias = "Twin" if name in ("Hooli", "Initech") else f"the {name} ones"
        domain, parent = f"{name.split()[0].lower()}.test", "Globex" if name == "Globex East" else ""
        head = f"{name},{alias},{domain},{r.choice(('mid', 'tiny', ''))},{r.choice(('it', ''))},,"
        icp = r.choice(("yes", "no", "", ""))
        ends = r.choice(("", turn - timedelta(1), turn - timedelta(9)))
        was = r.choice(("prospect", "prospect", "customer", "design-partner"))
        ends = ends or (turn if was == "design-partner" else "")
        lines.append(f"{head},{was},,{ends},{icp},,{parent}")
        if r.random() < 0.5:
            lines.append(f"{head},{r.choice(('customer', 'churned'))},{turn},,{icp},,{parent}")
    return "\n".join(lines) + "\n"


def _strategy(r: random.Random) -> str:
    day = [START + timedelta(r.randrange(-60, 120)) for _ in range(6)]
    return "\n".join([
        r.choice((f"effective = {day[0]}", f"effective = {day[0]}", "")),
        "[icp]", f"segments = {r.choice((['mid'], ['tiny', 'mid'], []))}",
        f"industries = {r.choice((['it'], []))}", f"personas = {r.choice((['Site Manager'], []))}",
        *("[[intents]]", 'id = "core"', "mission = 'Yes.'", r.choice(("", "aliases = ['First', 'second']"))),
        r.choice(("", "owner = 'nora'", "owner = 'otis'")),
        *("[[intents]]", 'id = "late"', "mission = 'Yes.'", f"since = {day[1]}"),
        *(("[[intents]]", 'id = "new"', "mission = 'Yes.'", f"until = {day[2]}") if r.random() < 0.5 else ()),
        *("[[not_doing]]", 'id = "water"', "why = 'No.'", "patterns = ['water.treatment', '^hush$']"),
        r.choice(("", f"since = {day[3]}", f"until = {day[4]}")),
        *("[[not_doing]]", 'id = "payroll"', "why = 'No.'", "patterns = ['payroll']"),
        r.choice(("", "", f"since = {day[5]}")),
        *(("[[not_doing]]", 'id = "export"', "why = 'No.'", "patterns = ['^(faster )?export', '^bug$']")
          if r.random() < 0.5 else ()),
        made_sides.bets(r, START, DAYS),
    ]) + "\n"  # fmt: skip


def _adoption(r: random.Random) -> str:
    return made_sides.adoption(r, START, DAYS)


def _problems(r: random.Random) -> str:
    return made_sides.problems(r, START, DAYS)


SIDES = {"adoption": _adoption, "problems": _problems}


def _people(r: random.Random) -> str:
    """Some of them in no team, and some without a rate; each has an account in both trackers."""
    parts = []
    for who in (w for w in ROLES if r.random() < 0.8):
        parts.append(f'[[people]]\nlogins = ["{who}", "g-{who}"]\nrole = "{ROLES[who]}"\n')
        parts += [f'team = "{r.choice(TEAMS)}"\n'] if r.random() < 0.8 else []
        low = r.randrange(300, 900)
        parts += [f"rate = [{low}, {low + r.choice((0, 150))}]\n"] if r.random() < 0.6 else []
    return "".join(parts)


def stated(r: random.Random, conf: Config) -> Iterator[tuple[str, events.Event]]:
    """Inputs that were told, the last of them mostly as the files say it now."""
    now = now_stated(conf)
    makers = {"strategy": _strategy, "customers": _customers, "people": _people, **SIDES}
    for name in ("strategy", "customers", "people", "rules", "settings", *SIDES):
        texts = [makers[name](r) for _ in range(r.randrange(3))] if name in makers else []
        texts += [now[name]] if name in now and r.random() < 0.8 else []
        days = sorted(r.uniform(0, DAYS + 20) for _ in texts)
        for n, (text, day) in enumerate(zip(texts, days, strict=True), 1):
            yield "people", events.Stated(id=f"{name}.{n}", item="", ts=micro(day), attr=name, val=text)
