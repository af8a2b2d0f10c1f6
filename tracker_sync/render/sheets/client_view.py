"""What one client may see of its own requests, in words made for the client."""

from collections.abc import Callable
from datetime import tzinfo

from tracker_sync.render.prose import counted
from tracker_sync.render.sheet import Column, Figure, Sheet, Table
from tracker_sync.reports.client import ClientRequest, ClientView
from tracker_sync.reports.query import day_text

SAID = {
    "waiting": "not decided yet", "committed": "planned", "in progress": "in progress", "done": "done",
    "declined": "declined",
}  # fmt: skip
"""What the states are called for a client."""
ALL = 10_000
"""A client gets the whole list, whatever a page for reading shows elsewhere."""


def sheet(report: ClientView) -> Sheet:
    """The report as sentences, figures and tables; it has nothing that the view has not."""
    called = _title(report.query.zone)
    states = [r.state for r in report.requests]
    figures = tuple(
        Figure(state.replace(" ", "_"), SAID[state].capitalize(), "count", states.count(state),
               f"Your requests that are {SAID[state]}.", f"of {len(states)}")
        for state in SAID
    )  # fmt: skip
    declined = [r for r in report.requests if r.state == "declined"]
    tables = (
        Table("requests", "Your requests, oldest first", _requests(called), report.requests,
              "There is none in this period.", ALL),
        Table("declined", "What we will not do, and why", _declined(called), declined, "Nothing.", ALL),
    )  # fmt: skip
    return Sheet(
        "client-view", f"What became of the requests of {report.customer}?", report.query,
        headline=(_headline(states),), figures=figures, tables=tables if declined else tables[:1],
    )  # fmt: skip


def _headline(states: list[str]) -> str:
    if not states:
        return "There is no request in this period."
    told = ", ".join(f"{states.count(state)} {said}" for state, said in SAID.items() if state in states)
    return f"You asked for {counted(len(states), 'thing')}: {told}."


def _title(zone: tzinfo) -> Callable[[ClientRequest], str]:
    return lambda r: r.title if r.title is not None else f"Request of {day_text(r.asked, zone)}"


def _requests(called: Callable[[ClientRequest], str]) -> tuple[Column, ...]:
    return (
        Column("asked", "Asked", "time", "When you first asked for it.", lambda r: r.asked, width=10),
        Column("request", "Request", "text", "What you asked for, as our list calls it.", called, width=36),
        Column("state", "State", "text", "How far it has come.", lambda r: SAID[r.state], width=15),
        Column("planned", "Planned", "time", "When we accepted it for work.", lambda r: r.committed),
        Column("closed", "Since", "time", "Since when it is done or declined.", lambda r: r.closed, width=10),
        Column("why", "Why", "text", "Why we will not do it.", lambda r: _why(r)),
        Column(
            "purpose", "What it is part of", "text", "What we want to reach with it.", lambda r: r.purpose
        ),
    )


def _declined(called: Callable[[ClientRequest], str]) -> tuple[Column, ...]:
    return (
        Column("request", "Request", "text", "What you asked for, as our list calls it.", called, width=28),
        Column("closed", "Since", "time", "Since when it is declined.", lambda r: r.closed, width=10),
        Column("why", "Why", "text", "Why we will not do it.", lambda r: _why(r), width=38),
    )


def _why(request: ClientRequest) -> str | None:
    return (request.why or "We decided against it.") if request.state == "declined" else None
