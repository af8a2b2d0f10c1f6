"""Companies on GitHub of the size that requests are counted on (trackers.md, "the floor")."""

from datetime import UTC, datetime

from simulator.github import GitHubCompany, Issue

START = datetime(2025, 1, 6, 9, tzinfo=UTC)
REPO = "acme/web"


def standard_github(n: int = 1000, pulls: int | None = None, repo: str = REPO) -> GitHubCompany:
    """n issues: one in twenty has 60 entries in the events table and 30 comments, the others 10 and 3.

    On top come a pull request for every tenth issue, sub-issue links (two for every tenth, with an entry on
    either side) and cross-references (for every fifth).
    """
    company, issues = GitHubCompany(now=START), []
    due = n // 10 if pulls is None else pulls
    for number in range(n):
        company.tick(240)
        issues.append(company.create(repo, f"Issue {number}", f"What is wrong in case {number}."))
        _busy(company, issues[-1], number, events=60 if number % 20 == 0 else 10)
        if due and number % max(1, n // due) == 0:
            _pull(company, repo, number)
    _links(company, issues)
    return company


def _busy(company: GitHubCompany, issue: Issue, number: int, events: int) -> None:
    """So many events, half as many comments or 3; the last edit is a minute after the one before."""
    company.label(issue, f"area-{number % 7}")
    company.milestone(issue, f"Q{1 + number % 4}")
    company.assign(issue, f"dev{number % 11}")
    company.close(issue, "completed" if number % 3 else "not_planned", by=f"dev{number % 5}")
    comments = 30 if events == 60 else 3
    for each in range(comments):
        company.tick(1)
        company.comment(issue, f"Comment {each} on case {number}.", by=f"dev{each % 11}")
    for each in range(events - 4):
        company.tick(1)
        if each % 4 == 0:
            company.rename(issue, f"Issue {number}, take {each}")
        elif each % 4 == 1:
            company.reopen(issue) if issue.state == "closed" else company.close(issue)
        elif "hot" in {label.name for label in issue.labels}:
            company.unlabel(issue, "hot")
        else:
            company.label(issue, "hot")


def _pull(company: GitHubCompany, repo: str, number: int) -> None:
    company.tick(30)
    pull = company.pull_request(repo, f"Mend case {number}")
    company.label(pull, "mend")
    company.comment(pull, "Please have a look.")


def _links(company: GitHubCompany, issues: list[Issue]) -> None:
    """Each tenth issue is the parent of the two that follow; each fifth is mentioned by the one before it."""
    company.tick(60)
    for parent in range(0, len(issues) - 2, 10):
        for child in (parent + 1, parent + 2):
            company.add_sub_issue(issues[parent], issues[child])
    for mentioned in range(4, len(issues), 5):
        company.cross_reference(issues[mentioned], issues[mentioned - 1])
