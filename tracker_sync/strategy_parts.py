"""The parts of a stated strategy in the order to fill them, each with an example to copy."""

import json
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from tracker_sync.strategy import Strategy, Vocabulary

Level = Literal["note", "warning"]
"""How much it matters: a warning makes figures or judgements unusable, a note makes them poorer."""
LEVELS: tuple[Level, ...] = ("note", "warning")


class Part(Struct, frozen=True):
    """One part: a table of `strategy.toml`."""

    name: str
    what: str
    """What belongs into it, for somebody who fills it in for the first time."""
    example: str
    least: int
    """How many lines of the example are enough to begin with."""
    level: Level | None
    """What it is worth a finding while it is empty; None: it may well stay empty."""
    idea: str
    """The idea that it rests on."""

    @property
    def beginning(self) -> str:
        """The lines of the example that are enough to begin with."""
        return "\n".join(self.example.splitlines()[: self.least])


PARTS = (
    Part(
        "vision",
        "How customers will behave differently when you have succeeded; not what you will have become.",
        """\
[vision]
behaviour = "Site managers plan six weeks ahead with their trades."
text = "Nobody on a building site starts the day by planning it again."
""",
        2, "warning", "Playbook: a vision is a change in how customers behave",
    ),
    Part(
        "mission",
        "What kind of product it is, and what it contributes that others of its kind do not.",
        """\
[mission]
category = "Planning software for construction contractors"
contribution = "It turns a schedule into work that crews can start."
""",
        3, "warning", "Playbook: a mission names a category and a contribution of one's own",
    ),
    Part(
        "market",
        "Who pays: b2b, consumer or b2b2c. It decides which patterns mean anything here.",
        """\
[market]
kind = "b2b"
stage = "growth"
regulated = false
new_category = false
""",
        2, "warning", "Biddle: consumer and enterprise products live by different rules",
    ),
    Part(
        "icp",
        "Whom the product is for (the ideal customer profile), by the words of customers.csv, and who signs "
        "apart from who uses it. All others are outside.",
        """\
[icp]
segments = ["mid-market"]
industries = ["construction"]
geographies = []
sizes = []
personas = ["site manager", "planner"]
buyer = "head of operations"
user = "site manager"
""",
        2, "warning", "Mironov: segments instead of one account at a time",
    ),
    Part(
        "not_doing",
        "Opportunities you decided against: why, and a pattern that recognises them in titles and labels.",
        """\
[[not_doing]]
id = "payroll"
why = "Three good products exist, and our buyers have one."
patterns = ["payroll", "wage table"]
until = 2027-12-31
""",
        4, "warning", "Kalsey: strategy means saying no",
    ),
    Part(
        "watching",
        "Adjacent opportunities that are not decided yet.",
        """\
[[watching]]
id = "crane-telemetry"
why = "Two makers opened their interfaces; nobody has said what a planner would do with it."
""",
        2, None, "Kalsey: three kinds of opportunity",
    ),
    Part(
        "goals",
        "The North Star, a metric that shows customers getting what the vision says, and the metrics that "
        "move before it does. Not revenue: that follows.",
        """\
[goals]
north_star = "planned tasks finished in the week they were planned for"
leading = ["sites with a six-week plan"]
""",
        2, "warning", "Mironov: the missing success metric",
    ),
    Part(
        "intents",
        "Three to five strategic intents; work is tagged with their ids, and aliases are what your tracker "
        "calls them. Targets are shares of the effort and add up to 1. What the buyer gets out of it: "
        "not-fired, promoted or revenue. Levers make it hard to copy: scale, network, brand, technology, "
        "switching-cost.",
        """\
[[intents]]
id = "site-planning"
mission = "Site manager and trades agree on work that can start."
owner = "nora"
target = 1.0
aliases = ["Site planning"]
buyer_outcome = "not-fired"
delight = "No crew waits for another."
levers = ["network"]
margin = "One more site costs us nothing."
[intents.hypothesis]
text = "If constraints stand beside the plan, crews wait less."
metric = "sites with a six-week plan"
expires = 2027-12-31
""",
        4, "warning", "Kalsey: vision, strategy, execution; no orphans in either direction",
    ),
    Part(
        "initiatives",
        "Hypotheses under an intent, and the epics that carry them. `fixed_scope = true` with a date in "
        "`due` makes a plan of one.",
        """\
[[initiatives]]
id = "ready-to-start"
intent = "site-planning"
text = "Show what keeps a task from starting."
epics = ["jira:PAY-12"]
since = 2026-01-12
""",
        3, "note", "Playbook: initiatives are hypotheses, not committed plans",
    ),
    Part(
        "principles",
        "How you choose where two good things collide; findings cite them.",
        """\
[[principles]]
id = "the-site-comes-first"
statement = "Where office and site want different things, the site wins."
""",
        3, "warning", "Kalsey: guide rails",
    ),
    Part(
        "kpi_tree",
        "What moves what: from an initiative to a leading metric, to the North Star, to a figure of the "
        "business. No numbers: nobody knows by how much.",
        """\
[[kpi_tree]]
from = "ready-to-start"
to = "sites with a six-week plan"
[[kpi_tree]]
from = "sites with a six-week plan"
to = "planned tasks finished in the week they were planned for"
[[kpi_tree]]
from = "planned tasks finished in the week they were planned for"
to = "renewals"
""",
        3, "note", "Playbook: the KPI tree",
    ),
    Part(
        "vocabulary",
        "The precise words for the people you serve; then titles that say customer or user are pointed out.",
        """\
[vocabulary]
words = ["site manager", "planner", "foreman"]
""",
        2, "note", "Mironov: precise words",
    ),
    Part(
        "limits",
        "Where a figure becomes a finding, as shares of the effort (0.25 is a quarter), and below which "
        "outcome an initiative is stopped.",
        """\
[limits]
active_intents = 5
sales_led_share = 0.25
single_customer_share = 0.10
adoption_target = 0.30
[[limits.kill_lines]]
initiative = "ready-to-start"
metric = "sites with a six-week plan"
below = 10
by = 2027-06-30
""",
        2, "note", "Kalsey: guide rails",
    ),
)  # fmt: skip


def empty(strategy: Strategy) -> Iterator[Part]:
    """The parts that a strategy says nothing in."""
    for part in PARTS:
        said = getattr(strategy, part.name)
        unsaid = type(said)()
        if part.name == "vocabulary":
            unsaid = Vocabulary(avoid=said.avoid)  # words to avoid are there from the start
        if said == unsaid:
            yield part


def to_copy(part: Part, strategy: Strategy) -> str:
    """The lines to begin a part with, which hold beside what a strategy says already."""
    stated = {
        "site-planning": [i.id for i in strategy.intents],
        "ready-to-start": [i.id for i in strategy.initiatives],
    }
    text = part.beginning
    for example, ids in stated.items():
        if ids:
            text = text.replace(f'"{example}"', json.dumps(ids[0], ensure_ascii=False))
    return text
