"""What a rule sees of an item, whichever tracker it comes from."""

import pytest
from builders import ADA, jira_comment, jira_issue, jira_site
from conftest import Desk

from tracker_sync.demo.tracker_server import serving

RULE = """\
dimension = "customer"
[[rule]]
id = "bold"
why = "Support pastes a table."
when = { comments = '^Customer: (?P<value>\\w+)' }
[[rule.test]]
item = { comments = "Customer: Acme" }
gives = ["acme"]
[[rule.test]]
item = { comments = "No Customer: Acme" }
gives = []
"""


QUOTED = """\
dimension = "origin"
[[rule]]
id = "quoted"
why = "Somebody is quoted."
when = { body = '^Pat Doe reports' }
value = "customer"
[[rule.test]]
item = { body = "Pat Doe reports" }
gives = ["customer"]
[[rule.test]]
item = { body = "I report" }
gives = []
"""


@pytest.mark.parametrize(("reporter", "origin"), [("Pat Doe", None), ("Kim Roe", "customer")])
def test_who_quotes_themself_relays_nobody(desk: Desk, reporter: str, origin: str | None) -> None:
    who = {**ADA, "displayName": reporter}
    issue = jira_issue(description="Pat Doe reports: it fails", creator=who, reporter=who)
    with serving(jira_site(issue)) as [url]:
        desk.jira(url)
        desk.write("mine/tags/mine.toml", QUOTED)
        text = (desk.folder / "tracker-sync.toml").read_text()
        desk.write("tracker-sync.toml", f"{text}[rules]\npaths = ['mine']\n")
        desk.sync()
    assert desk.listed()[0]["origin"] == origin


@pytest.mark.parametrize(
    "said", ["Customer: Acme", "*Customer:* Acme", "h3. Customer: [Acme|https://a.example]"]
)
def test_markup_of_wiki_text_hides_nothing_from_a_rule(desk: Desk, said: str) -> None:
    with serving(jira_site(jira_issue(comments=[jira_comment(1, 0, said)]), deployment="Server")) as [url]:
        desk.jira(url)
        desk.write("mine/tags/mine.toml", RULE)
        text = (desk.folder / "tracker-sync.toml").read_text()
        desk.write("tracker-sync.toml", text + "[rules]\npaths = ['mine']\n")
        desk.sync()
    assert desk.listed()[0]["customers"] == ["acme"]
    shown = [e.val for e in desk.events() if e.kind == "commented"]
    assert shown == [said], "the log has it as it came"
