"""The demo company: its two trackers and its files, the same bytes for the same seed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random

from msgspec import Struct

from tracker_sync.demo.company_answers import answer
from tracker_sync.demo.company_github import REPO, github_site
from tracker_sync.demo.company_items import Item
from tracker_sync.demo.company_jira import jira_site
from tracker_sync.demo.company_people import people_toml
from tracker_sync.demo.company_plan import plan
from tracker_sync.demo.company_stated import first_strategy_toml, strategy_toml
from tracker_sync.demo.company_strategy import CONFIG, CUSTOMERS, adoption_csv, problems_csv
from tracker_sync.demo.company_survey import pmf_csv
from tracker_sync.demo.company_talk import END, Talk
from tracker_sync.demo.company_work import Work, roll_up
from tracker_sync.demo.github_site import GitHubSite
from tracker_sync.demo.jira_site import JiraSite

__all__ = ["Company", "company"]


class Company(Struct, frozen=True):
    """What the demo serves and writes: two trackers, and the text of each file by its name."""

    jira: JiraSite
    github: GitHubSite
    files: Mapping[str, str]
    first_strategy: str  # the text of strategy.toml before the one among the files
    keys: Mapping[str, str]  # an epic's name in the story -> its item key


def company(seed: int = 20241104) -> Company:
    """Live through two years and show them; pure, whatever the clock says."""
    rng = Random(seed)  # noqa: S311 - a story, not a secret
    made = plan(rng)
    work = Work(rng, made)
    work.run()
    roll_up(made, work.courses)
    Talk(rng, made, work.courses).add()
    answer(made, work.courses)
    for item in made.items:
        _end_with_the_story(item)
    items = sorted(made.items, key=lambda item: item.created)
    in_jira = [item for item in items if item.opening["project"] != "SYNC"]
    on_github = [item for item in items if item.opening["project"] == "SYNC"]
    _lose_a_name(on_github)
    jira_keys = _jira_keys(in_jira)
    numbers = {item: str(number) for number, item in enumerate(in_jira, start=30_001)}
    keys = {item: f"girder:{known[-1][1]}" for item, known in jira_keys.items()}
    keys |= {item: f"field-sync:{REPO}#{n}" for n, item in enumerate(on_github, start=1)}
    by_slug = {slug: keys[item] for slug, item in made.epics.items()}
    return Company(
        jira=jira_site(in_jira, jira_keys, numbers),
        github=github_site(on_github),
        files=_files(by_slug),
        first_strategy=first_strategy_toml(by_slug),
        keys=by_slug,
    )


def _end_with_the_story(item: Item) -> None:
    """Nothing is said or done after the last day."""
    item.planned = [change for change in item.planned if change[0] <= END]
    item.notes = [note for note in item.notes if note.at <= END]


def _lose_a_name(items: Sequence[Item]) -> None:
    """One reporter and one actor have deleted their accounts since; GitHub shows null."""
    loose = [item for item in items if item.kind == "bug" and not item.opening.get("parent")]
    loose[0].reporter = None
    for item in loose[1:]:
        for index, (at, number, _, name, value) in enumerate(item.planned):
            if name == "assignee":
                item.planned[index] = (at, number, None, name, value)
                return


def _jira_keys(items: Sequence[Item]) -> dict[Item, list[tuple[datetime, str]]]:
    """Keys are given out per project as issues are filed there or moved there."""
    arrivals = [(item.created, number, item, item.opening["project"]) for number, item in enumerate(items)]
    for number, item in enumerate(items):
        for step in item.steps():
            if "project" in step.changed:
                arrivals.append((step.at, number, item, step.after["project"]))
    counts: dict[str, int] = defaultdict(int)
    keys: dict[Item, list[tuple[datetime, str]]] = {}
    for at, _, item, project in sorted(arrivals, key=lambda arrival: arrival[:2]):
        counts[project] += 1
        keys.setdefault(item, []).append((at, f"{project}-{counts[project]}"))
    return keys


def _files(keys: Mapping[str, str]) -> dict[str, str]:
    return {
        "tracker-sync.toml": CONFIG,
        "strategy.toml": strategy_toml(keys),
        "customers.csv": CUSTOMERS,
        "people.toml": people_toml(),
        "problems.csv": problems_csv(),
        "adoption.csv": adoption_csv(keys),
        "pmf.csv": pmf_csv(),
    }
