"""What customers said, as measures look at it: how they rank their problems, and how they would miss us."""

from tracker_sync.patterns.facts import Ranking, Reply
from tracker_sync.pmf import Answer
from tracker_sync.reports.adopted import independent
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.rankings import answers
from tracker_sync.strategy import normal


def rankings(org: Portfolio, end: int) -> tuple[Ranking, ...]:
    """The newest rank of each account, persona and problem up to `end`, in order of the file."""
    return tuple(
        Ranking(account=a.account, persona=normal(a.persona), problem=normal(a.problem), rank=a.rank)
        for a in answers(org, end) or ()
    )


def replies(org: Portfolio, end: int) -> tuple[Reply, ...]:
    """The newest answer of each respondent up to `end`, by respondent."""
    newest: dict[str, Answer] = {}
    for told in sorted((a for a in org.sides.pmf or () if a.at <= end), key=lambda a: a.at):
        newest[told.respondent] = told
    customers = org.judged.customers
    return tuple(
        Reply(
            respondent=name, disappointed=told.disappointed, benefit=normal(told.benefit or ""),
            account=independent(customers, told.account) if told.account else "",
            improvement=normal(told.improvement or ""),
        )
        for name, told in sorted(newest.items())
    )  # fmt: skip
