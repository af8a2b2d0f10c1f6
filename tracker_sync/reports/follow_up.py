"""Which repairs and support a feature brought, as the log links them to it."""

from collections.abc import Iterator, Mapping, Sequence

from tracker_sync.reports.courses import under
from tracker_sync.reports.keys import called
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.states.told import Told

LINKS = ("links", "cross-referenced")
"""The attributes that hold Jira's issue links, of any kind, and GitHub's cross-references."""


def follow_ups(
    org: Portfolio, told: Mapping[int, Told], work: Mapping[int, Sequence[int]]
) -> dict[int, list[int]]:
    """By feature, given the rows under it: the bugs among these; and what is linked to any of them and is a
    bug or came from support, with all that is under that. `told` has what is known of the `LINKS` of rows."""
    linked = {f: {k for r in rows if r in told for k in _named(org, r, told[r])} for f, rows in work.items()}
    rows_of = called(org, sorted({key for some in linked.values() for key in some}))
    kept = {row for row in rows_of.values() if _is_follow_up(org, row)}
    bugs = {f: {r for r in rows if r != f and org.now["bug"][r]} for f, rows in work.items()}
    below = under(org, sorted(kept.union(*bugs.values())))
    found = {}
    for feature, rows in work.items():
        tops = {rows_of[key] for key in linked[feature] if key in rows_of} & kept
        others = {r for top in tops for r in below[top]} - set(rows)
        found[feature] = sorted({r for bug in bugs[feature] for r in below[bug]} | others)
    return found


def _is_follow_up(org: Portfolio, row: int) -> bool:
    return bool(org.now["bug"][row]) or org.words.vals[org.now["origin"][row]] == "support"


def _named(org: Portfolio, row: int, told: Told) -> Iterator[str]:
    """The keys of what a row is linked to."""
    source = org.words.vals[org.sources[row]]
    for key in (*told.state.get("links", {}).values(), *(e.key for e in told.noted if e.key)):
        yield f"{source}:{key}"
