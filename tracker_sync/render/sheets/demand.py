"""Who asked for what, and what became of it, in words."""

from fractions import Fraction

from tracker_sync.render.prose import counted
from tracker_sync.render.sheet import Chart, Column, Figure, NotAssessed, Sheet, Table
from tracker_sync.render.values import span
from tracker_sync.reports.demand import Demand

REQUESTS = (
    Column("key", "Request", "item", "The nearest epic at or above what was asked for, or without an epic "
           "the topmost item; once for each account that asked.", lambda r: r.ref, width=14),
    Column("title", "Title", "text", "Its title.", lambda r: r.title, width=17),
    Column("account", "Account", "text", "The independent account that asked: a parent company and what "
           "belongs to it are one.", lambda r: r.account, width=17),
    Column("in_customers_file", "In the customers file", "flag", "Whether the customers file has the "
           "account.",
           lambda r: r.then.known),
    Column("segment", "Segment then", "text", "The account's segment when it first asked.",
           lambda r: r.then.segment),
    Column("status", "Status then", "text", "What the account was to us when it first asked: prospect, "
           "customer, design-partner or churned.", lambda r: r.then.status),
    Column("icp", "In the ICP then", "flag", "Whether the product was for such accounts when it first "
           "asked; empty where that is not known.", lambda r: r.then.icp),
    Column("roles", "Roles", "list", "In what roles people asked: buyer, user, sales, support, executive "
           "or research.", lambda r: list(r.roles)),
    Column("source", "Source", "text", "Where the demand came from: the origin of what the account asked "
           "for first.", lambda r: r.source),
    Column("first_asked", "First asked", "time", "The first moment that something showed the account's wish.",
           lambda r: r.first_asked),
    Column("accounts", "By", "count", "How many independent accounts asked for it, in all.",
           lambda r: r.accounts, "accounts", 3),
    Column("icp_accounts", "Of the ICP", "count", "How many of them are now among those that the product "
           "is for.",
           lambda r: r.icp_accounts, "accounts"),
    Column("state", "State", "text", "waiting: nobody has committed to it; committed: accepted for work; "
           "in progress: work on it has begun; done; declined.", lambda r: r.state, width=11),
    Column("committed", "Committed", "time", "When it was accepted for work.", lambda r: r.committed),
    Column("closed", "Closed", "time", "Since when it is done or declined.", lambda r: r.closed),
    Column("resolution", "Resolution", "text", "Why it was declined, in the tracker's words.",
           lambda r: r.resolution),
    Column("decided_against", "Decided against", "text", "The opportunity that its title or labels name "
           "and that the strategy had decided against: when it was declined, or else now.",
           lambda r: r.against.id if r.against else None),
    Column("why", "Why", "text", "Why the strategy decided against that.",
           lambda r: r.against.why if r.against else None),
    Column("effort", "Effort", "days", "Person-days in the period; where n accounts asked, 1/n of them.",
           lambda r: r.effort, "person-days", 6),
    Column("items", "Items", "items", "What the account asked for: the unit itself, or else items under it.",
           lambda r: list(r.items)),
)  # fmt: skip
ACCOUNTS = (
    Column("account", "Account", "text", "The independent account.", lambda a: a.profile.name, width=18),
    Column("segment", "Segment", "text", "Its segment now.", lambda a: a.profile.segment),
    Column("status", "Status", "text", "What it is to us now.", lambda a: a.profile.status),
    Column("icp", "In the ICP", "flag", "Whether the product is for such accounts; empty where that is not "
           "known.", lambda a: a.profile.icp),
    Column("arr", "ARR", "money", "What it pays a year, as the customers file has it now.",
           lambda a: a.profile.arr),
    Column("requests", "Asked", "count", "How many units it asked for.", lambda a: a.units, "units", 5),
    Column("waiting", "Waiting", "count", "Of them, those that nobody has committed to.",
           lambda a: a.states["waiting"], "units", 7),
    Column("committed", "Committed", "count", "Of them, those accepted and not begun.",
           lambda a: a.states["committed"], "units"),
    Column("in_progress", "In progress", "count", "Of them, those that work has begun on.",
           lambda a: a.states["in progress"], "units"),
    Column("done", "Done", "count", "Of them, those done.", lambda a: a.states["done"], "units", 4),
    Column("declined", "Declined", "count", "Of them, those declined.", lambda a: a.states["declined"],
           "units", 8),
    Column("effort", "Effort", "days", "Person-days on them in the period; where n accounts asked, 1/n of "
           "them.",
           lambda a: a.effort, "person-days", 6),
    Column("share_of_effort", "Share", "share", "Its part of all effort that any account asked for.",
           lambda a: a.share, width=5),
    Column("wait", "Wait", "number", "Days from first asked to commitment, the median of what was "
           "committed to after the account had asked.", lambda a: a.wait, "days", 5),
    Column("waits", "Committed after asking", "count", "How many units that median is of.", lambda a: a.waits,
           "units"),
    Column("longest", "Oldest", "number", "Days since it asked for what has waited longest.",
           lambda a: a.longest, "days", 6),
)  # fmt: skip
SEGMENTS = (
    Column("segment", "Segment", "text", "The accounts' segment now.", lambda s: s.segment, width=22),
    Column("accounts", "Accounts", "count", "Independent accounts of the customers file in it.",
           lambda s: s.accounts, "accounts", 8),
    Column("asked", "Asked", "count", "How many of them asked for anything.", lambda s: s.asked,
           "accounts", 6),
    Column("requests", "Units", "count", "Units that any of them asked for.", lambda s: s.units, "units", 6),
    Column("shared", "By two or more", "count", "Units that two or more of them asked for.",
           lambda s: s.shared,
           "units", 14),
    Column("effort", "Effort", "days", "Person-days on them in the period; where n accounts asked, 1/n of "
           "them.",
           lambda s: s.effort, "person-days", 6),
    Column("share_of_effort", "Share", "share", "Its part of all effort that any account asked for.",
           lambda s: s.share, width=5),
)  # fmt: skip


def sheet(report: Demand) -> Sheet:
    """The report as sentences, figures and tables."""
    tables = (
        Table("requests", "Who asked for what", REQUESTS, report.rows, "No account asked for anything."),
        Table("accounts", "By account, most effort first", ACCOUNTS, report.accounts,
              "No account asked for anything."),
        Table("segments", "By segment, most effort first", SEGMENTS, report.segments),
    )  # fmt: skip
    return Sheet(
        "demand", _question(report), report.query, headline=_headline(report), figures=_figures(report),
        tables=tables if report.segments else tables[:2],
        unknowns=(
            ("no_account_named", report.unnamed),
            ("unclear_account", report.unclear),
            ("account_not_in_file", report.strangers),
        ),
        notes=_notes(report),
        charts=_charts(report),
    )  # fmt: skip


def _charts(report: Demand) -> tuple[Chart, ...]:
    if report.customer is not None:
        return ()
    accounts = Chart("accounts", "amounts", "Effort by account", ("effort",), "accounts", "account",
                     group="segment")  # fmt: skip
    segments = Chart("segments", "amounts", "Effort by segment", ("effort",), "segments", "segment")
    return (accounts, segments) if report.segments else (accounts,)


def _question(report: Demand) -> str:
    if report.customer is not None:
        return f"What did {report.customer} ask for, and what became of it?"
    return "Who asked for what, and what became of it?"


def _headline(report: Demand) -> tuple[str, ...]:
    if not report.units:
        return (
            f"{report.customer or 'No account'} asked for {'nothing' if report.customer else 'anything'}.",
        )
    if report.customer is not None:
        return (f"{report.customer} asked for {counted(report.units, 'thing')}; {_shared(report)}",)
    asked = counted(len(report.accounts), "account")
    said = [f"{asked} asked for {counted(report.units, 'thing')}; {_shared(report)}"]
    if report.share.low is not None:
        said.append(f"{span(report.share)} of the effort went into what accounts asked for.")
    if report.icp and report.icp[1]:
        said.append(
            f"Of the {counted(report.icp[1], 'account')} that the product is for, {report.icp[0]} asked."
        )
    return tuple(said)


def _shared(report: Demand) -> str:
    many = {0: "none of them was", 1: "1 of them was"}.get(report.shared, f"{report.shared} of them were")
    return f"{many} asked for by more than one account."


def _figures(report: Demand) -> tuple[Figure, ...]:
    mine = sum((a.effort for a in report.accounts), Fraction(0))
    return (
        Figure("requests", "Asked for", "count", report.units,
               "Units of demand that stood in the period: asked for in it, or at its start neither done nor "
               "declined, or worked on in it.", "units"),
        Figure("shared", "By two or more accounts", "count", report.shared,
               "Of them, those that two or more independent accounts asked for.", f"of {report.units} units"),
        *([] if report.customer else _accounts(report)),
        Figure("effort", "Effort that accounts asked for", "days", mine,
               "Person-days in the period on what accounts asked for; where n of them asked, 1/n each.",
               "person-days"),
        *([] if report.customer else [_share(report)]),
    )  # fmt: skip


def _accounts(report: Demand) -> list[Figure]:
    asked, fitting, unknown = report.icp or (0, 0, 0)
    needs = None
    if report.icp is None:
        needs = NotAssessed("customers.csv (set [strategy] customers)")
    elif not fitting and unknown:
        needs = NotAssessed("[icp] in strategy.toml, or the column icp in customers.csv")
    return [
        Figure("accounts", "Accounts that asked", "count", len(report.accounts),
               "Independent accounts that asked for them.", "accounts"),
        Figure("icp_asked", "Of those the product is for, asked", "count", needs or asked,
               "The independent accounts in the ICP now that asked for any of them.",
               f"of {fitting} accounts"),
        Figure("icp_accounts", "Accounts the product is for", "count", needs or fitting,
               "The independent accounts of the customers file that are in the ICP now.", "accounts"),
    ]  # fmt: skip


def _share(report: Demand) -> Figure:
    return Figure(
        "share_of_effort", "Their part of all effort", "share", report.share,
        "That effort, of the effort of all work in the period: at least what names an account, at most also "
        "what names none and does not come from inside.", "of effort",
    )  # fmt: skip


def _notes(report: Demand) -> tuple[str, ...]:
    said = []
    if report.unnamed:
        said.append(
            f"{counted(len(report.unnamed), 'thing')} came from outside and name no account; to say "
            f"whose they "
            'are: tracker-sync tag KEY --customer NAME --reason "..."'
        )
    if report.icp and report.icp[2] and report.icp[1]:
        said.append(
            f"Of {counted(report.icp[2], 'account')} nobody can tell whether the product is for them."
        )
    if any(a.waits for a in report.accounts):
        said.append(
            "A wait is of what was committed to. What still waits is not in it, so the true one is longer."
        )
    return tuple(said)
