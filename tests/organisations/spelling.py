"""How the made-up trackers and files spell what judgement reads: labels, fields, statuses, links, titles."""

from types import MappingProxyType

SOURCE = "acme"
PROJECT = "ORG"
START = "2024-01-01"
"""Day 0 of every plan: a Monday, and the start of a quarter."""

TODO, READY, DOING, REVIEW, DONE = "1", "2", "3", "4", "5"
STATUSES = {
    TODO: ("To Do", "new"), READY: ("Ready", "new"), DOING: ("In Progress", "indeterminate"),
    REVIEW: ("In Review", "indeterminate"), DONE: ("Done", "done"),
}  # fmt: skip
EPIC, STORY, BUG = "10", "11", "12"
TYPES = {EPIC: ("Epic", "1"), STORY: ("Story", "0"), BUG: ("Bug", "0")}
FINISHED, DECLINED = "Done", "Won't Do"
"""Resolutions."""
POINTS, RANK = "customfield_10016", "customfield_10019"
FIELDS = {POINTS: "Story Points", RANK: "Rank"}
UP, DOWN = "Ranked higher", "Ranked lower"
"""All that Jira tells of a move in the queue."""

INTENT, CUSTOMER, PROSPECT, ORIGIN = "intent/", "customer/", "prospect/", "origin/"
EVIDENCE, PROBLEM, SOLUTION, GATE = "evidence/", "problem/", "solution/", "gate/"
PROMISED, CONTRACT = "customer-promise", "contractual"
TAGS = (INTENT, CUSTOMER, PROSPECT, ORIGIN, EVIDENCE, PROBLEM, SOLUTION, PROMISED, CONTRACT)
"""How the labels begin that say what an item is for, who asked and why. Gates and marks are no such tags: a
gate that left no label was not passed."""
GATES = ("discovery", "review")
"""What every large epic is declared to pass before it is started."""
EMERGENCY, REGULATORY, PLATFORM = "emergency", "regulatory", "platform"
GO_TO_MARKET = "go-to-market"
GO_TO_MARKET_TITLES = ("Pricing and packaging of {}", "Positioning of {}", "Sales enablement for {}")

EVIDENCE_HOST = "wiki.acme.example"
"""Where some of the evidence is kept; an organisation that says so opts out of counting it as missing."""
HOSTS = MappingProxyType({
    "research": "acme.dovetail.com", "survey": "acme.typeform.com", "usage": "mixpanel.com",
    "ranking": "acme.productboard.com", "deal": "acme.app.gong.io",
})  # fmt: skip
"""By kind of evidence, the tool that a link leads to; the other kinds are told by a label."""
DEAL = "deal"
KINDS = ("interview", "survey", "ranking", "usage", "experiment", "research", "support")
"""Evidence that is not from a deal."""
ELSEWHERE = "elsewhere"
"""Evidence behind a link to `EVIDENCE_HOST`, of which nothing else is known."""

SOLUTIONS = ("workflow", "report", "automation", "integration", "assistant", "dashboard")
PROBLEMS = (
    "crews wait for each other", "daily logs are not written", "the plan is redone every morning",
    "costs arrive weeks late", "nobody knows which site needs a visit", "drawings are out of date",
    "photos cannot be found", "permits run out unseen", "hand-over takes a month",
)  # fmt: skip
"""As their people rank them, the worst first; the first three are the top third."""
BENEFIT, OTHER_BENEFIT = "fewer idle crews", "nicer photo albums"
"""What the fans have most of the product, and what others have of it."""
EXCLUDED = {"payroll": "payroll", "water-treatment": "water treatment", "marketplace": "marketplace"}
"""What the strategy decided against, and the words that recognise it."""


def slug(name: str) -> str:
    """A name as labels spell it."""
    return name.lower().replace(" ", "-")
