"""Warnings as a page of text, and as a part of the overview's."""

from tracker_sync.render.page import Page
from tracker_sync.render.prose import wrapped
from tracker_sync.render.sheets import warnings as sheets
from tracker_sync.reports.finding import Finding
from tracker_sync.reports.query import day_text
from tracker_sync.reports.warnings import Warnings

LISTED = 5
"""So many epics of a finding are named."""


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
        ("Not assessed", [f"{u.detector}: {u.what}; needs {u.needs}." for u in report.unassessed]),
        ("Within the limit", [f"{h.detector}: {h.claim}" for h in report.holds]),
    ):
        if rows:
            page.line(title, "bold")
            for row in rows:
                page.line(wrapped(row, 4, 2))
            page.line()
    for note in told.notes:
        page.line(wrapped(note, 2, 0))


def _finding(page: Page, report: Warnings, finding: Finding) -> None:
    page.line(f"{finding.severity}: {finding.id}", "bold")
    page.line(wrapped(finding.claim, 4, 2))
    page.line(wrapped(f"This is consistent with {finding.pattern}.", 4, 2))
    page.line(wrapped(finding.question, 4, 2), "bold")
    epics = ", ".join(finding.epics[:LISTED])
    more = len(finding.epics) - LISTED
    page.line(wrapped(f"behind it: {epics}{f' and {more} more' if more > 0 else ''}", 4, 2))
    if finding.first_seen is not None:
        day = day_text(finding.first_seen, report.query.zone)
        page.line(wrapped(f"found at every month end {sheets.seen(finding)} {day}; "
                          f"stated in {finding.threshold.stated}", 4, 2))  # fmt: skip
    page.line()


def overview(page: Page, report: Warnings) -> None:
    """The claims of what was found, most severe first."""
    if not report.findings:
        return
    page.line("Warnings (tracker-sync report warnings):")
    for finding in report.findings:
        page.line(wrapped(f"{finding.severity}: {finding.claim}", 4, 2))
    page.line()
