"""Checks of intents and of the initiatives under them."""

from collections.abc import Iterator
from itertools import combinations

from tracker_sync.days import local
from tracker_sync.strategies import UNTOLD
from tracker_sync.strategy import Intent, midnight
from tracker_sync.strategy_lint.finding import Found, Lacks, Look, Spot, check

PEOPLE_PER_INTENT = 3
"""People who build, for each intent that they can serve at the same time. Definition: domain, section 4."""
CLOSE = 0.005
"""As far from 1 as rounded targets may add up."""


@check(
    "intents/too-many", "warning", "More active intents than the limit says, or than a third of the people",
    todo="Give one of them an `until`, or hold it back: what gets a little of everybody gets nowhere.",
    idea="Kalsey: the “and” leader",
)  # fmt: skip
def too_many(look: Look) -> Found:
    count, limit = len(look.active), look.strategy.limits.active_intents
    if limit is not None:
        if count > limit:
            yield Spot("$.limits.active_intents", f"{count} intents are active; the limit is {limit}.")
    elif count and look.builders is None:
        yield Lacks("people.toml with those in product and engineering, or a limit `active_intents`")
    elif look.builders is not None and count * PEOPLE_PER_INTENT > look.builders:
        said = f"{count} intents are active, and {look.builders} people build: fewer than {PEOPLE_PER_INTENT}"
        yield Spot(look.active[0][0], f"{said} for each.")


@check(
    "intents/no-owner", "warning", "Nobody owns an intent",
    todo="Name in `owner` the one person who may say no in its name.",
    idea="Mironov: no head of product",
)  # fmt: skip
def no_owner(look: Look) -> Found:
    for where, intent in look.active:
        if not intent.owner:
            yield Spot(where, f"Nobody owns the intent {intent.id!r}.")


@check(
    "intents/no-hypothesis", "warning", "An intent does not say what it bets on",
    todo="Add `[intents.hypothesis]`: if we do this, that will happen, seen by this metric, before that day.",
    idea="Biddle: strategies are hypotheses",
)  # fmt: skip
def no_hypothesis(look: Look) -> Found:
    for where, intent in look.active:
        if intent.hypothesis is None:
            yield Spot(where, f"The intent {intent.id!r} has no hypothesis.")


@check(
    "intents/no-test", "note", "A hypothesis has no metric or no end, so nothing can disprove it",
    todo="Add what is missing: `metric`, by which it would show, and `expires`, the day by which it has to.",
    idea="Biddle: strategies are hypotheses",
)  # fmt: skip
def no_test(look: Look) -> Found:
    for where, intent in look.active:
        bet = intent.hypothesis
        if bet and not (bet.metric and bet.expires):
            missing = " and no ".join(["metric"] * (not bet.metric) + ["end"] * (not bet.expires))
            yield Spot(f"{where}.hypothesis", f"The hypothesis of {intent.id!r} has no {missing}.")


@check(
    "intents/expired", "warning", "A hypothesis has run out",
    todo="Write down what came of it. Then go on with a new hypothesis or date, or give it an `until`.",
    idea="Biddle: strategies are hypotheses",
)  # fmt: skip
def expired(look: Look) -> Found:
    for where, intent in look.active:
        if intent.hypothesis and intent.hypothesis.expires and intent.hypothesis.expires < look.today:
            said = f"The hypothesis of {intent.id!r} ran out on {intent.hypothesis.expires}."
            yield Spot(f"{where}.hypothesis.expires", said)


@check(
    "intents/targets", "warning", "The target shares do not add up to 100 %",
    todo="Give every active intent a `target`, together 1.0. Effort is spent once: more for one is less for "
    "others.",
    idea="Kalsey: strategy means saying no",
)  # fmt: skip
def targets(look: Look) -> Found:
    stated = [i.target for _, i in look.active if i.target is not None]
    unstated = [repr(i.id) for _, i in look.active if i.target is None]
    if abs(sum(stated) - 1) > CLOSE and look.active:
        gaps = f"; none is given for {', '.join(unstated)}" if unstated and stated else ""
        total = f"add up to {round(sum(stated) * 100)} %" if stated else "are missing"
        yield Spot(look.active[0][0], f"The targets of the active intents {total}{gaps}.")


@check(
    "intents/crossing", "note", "Two intents share an epic, or an initiative of one moves one of the other's",
    todo="Let one intent carry it alone, or say openly that the two are one: shared work is nobody's.",
    idea="Kalsey: the “and” leader",
)  # fmt: skip
def crossing(look: Look) -> Found:
    every = look.strategy.initiatives
    place = {i.id: n for n, i in enumerate(every)}
    for one, other in combinations(every, 2):
        shared = sorted(set(one.epics) & set(other.epics))
        if one.intent != other.intent and shared:
            said = f"{one.intent!r} and {other.intent!r} are carried by the same epics:"
            yield Spot(f"$.initiatives[{place[other.id]}].epics", said, tuple(shared))
    for n, (low, high) in enumerate(look.strategy.edges):
        if low in place and high in place and every[place[low]].intent != every[place[high]].intent:
            yield Spot(
                f"$.kpi_tree[{n}]", f"The initiative {low!r} moves {high!r}, which is another intent's."
            )


@check(
    "initiatives/committed-plan", "warning", "An initiative has a fixed scope and a date",
    todo="Let one of the two go: keep the date and cut the scope, or keep the scope and give a range.",
    idea="Playbook: initiatives are hypotheses, not committed plans",
)  # fmt: skip
def committed_plan(look: Look) -> Found:
    for n, initiative in enumerate(look.strategy.initiatives):
        if initiative.fixed_scope and initiative.due:
            said = f"{initiative.id!r} has a fixed scope and is due on {initiative.due}"
            yield Spot(f"$.initiatives[{n}].due", f"{said}: a plan, not a hypothesis.")


@check(
    "initiatives/older", "warning", "An initiative was begun before its intent was stated",
    todo="Ask whether it would be begun today, for this intent. If not, stop it.",
    idea="Kalsey: vision, strategy, execution; no orphans in either direction",
)  # fmt: skip
def older(look: Look) -> Found:
    undated = [repr(i.id) for i in look.strategy.initiatives if i.since is None]
    if undated:
        yield Lacks(f"`since` of the initiatives {', '.join(undated)}")
    begun = dict(_begun(look))
    for n, initiative in enumerate(look.strategy.initiatives):
        since = begun.get(initiative.intent)
        if initiative.since and since is not None and midnight(initiative.since, look.zone) < since:
            said = (
                f"{initiative.id!r} was begun on {initiative.since}; its intent {initiative.intent!r} stands"
            )
            yield Spot(f"$.initiatives[{n}].since", f"{said} since {local(since, look.zone).date()}.")


def _begun(look: Look) -> Iterator[tuple[str, int]]:
    """(id, since when it stands) of the intents: as they say themselves, else since the first version of the
    strategy that has them."""
    first: dict[str, int] = {}
    for version in look.versions.versions:
        for intent in version.strategy.intents:
            first.setdefault(intent.id, version.since)
    for intent in look.strategy.intents:
        since = _since(intent, look)
        stands = since if since is not None else first.get(intent.id, UNTOLD)
        if stands != UNTOLD:
            yield intent.id, stands


def _since(intent: Intent, look: Look) -> int | None:
    return None if intent.since is None else midnight(intent.since, look.zone)


LINTS = (
    too_many, no_owner, no_hypothesis, no_test, expired, targets, crossing, committed_plan, older
)  # fmt: skip
