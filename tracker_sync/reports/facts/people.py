"""How many people worked, as measures count them."""

from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.reports.teams import stints
from tracker_sync.states.columns import distinct
from tracker_sync.states.stints import NOBODY


def people(org: Portfolio, query: Query) -> int:
    """How many people had work in progress in the window, at most: whoever has several logins that
    people.toml does not join counts for each, and an item that nobody was assigned to counts one person of
    its own (domain.md, section 2)."""
    rows, person, _ = stints(org, query)
    nobody = person == org.words.find(NOBODY)
    return len(distinct(person[~nobody])[0]) + len(distinct(rows[nobody])[0])
