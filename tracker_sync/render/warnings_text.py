"""Warnings as a page of text, and as a part of the overview's."""

from collections import Counter
from collections.abc import Iterator

from tracker_sync.render.page import Page
from tracker_sync.render.prose import counted, wrapped
from tracker_sync.render.sheets import warnings as sheets
from tracker_sync.reports.finding import Finding
from tracker_sync.reports.query import day_text
from tracker_sync.reports.warnings import Warnings

LISTED = 5
"""So many epics of a finding are named, and so many rows of its evidence."""
LINES = 8
"""So many warnings stand on the overview, one of each detector."""


def page(page: Page, report: Warnings) -> None:
    """The whole report, the most severe first."""
    page.title("What in our work is worth a question?", report.query)
    told = sheets.sheet(report)
    for n, sentence in enumerate(told.headline):
        page.line(sentence, "" if n else "bold")
    page.line()
    for finding in report.findings:
        _finding(page, report, finding)
    for title, rows in (
        ("Not assessed", [f"{', '.join(names)} needs {needs}." for needs, names in _lacking(report)]),
        ("Looked at, and nothing to ask", [f"{h.detector}: {h.claim}" for h in report.holds]),
    ):
        if rows:
            page.line(title, "bold")
            for row in rows:
                page.line(wrapped(row, 4, 2))
            page.line()
    for note in told.notes:
        page.line(wrapped(note, 2, 0))


def _finding(page: Page, report: Warnings, finding: Finding) -> None:
    page.line(f"{'dismissed' if finding.dismissed else finding.severity}: {finding.id}", "bold")
    if gone := finding.dismissed:
        until = day_text(gone.until, report.query.zone)
        page.line(wrapped(f"{gone.by} dismissed it until {until}: {gone.why}", 4, 2))
    page.line(wrapped(finding.claim, 4, 2))
    page.line(wrapped(f"This is consistent with {finding.pattern}.", 4, 2))
    page.line(wrapped(finding.question, 4, 2), "bold")
    epics = ", ".join(finding.epics[:LISTED])
    more = len(finding.epics) - LISTED
    page.line(wrapped(f"behind it: {epics}{f' and {more} more' if more > 0 else ''}", 4, 2))
    for line in _evidence(report, finding):
        page.line(wrapped(line, 6, 4))
    if finding.first_seen is not None:
        day = day_text(finding.first_seen, report.query.zone)
        page.line(wrapped(f"found at every month end {sheets.seen(finding)} {day}; "
                          f"stated in {finding.threshold.stated}", 4, 2))  # fmt: skip
    page.line()


def _evidence(report: Warnings, finding: Finding) -> Iterator[str]:
    """What happened, with when and in what role; who it was is never told."""
    for row in finding.evidence[:LISTED]:
        when = f"{day_text(row.at, report.query.zone)} " if row.at is not None else ""
        yield f"{when}{row.item} {row.what}{f' ({row.role})' if row.role else ''}"
    if (more := len(finding.evidence) - LISTED) > 0:
        yield f"and {counted(more, 'row')} more: --format csv --table evidence"


def _lacking(report: Warnings) -> list[tuple[str, list[str]]]:
    """(what is missing, the detectors that need it), in the order of the report."""
    found: dict[str, list[str]] = {}
    for one in report.unassessed:
        found.setdefault(one.needs, []).append(
            f"{one.detector} ({one.subject})" if one.subject else one.detector
        )
    return [*found.items()]


def overview(page: Page, report: Warnings) -> None:
    """The claims of what was found, most severe first, of each detector the first."""
    open_ = [f for f in report.findings if f.dismissed is None]
    if not open_:
        return
    page.line("Warnings (tracker-sync report warnings):")
    like = Counter(f.detector for f in open_)
    firsts = [f for n, f in enumerate(open_) if f.detector not in {g.detector for g in open_[:n]}]
    for finding in firsts[:LINES]:
        more = like[finding.detector] - 1
        told = f"{finding.severity}: {finding.claim}" + (f" And {more} more like it." if more else "")
        page.line(wrapped(told, 4, 2))
    if len(firsts) > LINES:
        page.line(f"  and {counted(len(firsts) - LINES, 'other pattern')}")
    page.line()
