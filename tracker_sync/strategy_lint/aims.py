"""Checks of what the product is for: vision, mission, goals and the KPI tree."""

import re

from tracker_sync.strategy import normal
from tracker_sync.strategy_lint.finding import Found, Look, Spot, check

_INTERNAL = re.compile(
    r"\b(revenue|arr|profit\w*|market share|valuation|ipo|number one|no\. ?1"
    r"|(?:market|category|industry|world|global) leader\w*|leader in"
    r"|leading (?:provider|platform|vendor|player|company|solution|supplier))\b|#1\b",
    re.IGNORECASE,
)
_SLOGAN = re.compile(
    r"\b((?:great|best|better|beautiful|delightful)"
    r" (?:ux|ui|user experience|experience|tool|product|platform|solution)"
    r"|easy[- ]to[- ]use|user[- ]friendly|intuitive|world[- ]class|best[- ]in[- ]class|next[- ]gen\w*"
    r"|cutting[- ]edge|state[- ]of[- ]the[- ]art|innovative|seamless\w*)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\b(arr|mrr|acv|ltv|gmv|ebitda|revenue|turnover|bookings|profit\w*|margin)\b", re.IGNORECASE
)


@check(
    "vision/internal-aims", "warning", "The vision names only aims of the company itself",
    todo="Write into `behaviour` what customers will do differently. What you gain by it belongs at the top "
    "of the KPI tree.",
    idea="Playbook: a vision is a change in how customers behave",
)  # fmt: skip
def internal_aims(look: Look) -> Found:
    vision = look.strategy.vision
    if found := _INTERNAL.search(vision.behaviour or vision.text):
        key = "behaviour" if vision.behaviour else "text"
        yield Spot(f"$.vision.{key}", f"The vision is about yourselves: {found.group()!r}.")


@check(
    "vision/no-behaviour", "warning", "The vision does not say what customers will do differently",
    todo="Add `behaviour`: a sentence whose subject is the people you serve, and whose verb is what they "
    "will do.",
    idea="Playbook: a vision is a change in how customers behave",
)  # fmt: skip
def no_behaviour(look: Look) -> Found:
    vision = look.strategy.vision
    if vision.text and not vision.behaviour and not _INTERNAL.search(vision.text):
        yield Spot("$.vision.text", "The vision does not say what customers will do differently.")


@check(
    "mission/slogan", "warning", "The mission says what any product would say of itself",
    todo="Say what it does that others of its kind do not. A sentence that a rival could print says nothing.",
    idea="Playbook: a mission names a category and a contribution of one's own",
)  # fmt: skip
def slogan(look: Look) -> Found:
    for key in ("text", "category", "contribution"):
        if found := _SLOGAN.search(getattr(look.strategy.mission, key)):
            yield Spot(f"$.mission.{key}", f"The mission has a slogan in it: {found.group()!r}.")


@check(
    "mission/incomplete", "note", "The mission lacks the category or the product's own contribution",
    todo="Add what is missing, a sentence each.",
    idea="Playbook: a mission names a category and a contribution of one's own",
)  # fmt: skip
def incomplete(look: Look) -> Found:
    mission = look.strategy.mission
    missing = [k for k in ("category", "contribution") if not getattr(mission, k)]
    if missing and (mission.text or len(missing) == 1):
        yield Spot("$.mission", f"The mission lacks the {' and the '.join(missing)}.")


@check(
    "goals/revenue", "warning", "A product goal is a figure of the business, such as revenue, ARR or LTV",
    todo="Ask what customers do before they pay more, and make that the goal; put the money at the top of "
    "the KPI tree.",
    idea="Playbook: the KPI tree leads from the product to the business, not back",
)  # fmt: skip
def money_as_goal(look: Look) -> Found:
    goals = look.strategy.goals
    for key, metrics in (("north_star", [goals.north_star]), ("leading", goals.leading)):
        for metric in metrics:
            if _MONEY.search(metric):
                yield Spot(
                    f"$.goals.{key}", f"{metric!r} is a figure of the business, not a goal of the product."
                )


@check(
    "goals/no-north-star", "warning", "There are leading metrics, but no North Star",
    todo="Name in `north_star` the one metric that shows customers getting what the vision says.",
    idea="Mironov: the missing success metric",
)  # fmt: skip
def no_north_star(look: Look) -> Found:
    goals = look.strategy.goals
    if goals.leading and not goals.north_star:
        yield Spot("$.goals", "There is no North Star that the leading metrics lead to.")


@check(
    "goals/unfed", "warning", "No intent and no initiative feeds a leading metric",
    todo="Name it as the metric of an intent's hypothesis, draw an edge to it in the KPI tree, or drop it.",
    idea="Kalsey: vision, strategy, execution; no orphans in either direction",
)  # fmt: skip
def unfed(look: Look) -> Found:
    fed = {normal(i.hypothesis.metric) for _, i in look.active if i.hypothesis}
    fed |= {normal(to) for _, to in look.strategy.edges}
    for metric in look.strategy.goals.leading:
        if normal(metric) not in fed:
            yield Spot("$.goals.leading", f"Nothing feeds {metric!r}.")


@check(
    "kpi_tree/outside", "warning", "An initiative is not in the KPI tree",
    todo="Draw an edge from it to the leading metric that it moves; if there is none, ask what it is for.",
    idea="Playbook: the KPI tree",
)  # fmt: skip
def outside(look: Look) -> Found:
    inside = {normal(name) for edge in look.strategy.edges for name in edge}
    for n, initiative in enumerate(look.strategy.initiatives):
        if inside and normal(initiative.id) not in inside:
            yield Spot(f"$.initiatives[{n}].id", f"The initiative {initiative.id!r} is not in the KPI tree.")


LINTS = (
    internal_aims, no_behaviour, slogan, incomplete, money_as_goal, no_north_star, unfed, outside
)  # fmt: skip
