"""A field is guessed by its name and its type, the likeliest name first."""

import pytest

from tracker_sync.sources.guesses import candidates, jira_fields, started_labels
from tracker_sync.sources.jira_look import Field


def fields(*named: tuple[str, str]) -> list[Field]:
    return [Field(f"customfield_{n}", name, kind) for n, (name, kind) in enumerate(named)]


@pytest.mark.parametrize(
    ("role", "name", "kind"),
    [
        ("intent", "Strategic Intent", "option"),
        ("intent", "strategic theme", "array:option"),
        ("intent", "Product pillar", "string"),
        ("customer", "Customer(s)".replace("(s)", "s"), "array:string"),
        ("customer", "Requesting account", "string"),
        ("customer", "Organizations", "array:option"),
        ("origin", "Request source", "option"),
        ("points", "Story point estimate", "number"),
        ("paid", "Deal value", "number"),
    ],
)
def test_what_teams_call_it_is_found(role: str, name: str, kind: str) -> None:
    found = jira_fields(fields(("Severity", "option"), (name, kind)))
    assert {r: g.name for r, g in found.items()} == {role: name}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Customer Impact", "option"), ("Customer request type", "option"), ("Customer", "user"),
        ("Customer since", "date"), ("Account manager", "user"), ("Story Points", "string"),
        ("Original story points", "number"), ("Intentional", "option"), ("Epic Theme Color", "string"),
        ("Value", "number"), ("Client IP", "string"),
    ],
)  # fmt: skip
def test_what_only_sounds_like_it_is_not_taken(name: str, kind: str) -> None:
    assert jira_fields(fields((name, kind))) == {}


def test_of_several_the_likeliest_name_is_taken_and_the_reason_is_told() -> None:
    found = jira_fields(fields(("Theme", "option"), ("Strategic intent", "option"), ("Account", "string")))
    assert found["intent"] == ("Strategic intent", "by its name and type: one choice")
    assert found["customer"].name == "Account"


def test_all_fields_of_a_fitting_type_are_candidates() -> None:
    every = fields(("Team", "option"), ("Team", "option"), ("Size", "number"), ("Owner", "user"))
    assert candidates(every, "intent") == ["Team"]
    assert candidates(every, "points") == ["Size"]


def test_labels_of_work_in_progress() -> None:
    labels = [
        "In Progress",
        "status: in progress",
        "doing",
        "progress",
        "not started",
        "wip",
        "started early",
    ]
    assert started_labels(labels) == ["In Progress", "doing", "status: in progress", "wip"]
