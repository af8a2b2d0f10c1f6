"""What was built for one customer alone and what it costs, in words."""

from fractions import Fraction

from tracker_sync.inputs import SUPPLIES
from tracker_sync.items import natural
from tracker_sync.render.prose import counted
from tracker_sync.render.sheet import Chart, Column, Figure, NotAssessed, Range, Sheet, Table
from tracker_sync.reports.cost import Cost
from tracker_sync.reports.feature_cost import FeatureCost
from tracker_sync.reports.money import MISSING
from tracker_sync.reports.payments import SUPPLY
from tracker_sync.reports.single_customer import COVERAGE, Row, Shared, SingleCustomer

NAMING = "features that name the problem they serve (label problem/<name>, or a field Problem)"
SURE = {
    "confirmed": "Confirmed: it is used, and nobody else was counted using it.",
    "presumptive": "Presumptive: most work says who asked for it, and nobody else did.",
    "unknown": "Unknown: too little work says who asked for it, so others may have.",
}
"""What each state means."""
BASIS = {
    "spent": "what it took",
    "estimate": "its estimate, which work tends to exceed",
    "so far": "what it took so far; it is not released and has no estimate above that",
    "given up": "what it took before it was declined; nobody keeps it up",
}
"""What each basis of a build means."""


def sheet(report: SingleCustomer) -> Sheet:
    """The report as sentences, figures and tables."""
    return Sheet(
        "single-customer", "What did we build for one customer alone?", report.query,
        headline=headline(report),
        figures=_figures(report),
        tables=(
            Table("features", "Features for one customer alone, largest first", _features(report),
                  report.rows, "No feature is known to be for one customer alone."),
            Table("adopted", "Asked for by one, for more", SHARED, report.shared, _nobody_else(report)),
            Table("request_coverage", "How much of the work says where its demand came from", COVERED,
                  report.coverage),
        ),
        unknowns=(("no_account_named", report.unnamed),),
        notes=_notes(report),
        charts=_charts(report),
    )  # fmt: skip


def alone(report: SingleCustomer) -> str:
    """How many there are."""
    of = counted(report.features, "feature")
    were = "was" if len(report.rows) == 1 else "were"
    return f"{len(report.rows)} of {of} {were} asked for by one customer alone"


def headline(report: SingleCustomer) -> tuple[str, ...]:
    """The answer in sentences."""
    unnamed = len(report.unnamed)
    told = [
        f"{alone(report)}."
        if len(report.rows)
        else f"No feature of {report.features} is known to be for one customer alone."
        if report.features
        else "No feature was worked on in this period."
    ]
    if report.share.low is not None and report.share.high is not None:
        low, high = (round(end * 100) for end in (report.share.low, report.share.high))
        most = f" and at most {high} %" if high > low else ""
        told.append(f"At least {low} %{most} of the effort went into such features.")
    if unnamed:
        names = "names" if unnamed == 1 else "name"
        told.append(f"{counted(unnamed, 'feature')} {names} no account, so any of them may be one.")
    if more := len(report.shared):
        are = "is" if more == 1 else "are"
        told.append(f"{counted(more, 'feature')} asked for by one customer {are} for others, too.")
    return tuple(told)


def _figures(report: SingleCustomer) -> tuple[Figure, ...]:
    named = NotAssessed(SUPPLIES["problems"]) if report.problems is None else report.problems
    use = None if report.knows_use else NotAssessed(SUPPLIES["adoption"])
    told = report.knows_use or report.problems is not None
    return (
        Figure("single_customer", "Features for one customer alone", "count", len(report.rows),
               "Features that exactly one independent account asked for, from a year before it was "
               "committed on, that no earlier intent for such accounts covers, and that nobody else used "
               "within 90 days of the release.", "features"),
        Figure("features", "Features looked at", "count", report.features,
               "Epics, and work that stands alone and is no repair, that were committed and worked on in the "
               "period.", "features"),
        Figure("share", "Their part of all effort", "share", report.share,
               "Low: those that are confirmed or presumptive. High: with those that are unknown, and all "
               "features that name no account."),
        Figure("effort", "Their effort", "days", report.effort,
               "Person-days on them in the period; work under two of them counts once.", "person-days"),
        Figure("confirmed", "Confirmed by usage", "count", use or report.states["confirmed"],
               "Features that the account uses and that nobody else was counted using, 90 days after the "
               "release or later.", "features"),
        Figure("adopted", "Asked for by one, for more", "count", len(report.shared) if told else use,
               "Features that a second account used within 90 days of the release, or whose problem it ranks "
               "in the worst third of its own: they are not for one customer.", "features"),
        Figure("naming", "Of these, say which problem they serve", "count", named,
               "Of the others nobody can tell whether another customer has the problem.", "features"),
    )  # fmt: skip


def _charts(report: SingleCustomer) -> tuple[Chart, ...]:
    return (
        Chart("cost", "ranges", "What each feature for one customer costs over its life", ("cost",),
              "features", "title", target="paid"),
        Chart("effort", "amounts", "What each took in the period", ("effort",), "features", "title",
              group="account"),
    ) if report.rows else ()  # fmt: skip


def _features(report: SingleCustomer) -> tuple[Column, ...]:
    unit = "money" if report.priced else "person-days"
    missing = NotAssessed(SUPPLIES["problems"]) if report.problems is None else None
    money = None if report.priced else NotAssessed(MISSING)
    return (
        Column("key", "Feature", "item", "The epic, or work that stands alone.", lambda r: r.ref, width=10),
        Column("title", "Title", "text", "Its title.", lambda r: r.title, width=18),
        Column("account", "Account", "text", "The one independent account that asked for it.",
               lambda r: r.account, width=12),
        Column("state", "How sure", "text",
               "confirmed: the account uses it, 90 days after the release or later, and nobody else was "
               "counted using it; presumptive: at least 80 % of the work in its source says where its demand "
               "came from, and nobody else asked; unknown: less does.", lambda r: r.state, width=11),
        Column("effort", "Effort", "days", "Person-days in the period, of everything under it.",
               lambda r: r.effort, "person-days"),
        Column("cost", "Cost", "range",
               "What it costs over its life, build and upkeep, at today's worth: p10, p50 and p90 of 10,000 "
               "draws that are always the same.", lambda r: spread(r.cost.cost), unit, 19),
        Column("build", "Build", "days",
               "Person-days that the cost rests on: what everything under it took until the day asked about, "
               "without its upkeep, whatever the period; of an unreleased one its estimate, if that is more.",
               lambda r: r.cost.build, "person-days"),
        Column("build_basis", "Build is", "text",
               "spent: it is released; estimate: it is not, and has taken less than that; so far: it is "
               "not, and has no such estimate; given up: it was declined.", lambda r: r.cost.basis),
        Column("build_cost", "Build costs", "range",
               "The build at the lowest and at the highest rates of who did it, before any overrun.",
               lambda r: money or _range(r.cost), unit),
        Column("released", "Released", "time", "When it was done for the first time.",
               lambda r: r.cost.released),
        Column("tail", "Observed tail", "days",
               "Person-days since the day after the release on bugs under it, and on bugs and support that "
               "are linked to it.", lambda r: r.cost.upkeep and r.cost.upkeep.effort, "person-days"),
        Column("upkeep", "Upkeep a year", "share",
               "The observed tail by the year, as a part of the build, which the cost then rests on; empty "
               "before the feature is a year old and where nothing is linked: then 10–30 % are assumed.",
               lambda r: r.cost.cost.inputs.observed_yearly),
        Column("tail_items", "Its items", "items", "The bugs and support that took it.",
               lambda r: r.cost.upkeep.items if r.cost.upkeep else ()),
        Column("paid", "Paid", "money", "What the customer pays for it.", lambda r: _paid(r), "money"),
        Column("cover", "Cover", "range",
               "The part of the cost that is paid for: of the p90, and of the p10.",
               lambda r: money or _cover(r), "ratio"),
        Column("weeks", "Displaced", "number",
               "Person-weeks of the build, which went into nothing else. They are not added to the cost.",
               lambda r: r.cost.weeks, "person-weeks"),
        Column("instead", "Best problem with less", "text",
               "Of the problems that it does not serve and that got fewer person-days than its build, the "
               "one with the highest opportunity.",
               lambda r: missing or (r.displaced and r.displaced.problem)),
        Column("instead_opportunity", "Its opportunity", "number",
               "From 0 to 20, as in the report on problems.",
               lambda r: missing or (r.displaced and r.displaced.opportunity)),
        Column("instead_effort", "It got", "days",
               "Person-days until the day asked about of all work that names it.",
               lambda r: missing or (r.displaced and r.displaced.effort), "person-days"),
        Column("names_problem", "Names its problem", "flag",
               "Whether it says which problem it serves; if not, other customers may have that problem.",
               lambda r: missing or r.names_problem),
        Column("later", "Used later by", "list",
               "Accounts that were counted using it only later than 90 days after the release.",
               lambda r: r.later),
        Column("class", "Class", "class", "The class of the feature, as in the report on sales-led work.",
               lambda r: r.verdict),
        Column("why", "Why", "text", "What its class rests on.", lambda r: r.why),
        Column("first_asked", "First asked", "time", "When the account first asked for it.",
               lambda r: r.first_asked),
        Column("items", "Items", "items", "The work under it in the period.",
               lambda r: sorted(r.items, key=natural)),
    )  # fmt: skip


def spread(cost: Cost) -> Range:
    """The cost as a range with its middle."""
    return Range(float(cost.p10), float(cost.p90), float(cost.p50))


def _range(cost: FeatureCost) -> Range:
    return Range(float(cost.cost.inputs.build.low), float(cost.cost.inputs.build.high))


def _paid(row: Row) -> Fraction | NotAssessed:
    payment = row.cost.payment
    if payment.amount is not None:
        return payment.amount
    return NotAssessed(f"a plain figure instead of {payment.said!r}" if payment.said else SUPPLY)


def _cover(row: Row) -> Range | NotAssessed | None:
    paid = _paid(row)
    if isinstance(paid, NotAssessed):
        return paid
    cover = row.cost.cost.cover
    return Range(float(cover[0]), float(cover[1])) if cover else None


SHARED = (
    Column("key", "Feature", "item", "The epic, or work that stands alone.", lambda s: s.ref, width=12),
    Column("title", "Title", "text", "Its title.", lambda s: s.title, width=14),
    Column("account", "Asked for by", "text", "The one independent account that asked for it.",
           lambda s: s.account, width=12),
    Column("adopters", "Used by", "list", "The others that used it within 90 days of the release.",
           lambda s: s.adopters, width=13),
    Column("supporters", "Problem of", "list",
           "The others that rank a problem which it serves in the worst third of theirs.",
           lambda s: s.supporters, width=13),
    Column("effort", "Effort", "days", "Person-days in the period, of everything under it.",
           lambda s: s.effort, "person-days", 6),
)  # fmt: skip
COVERED = (
    Column("source", "Source", "text", "The tracker, as the configuration calls it.", lambda c: c[0],
           width=20),
    Column("covered", "Says where its demand came from", "share",
           "The part of its work in the period, by items, that says where its demand came from.",
           lambda c: c[1], width=32),
)  # fmt: skip


def _nobody_else(report: SingleCustomer) -> str:
    if not report.knows_use:
        return f"Who uses them is {NotAssessed(SUPPLIES['adoption'])}."
    return "None: no second customer was counted using any of these, or ranks their problem among its worst."


def names(shared: Shared) -> str:
    """Who asked for a feature and who uses it, in words."""
    said = [f"asked for by {shared.account}"]
    if shared.adopters:
        said.append(f"used by {' and '.join(shared.adopters)}")
    if shared.supporters:
        have = "has" if len(shared.supporters) == 1 else "have"
        said.append(f"{' and '.join(shared.supporters)} {have} the problem")
    return ", ".join(said)


def upkeep(cost: FeatureCost) -> str:
    """What the upkeep of a feature rests on, in words."""
    if cost.basis == "given up":
        return "no upkeep: it was given up"
    if (yearly := cost.cost.inputs.observed_yearly) is not None and cost.upkeep:
        seen = counted(len(cost.upkeep.items), "item")
        return f"upkeep {round(yearly * 100)} % a year as observed ({seen})"
    return "upkeep assumed, 10–30 % a year"


def unassessed(report: SingleCustomer) -> tuple[str, ...]:
    """What could not be looked at, and what that needs."""
    use = f"Who uses it: {NotAssessed(SUPPLIES['adoption'])}."
    asked = "Whether other customers have the problem, and what was displaced"
    told = [] if report.knows_use else [use]
    if report.problems is None:
        told.append(f"{asked}: {NotAssessed(SUPPLIES['problems'])}.")
    elif (rest := len(report.rows) - report.problems) > 0:
        told.append(f"Whether other customers have the problem of {rest} of these: {NotAssessed(NAMING)}.")
    return tuple(told)


def _notes(report: SingleCustomer) -> tuple[str, ...]:
    thin = [source for source, c in report.coverage if c is None or c < COVERAGE]
    return (
        *(f"{source}: less than 80 % of the work says where its demand came from, so the silence of other "
          "customers means nothing." for source in thin),
        *unassessed(report),
        *((f"Costs are in person-days: money needs {MISSING}.",) * (not report.priced)),
        "Upkeep is observed where bugs and support are linked to a feature that was released a year ago; "
        "else it is assumed. What was never linked is not in it (docs/hidden-cost.md).",
    )  # fmt: skip
