"""`rules list` and `rules explain`: what was typed, and all that came out."""

import json
from pathlib import Path

import pytest
from builders import API, REPO, github_issue, github_site, happened
from conftest import Desk

from tracker_sync.demo.tracker_server import serving

BUILT_IN = """\
dimension = "intent"
keep = "first"

[[rule]]
id = "team-label"
why = "Some teams write intent/<id>."
when = { labels = '^intent/(?P<value>.+)$' }
unless = { labels = '^intent/none$' }

[[rule.test]]
item = { labels = ["intent/speed"] }
gives = ["speed"]

[[rule.test]]
item = { labels = ["intent/none", "intents"] }
gives = []

[[rule]]
id = "milestone"
why = "The milestone may carry its name."
when = { milestone = '^(?P<value>.+)$' }
stated_only = true

[[rule.test]]
item = { milestone = "Speed" }
gives = ["speed"]

[[rule.test]]
item = { title = "Speed" }
gives = []
"""
OURS = """\
dimension = "origin"

[[rule]]
id = "deal"
why = "Sales writes deal on what closes one."
when = [
    { labels = ['^deal$', '^prospect$'], title = 'export' },
    { links = '//crm.example/deal/' },
]
unless = { body = '^internal' }
value = "sales"

[[rule.test]]
item = { labels = ["deal"], title = "Export to PDF" }
gives = ["sales"]

[[rule.test]]
item = { labels = ["deal"], title = "Export to PDF", body = "Internal." }
gives = []

[[rule]]
id = "bug"
why = "A bug is engineering's own, if nothing else says so."
when = { labels = '^bug$' }
value = "engineering"
fallback = true

[[rule.test]]
item = { labels = ["bug"] }
gives = ["engineering"]

[[rule.test]]
item = { labels = ["debug"] }
gives = []
"""
REPLACING = """\
dimension = "intent"

[[rule]]
id = "milestone"
why = "Ours are versions."
when = { milestone = '^Goal: (?P<value>.+)$' }

[[rule.test]]
item = { milestone = "Goal: Speed" }
gives = ["speed"]

[[rule.test]]
item = { milestone = "2.0" }
gives = []
"""


@pytest.fixture
def acme(desk: Desk, built_in: Path) -> Desk:
    """Two built-in rules, four of ours, and a log of four items."""
    desk.write(f"{built_in.name}/tags/intent.toml", BUILT_IN)
    desk.write("ours/tags/origin.toml", OURS)
    desk.write("ours/tags/intent.toml", REPLACING)
    site = github_site(
        github_issue(1, "Export to PDF", labels=("bug", "deal", "intent/speed")),
        github_issue(2, "Export to CSV", labels=("deal", "intent/none"), body="Internal: for us."),
        github_issue(3, "Print \x1b[31mplans", labels=("prospect",)),
        github_issue(4, "First page", parent_issue_url=f"{API}/repos/{REPO}/issues/1"),
    )
    with serving(site) as [url]:
        desk.github(url)
        config = desk.folder / "tracker-sync.toml"
        config.write_text(f'{config.read_text()}\n[rules]\npaths = ["ours"]\ndisable = ["origin/bug"]\n')
        desk.sync()
    return desk


def typed(desk: Desk, *args: str, code: int = 0) -> str:
    """All that `rules` with these arguments prints; it has to end with this code."""
    done = desk.run("rules", *args)
    assert done.code == code, done.said
    return done.said


def test_all_rules_are_listed_with_what_became_of_them(acme: Desk) -> None:
    assert (
        typed(acme, "list")
        == """\
intent/team-label  gives the name that it finds  built-in/intent.toml:5
  Some teams write intent/<id>.
intent/milestone  gives the name that it finds if the strategy states it  built-in/intent.toml:19  \
[replaced by ours/tags/intent.toml:4]
  The milestone may carry its name.
intent/milestone  gives the name that it finds  ours/tags/intent.toml:4
  Ours are versions.
origin/deal  gives "sales"  ours/tags/origin.toml:4
  Sales writes deal on what closes one.
origin/bug  gives "engineering" if nothing else says anything  ours/tags/origin.toml:22  [disabled]
  A bug is engineering's own, if nothing else says so.
"""
    )


def test_the_list_as_json(acme: Desk) -> None:
    told = json.loads(typed(acme, "list", "--format", "json"))
    assert told["schema"] == "tracker-sync/rules/1"
    states = [(r["id"], r["state"], r["replaced_by"], r["built_in"]) for r in told["rows"]]
    assert states == [
        ("intent/team-label", "in use", None, True),
        ("intent/milestone", "replaced", "ours/tags/intent.toml:4", True),
        ("intent/milestone", "in use", None, False),
        ("origin/deal", "in use", None, False),
        ("origin/bug", "disabled", None, False),
    ]
    assert told["rows"][-1] == {
        "id": "origin/bug", "dimension": "origin", "file": "ours/tags/origin.toml", "line": 22,
        "built_in": False, "state": "disabled", "replaced_by": None, "gives": "engineering",
        "when": [{"labels": ["^bug$"]}], "unless": {},
        "why": "A bug is engineering's own, if nothing else says so.", "keep": "all", "fallback": True,
        "stated_only": False, "known_only": False,
    }  # fmt: skip


def test_a_rule_is_explained_with_the_items_that_it_tagged(acme: Desk) -> None:
    assert typed(acme, "explain", "deal") == typed(acme, "explain", "origin/deal") == """\
origin/deal  ours/tags/origin.toml:4
Sales writes deal on what closes one.

It gives "sales"
  when labels matches ^deal$ or ^prospect$
  and title matches export
  or when links matches //crm.example/deal/
  unless body matches ^internal

Its tests:
  labels = ["deal"], title = "Export to PDF"  gives "sales"
  labels = ["deal"], title = "Export to PDF", body = "Internal."  gives nothing

It tagged 1 item of 4 in the log:
  web:acme/web#1  Export to PDF  "sales"
1 item below them got it from there.
"""  # fmt: skip


def test_a_rule_of_which_only_the_first_is_heard(acme: Desk) -> None:
    assert (
        typed(acme, "explain", "team-label")
        == """\
intent/team-label  built-in/intent.toml:5
Some teams write intent/<id>.

It gives the name that it finds
  when labels matches ^intent/(?P<value>.+)$
  not counting what in labels matches ^intent/none$
In its file only the first rule that speaks is heard.

Its tests:
  labels = ["intent/speed"]  gives "speed"
  labels = ["intent/none", "intents"]  gives nothing

It tagged 1 item of 4 in the log:
  web:acme/web#1  Export to PDF  "speed"
1 item below them got it from there.
"""
    )


def test_a_rule_that_is_switched_off_tagged_nothing(acme: Desk) -> None:
    assert (
        typed(acme, "explain", "bug")
        == """\
origin/bug  ours/tags/origin.toml:22  [disabled]
A bug is engineering's own, if nothing else says so.

It gives "engineering" if nothing else says anything
  when labels matches ^bug$

Its tests:
  labels = ["bug"]  gives "engineering"
  labels = ["debug"]  gives nothing
"""
    )


def test_without_a_log_a_rule_is_explained_all_the_same(acme: Desk) -> None:
    acme.db.unlink()
    assert (
        typed(acme, "explain", "milestone")
        == """\
intent/milestone  ours/tags/intent.toml:4
Ours are versions.

It gives the name that it finds
  when milestone matches ^Goal: (?P<value>.+)$

Its tests:
  milestone = "Goal: Speed"  gives "speed"
  milestone = "2.0"  gives nothing
there is no log yet to look for items in; `tracker-sync sync` makes one
"""
    )


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("acme/web#1", """\
web:acme/web#1  Export to PDF

Rules that spoke:
  origin/deal  "sales"  decides
  intent/team-label  "speed"  decides
"""),
        ("acme/web#2", """\
web:acme/web#2  Export to CSV

No rule spoke.

Rules that nearly spoke:
  origin/deal  found labels "deal", but `unless` takes it away: body "Internal: for us." matches "^internal"
  intent/team-label  found labels "intent/none", but `unless` takes it away: labels "intent/none" matches \
"^intent/none$"
"""),
        ("web:acme/web#3", """\
web:acme/web#3  Print [31mplans

No rule spoke.

Rules that nearly spoke:
  origin/deal  found labels "prospect", but nothing in title matches "export"
"""),
        ("acme/web#4", """\
web:acme/web#4  First page

Not by its own rules:
  intent "speed", from web:acme/web#1, by intent/team-label
  origin "sales", from web:acme/web#1, by origin/deal

No rule spoke.
"""),
    ],
    ids=["spoke", "vetoed", "lacking", "inherited"],
)  # fmt: skip
def test_an_item_is_explained_by_what_the_rules_said_of_it(acme: Desk, key: str, said: str) -> None:
    assert typed(acme, "explain", key) == said


def test_parts_of_patterns_are_shown_by_name_and_spelt_out_for_programs(acme: Desk) -> None:
    named = OURS.replace("'^internal'", "'^{ours}'").replace("title = 'export'", "title = '{export}'")
    parts = "[parts]\nours = 'internal'\nexport = 'export'\n\n"
    acme.write("ours/tags/origin.toml", named.replace("[[rule]]\n", f"{parts}[[rule]]\n", 1))
    assert 'body "Internal: for us." matches "^{ours}"' in typed(acme, "explain", "acme/web#2")
    assert 'nothing in title matches "{export}"' in typed(acme, "explain", "web:acme/web#3")
    told = {r["id"]: r for r in json.loads(typed(acme, "list", "--format", "json"))["rows"]}["origin/deal"]
    assert (told["when"][0]["title"], told["unless"]) == (["export"], {"body": ["^internal"]})


def test_what_is_neither_a_rule_nor_an_item(acme: Desk) -> None:
    assert typed(acme, "explain", "origin/dael", code=2) == (
        "tracker-sync: there is no rule 'origin/dael' (did you mean 'origin/deal'?); there is no item "
        "'origin/dael' in the log; `tracker-sync items` lists them\n"
    )


def test_without_a_configuration_there_is_no_item_to_explain(desk: Desk) -> None:
    assert typed(desk, "explain", "PAY-12", code=2) == (
        "tracker-sync: there is no rule 'PAY-12', and without a configuration no log to look for an item in\n"
    )


def test_an_id_in_two_dimensions_is_ambiguous(acme: Desk) -> None:
    acme.write("ours/tags/more.toml", OURS.replace('"origin"', '"commitment"').replace('"sales"', '"due"'))
    assert typed(acme, "explain", "deal", code=2) == (
        "tracker-sync: 'deal' is ambiguous: commitment/deal, origin/deal\n"
    )


# --- Why what a rule says may not decide


def rule(dimension: str, name: str, when: str, gives: str = "", more: str = "") -> str:
    value = f'value = "{gives}"\n' if gives else ""
    tests = 'test = [{ item = { title = "x" }, gives = ["x"] }, { item = {}, gives = [] }]\n'
    head = f'dimension = "{dimension}"\nkeep = "{"first" if dimension == "intent" else "all"}"\n'
    return f'{head}[[rule]]\nid = "{name}"\nwhy = "y"\nwhen = {{ {when} }}\n{value}{more}{tests}'


def file(*rules_: str) -> str:
    """Rules of one dimension in one file."""
    return rules_[0] + "".join(text[text.index("[[rule]]") :] for text in rules_[1:])


@pytest.fixture
def contested(desk: Desk, built_in: Path) -> Desk:
    """Items of which several rules say something."""
    desk.write(f"{built_in.name}/tags/customer.toml", file(
        rule("customer", "name", "labels = '^customer/(?P<value>.+)$'"),
        rule("customer", "code", "labels = '^for-(?P<value>.+)$'", more="known_only = true\n"),
    ))  # fmt: skip
    desk.write(f"{built_in.name}/tags/intent.toml", file(
        rule("intent", "milestone", "milestone = '^(?P<value>.+)$'", more="stated_only = true\n"),
        rule("intent", "label", "labels = '^intent/(?P<value>.+)$'"),
        rule("intent", "theme", "labels = '^theme/(?P<value>.+)$'"),
    ))  # fmt: skip
    desk.write(f"{built_in.name}/tags/origin.toml", file(
        rule("origin", "raised", "title = '.'", "engineering", "fallback = true\n"),
        rule("origin", "ticket", "labels = '^ticket$'", "support"),
        rule("origin", "deal", "labels = '^deal$'", "sales"),
    ))  # fmt: skip
    header = "name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent"
    desk.write("customers.csv", f"{header}\nAcme{',' * 7}customer{',' * 5}\n")
    ada = {"id": 7, "login": "ada"}
    deal = {"label": {"name": "deal"}}
    site = github_site(
        github_issue(1, "First", labels=("customer/Acme", "deal", "for-acme", "ticket")),
        github_issue(2, "Second", labels=("deal", "for-globex", "ticket"), milestone={"title": "Speed"},
                     timeline=[happened(1, 3, "labeled", **deal)], updated=3),
        github_issue(3, "Third", labels=("deal", "intent/a", "theme/b"), assignees=[ada], updated=2,
                     timeline=[happened(2, 1, "assigned", assignee=ada), happened(3, 2, "labeled", **deal)]),
        github_issue(4, "Fourth", labels=("deal",)),
    )  # fmt: skip
    with serving(site) as [url]:
        desk.github(url)
        desk.sync()
    assert desk.run("tag", "acme/web#4", "--origin", "support", "--reason", "from a ticket").code == 0
    return desk


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, [
            'customer/name  "Acme"  decides',
            'customer/code  "acme"  does not decide: another rule found the same customer earlier',
            'origin/raised  "engineering"  does not decide: it is a fallback, and something else decides',
            'origin/ticket  "support"  does not decide: of signs of one moment, that of origin/deal goes '
            "first",
            'origin/deal  "sales"  decides',
        ]),
        (2, [
            'customer/code  "globex"  does not decide: customers.csv has no such account',
            'intent/milestone  "Speed"  does not decide: the strategy states no intent by that name',
            'origin/raised  "engineering"  does not decide: it is a fallback, and something else decides',
            'origin/ticket  "support"  decides',
            'origin/deal  "sales"  does not decide: the sign of origin/ticket is older',
        ]),
        (3, [
            'intent/label  "a"  decides',
            'intent/theme  "b"  does not decide: intent/label speaks before it in its file, and only the '
            "first is heard",
            'origin/raised  "engineering"  decides',
            'origin/deal  "sales"  does not decide: it came after the work was committed to',
        ]),
        (4, [
            'origin/raised  "engineering"  does not decide: a person has said what it is',
            'origin/deal  "sales"  does not decide: a person has said what it is',
        ]),
    ],
)  # fmt: skip
def test_why_what_a_rule_says_does_not_decide(contested: Desk, number: int, said: list[str]) -> None:
    lines = typed(contested, "explain", f"acme/web#{number}").splitlines()
    assert [line.strip() for line in lines[lines.index("Rules that spoke:") + 1 :]] == said


def test_a_persons_word_is_shown_beside_what_the_rules_said(contested: Desk) -> None:
    told = typed(contested, "explain", "acme/web#4").splitlines()
    assert told[2].startswith("Not by its own rules:")
    assert told[3].startswith('  origin "support", by a person (')
