"""Girder's stated strategy, as the file a user of tracker-sync keeps."""

from collections.abc import Mapping

STRATEGY = """\
# Girder's strategy: what it wants to change for whom, and what it has decided against.
effective = 2026-02-02

[vision]
text = "Nobody on a building site starts the day by planning it again."
behaviour = "Site managers plan the next six weeks with their trades on Thursday, and stop \
re-planning every morning."

[mission]
category = "Planning software for construction contractors"
contribution = "It turns a schedule into work that crews can start, and what crews report back into \
the next plan."

[market]
kind = "b2b"
stage = "growth"

[icp]
segments = ["mid-market", "enterprise"]
industries = ["construction"]
personas = ["site manager", "planner", "foreman", "head of operations"]
buyer = "head of operations"
user = "site manager"

[[not_doing]]
id = "process-plants"
why = "Commissioning a plant is another trade, with other rules and one buyer in a region."
patterns = ["water.treatment", "(chemical|process) plant", "dosing"]

[[not_doing]]
id = "payroll"
why = "Payroll law differs by state; three good products exist. We hand hours over, no more."
patterns = ["payroll", "wage table"]
until = 2027-12-31

[[not_doing]]
id = "equipment-rental"
why = "A marketplace needs both sides. We have one."
patterns = ["rental marketplace", "equipment rental"]
since = 2025-03-01

[[watching]]
id = "crane-telemetry"
why = "Two makers opened their interfaces; nobody has yet said what a planner would do with it."

[[watching]]
id = "carbon-reporting"
why = "Becomes a duty for public tenders in some regions from 2027."

[goals]
north_star = "planned tasks finished in the week they were planned for"
leading = [
  "sites with a six-week plan",
  "daily logs sent from the site",
  "plans fed by another system",
]

[[intents]]
id = "site-planning"
mission = "A site manager and the trades agree on six weeks of work that can really start."
owner = "nora-l"
target = 0.35
buyer_outcome = "revenue"
aliases = ["Site planning"]
delight = "No crew stands waiting for another."
levers = ["network"]
margin = "Every trade on a site brings the plan to its other sites at no cost to us."
[intents.hypothesis]
text = "If constraints stand beside the plan, crews wait less for each other."
metric = "sites with a six-week plan"
expires = 2026-12-31

[[intents]]
id = "field-reporting"
mission = "What happened today is in the plan before the site manager drives home."
owner = "otis-g"
target = 0.25
buyer_outcome = "not-fired"
aliases = ["Field reporting"]
delight = "The foreman is home when the log is."
levers = ["switching-cost"]
margin = "Years of logs make leaving dearer than staying."
[intents.hypothesis]
text = "If a daily log takes five minutes, it gets written on four days of five."
metric = "daily logs sent from the site"
expires = 2026-06-30

[[intents]]
id = "integrations"
mission = "Plans and logs flow to the systems a contractor already runs."
owner = "wen-c"
target = 0.20
buyer_outcome = "not-fired"
aliases = ["Integrations"]
delight = "Nobody types a cost code twice."
levers = ["switching-cost"]
margin = "One connector serves every account on the same system."
[intents.hypothesis]
text = "If cost codes arrive by themselves, head offices make Girder the place to plan."
metric = "plans fed by another system"
expires = 2026-12-31

[[intents]]
id = "portfolio-insight"
mission = "A head of operations sees which of forty sites needs a visit."
owner = "nora-l"
target = 0.10
since = 2025-09-01                       # added when the program view had been tried on three sites
buyer_outcome = "promoted"
aliases = ["Portfolio insight"]
delight = "Help arrives before the site asks for it."
levers = ["scale"]
margin = "Sold on top, to accounts we have."
[intents.hypothesis]
text = "If sites are compared on readiness, help reaches them a week earlier."
metric = "sites with a six-week plan"
expires = 2026-12-31

[[intents]]
id = "platform"
mission = "Fast, safe and cheap to change, so that the other intents move."
owner = "wen-c"
target = 0.10
buyer_outcome = "not-fired"
aliases = ["Platform foundations"]
levers = ["technology"]
margin = "Each change costs less than the one before."
[intents.hypothesis]
text = "If a change is live in a day, we try twice as many ideas."
metric = "daily logs sent from the site"
expires = 2026-12-31

[[initiatives]]
id = "ready-to-start"
intent = "site-planning"
text = "Show what keeps a task from starting while there is time to clear it."
epics = ["{constraint-log}", "{crew-lookahead}", "{takt-zones}"]
since = 2024-11-04

[[initiatives]]
id = "five-minute-log"
intent = "field-reporting"
text = "Write the log while walking, with no network."
epics = ["{daily-log}", "{offline-mode}"]
since = 2024-11-04

[[initiatives]]
id = "open-plan"
intent = "integrations"
text = "Let other systems read and write the plan by themselves."
epics = ["{public-api}", "{webhooks}", "{bi-connector}"]
since = 2025-01-13

[[initiatives]]
id = "forty-sites"
intent = "portfolio-insight"
text = "Compare sites by how much of their work is ready."
epics = ["{program-view}", "{benchmarks}"]
since = 2025-09-01

[[principles]]
id = "the-site-comes-first"
statement = "Where the office and the site want different things, the site wins."

[[principles]]
id = "one-product"
statement = "What one account needs alone, one account does not get from us."

[[principles]]
id = "no-dates-before-scope"
statement = "Nobody promises a date for work nobody has looked at."

# What moves what, as we believe; nobody knows by how much.
[[kpi_tree]]
from = "ready-to-start"
to = "sites with a six-week plan"

[[kpi_tree]]
from = "five-minute-log"
to = "daily logs sent from the site"

[[kpi_tree]]
from = "open-plan"
to = "plans fed by another system"

[[kpi_tree]]
from = "forty-sites"
to = "sites with a six-week plan"

[[kpi_tree]]
from = "sites with a six-week plan"
to = "planned tasks finished in the week they were planned for"

[[kpi_tree]]
from = "daily logs sent from the site"
to = "planned tasks finished in the week they were planned for"

[[kpi_tree]]
from = "plans fed by another system"
to = "planned tasks finished in the week they were planned for"

[[kpi_tree]]
from = "planned tasks finished in the week they were planned for"
to = "renewals"

[vocabulary]
words = ["site manager", "planner", "foreman", "head of operations", "trade"]
avoid = ["user", "customer"]

[limits]
active_intents = 5
single_customer_share = 0.10
sales_led_share = 0.25
adoption_target = 0.30

[[limits.kill_lines]]
initiative = "open-plan"
metric = "plans fed by another system"
below = 40
by = 2027-03-31

[[limits.kill_lines]]
initiative = "forty-sites"
metric = "accounts"                      # of adoption.csv: how many use any of its epics
below = 3
by = 2026-08-31
"""

_VOICE = """\
[[initiatives]]
id = "voice-diary"
intent = "field-reporting"
text = "Foremen dictate the day; nobody types after work."
epics = ["{voice-diary}", "{voice-templates}", "{voice-languages}"]
since = 2024-11-04

"""
_LINES = """
[[limits.kill_lines]]
initiative = "voice-diary"
metric = "accounts"
below = 4
by = 2025-09-30
"""


def strategy_toml(keys: Mapping[str, str]) -> str:
    """The strategy with its initiatives' epics named by item key."""
    return _named(STRATEGY, keys)


def first_strategy_toml(keys: Mapping[str, str]) -> str:
    """The strategy as it was at first: with another bet, which nobody took up, and without a line for two."""
    text = STRATEGY.replace("effective = 2026-02-02", "effective = 2024-11-04")
    head, _, rest = text.partition('[[initiatives]]\nid = "open-plan"')
    plan, _, rest = rest.partition('[[initiatives]]\nid = "forty-sites"')
    rest = rest[rest.index("[[principles]]") :]
    rest = rest.replace('[[kpi_tree]]\nfrom = "forty-sites"\nto = "sites with a six-week plan"\n\n', "")
    rest = rest[: rest.index("\n[[limits.kill_lines]]")] + _LINES
    return _named(f'{head}{_VOICE}[[initiatives]]\nid = "open-plan"{plan}{rest}', keys)


def _named(text: str, keys: Mapping[str, str]) -> str:
    for slug, key in keys.items():
        text = text.replace(f'"{{{slug}}}"', f'"{key}"')
    return text
