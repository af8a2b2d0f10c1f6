"""The ways in which real public projects mark customers, sales and intents are recognised."""

from typing import Any

import pytest

from tracker_sync.tagging.rules import Dimension, Pack, Text, load, packs

RULES = load(packs())
Values = dict[str, list[str]]


def said(item: dict[str, Any], dimension: Dimension) -> list[str]:
    """The values that the built-in rules give for an item, without any directory or strategy."""
    texts = {a: [Text(v, 0, "") for v in ([x] if isinstance(x, str) else x)] for a, x in item.items()}
    pack = Pack(r for r in RULES if r.dimension == dimension)
    found = pack.matches(lambda attr: texts.get(attr, []))
    return sorted({m.value.casefold() for _, matches in found for m in matches})


ZENDESK = "**Ticket ID:** [#77](https://acme.zendesk.com/agent/tickets/77)\n**Requester:** Ann\n"
OPPORTUNITY = "https://girder.my.salesforce.com/006Hs00001abcDE"


@pytest.mark.parametrize(
    ("item", "customers"),
    [
        ({"labels": ["customer/globex", "bug"]}, ["globex"]),
        ({"labels": "customer-piper"}, ["piper"]),
        ({"labels": "prospect-piper"}, ["piper"]),
        ({"title": "Q2 - Customer N: Tracking issue"}, ["n"]),
        ({"body": ZENDESK + "**Organization:** Hooli"}, ["hooli"]),
        ({"field.Work Authorization": "initech"}, ["initech"]),
        ({"field.Institutional Roadmap Versions": "state_library_pilot"}, ["state_library_pilot"]),
        ({"customer_field": "Acme"}, ["acme"]),
    ],
    ids=str,
)
def test_a_named_customer_is_recognised(item: dict[str, Any], customers: list[str]) -> None:
    assert said(item, "customer") == customers


@pytest.mark.parametrize(
    "item",
    [
        {"labels": "customer"},
        {"labels": "customer+"},
        {"labels": "customer priority::3"},
        {"labels": "customer-collaboration"},
        {"labels": "customer-retro"},
        {"labels": "customer request"},
        {"labels": "customer-request"},
        {"labels": "customer-reported"},
        {"labels": "O-customer-success"},
        {"field.Customer Impact": "Customer Escalated"},
        {"key": "RFE-12", "project": "RFE"},
    ],
    ids=str,
)
def test_work_for_an_unnamed_customer_comes_from_customers(item: dict[str, Any]) -> None:
    assert said(item, "origin") == ["customer"]
    assert said(item, "customer") == []


@pytest.mark.parametrize(
    "item",
    [
        {"labels": "O-support"},
        {"body": "This ticket was escalated from Zendesk by Ann"},
        {"body": ZENDESK, "links": ["https://acme.zendesk.com/agent/tickets/77"]},
        {"field.SFDC Cases Counter": "2.0"},
        {"field.SFDC Cases Links": "03456789"},
    ],
    ids=str,
)
def test_support_cases_come_from_support(item: dict[str, Any]) -> None:
    assert said(item, "origin") == ["support"]


@pytest.mark.parametrize(
    "item",
    [
        {"labels": "Commercial Sales Priority::2"},
        {"labels": "prospect-piper"},
        {"labels": "customer promise"},
        {"links": OPPORTUNITY, "comments": f"Premium::Blocker {OPPORTUNITY}"},
        {"reporter_role": "sales", "customer": "globex"},
    ],
    ids=str,
)
def test_deals_prospects_and_promises_come_from_sales(item: dict[str, Any]) -> None:
    assert "sales" in said(item, "origin")


def test_a_promise_is_a_commitment() -> None:
    assert said({"labels": "customer promise"}, "commitment") == ["promised"]


@pytest.mark.parametrize(
    ("item", "intent"),
    [
        ({"intent_field": "Reliability"}, "reliability"),
        ({"field.Roadmap Theme": "Search"}, "search"),
        ({"labels": "epic:onboarding"}, "onboarding"),
        ({"labels": "RFC-42"}, "rfc-42"),
        ({"labels": "planned/4.1"}, "4.1"),
        ({"labels": "Fast Search FY31-Q2 OKR::triaged"}, "fast search"),
        ({"labels": "#g-mobile"}, "mobile"),
        ({"labels": "tracking"}, "tracking"),
        ({"labels": "story"}, "story"),
        ({"field.Epic": "Checkout"}, "checkout"),
    ],
    ids=str,
)
def test_marks_of_intent_are_recognised(item: dict[str, Any], intent: str) -> None:
    assert intent in said(item, "intent")


@pytest.mark.parametrize(
    "label", ["custom", "client", "httpclient", "customer-experience", "customs", "history"]
)
def test_false_friends_are_not(label: str) -> None:
    assert [said({"labels": label}, d) for d in ("customer", "origin", "intent", "commitment")] == [[]] * 4
