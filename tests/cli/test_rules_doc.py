"""docs/rules.md says what is so: its example is played through, and its tables are held against the code."""

import re

from builders import github_issue, github_site, happened
from conftest import ROOT, Desk

from tests.typed import FENCE
from tracker_sync.demo.tracker_server import serving
from tracker_sync.tagging import ORIGINS, attributes
from tracker_sync.tagging.words import COMMITMENTS

PAGE = (ROOT / "docs" / "rules.md").read_text()
CODE = "".join(path.read_text() for path in (ROOT / "tracker_sync" / "tagging").glob("*.py"))
STRATEGY = """\
effective = 2026-01-01

[[intents]]
id = "reliability"
mission = "Site managers trust the plan on their phone."
target = 0.6
"""


def blocks(kind: str) -> list[str]:
    return [block[3] for block in FENCE.finditer(PAGE) if block[2] == kind]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a line that begins so."""
    lines = PAGE[PAGE.index(heading) :].split("\n\n")[1].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_the_example_comes_out_as_it_is_written(desk: Desk) -> None:
    ada = {"id": 7, "login": "ada"}
    set_to = {"epic": 0, "trust": 1}
    labels = [
        happened(n, at, "labeled", label={"name": name}) for n, (name, at) in enumerate(set_to.items(), 1)
    ]
    taken = [happened(n, at, "assigned", assignee=ada) for n, at in ((3, 2), (4, 7))]
    site = github_site(
        github_issue(1, "Plans open without a connection", updated=9, labels=("epic", "trust"),
                     assignees=[ada], timeline=[*labels, taken[0]]),
        github_issue(2, "Dark mode", updated=9, assignees=[ada], timeline=[taken[1]]),
    )  # fmt: skip
    with serving(site) as [url]:
        desk.github(url)
        config = desk.folder / "tracker-sync.toml"
        config.write_text(f'{config.read_text()}\n[rules]\npaths = ["rules"]\n')
        desk.write("rules/tags/ours.toml", blocks("toml")[1])
        desk.write("rules/tags/asked.toml", blocks("toml")[2])
        desk.write("strategy.toml", STRATEGY)
        desk.sync()
    played = blocks("console")
    assert len(played) == 6
    for block in played:
        typed, _, out = block.partition("\n")
        assert desk.run(*typed.split()[2:]).said == out, typed


def test_the_table_of_attributes_is_that_of_the_code() -> None:
    wanted = [
        (f"`{attr}`", holds, where)
        for of, where in (
            (attributes.JIRA_AND_GITHUB, "Jira, GitHub"), (attributes.JIRA, "Jira"),
            (attributes.GITHUB, "GitHub"), (attributes.WORKED_OUT, "worked out"),
            (attributes.ANY_FIELD, "your fields"),
        )
        for attr, holds in of.items()
    ]  # fmt: skip
    assert [tuple(row) for row in rows("## What a rule may look at")] == wanted


def test_every_finding_has_its_row() -> None:
    told = {(row[0].strip("`"), row[1]) for row in rows("A rule that can be read may still")}
    errors = set(re.findall(r'_error\(\s*"([\w-]+)"', CODE))
    known = {(kind, level) for kind, level in re.findall(r'Finding\(\s*"([\w-]+)", "(\w+)"', CODE)}
    assert told == known | {(kind, "error") for kind in errors}


def test_the_words_of_a_dimension_are_listed() -> None:
    assert f"Origins are one of: {', '.join(ORIGINS)}." in PAGE
    assert f"Commitments are one of: {', '.join(COMMITMENTS)}." in PAGE
