"""What in the work is worth a question, in words."""

from fractions import Fraction
from typing import Any

from tracker_sync.render.prose import counted
from tracker_sync.render.sheet import Column, Figure, Range, Sheet, Table
from tracker_sync.reports.finding import SEVERITIES, Finding, Measured, Threshold
from tracker_sync.reports.warnings import Warnings


def sheet(report: Warnings) -> Sheet:
    """The report as sentences, figures and tables."""
    return Sheet(
        "warnings", "What in our work is worth a question?", report.query,
        headline=headline(report),
        figures=(
            *(
                Figure(f"{level}s", f"{level.capitalize()}s", "count", count(report, level),
                       "Findings of this severity that nobody dismissed.")
                for level in SEVERITIES[::-1]
            ),
            Figure("dismissed", "Dismissed", "count", sum(f.dismissed is not None for f in report.findings),
                   "Findings of which somebody said why they do not matter, and until when."),
            Figure("holds", "Looked at, and nothing to ask", "count", len(report.holds),
                   "What is within its limit, whatever the work is that nobody tagged."),
            Figure("not_assessed", "Not assessed", "count", len(report.unassessed),
                   "What could not be looked at, because something is missing. It is not a pass."),
        ),
        tables=(
            Table("findings", "Findings", FINDINGS, report.findings,
                  "Nothing was found in what was looked at."),
            Table("evidence", "What the findings rest on", EVIDENCE,
                  [(f, e) for f in report.findings for e in f.evidence],
                  "No finding rests on single events."),
            Table("not_assessed", "Not assessed", UNASSESSED, report.unassessed,
                  "Everything was looked at."),
            Table("holds", "Looked at, and nothing to ask", HOLDS, report.holds,
                  "Nothing is within its limit for certain."),
        ),
        notes=_notes(report),
    )  # fmt: skip


def headline(report: Warnings) -> tuple[str, ...]:
    """The answer in sentences."""
    open_ = [f for f in report.findings if f.dismissed is None]
    told = [counted(n, level) for level in SEVERITIES[::-1] if (n := count(report, level))]
    rest = len(report.unassessed)
    return (
        f"{counted(len(open_), 'finding')}: {', '.join(told)}." if open_ else
        "Nothing was found in what was looked at.",
        *((f"{counted(rest, 'thing')} could not be assessed, which is not a pass.",) if rest else ()),
    )  # fmt: skip


def count(report: Warnings, level: str) -> int:
    """Findings of a severity that nobody dismissed."""
    return sum(f.severity == level and f.dismissed is None for f in report.findings)


def _measured(row: Any) -> Fraction | Range:
    found: Measured = row.measured
    high = found.low if found.high is None else found.high
    return Range(float(found.low), float(high))


def _k(row: Any) -> float:
    found: Measured = row.measured
    return float(found.low if found.whole is None else found.low * found.whole)


def _interval(row: Any) -> Range | None:
    found: Measured = row.measured
    return Range(*found.interval) if found.interval else None


def _threshold(row: Any) -> float:
    limit: Threshold = row.threshold
    return float(limit.value)


_COMMON = (
    Column("found", "Found", "range",
           "The figure: at least, and at most for all that is known. Shares go from 0 to 1.", _measured),
    Column("unit", "Unit", "text", "share (0 to 1), or what is counted.", lambda r: r.measured.unit),
    Column("k", "k", "number", "What surely counts, in the unit of n.", _k),
    Column("n", "n", "number", "What it is a share of; empty for a plain count.",
           lambda r: None if r.measured.whole is None else float(r.measured.whole)),
    Column("n_unit", "n is in", "text", "The unit of k and n.",
           lambda r: r.measured.whole_unit or r.measured.unit),
    Column("n_items", "Items behind n", "count", "How many items the figure rests on.",
           lambda r: r.measured.n),
    Column("interval", "Interval", "range", "95 %: what chance adds on either side; empty for a plain count.",
           _interval),
    Column("threshold", "Threshold", "number", "Where the figure becomes a finding.", _threshold),
    Column("stated", "Stated in", "text", "Where the threshold is stated.", lambda r: r.threshold.stated),
)  # fmt: skip
FINDINGS = (
    Column("claim", "Claim", "text", "What was found, with its figures.", lambda f: f.claim, width=30),
    Column("severity", "Severity", "text",
           "note: worth knowing, or true only if untagged work is what it may be; warning: worth a talk; "
           "alarm: should not wait.", lambda f: f.severity, width=8),
    Column("question", "Question", "text", "What to ask yourselves.", lambda f: f.question, width=24),
    Column("epics", "Epics", "items", "The epics that it rests on, or work that stands alone, largest first.",
           lambda f: list(f.epics)),
    Column("first_seen", "First seen", "time",
           "The first month end from which on it was found at every month end, by what the trackers showed "
           "and the strategy stated then; of the twelve before the end of the period.",
           lambda f: f.first_seen, width=10),
    Column("id", "Finding", "text", "Its permanent name, by which it can be dismissed.", lambda f: f.id),
    Column("detector", "Detector", "text", "What found it.", lambda f: f.detector),
    Column("confidence", "Confidence", "text",
           "How far the pattern can be believed where it is found: low, medium or high. How bad it would be "
           "is its severity.", lambda f: f.confidence),
    Column("pattern", "Consistent with", "text", "What the finding is consistent with. It is no verdict.",
           lambda f: f.pattern),
    Column("certain", "Certain", "flag", "Whether it holds whatever the untagged work is.",
           lambda f: f.certain),
    *_COMMON,
    Column("items", "Items", "items", "All items that it rests on.", lambda f: list(f.items)),
    Column("seen_before", "Or before", "flag", "Whether it already held at the earliest of those month ends.",
           lambda f: f.since_before),
    Column("dismissed_by", "Dismissed by", "text", "Who said that it does not matter for now.",
           lambda f: f.dismissed and f.dismissed.by),
    Column("dismissed_why", "Why", "text", "Their reason.", lambda f: f.dismissed and f.dismissed.why),
    Column("dismissed_until", "Until", "time", "Until when.", lambda f: f.dismissed and f.dismissed.until),
)  # fmt: skip
EVIDENCE = (
    Column("finding", "Finding", "text", "Its permanent name.", lambda r: r[0].id, width=26),
    Column("item", "Item", "item", "The item that shows it.", lambda r: r[1].item, width=16),
    Column("what", "What", "text", "What happened.", lambda r: r[1].what, width=20),
    Column("at", "When", "time", "When it happened; empty for what is no event.", lambda r: r[1].at,
           width=10),
    Column("event", "Event", "text", "The event's id in its tracker.", lambda r: r[1].event or None),
    Column("role", "Role", "text", "The role in people.toml of who did it; empty where nobody said.",
           lambda r: r[1].role or None),
    Column("strategy", "Strategy of", "time", "Since when the strategy had been in force that was so then.",
           lambda r: r[1].version),
)  # fmt: skip
UNASSESSED = (
    Column("detector", "Detector", "text", "What could not look.", lambda u: u.detector, width=29),
    Column("subject", "About", "text", "Whom or what it would be about.", lambda u: u.subject),
    Column("what", "Would find", "text", "What it would find.", lambda u: u.what),
    Column("needs", "Needs", "text", "What is missing, and how to supply it.", lambda u: u.needs, width=49),
)  # fmt: skip
HOLDS = (
    Column("claim", "Claim", "text", "What was found, with its figures.", lambda h: h.claim, width=47),
    Column("detector", "Detector", "text", "What looked.", lambda h: h.detector, width=29),
    Column("subject", "About", "text", "Whom or what it is about.", lambda h: h.subject),
    *_COMMON,
)  # fmt: skip


def seen(finding: Finding) -> str:
    """How long a finding has held, in words, without the day."""
    return "at least since" if finding.since_before else "since"


def _notes(report: Warnings) -> tuple[str, ...]:
    return (
        "A warning is a pattern in the work and no verdict: look at the items behind it before you act.",
        *(() if report.patterns else
          ("Patterns were not looked for, since the log is large: `tracker-sync report warnings` does it.",)),
        *(("Since when they have held was not looked for: the log is large.",)
          if report.findings and not report.looked_back else ()),
    )  # fmt: skip
