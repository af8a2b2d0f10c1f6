"""Checks of what keeps work on course: principles, vocabulary and limits."""

import re

from tracker_sync.strategy import against
from tracker_sync.strategy_lint.finding import Bounds, Found, Lacks, Look, Spot, check

_UNKEEPABLE = re.compile(
    r"\b(always|every (?:customer|user|request)|everyone|everybody|guarantee\w*|perfect\w*|excellen\w*"
    r"|passion\w*|integrity|delight\w*|love|loved|we care|zero (?:bugs|defects)"
    r"|whatever it takes|at all costs|customer[- ](?:first|centric|obsess\w*)|quality first)\b|\b100 ?%",
    re.IGNORECASE,
)
_LIMITS = (
    ("sales_led_share", "sales-led", "were asked for by sales"),
    ("single_customer_share", "single-customer", "went into features for a single customer"),
)
"""(limit, report that gives the share, what the share is of)."""


@check(
    "principles/unkeepable", "note", "A principle promises what no data can keep",
    todo="Say which choice it settles, so that a finding can cite it: “Where X and Y want different things, "
    "X wins.”",
    idea="Playbook: principles settle choices",
)  # fmt: skip
def unkeepable(look: Look) -> Found:
    for n, principle in enumerate(look.strategy.principles):
        if found := _UNKEEPABLE.search(principle.statement):
            said = f"{principle.id!r} promises {found.group()!r}, which no record of the work can show"
            yield Spot(f"$.principles[{n}].statement", f"{said} kept or broken.")


@check(
    "vocabulary/vague", "note", "Open epics say “customer” or “user” although the strategy has precise words",
    todo="Rename them with the word for the people meant; `tracker-sync check` lists them with the words to "
    "choose from.",
    idea="Mironov: precise words",
)  # fmt: skip
def vague(look: Look) -> Found:
    words = look.strategy.vocabulary
    if not words.words:
        return
    if look.titles is None:
        yield Lacks("the titles of epics: run `tracker-sync sync`")
        return
    found = [(ref, said) for ref, title in look.titles if (said := words.vague(title))]
    if found:
        said = ", ".join(sorted({repr(word) for _, word in found}))
        yield Spot("$.vocabulary.words", f"{len(found)} of {len(look.titles)} open epics say {said}.",
                   tuple(ref for ref, _ in found))  # fmt: skip


@check(
    "limits/breached", "warning", "A share of the work is above its limit",
    todo="Look at the work behind it in the report named, then stop some of it or raise the limit openly.",
    idea="Kalsey: guide rails",
)  # fmt: skip
def breached(look: Look) -> Found:
    for name, report, what in _LIMITS:
        limit = getattr(look.strategy.limits, name)
        if limit is None:
            continue
        share = (look.shares or {}).get(name)
        if share is None:
            yield Lacks(f"work in the log, for {name}: run `tracker-sync sync`")
        elif (stands := against(limit, share.low, share.high)) == "above":
            said = f"{_span(share)} {what}, above the limit of {round(limit * 100)} %"
            yield Spot(f"$.limits.{name}", f"{said}: `tracker-sync report {report}`.")
        elif stands == "perhaps above":
            said = f"{_span(share)} {what}, which may be above {round(limit * 100)} %"
            yield Lacks(f"more tagged work: {said} (`tracker-sync report {report}`)")


def _span(share: Bounds) -> str:
    """The range with what it is a share of: "34–46 % of 7,050 person-days"."""
    low = round(share.low * 100)
    high = None if share.high is None else round(share.high * 100)
    said = f"At least {low} %" if high is None else f"{low} %" if low == high else f"{low}–{high} %"
    return f"{said} of {round(share.total):,} person-days"


@check(
    "limits/under-target", "warning", "Too few use an initiative 90 days after its newest release",
    todo="Decide openly, in the strategy: stop it, or say what it bets on now. Do not add to it before.",
    idea="B2B PM story: anemic adoption",
)  # fmt: skip
def under_target(look: Look) -> Found:
    target = look.strategy.limits.adoption_target
    if target is None:
        return
    if look.outcomes is None:
        yield Lacks("initiatives with epics in the log: run `tracker-sync sync`")
    stated = {i.id for i in look.strategy.initiatives}
    missing: dict[str, list[str]] = {}
    for found in (o for o in look.outcomes or () if o.initiative in stated):
        if found.verdict == "under target":
            said = f"{found.using} of {found.served} accounts that it was built for use {found.initiative!r}"
            yield Spot(
                "$.limits.adoption_target",
                f"{said}, under the target of {round(target * 100)} %: `tracker-sync report sagas`.",
            )
        elif found.needs:
            missing.setdefault(found.needs, []).append(repr(found.initiative))
    for needs, names in missing.items():
        yield Lacks(f"{needs}, for {', '.join(names)}")


@check(
    "limits/kill-line-due", "warning", "The day on which a kill line was to be looked at has passed",
    todo="Hold the metric against the line, decide to stop or to go on, and write it down with a new day.",
    idea="B2B PM story: pot-committed",
)  # fmt: skip
def kill_line_due(look: Look) -> Found:
    for n, kill in enumerate(look.strategy.limits.kill_lines):
        if kill.by and kill.by < look.today:
            what = repr(kill.metric) if kill.metric else "the outcome"
            said = f"On {kill.by} {kill.initiative!r} was to be stopped if {what} was below {kill.below:g}."
            yield Spot(f"$.limits.kill_lines[{n}].by", said)


LINTS = (unkeepable, vague, breached, under_target, kill_line_due)
