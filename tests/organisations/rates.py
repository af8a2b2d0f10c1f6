"""How much of each bias a plan shows, counted over the plan itself: one descriptive figure for each.

Nothing here is estimated or corrected, and nothing of it is how tracker-sync looks for a bias: it says what
a plan that was made has in it. Effort is taken to be as large as the first estimate.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from math import exp, log
from statistics import mean, median

from tests.organisations import company
from tests.organisations.bets import KILL, TARGET
from tests.organisations.null import BACKFILL
from tests.organisations.plan import AFTER, JUMP, LARGE, Epic, Initiative, Plan
from tests.organisations.spelling import DEAL, EMERGENCY, EXCLUDED, GATES, GO_TO_MARKET, PLATFORM


def _started(plan: Plan) -> list[Epic]:
    return [e for e in plan.epics if e.started is not None]


def _start(e: Epic) -> float:
    return float("inf") if e.started is None else e.started


def _part(some: list[bool]) -> float:
    return sum(some) / len(some) if some else 0.0


def bias_for_building(plan: Plan) -> float:
    """Part of the started epics that had no problem evidence before the start."""
    return _part([not any(s.at < _start(e) for s in e.problem_evidence) for e in _started(plan)])


def selling_not_learning(plan: Plan) -> float:
    """Part of the evidence that is from deals."""
    return _part([s.kind == DEAL for e in plan.epics for s in e.problem_evidence])


def insider_only(plan: Plan) -> float:
    """Part of the started epics that insiders proposed and nothing from outside speaks for."""
    return _part([e.insider and not e.problem_evidence and not e.asks for e in _started(plan)])


def authority_approval(plan: Plan) -> float:
    """Part of the executives' started epics without evidence, less that of all others'; where an executive
    speaks for an account, it is neither."""
    own = [not e.problem_evidence for e in _started(plan) if e.role == "executive" and not e.asks]
    return _part(own) - _part([not e.problem_evidence for e in _started(plan) if e.role != "executive"])


def head_start(plan: Plan) -> float:
    """How many times as long others' epics wait for their start as executives'."""
    above, others = (
        [_start(e) - e.created for e in _started(plan) if (e.role == "executive") == b] for b in (True, False)
    )
    return median(others) / median(above)


def focusing_illusion(plan: Plan) -> float:
    """The largest part of the effort on a problem whose median rank is outside the top third."""
    places = {p: [r.problems.index(p) + 1 for r in plan.rankings] for p in plan.rankings[0].problems}
    effort = Counter[str]()
    for e in _started(plan):
        effort[e.problem or ""] += e.size
    total = sum(effort.values())
    return max(effort[p] / total for p, at in places.items() if median(at) > len(places) / 3)


def execution_orientation(plan: Plan) -> float:
    """How likely one of the ready epics that were started is smaller than one that waits."""
    ready = [e for e in plan.epics if e.ready is not None and e.declined is None]
    begun, waiting = ([e.size for e in ready if (e.started is not None) == b] for b in (True, False))
    return mean((b < w) + (b == w) / 2 for b in begun for w in waiting)


def under_top_intent(plan: Plan) -> float:
    """By how much the most important intent is under its target share of the effort that names an intent."""
    top, target = next(iter(plan.intents.items()))
    some = [e for e in _started(plan) if e.intent]
    return target - sum(e.size for e in some if e.intent == top) / sum(e.size for e in some)


def maslows_hammer(plan: Plan) -> float:
    """The part of the epics that the most frequent solution has."""
    words = Counter(e.solution for e in plan.epics if e.solution and PLATFORM not in e.marks)
    return max(words.values()) / sum(words.values())


def wrong_cohort(plan: Plan) -> float:
    """Of the effort on what those to ignore and near-fans wish for, the part of those to ignore; the mean of
    this and of the same for what their accounts asked for."""
    ignored, target = company.WISHES["ignore"], company.WISHES["target"]
    wished, asked = Counter[str](), Counter[str]()
    cohorts = {a.name: a.cohort for a in plan.accounts}
    for e in _started(plan):
        wished["ignore" if e.problem in ignored else "target" if e.problem in target else ""] += e.size
        for a in e.asks:
            asked[cohorts[a.account]] += e.size
    return mean(c["ignore"] / (c["ignore"] + c["target"]) for c in (wished, asked))


def loudest_account(plan: Plan) -> float:
    """By how much one account's part of the asked-for effort is above its part of the ARR of customers."""
    asked = dict.fromkeys((a.name for a in plan.accounts), 0.0)
    for e in _started(plan):
        for a in e.asks:
            asked[a.account] += e.size / len(e.asks)
    paying = {a.name: a.arr for a in plan.accounts if a.customer_since is not None}
    return max(asked[n] / sum(asked.values()) - arr / sum(paying.values()) for n, arr in paying.items())


def _under(plan: Plan, line: float) -> Iterator[Initiative]:
    return (i for i in plan.initiatives if i.adoption < line)


def _unlearnt(plan: Plan, i: Initiative) -> list[Epic]:
    """What was begun after the look at the adoption, and before anything new was known."""
    epics = [plan.by_number[n] for n in (i.root, *i.followers)]
    looked = i.released + AFTER
    new = min((s.at for e in epics for s in e.problem_evidence if s.at > looked), default=float("inf"))
    return [e for e in epics[1:] if looked < _start(e) < new]


def mvp_spiral(plan: Plan) -> float:
    """Part of the initiatives under target that two features or more followed upon nothing new, half as large
    as the root at least."""
    found = 0
    for i in _under(plan, TARGET):
        features = [e for e in _unlearnt(plan, i) if GO_TO_MARKET not in e.marks]
        found += len(features) > 1 and 2 * sum(e.size for e in features) >= plan.by_number[i.root].size
    return found / len(plan.initiatives)


def go_to_market_blame(plan: Plan) -> float:
    """Part of the initiatives under target that only selling followed, upon nothing new."""
    found = sum(any(GO_TO_MARKET in e.marks for e in _unlearnt(plan, i)) for i in _under(plan, TARGET))
    return found / len(plan.initiatives)


def escalation(plan: Plan) -> float:
    """Part of the initiatives that came under their kill line, grew or slipped, and went on undecided for 90
    days."""
    found = 0
    for i in _under(plan, KILL):
        epics = [plan.by_number[n] for n in (i.root, *i.followers)]
        grew = any(points >= 1.5 * e.size for e in epics for _, points in e.grown)
        slipped = any(len(e.dues) > 2 for e in epics)
        decided = any(i.id in (a.drop, a.reword) and a.day < i.kill_day + 90 for a in plan.amendments)
        found += (grew or slipped) and not decided and i.kill_day + 90 < plan.days
    return found / len(plan.initiatives)


def new_owner_reset(plan: Plan) -> float:
    """Part of the open epics of an intent that were declined and replaced within 90 days of its new owner; of
    the second worst of such changes in one intent."""
    worst = dict[str, list[float]]()
    replaced = {e.replaces for e in plan.epics if e.replaces is not None}
    for a in plan.amendments:
        if a.owner:
            own = [e for e in plan.epics if e.intent == a.owner[0] and e.created <= a.day]
            open_ = [e for e in own if e.done is None or e.done > a.day + 1]
            open_ = [e for e in open_ if e.declined is None or e.declined > a.day or e.reopened is not None]
            gone = [e.number in replaced and (e.declined or 0) < a.day + 90 for e in open_]
            worst.setdefault(a.owner[0], []).append(_part(gone))
    return max((sorted(parts)[-2] for parts in worst.values() if len(parts) > 1), default=0.0)


def promised_before_scoped(plan: Plan) -> float:
    """Part of what was promised or dated that was so before its first estimate; dates of many at once do not
    count."""
    early = []
    for e in plan.epics:
        said = [
            *(d.at for d in e.dues[:1] if not e.together),
            *([e.promised] if e.promised is not None else []),
        ]
        scoped = min((d for d in (e.estimated, e.ready) if d is not None), default=float("inf"))
        early += [min(said) < scoped] if said else []
    return _part(early)


def deli_counter(plan: Plan) -> float:
    """Part of the epics with a deal that moved up alone soon after it."""
    return _part([
        any(m.up and not m.together and 0 <= m.at - d <= JUMP for m in e.moves for d in e.deals)
        for e in plan.epics if e.deals
    ])  # fmt: skip


def quarter_end_rush(plan: Plan) -> float:
    """Part of what sales proposed that was started in the last two weeks of a quarter (of 91.3 days)."""
    return _part(
        [e.started % 91.31 > 91.31 - 14 for e in plan.epics if e.role == "sales" and e.started is not None]
    )


def russian_roulette(plan: Plan) -> float:
    """Part of the large started epics that missed a gate; emergencies are not counted."""
    some = [e for e in _started(plan) if e.size >= LARGE and EMERGENCY not in e.marks]
    return _part([{g for g, _ in e.gates} != {*GATES} for e in some])


def said_no(plan: Plan) -> float:
    """Part of the started epics that name what was then decided against, or came back upon nothing new."""
    allowed = {a.allow: a.day for a in plan.amendments if a.allow}
    found = []
    for e in _started(plan):
        against = any(w in e.title and _start(e) < allowed.get(i, float("inf")) for i, w in EXCLUDED.items())
        lo, hi = e.declined or 0, e.reopened or 0
        new = any(lo < at <= hi for at in (*(s.at for s in e.problem_evidence), *(a.at for a in e.asks)))
        found.append(against or (e.reopened is not None and not new))
    return _part(found)


def and_leader(plan: Plan) -> float:
    """Part of the epics with an intent that need one of another; over how many it spreads says `spread`."""
    epics = plan.by_number
    crossing = [
        any(n in epics and epics[n].intent != e.intent for n in e.links) for e in plan.epics if e.intent
    ]
    return _part(crossing)


def spread(plan: Plan) -> float:
    """Over how many intents the effort is spread: e to the power of its entropy."""
    effort = Counter[str]()
    for e in _started(plan):
        effort[e.intent or ""] += e.size if e.intent else 0
    total = sum(effort.values())
    return exp(-sum(n / total * log(n / total) for n in effort.values() if n))


def retrofit(plan: Plan) -> float:
    """Part of the started epics with an intent that got it after the start, but for the first backfill."""
    return _part([e.tagged > _start(e) for e in _started(plan) if e.intent and e.tagged != BACKFILL])


RATES: dict[str, Callable[[Plan], float]] = {
    "focusing-illusion": focusing_illusion,
    "selling-not-learning": selling_not_learning,
    "execution-orientation": execution_orientation,
    "bias-for-building": bias_for_building,
    "mvp-spiral": mvp_spiral,
    "escalation": escalation,
    "go-to-market-blame": go_to_market_blame,
    "new-owner-reset": new_owner_reset,
    "maslows-hammer": maslows_hammer,
    "authority-approval": authority_approval,
    "russian-roulette": russian_roulette,
    "promised-before-scoped": promised_before_scoped,
    "deli-counter": deli_counter,
    "quarter-end-rush": quarter_end_rush,
    "said-no": said_no,
    "and-leader": and_leader,
    "insider-only": insider_only,
    "wrong-cohort": wrong_cohort,
    "loudest-account": loudest_account,
    "retrofit": retrofit,
}
"""By the id of the detector."""
