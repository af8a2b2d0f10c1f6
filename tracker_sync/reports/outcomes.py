"""Whether initiatives came out as the strategy's limits want it: the adoption target, and kill lines."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.finding import Finding, Holds, Measured, Result, Threshold, Unassessed
from tracker_sync.strategy import Limits, normal

if TYPE_CHECKING:
    from tracker_sync.reports.adopted import Adoption
    from tracker_sync.reports.kill_lines import Kill
    from tracker_sync.reports.sagas import Outcome

TARGET, LINE = "limits/adoption-target", "limits/kill-line"
FINDS = {
    TARGET: "which initiatives too few use 90 days after their release",
    LINE: "which initiatives came out below their kill line",
}
"""What each would find."""
_SERVED = "customers.csv: accounts that it was built for"


def adoption_target(drawn: Drawn, limits: Limits) -> Iterator[Result]:
    """The newest check of each stated initiative that was released 90 days ago (report sagas)."""
    if limits.adoption_target is None:
        yield Unassessed(TARGET, FINDS[TARGET], "adoption_target under [limits] in strategy.toml")
        return
    target = Threshold(
        Fraction(str(limits.adoption_target)), "strategy.toml, [limits] adoption_target", over=False
    )
    for outcome in drawn.outcomes:
        if outcome.checks:
            check = outcome.checks[-1]
            if check.adoption is None:
                yield Unassessed(TARGET, FINDS[TARGET], check.needs, outcome.initiative)
            else:
                yield _used(outcome, check.adoption, target)


def _used(outcome: "Outcome", found: "Adoption", target: Threshold) -> Result:
    if found.low is None or found.high is None:
        return Unassessed(TARGET, FINDS[TARGET], _SERVED, outcome.initiative)
    n, most = len(found.served), found.using + found.uncounted
    measured = Measured("share", found.low, found.high, n, Fraction(n), "accounts")
    using = f"{found.using}" if most == found.using else f"{found.using} to {most}"
    claim = (
        f"90 days after its newest release {using} of {n} accounts that it was built for use "
        f"{outcome.initiative!r}; the strategy's target is {round(target.value * 100)} %."
    )
    if found.low >= target.value:
        return Holds(TARGET, claim, measured, target, outcome.initiative)
    sure = found.high < target.value
    if not sure:
        claim += " Whether that is below the target depends on accounts that nobody counted."
    return Finding(
        TARGET, "warning" if sure else "note", "building on before anybody knows that the problem matters",
        claim, "What have you learned of the problem since, and what would make you stop?", measured, target,
        sure, lambda: outcome.epics, outcome.epics, subject=outcome.initiative,
    )  # fmt: skip


def kill_lines(drawn: Drawn, limits: Limits) -> Iterator[Result]:
    """The kill lines of stated initiatives whose day has come (report sagas)."""
    if not limits.kill_lines:
        yield Unassessed(LINE, FINDS[LINE], "[[limits.kill_lines]] in strategy.toml")
    for outcome in drawn.outcomes:
        for line in outcome.kills:
            if line.state != "ahead":
                yield _held(outcome, line)


def _held(outcome: "Outcome", line: "Kill") -> Result:
    subject = f"{outcome.initiative}/{normal(line.metric).replace(' ', '-')}/{line.by}"
    if line.low is None or line.high is None:
        return Unassessed(LINE, FINDS[LINE], line.needs, subject)
    measured = Measured(line.metric, line.low, line.high, len(outcome.epics))
    threshold = Threshold(line.below, "strategy.toml, [[limits.kill_lines]]", over=False)
    low, high = (f"{float(end):g}" for end in (line.low, line.high))
    came = low if low == high else f"{low} to {high}"
    claim = (
        f"On {line.by} the {line.metric} of {outcome.initiative!r} came to {came}; the strategy's kill line "
        f"is {float(line.below):g}."
    )
    if line.state == "held":
        return Holds(LINE, claim, measured, threshold, subject)
    sure = line.state == "crossed"
    if not sure:
        claim += " Whether that is below the line depends on accounts that nobody counted."
    waits = line in outcome.unanswered
    if sure and not waits:
        claim += " It was decided on since."
    return Finding(
        LINE, "alarm" if waits else "note",
        "going on because of what was spent", claim, "Would you start it today, inheriting it as it is?",
        measured, threshold, sure, lambda: outcome.epics, outcome.epics, subject=subject,
    )  # fmt: skip
