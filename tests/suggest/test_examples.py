"""What is learned from, and what of it is seen: never what a tag rule took the answer from."""

from pathlib import Path
from typing import Any

import pytest
from builders import Json, jira_issue, jira_site
from conftest import Desk

from tracker_sync.config import load
from tracker_sync.demo.tracker_server import serving
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.opening import open_org
from tracker_sync.reports.org import Org
from tracker_sync.suggest import Choice, choices, known, learnable, propose
from tracker_sync.suggest.examples import Material, material

ONE = jira_issue(1, "Pay by card")


@pytest.fixture
def org(desk: Desk) -> Any:
    """The organisation that a tracker of these issues makes."""

    def made(*issues: Json, strategy: str = "") -> Org:
        with serving(jira_site(*issues)) as [url]:
            desk.jira(url)
            desk.write("strategy.toml", strategy)
            desk.sync()
        return again(desk)

    return made


def again(desk: Desk) -> Org:
    log = SqliteLog(desk.db)
    try:
        return open_org(load(Path(desk.folder) / "tracker-sync.toml"), log)[0]
    finally:
        log.close()


def features(found: Material) -> dict[str, set[str]]:
    return {e.ref: set(e.features) for e in (*found.examples, *found.untagged)}


def test_words_labels_components_type_and_project_are_seen(org: Any) -> None:
    issue = jira_issue(
        1, "Pay by card", labels=["web"], components=[{"id": "1", "name": "Checkout"}],
        description="See https://example.org/intent for h1. *bold* words",
    )  # fmt: skip
    (seen,) = features(material(org(issue), "intent")).values()
    assert {"pay", "card", "bold", "words"} <= seen
    assert {"label web", "component checkout", "type story", "project pay"} <= seen
    assert not any("example" in f for f in seen), "links are what rules look at"


def test_the_label_that_states_the_intent_is_not_seen(org: Any) -> None:
    found = material(org(jira_issue(1, labels=["intent/billing", "web"])), "intent")
    assert [e.value for e in found.examples] == ["billing"]
    assert not any("billing" in f for f in found.examples[0].features)
    assert "label web" in found.examples[0].features


def test_a_project_is_not_seen_where_its_name_is_the_intent(org: Any) -> None:
    stated = '[[intents]]\nid = "pay"\nmission = "x"\n'
    world = org(jira_issue(1), strategy=stated)
    (one,) = material(world, "intent").examples
    assert one.value == "pay"
    assert "project pay" not in one.features
    assert "project pay" in features(material(world, "origin"))[one.ref]


def test_what_a_rule_matched_in_a_title_is_cut_out_of_it(org: Any) -> None:
    world = org(jira_issue(1, "Customer Globex: pay by card"))
    (one,) = material(world, "customer").examples
    assert one.value == "globex"
    assert "globex" not in one.features
    assert "card" in one.features
    assert "globex" in features(material(world, "intent"))[one.ref]


def test_a_label_that_names_the_customer_says_too_much_about_the_origin(org: Any) -> None:
    (one,) = material(org(jira_issue(1, labels=["customer/globex"])), "origin").examples
    assert one.value == "customer"
    assert not any("globex" in f for f in one.features)


def test_only_own_tags_are_learned_from(org: Any) -> None:
    found = material(
        org(
            jira_issue(1, labels=["intent/billing"]),
            jira_issue(2, parent={"id": "10001", "key": "PAY-1"}),
        ),
        "intent",
    )
    assert [e.ref for e in found.examples] == ["acme:PAY-1"]
    assert found.untagged == ()


def test_what_names_two_intents_is_counted_and_not_learned_from(org: Any) -> None:
    found = material(org(jira_issue(1, labels=["intent/billing", "intent/search"])), "intent")
    assert (found.examples, found.untagged, found.several) == ((), (), 1)


def test_an_accepted_proposal_is_counted_and_not_learned_from(org: Any, desk: Desk) -> None:
    org(*(jira_issue(n) for n in range(1, 5)))
    for key, why in (
        ("PAY-1", "suggested Billing (0.91): card, pay"),
        ("PAY-2", "suggested by Ada (0.91): planning"),
        ("PAY-3", "suggested search (0.91): card, pay"),
    ):
        assert desk.run("tag", key, "--intent", "billing", "--reason", why).code == 0
    found = material(again(desk), "intent")
    assert [e.ref for e in found.examples] == ["acme:PAY-2", "acme:PAY-3"]
    assert found.accepted == 1
    assert [u.ref for u in found.untagged] == ["acme:PAY-4"]


def test_an_accepted_proposal_that_an_undo_brings_back_is_not_learned_from(org: Any, desk: Desk) -> None:
    org(jira_issue(1))
    for intent, why in (("billing", "suggested billing (0.91): card"), ("search", "I asked")):
        desk.run("tag", "PAY-1", "--intent", intent, "--reason", why)
    assert desk.run("tag", "PAY-1", "--undo", "--reason", "misheard").code == 0
    found = material(again(desk), "intent")
    assert (found.examples, found.accepted) == ((), 1)


def test_work_that_came_from_within_lacks_no_customer(org: Any, desk: Desk) -> None:
    org(ONE, jira_issue(2), jira_issue(3))
    desk.run("tag", "PAY-1", "--origin", "engineering", "--reason", "ours")
    desk.run("tag", "PAY-2", "--origin", "support", "--reason", "a ticket")
    found = material(again(desk), "customer")
    assert [(e.ref, e.value) for e in found.examples] == [("acme:PAY-1", "")]
    assert [u.ref for u in found.untagged] == ["acme:PAY-2", "acme:PAY-3"]


def test_a_long_body_is_read_only_so_far(org: Any) -> None:
    long = " ".join(["word"] * 10_000) + " end"
    (seen,) = features(material(org(jira_issue(1, description=long)), "intent")).values()
    assert ("word" in seen, "end" in seen) == (True, False)


def test_values_are_offered_that_enough_separate_items_name_and_the_strategy_states(org: Any) -> None:
    stated = '[[intents]]\nid = "billing"\nmission = "x"\n[[intents]]\nid = "search"\nmission = "y"\n'
    issues = [jira_issue(n, labels=["intent/billing"]) for n in range(1, 6)]
    issues += [jira_issue(n, labels=["intent/legacy"]) for n in range(6, 12)]
    issues += [
        jira_issue(n, labels=["intent/search"], parent={"id": "10001", "key": "PAY-1"}) for n in range(12, 19)
    ]
    world = org(*issues, strategy=stated)
    offered = choices(world, "intent", material(world, "intent").examples)
    assert [(c.value, c.examples, c.trees, c.bar) for c in offered] == [
        ("search", 7, 1, "few"),
        ("legacy", 6, 6, "unstated"),
        ("billing", 5, 5, ""),
    ]


def test_nothing_is_proposed_in_a_project_that_nobody_tagged(org: Any) -> None:
    told = {"billing": "Invoice tax", "search": "Query index"}
    issues = [
        jira_issue(n, told[v], labels=[f"intent/{v}"])
        for n, v in enumerate([*["billing"] * 10, *["search"] * 10], 1)
    ]
    world = org(*issues, jira_issue(50, "Invoice tax"), jira_issue(51, "Invoice tax", key="WEB-1"))
    learning = material(world, "intent")
    assert known(learning.examples) == {"acme:PAY"}
    found = propose(world, "intent", learning, 0.5, lambda item: True)
    assert [(p.item.ref, p.value) for p in found.proposals] == [("acme:PAY-50", "billing")]
    assert [(o.item.ref, o.why) for o in found.left_open] == [("acme:WEB-1", "elsewhere")]


def test_a_project_is_not_seen_where_the_key_says_the_origin(org: Any) -> None:
    wish = jira_issue(1, key="RFE-1", project={"id": "p-1", "key": "RFE", "name": "Wishes"})
    world = org(wish)
    (one,) = material(world, "origin").examples
    assert (one.value, "project wishes" in one.features) == ("customer", False)
    assert "project wishes" in features(material(world, "intent"))[one.ref]


def test_an_origin_that_is_inherited_is_no_example_of_work_without_a_customer(org: Any, desk: Desk) -> None:
    org(ONE, jira_issue(2, parent={"id": "10001", "key": "PAY-1"}))
    desk.run("tag", "PAY-1", "--origin", "engineering", "--reason", "ours")
    found = material(again(desk), "customer")
    assert ([e.ref for e in found.examples], found.untagged) == (["acme:PAY-1"], ())


@pytest.mark.parametrize(
    ("offered", "enough"),
    [
        ([("billing", 5, ""), ("search", 5, "")], True),
        ([("billing", 5, ""), ("", 5, "nobody")], True),
        ([("billing", 9, ""), ("search", 4, "few")], False),
        ([("legacy", 9, "unstated"), ("", 5, "nobody")], False),
        ([], False),
    ],
)
def test_there_is_something_to_learn_where_a_value_can_be_told_from_another(
    offered: list[tuple[str, int, Any]], enough: bool
) -> None:
    assert learnable([Choice(value, n, n, bar) for value, n, bar in offered]) is enough
