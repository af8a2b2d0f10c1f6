"""What was built for one customer alone, in words."""

from fractions import Fraction

from tracker_sync.items import natural
from tracker_sync.render.prose import counted
from tracker_sync.render.sheet import Column, Figure, NotAssessed, Sheet, Table
from tracker_sync.reports.single_customer import COVERAGE, SingleCustomer

SURE = {
    "presumptive": "Presumptive: most work says who asked for it, and nobody else did.",
    "unknown": "Unknown: too little work says who asked for it, so others may have.",
    "confirmed": "Confirmed by usage.",
}
"""What each state means."""
FEATURES = (
    Column("key", "Feature", "item", "The epic, or work that stands alone.", lambda r: r.ref, width=18),
    Column("title", "Title", "text", "Its title.", lambda r: r.title, width=22),
    Column("account", "Account", "text", "The one independent account that asked for it.",
           lambda r: r.account, width=18),
    Column("state", "How sure", "text",
           "presumptive: at least 80 % of the work in its source says where its demand came from, and nobody "
           "else asked; unknown: less does; confirmed: usage says so.", lambda r: r.state, width=11),
    Column("effort", "Effort", "days", "Person-days in the period, of everything under it.",
           lambda r: r.effort, "person-days", 7),
    Column("class", "Class", "text", "The class of the feature, as in the report on sales-led work.",
           lambda r: r.verdict),
    Column("why", "Why", "text", "What its class rests on.", lambda r: r.why),
    Column("first_asked", "First asked", "time", "When the account first asked for it.",
           lambda r: r.first_asked),
    Column("items", "Items", "items", "The work under it in the period.",
           lambda r: sorted(r.items, key=natural)),
)  # fmt: skip
COVERED = (
    Column("source", "Source", "text", "The tracker, as the configuration calls it.", lambda c: c[0],
           width=20),
    Column("covered", "Says where its demand came from", "share",
           "The part of its work in the period, by items, that says where its demand came from.",
           lambda c: c[1], width=32),
)  # fmt: skip


def sheet(report: SingleCustomer) -> Sheet:
    """The report as sentences, figures and tables."""
    whole = report.effort_total
    return Sheet(
        "single-customer", "What did we build for one customer alone?", report.query,
        headline=(headline(report),),
        figures=(
            Figure("single_customer", "Features for one customer alone", "count", len(report.rows),
                   "Features that exactly one independent account asked for.", "features"),
            Figure("features", "Features looked at", "count", report.features,
                   "Epics, and work that stands alone and is no repair, that were committed and worked on in "
                   "the period.", "features"),
            Figure("effort", "Their effort", "days", report.effort,
                   "Person-days on them in the period; work under two of them counts once.", "person-days"),
            Figure("share_of_effort", "Their part of all effort", "share",
                   report.effort / whole if whole else None,
                   "Their effort, of that of all work in the period. More may be for one customer alone "
                   "among the features that name no account."),
            Figure("confirmed", "Confirmed by usage", "count", NotAssessed("adoption data"),
                   "Features that nobody but the account uses."),
        ),
        tables=(
            Table("features", "Features for one customer alone, largest first", FEATURES, report.rows,
                  "No feature is known to be for a single customer."),
            Table("request_coverage", "How much of the work says where its demand came from", COVERED,
                  report.coverage),
        ),
        unknowns=(("no_account_named", report.unnamed),),
        notes=_notes(report),
    )  # fmt: skip


def headline(report: SingleCustomer) -> str:
    """The answer in a sentence."""
    unnamed = f"{counted(len(report.unnamed), 'feature')} name no account, so any of them may be, too."
    if not report.rows:
        return f"No feature of {report.features} is known to be for one customer alone. {unnamed}"
    return f"{len(report.rows)} of {report.features} features were asked for by one customer alone. {unnamed}"


def _notes(report: SingleCustomer) -> tuple[str, ...]:
    thin = [source for source, c in report.coverage if c is None or c < Fraction(COVERAGE)]
    return (
        *(f"{source}: less than 80 % of the work says where its demand came from, so the silence of other "
          "customers means nothing." for source in thin),
        "Only adoption data could confirm that nobody else uses a feature.",
    )  # fmt: skip
