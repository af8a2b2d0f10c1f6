"""Which sign decides, what is inherited, and what becomes of the signs that lose."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tracker_sync.config import load
from tracker_sync.events import Added, Commented, Event, Named, Opened, Tagged
from tracker_sync.log import PEOPLE
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.opening import open_org
from tracker_sync.reports.org import Org

CUSTOMERS = """\
name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent
Northwind,NW;Wind,northwind.example,,,,,customer,,,,,
Windward,Wind,,,,,,prospect,2026-01-01,2026-03-31,,,
Windward,,,,,,,customer,2026-04-01,,,,
Mills,,,,,,,customer,,,,,
"""
STRATEGY = """\
[[intents]]
id = "search"
mission = "People find things."
[[intents]]
id = "trust"
mission = "Nothing is lost."
"""
DAY = 86_400_000_000
NEW_YEAR = 1_767_225_600_000_000
Judge = Callable[..., Org]


def item(key: str = "A-1", title: str = "A thing", day: int = 0, **has: str | list[str]) -> list[Event]:
    """An item with these attributes from its opening on."""
    head = {"item": key, "ts": NEW_YEAR + day * DAY}
    values = [
        (a, v)
        for a, many in {"title": title, **has}.items()
        for v in ([many] if isinstance(many, str) else many)
    ]
    return [
        Opened(id=f"{key}:0", val=key, **head),
        *(Added(id=f"{key}:0.{n}", attr=a, key=v, val=v, **head) for n, (a, v) in enumerate(values, 1)),
    ]


def comment(text: str, key: str = "A-1", day: int = 1) -> Event:
    return Commented(id=f"{key}:m{day}", item=key, ts=NEW_YEAR + day * DAY, key=str(day), val=text)


def said(key: str = "A-1", day: int = 2, **what: str | None) -> list[Event]:
    """A person's word on an item."""
    head = {"item": f"o:{key}", "ts": NEW_YEAR + day * DAY, "actor": "ada", "reason": "I asked"}
    return [Tagged(id=f"t{day}.{a}", attr=a, val=v, **head) for a, v in what.items()]


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Judge]:
    logs: list[SqliteLog] = []

    def judge(
        *events: list[Event] | Event, rules: str = "", customers: str = CUSTOMERS, more: str = ""
    ) -> Org:
        (tmp_path / "tracker-sync.toml").write_text(
            '[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\n'
            'fields = { intent = "Theme", customer = "Client", origin = "Source" }\n'
            f'[rules]\npaths = ["mine"]\n{more}'
        )
        (tmp_path / "strategy.toml").write_text(STRATEGY)
        (tmp_path / "customers.csv").write_text(customers)
        if rules:
            (tmp_path / "mine" / "tags").mkdir(parents=True)
            (tmp_path / "mine" / "tags" / "own.toml").write_text(rules)
        flat = [e for one in events for e in (one if isinstance(one, list) else [one])]
        logs.append(SqliteLog(tmp_path / "tracker-sync.db", write=True))
        for source, mine in (("o", False), (PEOPLE, True)):
            logs[-1].append(source, [e for e in flat if isinstance(e, Tagged) == mine], now=1)
        return open_org(load(tmp_path / "tracker-sync.toml"), logs[-1])[0]

    yield judge
    for log in logs:
        log.close()


THEME = Named(id="n1", item="", ts=0, attr="field", key="customfield_1", val="Theme")


def test_a_field_beats_a_label_and_the_label_is_listed(judged: Judge) -> None:
    tags = judged(THEME, item(customfield_1="trust", labels="intent/search")).tags["o:A-1"]
    assert (tags.intent, tags.intents[0].basis) == ("trust", "field")
    assert [(t.value, t.basis) for t in tags.conflicts] == [("search", "label")]


def test_a_persons_word_beats_everything_and_shows_the_rule_that_disagrees(judged: Judge) -> None:
    tags = judged(
        item(labels=["intent/trust", "customer/Mills"]), said(intent="search", customer="Northwind")
    ).tags["o:A-1"]
    assert (tags.intent, [t.value for t in tags.customers]) == ("search", ["Northwind"])
    assert [(t.dimension, t.value, t.rule) for t in tags.conflicts] == [
        ("customer", "Mills", "customer/customer-label"),
        ("intent", "trust", "intent/intent-label"),
    ]


def test_a_persons_word_on_the_origin_shows_what_the_signs_say(judged: Judge) -> None:
    tags = judged(item(labels="customer/Mills"), said(origin="research")).tags["o:A-1"]
    assert tags.origin is not None
    assert (tags.origin.value, [t.value for t in tags.conflicts]) == ("research", ["customer"])


def test_an_account_that_a_person_named_twice_asked_once(judged: Judge) -> None:
    tags = judged(item(), said(customer="NW;Northwind;Mills")).tags["o:A-1"]
    assert [t.value for t in tags.customers] == ["Northwind", "Mills"]


def test_whom_a_person_named_does_not_speak_against_where_they_say_it_came_from(judged: Judge) -> None:
    tags = judged(item(), said(customer="Mills", origin="sales")).tags["o:A-1"]
    assert tags.origin is not None
    assert (tags.origin.value, tags.conflicts) == ("sales", ())


def test_an_item_beats_its_epic_and_says_that_they_differ(judged: Judge) -> None:
    epic = item("A-2", labels=["intent/search", "customer/Mills"])
    tags = judged(epic, item(labels=["intent/trust", "customer/Northwind"], parent="A-2")).tags["o:A-1"]
    assert (tags.intent, [t.value for t in tags.customers]) == ("trust", ["Northwind"])
    assert [(t.value, t.inherited) for t in tags.conflicts] == [("Mills", "o:A-2"), ("search", "o:A-2")]


def test_what_an_item_inherits_is_no_conflict(judged: Judge) -> None:
    tags = judged(item("A-2", labels="intent/search"), item(parent="A-2")).tags["o:A-1"]
    assert tags.intents[0].inherited == "o:A-2"
    assert tags.conflicts == ()


def test_several_customers_are_all_kept(judged: Judge) -> None:
    tags = judged(item(labels=["customer/Mills", "customer/NW"])).tags["o:A-1"]
    assert ([t.value for t in tags.customers], tags.conflicts) == (["Mills", "Northwind"], ())


def test_a_name_of_two_accounts_is_asked_about_and_not_guessed(judged: Judge) -> None:
    tags = judged(item(labels="customer/Wind")).tags["o:A-1"]
    assert (tags.customers, tags.origin) == ((), None)
    assert [(t.value, t.why.partition("?")[0]) for t in tags.unclear] == [("Wind", "Northwind or Windward")]


def test_a_name_of_two_accounts_is_clear_where_the_item_names_one_of_them(judged: Judge) -> None:
    tags = judged(item(labels=["customer/Wind", "customer/Windward"])).tags["o:A-1"]
    assert ([t.value for t in tags.customers], tags.unclear) == (["Windward"], ())


@pytest.mark.parametrize(("day", "origin"), [(10, "sales"), (100, "customer")])
def test_an_account_speaks_for_what_it_was_when_it_asked(judged: Judge, day: int, origin: str) -> None:
    tags = judged(item(day=day, labels="customer/Windward")).tags["o:A-1"]
    assert tags.origin is not None
    assert tags.origin.value == origin


def test_a_users_own_rule_comes_before_a_built_in_one_of_the_same_kind(judged: Judge) -> None:
    rule = """\
dimension = "intent"
[[rule]]
id = "area"
why = "Our areas are our intents."
when = { labels = '^area/(?P<value>.+)$' }
[[rule.test]]
item = { labels = "area/search" }
gives = ["search"]
[[rule.test]]
item = { labels = "areas" }
gives = []
"""
    tags = judged(item(labels=["intent/trust", "area/search"]), rules=rule).tags["o:A-1"]
    assert (tags.intent, [t.value for t in tags.conflicts]) == ("search", ["trust"])


MAIL = """\
From: kim@mills.example
Subject: Fwd: totals

See below.

> From: pat@mail.northwind.example
> Subject: totals
>
> The totals per site are wrong.
"""


def test_a_mail_that_was_passed_on_is_the_demand_of_who_wrote_it(judged: Judge) -> None:
    customers = CUSTOMERS + "Mills,,mills.example,,,,,customer,,,,,\n"
    tags = judged(item(body=MAIL), customers=customers).tags["o:A-1"]
    assert [t.value for t in tags.customers] == ["Northwind"]
    assert [(t.value, t.why.partition(".")[0]) for t in tags.conflicts] == [
        ("Mills", "Only passed on what Northwind wrote")
    ]


def test_who_passes_a_mail_on_and_asks_elsewhere_has_asked(judged: Judge) -> None:
    customers = CUSTOMERS + "Mills,,mills.example,,,,,customer,,,,,\n"
    tags = judged(item(body=MAIL, labels="customer/Mills"), customers=customers).tags["o:A-1"]
    assert [t.value for t in tags.customers] == ["Mills", "Northwind"]


@pytest.mark.parametrize("sign", ["label", "comment"])
def test_who_passes_a_mail_on_and_asks_on_another_day_has_asked(judged: Judge, sign: str) -> None:
    customers = CUSTOMERS + "Mills,,mills.example,,,,,customer,,,,,\n"
    head = {"item": "A-1", "ts": NEW_YEAR + DAY}
    later = {
        "label": Added(id="A-1:e1", attr="labels", key="l", val="customer/Mills", **head),
        "comment": Commented(id="A-1:m1", key="1", val="Mills has asked for it themselves.", **head),
    }[sign]
    tags = judged(item(body=MAIL), later, customers=customers).tags["o:A-1"]
    assert ([t.value for t in tags.customers], tags.conflicts) == (["Mills", "Northwind"], ())


def test_two_mails_one_below_the_other_are_two_demands(judged: Judge) -> None:
    customers = CUSTOMERS + "Mills,,mills.example,,,,,customer,,,,,\n"
    mails = "From: pat@northwind.example\nWe want totals.\n\nFrom: kim@mills.example\nSo do we.\n"
    tags = judged(item(body=mails), customers=customers).tags["o:A-1"]
    assert [t.value for t in tags.customers] == ["Mills", "Northwind"]


def test_a_rule_of_two_kinds_of_signs_follows_the_stronger(judged: Judge) -> None:
    rule = """\
dimension = "intent"
[[rule]]
id = "theme"
why = "Set in a field, or as a label."
when = [{ "field.Theme2" = '^(?P<value>.+)$' }, { labels = '^theme/(?P<value>.+)$' }]
[[rule.test]]
item = { labels = "theme/search" }
gives = ["search"]
[[rule.test]]
item = { labels = "themes" }
gives = []
"""
    named = Named(id="n2", item="", ts=0, attr="field", key="customfield_2", val="Theme2")
    tags = judged(named, item(customfield_2="trust", labels="theme/search"), rules=rule).tags["o:A-1"]
    assert (tags.intent, [t.value for t in tags.conflicts]) == ("trust", ["search"])


GROUP = (
    CUSTOMERS
    + """\
Contoso Group,,,,,,,customer,,,,,
Contoso US,Contoso,,,,,,customer,,,,,Contoso Group
Contoso EU,Contoso,,,,,,customer,,,,,Contoso Group
"""
)


def test_parts_of_one_company_do_not_disagree(judged: Judge) -> None:
    epic = item("A-2", labels="customer/Contoso Group")
    org = judged(epic, item(labels="customer/Contoso US", parent="A-2"), customers=GROUP)
    assert org.tags["o:A-1"].conflicts == ()


def test_a_name_of_several_parts_of_one_company_is_that_company(judged: Judge) -> None:
    tags = judged(item(labels="customer/Contoso"), customers=GROUP).tags["o:A-1"]
    assert ([t.value for t in tags.customers], tags.unclear) == (["Contoso Group"], ())


@pytest.mark.parametrize(
    "address", ["pat@northwind.example.evil.test", "pat@northwind.examples", "pat@notnorthwind.example"]
)
def test_an_address_that_only_begins_like_an_accounts_is_not_theirs(judged: Judge, address: str) -> None:
    assert judged(item(body=f"From: {address}\n\nHello")).tags["o:A-1"].customers == ()


def test_an_account_that_is_also_a_tool_is_known_by_marks_and_not_by_mentions(judged: Judge) -> None:
    more = 'not_in_texts = ["Mills"]\n'
    mentioned = item(title="Mills: handle events", body="Mills has asked for a token.", labels="mills")
    org = judged(mentioned, item("A-2", labels="customer/Mills"), more=more)
    assert [[t.value for t in org.tags[f"o:A-{n}"].customers] for n in (1, 2)] == [[], ["Mills"]]


def test_who_raised_an_item_does_not_speak_against_a_persons_word(judged: Judge, tmp_path: Path) -> None:
    (tmp_path / "people.toml").write_text('[[people]]\nlogins = ["bob"]\nrole = "engineering"\n')
    raised = replace(item()[0], actor="bob")
    tags = judged([raised, *item()[1:]], said(origin="research")).tags["o:A-1"]
    assert ([t.value for t in tags.origins], tags.conflicts) == (["engineering"], ())


def test_an_origin_field_that_came_too_late_is_listed(judged: Judge) -> None:
    named = Named(id="n3", item="", ts=0, attr="field", key="customfield_3", val="Source")
    late = Added(
        id="A-1:f", item="A-1", ts=NEW_YEAR + DAY, attr="customfield_3", key="research", val="research"
    )
    tags = judged(named, item(labels="customer promise"), late).tags["o:A-1"]
    assert tags.origin is not None
    assert (tags.origin.value, [(t.value, t.basis) for t in tags.conflicts]) == (
        "sales", [("research", "field")],
    )  # fmt: skip


def test_the_account_in_a_field_does_not_speak_against_the_deal_that_it_asked_in(judged: Judge) -> None:
    client = Named(id="n4", item="", ts=0, attr="field", key="customfield_4", val="Client")
    tags = judged(client, item(customfield_4="Mills", labels="customer promise")).tags["o:A-1"]
    assert tags.origin is not None
    assert ([t.value for t in tags.customers], tags.origin.value, tags.conflicts) == (["Mills"], "sales", ())
