"""What lint calls silent is silent, and the attributes it knows are those that trackers give."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from builders import day, github_issue, jira_issue
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from tracker_sync.sources.github_item import Issue
from tracker_sync.sources.github_item import read_issue as read_github
from tracker_sync.sources.jira_fields import Catalogue
from tracker_sync.sources.jira_item import read_issue as read_jira
from tracker_sync.tagging import attributes, language, lint, silence
from tracker_sync.tagging.listing import RuleFile, listing
from tracker_sync.tagging.rules import COMPUTED, RENAMED, Dimension, Text
from tracker_sync.tagging.words import ALLOWED

# --- Random rule files

ATTRS = ["labels", "title", "field.Team", "lables"]
PATTERNS = ["^ab?$", "ab", ".*", r"a\b", r"\Ba", "(?P<value>b.)", "b^", r"a\bb", "x|^", r"(?m)\n^b"]
SHORT = ["a", "b", "ab", "bc", "a\nb"]
TEXTS = st.text("ab \n", max_size=4)
CLAUSES = st.dictionaries(
    st.sampled_from(ATTRS), st.lists(st.sampled_from(PATTERNS), max_size=2), min_size=1, max_size=2
)
RULES = st.fixed_dictionaries(
    {"when": st.lists(CLAUSES, min_size=1, max_size=2)},
    optional={"unless": CLAUSES, "value": st.sampled_from(["sales", "sales", " "])},
)
ITEMS = st.fixed_dictionaries({a: st.lists(TEXTS, max_size=3) for a in ATTRS if a != "lables"})


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{k}" = {toml(v)}' for k, v in value.items()) + " }"
    return f"[{', '.join(map(toml, value))}]" if isinstance(value, list) else f"'{value}'"


def linted(rule: dict[str, Any]) -> Any:
    """(the rule, whether lint says that it never speaks)."""
    keys = "".join(f"{key} = {toml(value)}\n" for key, value in rule.items())
    tests = 'test = [{ item = { title = "a" }, gives = ["b"] }, { item = {}, gives = [] }]\n'
    text = f'dimension = "origin"\n[[rule]]\nid = "x"\nwhy = "y"\n{keys}{tests}'
    (one,) = listing([RuleFile(Path("x.toml"), text, "x.toml")])
    found = lint.lint([one])
    return one.rule, any("never speaks" in f.text or f.id == "no-value" for f in found)


def speaks_though_called_silent(drawn: tuple[dict[str, Any], dict[str, list[str]]]) -> bool:
    """For the item that was drawn, or one that has the same short text everywhere."""
    rule, silent = linted(drawn[0])
    items = [drawn[1], *({attr: [text] for attr in drawn[1]} for text in SHORT)]
    texts = [{attr: [Text(val, 0, "") for val in vals] for attr, vals in item.items()} for item in items]
    return silent and any(rule.matches(lambda attr, has=has: has.get(attr, [])) for has in texts)


@settings(deadline=None, max_examples=300)
@given(st.tuples(RULES, ITEMS))
def test_a_rule_that_is_said_never_to_speak_never_speaks(
    drawn: tuple[dict[str, Any], dict[str, list[str]]],
) -> None:
    assert not speaks_though_called_silent(drawn)


def test_rules_of_both_kinds_are_drawn() -> None:
    for wanted in (True, False):
        assert find(RULES, lambda rule, wanted=wanted: linted(rule)[1] == wanted)


@pytest.fixture
def forgetful() -> Iterator[None]:
    """What was remembered of patterns is forgotten, before and after."""
    for cached in (language._read, language._of_atom):
        cached.cache_clear()
    yield
    for cached in (language._read, language._of_atom):
        cached.cache_clear()


MUTANTS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "a word's edge is nowhere": (
        language, "_LOOKS", {**language._LOOKS, r"\b": lambda left, right, lines: False},
    ),
    "every line is the whole text": (
        language, "_LOOKS", {**language._LOOKS, "^": lambda left, right, lines: left == language.EDGE},
    ),
    "a veto on one attribute counts for another": (
        silence, "vetoed", lambda rule, attr, pattern: next((p for _, ps in rule.unless for p in ps), None),
    ),
    "one condition that fails silences every clause": (
        silence, "never_speaks",
        lambda rule: any(silence.never_holds(rule, clause) for clause in rule.clauses),
    ),
    "one dead pattern silences the others of its list": (
        silence, "_fails",
        lambda rule, attr, patterns: any(not language.can_match(p.pattern) for p in patterns),
    ),
}  # fmt: skip


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_lint_that_calls_too_much_silent_is_caught(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted mutants."""
    where, what, wrong = MUTANTS[mutant]
    monkeypatch.setattr(where, what, wrong)
    if hasattr(lint, what):
        monkeypatch.setattr(lint, what, wrong)
    how = settings(max_examples=5000, deadline=None, derandomize=True, phases=[Phase.generate])
    assert find(st.tuples(RULES, ITEMS), speaks_though_called_silent, settings=how)


# --- Attributes

RENAMED_HERE = {event: rule for rule, event in RENAMED.items()}


def of_jira() -> set[str]:
    """The attributes of an issue that has everything that Jira itself gives one."""
    one, user = {"id": "1", "name": "x"}, {"accountId": "ada"}
    issue = jira_issue(
        description="x", environment="x", duedate="2026-03-31", timeoriginalestimate=60, timeestimate=60,
        timespent=60, resolution=one, security=one, priority=one, assignee=user, components=[one],
        fixVersions=[one], versions=[one], labels=["x"], parent={"key": "PAY-2"},
        issuelinks=[{"type": {"outward": "blocks"}, "outwardIssue": {"key": "PAY-3"}}],
        comments=[{"id": "1", "author": user, "body": "x", "created": day(0), "updated": day(0)}],
    )  # fmt: skip
    issue["remotelinks"] = [{"id": 1, "object": {"url": "https://a.example"}}]
    return set(read_jira(issue, Catalogue([])).present.state)


def of_github() -> set[str]:
    """Likewise of GitHub, with what only GraphQL tells."""
    user = {"id": 8, "login": "bob"}
    raw = github_issue(
        labels=("x",), body="x", state="closed", state_reason="completed", assignees=[user],
        milestone={"title": "x"}, type={"id": 1, "name": "Bug"},
    )["issue"]  # fmt: skip
    talk = {"event": "commented", "id": 1, "node_id": "x", "body": "x", "actor": user,
            "created_at": raw["created_at"], "updated_at": raw["created_at"]}  # fmt: skip
    project = {"project": {"id": "1", "title": "x"}, "fieldValues": {"nodes": []}}
    graph = {"parent": "acme/web#2", "sub_issues": ["acme/web#3"], "projects": [project]}
    return set(read_github(Issue(raw, "acme/web", [talk], graph=graph)).present.state)


def test_the_attributes_that_rules_may_look_at_are_those_that_trackers_give() -> None:
    jira, github = ({RENAMED_HERE.get(a, a) for a in found} for found in (of_jira(), of_github()))
    # A rule sees the key of either, and under `links` the web addresses, not Jira's links between issues.
    assert jira - {"key", "links"} == {*attributes.JIRA_AND_GITHUB, *attributes.JIRA}
    assert github - {"key"} == {*attributes.JIRA_AND_GITHUB, *attributes.GITHUB}


@pytest.mark.parametrize(
    ("attr", "instead"),
    [
        ("lables", "did you mean `labels`?"), ("summary", "did you mean `title`?"),
        ("Labels", "did you mean `labels`?"),
        ("Squad", "is it a field of yours? Then \"field.Squad\""),
        ("fields.Theme", "did you mean \"field.Theme\"?"),
        ("customer-field", "did you mean `customer_field`?"),
    ],
)  # fmt: skip
def test_what_is_no_attribute_is_told_with_what_was_probably_meant(attr: str, instead: str) -> None:
    assert attributes.problem(attr, "origin") == f"`{attr}`, which no tracker has ({instead})"


@pytest.mark.parametrize("attr", [*attributes.EVERYWHERE, "comment", "customfield_10042", "field_77"])
def test_what_a_tracker_gives_is_an_attribute(attr: str) -> None:
    assert attributes.problem(attr, "origin") is None


def test_what_is_worked_out_for_rules_is_among_the_attributes() -> None:
    assert attributes.EVERYWHERE.keys() >= COMPUTED


def test_every_dimension_says_which_words_it_may_be_given() -> None:
    assert ALLOWED.keys() == set(get_args(Dimension))
