"""What Girder keeps beside its strategy: configuration, customers, problems and adoption."""

import csv
from collections.abc import Mapping

# Jira shows an intent by this name, GitHub by its id as `intent/<id>`.
INTENTS = {
    "site-planning": "Site planning",
    "field-reporting": "Field reporting",
    "integrations": "Integrations",
    "portfolio-insight": "Portfolio insight",
    "platform": "Platform foundations",
}
# The trackers offer one more, which no strategy states: what is built for one account.
CHOICES = {**INTENTS, "account-work": "Account work"}

CONFIG = """\
# Girder's two trackers: planning in Jira, the mobile sync engine on GitHub.
[log]
url = "sqlite:///tracker-sync.db"

[[sources]]
name = "girder"
kind = "jira"
url = "@JIRA_URL@"
jql = "project in (PLAN, FIELD)"
fields = { intent = "Strategic intent", customer = "Customer", points = "Story Points" }
allow_http = true                        # the demo tracker runs on this machine

[[sources]]
name = "field-sync"
kind = "github"
repos = ["girder-build/field-sync"]
url = "@GITHUB_URL@"
allow_http = true

[strategy]
file = "strategy.toml"
customers = "customers.csv"
people = "people.toml"
problems = "problems.csv"
adoption = "adoption.csv"
pmf = "pmf.csv"
"""

CUSTOMERS = """\
name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent
Aquaveil Utilities,aquaveil,aquaveil.example,enterprise,utilities,NA,5000,customer,2023-02-01,,no,640000,
Northspan Builders,northspan,northspan.example,mid-market,construction,NA,420,prospect,2024-09-02,2025-05-01,yes,0,
Northspan Builders,northspan,northspan.example,mid-market,construction,NA,420,customer,2025-05-01,,yes,96000,
Calder & Stone,calder-stone,calderstone.example,enterprise,construction,EU,2600,prospect,2025-01-15,2025-12-01,yes,0,
Calder & Stone,calder-stone,calderstone.example,enterprise,construction,EU,2600,customer,2025-12-01,,yes,210000,
Brightholm Homes,brightholm,brightholm.example,mid-market,construction,EU,380,prospect,2025-10-06,2026-04-01,yes,0,
Brightholm Homes,brightholm,brightholm.example,mid-market,construction,EU,380,customer,2026-04-01,,yes,88000,
Helmsford Group,helmsford,helmsford.example,enterprise,construction,EU,4100,prospect,2025-01-06,2025-11-01,yes,0,
Helmsford Group,helmsford,helmsford.example,enterprise,construction,EU,4100,customer,2025-11-01,,yes,260000,
Ironvale Paving,ironvale,ironvale.example,small-business,construction,NA,60,prospect,2025-11-03,,no,0,
Varley Cranes,varley,varley.example,mid-market,equipment,NA,300,prospect,2025-03-03,,no,0,
Harrowgate Modular,harrowgate,harrowgate.example,mid-market,manufacturing,EU,250,prospect,2026-06-01,,no,0,
Tallis Contracting,tallis,tallis.example,mid-market,construction,NA,510,customer,2023-06-01,,yes,92000,
Morrow Civil,morrow,morrow.example,enterprise,construction,NA,1900,customer,2022-11-01,,yes,180000,
Kestrel Homes,kestrel,kestrel.example,mid-market,construction,EU,340,customer,2024-03-01,,yes,74000,
Plinth Partners,plinth,plinth.example,reseller,software,EU,35,customer,2024-03-01,,no,0,Kestrel Homes
Oakline Contracting,oakline,oakline.example,mid-market,construction,NA,290,design-partner,2024-10-01,2025-07-01,yes,0,
Oakline Contracting,oakline,oakline.example,mid-market,construction,NA,290,customer,2025-07-01,,yes,58000,
Fenwick Rail,fenwick,fenwick.example,enterprise,construction,EU,2200,customer,2023-09-01,,yes,195000,
Ashdown Build,ashdown,ashdown.example,mid-market,construction,EU,460,customer,2024-05-01,,yes,83000,
Larkfield Interiors,larkfield,larkfield.example,small-business,construction,EU,45,customer,2023-04-01,2026-02-01,no,9000,
Larkfield Interiors,larkfield,larkfield.example,small-business,construction,EU,45,churned,2026-02-01,,no,0,
Quillstone Civil,quillstone,quillstone.example,mid-market,construction,NA,610,customer,2024-08-01,,yes,101000,
Dovetail Joinery,dovetail,dovetail.example,small-business,construction,EU,30,customer,2024-10-01,,no,7000,
Stonebridge Roads,stonebridge,stonebridge.example,enterprise,construction,NA,1500,customer,2024-01-01,,yes,150000,
Pemberly Estates,pemberly,pemberly.example,mid-market,construction,EU,270,customer,2025-02-01,,yes,61000,
Redgate Roofing,redgate,redgate.example,small-business,construction,NA,25,customer,2024-06-01,2025-09-01,no,6000,
Redgate Roofing,redgate,redgate.example,small-business,construction,NA,25,churned,2025-09-01,,no,0,
Sandpiper Marine,sandpiper,sandpiper.example,mid-market,construction,EU,330,customer,2025-06-01,,yes,69000,
Tamarind Builders,tamarind,tamarind.example,mid-market,construction,NA,400,customer,2025-09-01,,yes,77000,
Underhill Tunnels,underhill,underhill.example,enterprise,construction,EU,1700,prospect,2026-03-02,,yes,0,
Vantage Facades,vantage,vantage.example,small-business,construction,EU,50,customer,2025-01-01,,no,8000,
"""  # noqa: E501 - a table: one row, one account

# Ranks of their own problems by the people served: 1 is the worst.
_PROBLEMS = """
Tallis Contracting  | site manager       | 2025-02-10 | waiting,logs,replan,costs,commissioning
Morrow Civil        | site manager       | 2025-02-12 | waiting,replan,logs,costs,commissioning
Fenwick Rail        | planner            | 2025-02-20 | replan,waiting,costs,logs,commissioning
Ashdown Build       | head of operations | 2025-03-04 | visits,waiting,costs,replan,commissioning
Kestrel Homes       | foreman            | 2025-03-11 | logs,waiting,replan,visits,commissioning
Oakline Contracting | site manager       | 2025-03-18 | waiting,logs,visits,replan,commissioning
Aquaveil Utilities  | planner            | 2025-06-02 | commissioning,costs,logs,waiting,replan
Stonebridge Roads   | planner            | 2026-02-09 | waiting,replan,visits,logs,commissioning
Quillstone Civil    | head of operations | 2026-02-16 | visits,waiting,costs,logs,commissioning
"""
_PROBLEM_NAMES = {
    "waiting": "crews wait for each other",
    "logs": "daily logs are not written",
    "replan": "the plan is redone every morning",
    "costs": "costs arrive weeks late",
    "visits": "nobody knows which site needs a visit",
    "commissioning": "commissioning records are on paper",
}

# Which of these an epic serves, as its label `problem/...` says; most epics do not say it.
_SERVES = """
waiting: crew-lookahead constraint-log takt-zones gate-deliveries
logs: daily-log voice-diary voice-templates voice-languages offline-mode
replan: plan-versions weather-days
costs: bi-connector erp-cost-codes accounting-link
visits: program-view benchmarks portfolio-rollup
commissioning: water-treatment
"""
# What an epic rests on beside who asked for it, as its label `evidence/...` says.
_EVIDENCE = {
    "constraint-log": "interviews", "crew-lookahead": "ranking", "daily-log": "ranking",
    "offline-mode": "usage",
}  # fmt: skip

# People who used what was built, by month after its release.
_ADOPTION = """
drawing-pins    | Tallis Contracting  | 2025-02-28:12 2026-02-28:31
drawing-pins    | Morrow Civil        | 2025-02-28:0 2026-02-28:18
drawing-pins    | Kestrel Homes       | 2025-02-28:4 2026-02-28:9
drawing-pins    | Fenwick Rail        | 2025-02-28:0 2026-02-28:22
drawing-pins    | Ashdown Build       | 2025-02-28:0 2026-02-28:6
drawing-pins    | Oakline Contracting | 2025-02-28:9 2026-02-28:14
drawing-pins    | Quillstone Civil    | 2025-02-28:0 2026-02-28:0
drawing-pins    | Stonebridge Roads   | 2025-02-28:0 2026-02-28:3
drawing-pins    | Pemberly Estates    | 2025-02-28:0 2026-02-28:0
drawing-pins    | Northspan Builders  | 2025-05-31:0 2026-02-28:2
drawing-pins    | Sandpiper Marine    | 2025-06-30:0 2026-02-28:0
drawing-pins    | Tamarind Builders   | 2025-09-30:0 2026-02-28:1
drawing-pins    | Helmsford Group     | 2025-11-30:0 2026-02-28:0
drawing-pins    | Calder & Stone      | 2025-12-31:0 2026-02-28:4
constraint-log  | Tallis Contracting  | 2025-07-31:12 2026-05-31:25
constraint-log  | Ashdown Build       | 2025-08-31:6 2026-05-31:19
constraint-log  | Fenwick Rail        | 2026-05-31:34
constraint-log  | Quillstone Civil    | 2026-05-31:11
crew-lookahead  | Tallis Contracting  | 2025-04-30:14 2025-07-31:41 2026-01-31:66
crew-lookahead  | Morrow Civil        | 2025-04-30:22 2025-07-31:58 2026-01-31:97
bi-connector    | Northspan Builders  | 2025-08-31:3 2025-12-31:9
bi-connector    | Ashdown Build       | 2025-12-31:6 2026-04-30:8
water-treatment | Aquaveil Utilities  | 2026-01-31:11 2026-06-30:12
voice-diary     | Tallis Contracting  | 2025-04-30:2 2025-07-31:1
voice-diary     | Oakline Contracting | 2025-04-30:3 2025-07-31:1
daily-log       | Kestrel Homes       | 2025-06-30:31 2025-10-31:44
daily-log       | Tallis Contracting  | 2025-06-30:52 2025-10-31:71
daily-log       | Ashdown Build       | 2025-07-31:8 2025-10-31:15
schedule-import | Calder & Stone      | 2026-01-31:18 2026-06-30:35
offline-mode    | Morrow Civil        | 2025-04-30:64 2025-10-31:120
lift-sheets     | Kestrel Homes       | 2025-07-31:2 2026-01-31:2
program-view    | Helmsford Group     | 2026-04-30:7 2026-08-31:12
permit-tracking | Quillstone Civil    | 2026-08-31:9 2026-10-15:13
permit-tracking | Morrow Civil        | 2026-09-30:6 2026-10-15:8
"""


def signs() -> dict[str, list[str]]:
    """The labels by which epics say which problem they serve and what they rest on, by epic."""
    found: dict[str, list[str]] = {}
    for name, _, slugs in (row.partition(": ") for row in _SERVES.strip().splitlines()):
        for slug in slugs.split():
            found.setdefault(slug, []).append(f"problem/{_PROBLEM_NAMES[name].replace(' ', '-')}")
    for slug, kind in _EVIDENCE.items():
        found.setdefault(slug, []).append(f"evidence/{kind}")
    return found


def accounts() -> list[str]:
    """The names of all accounts, each once."""
    rows = csv.DictReader(CUSTOMERS.splitlines())
    return list(dict.fromkeys(row["name"] for row in rows))


def short_names() -> dict[str, str]:
    """What labels call an account: `customer/<short name>`."""
    rows = csv.DictReader(CUSTOMERS.splitlines())
    return {row["name"]: row["aliases"].partition(";")[0] for row in rows}


def steady_customers() -> list[str]:
    """Accounts in the ICP that were customers from before the story to its end."""
    rows = csv.DictReader(CUSTOMERS.splitlines())
    return [
        row["name"]
        for row in rows
        if row["status"] == "customer" and row["icp"] == "yes" and row["since"] < "2024-11-04"
    ]


def _cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in table.strip().splitlines()]


def problems_csv() -> str:
    """Problem stack ranks; the higher a problem ranks, the more important and the less solved."""
    lines = ["account,persona,problem,rank,date,importance,satisfaction"]
    for account, persona, day, order in _cells(_PROBLEMS):
        for rank, name in enumerate(order.split(","), start=1):
            problem, weight = _PROBLEM_NAMES[name], f"{10 - rank},{1 + rank}"
            lines.append(f"{account},{persona},{problem},{rank},{day},{weight}")
    return "\n".join(lines) + "\n"


def adoption_csv(keys: Mapping[str, str]) -> str:
    """How many people used an epic's outcome; epics by their item keys."""
    lines = ["epic,account,date,users"]
    for slug, account, counts in _cells(_ADOPTION):
        for day, _, users in (count.partition(":") for count in counts.split()):
            lines.append(f"{keys[slug]},{account},{day},{users}")
    return "\n".join(lines) + "\n"
