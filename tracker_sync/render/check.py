"""What a check found: as lines, as JSON, and as GitHub Actions shows it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from tracker_sync.render import clean
from tracker_sync.render.github import command
from tracker_sync.render.json import dump
from tracker_sync.render.links import Links
from tracker_sync.render.markdown import LIMIT, cell
from tracker_sync.render.prose import counted
from tracker_sync.render.sheet_json import clocks
from tracker_sync.reports.query import Clocks, Query

KINDS = {"alarm": "error", "warning": "warning", "note": "notice"}
"""How GitHub calls what we call so; the worst first."""
SHOWN = 10
"""Annotations of a kind that GitHub shows of a step, and drops the others without a word
(https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations)."""
MOST_OUTPUT = 100_000
"""Bytes of an output: steps get it through the environment, where Linux takes 131,072 for one variable."""
WRITES = {
    "label": "label added", "unlabel": "label removed", "comment": "comment added", "edit": "comment edited",
}  # fmt: skip


class Finding(NamedTuple):
    """Something to look at."""

    ref: str
    level: str
    """note, warning or alarm."""
    what: str


class Note(NamedTuple):
    """Something written, left or refused in a tracker."""

    ref: str
    what: str
    """A key of WRITES, or the tracker's refusal."""


class Written(Struct, frozen=True):
    """What was written in the trackers."""

    dry: bool
    made: Sequence[Note]
    left: Sequence[Note]
    refused: Sequence[Note]
    told: Sequence[str]
    """The same, counted, in sentences."""


class Checked(Struct, frozen=True):
    """What was checked, and found."""

    refs: Sequence[str]
    missing: Sequence[str]
    """Of them those that name no intent, and were not left out by their people."""
    findings: Sequence[Finding]
    seen: Clocks | Query
    written: Written | None = None

    @property
    def said(self) -> str:
        """It all in one sentence."""
        count = len({f.ref for f in self.findings})
        return f"{len(self.refs)} checked, {count} with findings"


def text(checked: Checked) -> str:
    """A line for each finding, and for each write."""
    lines = [f"{f.level}: {f.ref}: {clean(f.what)}" for f in checked.findings]
    if checked.written:
        verb = "would write" if checked.written.dry else "wrote"
        lines += [f"{verb}: {n.ref}: {WRITES[n.what]}" for n in checked.written.made]
    return "".join(f"{line}\n" for line in lines)


def json(checked: Checked, most: int | None = None) -> str:
    """One object; with `most`, as much of its lists as fits into so many bytes, and how long they were."""
    whole = dump(_told(checked, len(checked.findings) + len(checked.refs)))
    if most is None or len(whole) <= most:
        return whole
    rows = len(checked.findings) + len(checked.refs)
    counts = {"checked": len(checked.refs), "missing": len(checked.missing), "rows": len(checked.findings)}
    while rows and len(whole) > most:
        rows //= 2
        whole = dump(_told(checked, rows) | {"cut": counts})
    return whole


def _told(checked: Checked, rows: int) -> dict[str, Any]:
    found = [{"key": f.ref, "level": f.level, "what": f.what} for f in checked.findings[:rows]]
    told = {
        "schema": "tracker-sync/check/1",
        "generated_for": clocks(checked.seen),
        "checked": list(checked.refs[:rows]),
        "missing": list(checked.missing[:rows]),
        "rows": found,
    }
    if written := checked.written:
        told["written"] = {"dry_run": written.dry} | {
            name: [{"key": n.ref, "what": n.what} for n in notes[:rows]]
            for name, notes in (
                ("made", written.made), ("left", written.left), ("refused", written.refused),
            )
        }  # fmt: skip
    return told


def annotations(checked: Checked) -> str:
    """Workflow commands, no more than GitHub shows."""
    return "".join(_commands(checked.findings))


def _commands(findings: Sequence[Finding]) -> Iterator[str]:
    for level, kind in KINDS.items():
        of_it = [f for f in findings if f.level == level]
        fit = of_it if len(of_it) <= SHOWN else of_it[: SHOWN - 1]
        for finding in fit:
            yield command(kind, finding.ref, finding.what)
        if left := len(of_it) - len(fit):
            yield command(kind, "tracker-sync", f"{left} more like these; all are in the summary of the run")


def summary(checked: Checked, link: Links) -> str:
    """GitHub's Markdown for the page of the run, within what it takes."""
    count = len(checked.missing)
    head = (
        f"## Epics and the stated strategy\n\n{counted(len(checked.refs), 'open epic')} checked, "
        f"{count} without a strategic intent.\n"
    )
    room = LIMIT // 2 - len(head)
    parts = [head, _table("Findings", ("epic", "level", "what"), _rows(checked, link), room)]
    if written := checked.written:
        parts.append("".join(f"\n{cell(sentence)}.\n" for sentence in written.told))
        done = [(n, "would write" if written.dry else "written") for n in written.made]
        done += [(n, "refused") for n in written.refused]
        rows = [f"| {_key(n.ref, link)} | {cell(WRITES.get(n.what, n.what))} | {how} |\n" for n, how in done]
        parts.append(_table("In the trackers", ("item", "what", ""), rows, LIMIT // 3))
    return "".join(parts)


def _rows(checked: Checked, link: Links) -> list[str]:
    return [f"| {_key(f.ref, link)} | {f.level} | {cell(f.what)} |\n" for f in checked.findings]


def _table(title: str, columns: Sequence[str], rows: Iterable[str], room: int) -> str:
    lines, left = list[str](), 0
    for row in rows:
        room -= len(row.encode())
        if room > 0:
            lines.append(row)
        else:
            left += 1
    if not lines:
        return ""
    head = f"\n### {title}\n\n| {' | '.join(columns)} |\n|{' --- |' * len(columns)}\n"
    return head + "".join(lines) + (f"\n{counted(left, 'more row')} did not fit here.\n" if left else "")


def _key(ref: str, link: Links) -> str:
    address = link(ref)
    return f"[{cell(ref)}]({address})" if address else cell(ref)
