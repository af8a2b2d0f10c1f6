"""On Jira, Cloud and Data Center: the same label and comment, in the texts that each takes."""

import gzip
import json
from collections.abc import Iterator

import pytest
from annotate.places import LABEL, Site, jira
from conftest import Desk
from simulator.contracts import CONTRACTS, check_hits, needs_contracts
from simulator.faults import Fault, refusal, reset_midway

pytestmark = pytest.mark.usefixtures("naps")


@pytest.fixture(params=["cloud", "data center"])
def site(desk: Desk, request: pytest.FixtureRequest) -> Iterator[Site]:
    with jira(desk, cloud=request.param == "cloud") as site:
        yield site


def test_exactly_the_epics_without_an_intent_are_annotated(site: Site) -> None:
    bare = site.epic("Bare", "old")
    others = [site.epic("Told", "intent/trust"), site.epic("Out", "no-strategic-intent")]
    others.append(site.company.create("PAY", "Story", "No epic"))
    site.check()
    assert site.labels(bare) == [LABEL, "old"]
    assert not any(LABEL in site.labels(i) or site.comments(i) for i in others)
    assert site.comments(bare) == [], "the first run on a backlog is quiet"
    assert len(site.written()) == 1


def test_a_second_run_writes_nothing_and_what_is_resolved_is_put_right(site: Site) -> None:
    epic = site.epic()
    site.check("PAY-1")
    (said,) = site.comments(epic)
    assert "intent/self-serve" in said.replace("&#45;", "-").replace("&#47;", "/")
    assert len(site.written()) == 2
    site.check("PAY-1")
    site.check()
    assert site.written() == []
    site.company.labels(epic, add=["intent/trust"])
    site.check()
    (said,) = site.comments(epic)
    assert "Nothing is missing." in said
    assert site.labels(epic) == ["intent/trust"]
    site.written()
    site.check()
    assert site.written() == []


@pytest.mark.slow
def test_a_new_epic_gets_its_comment_once_we_write_there(site: Site) -> None:
    old = site.epic("Old")
    site.check()
    new = site.epic("New")
    site.check()
    assert [len(site.comments(i)) for i in (old, new)] == [0, 1]


@pytest.mark.slow
def test_a_forged_mark_in_a_strangers_comment_is_not_ours(site: Site) -> None:
    epic, other = site.epic(), site.epic("Other")
    site.check("PAY-1")
    (ours,) = site.comments(epic)
    site.company.comment(other, ours, by="acc-ben")
    site.check("PAY-2")
    assert len(site.comments(other)) == 1
    assert next(c for c in site.company.issues[other].comments.values() if c.author == "acc-ben").text == ours


@pytest.mark.slow
def test_our_comment_is_found_behind_many_others(site: Site) -> None:
    epic = site.epic()
    for n in range(25):
        site.company.comment(epic, f"Me too {n}", by="acc-ben")
    site.check("PAY-1")
    site.written()
    site.check("PAY-1")
    assert site.written() == []


def test_customers_of_a_service_project_do_not_see_it(site: Site) -> None:
    epic = site.epic()
    site.check("PAY-1")
    assert [c.internal for c in site.company.issues[epic].comments.values()] == [True]


@pytest.mark.parametrize(
    "fault", [refusal("500", 500, "Internal server error"), reset_midway()], ids=["500", "reset"]
)
def test_a_write_of_which_nobody_knows_whether_it_was_made_is_not_made_twice(
    site: Site, fault: Fault
) -> None:
    epic = site.epic()
    site.sync()
    site.server.reset()
    # Which Jira it is, who we are, what is there, the comment.
    site.server.faults = {4: fault}
    site.check("PAY-1", sync=False)
    assert (site.labels(epic), len(site.comments(epic))) == ([LABEL], 1)


def test_nothing_is_written_where_nobody_says_who_we_are(site: Site) -> None:
    epic = site.epic()
    site.face.me = "nobody"
    done = site.check("PAY-1", code=4)
    assert "does not say whose the token is" in done.err
    assert (site.labels(epic), site.comments(epic)) == ([], [])


@pytest.mark.slow
def test_a_moved_epic_is_written_to_where_it_is(site: Site) -> None:
    epic = site.epic()
    site.sync()
    site.company.move(epic, "WEB")
    site.check("PAY-1", sync=False)
    assert site.labels(epic) == [LABEL]


def test_a_label_with_a_space_is_refused(site: Site) -> None:
    site.epic()
    done = site.check("--label", "needs intent", code=2)
    assert "has a space, which no label of Jira (acme) has" in done.err


@pytest.mark.slow
def test_the_field_for_the_intent_is_named(site: Site) -> None:
    site.desk.write(
        "tracker-sync.toml",
        (site.desk.folder / "tracker-sync.toml").read_text() + '\nfields = { intent = "Intent" }\n',
    )
    epic = site.epic()
    site.check("PAY-1")
    assert "in the field" in site.comments(epic)[0]
    assert "Intent" in site.comments(epic)[0]


@needs_contracts
def test_requests_keep_to_the_contract(site: Site) -> None:
    site.epic()
    site.check("PAY-1")
    found = check_hits("jira-cloud" if site.face.cloud else "jira-dc", site.server.hits)
    # Data Center's contract calls the value of a property a text; what it takes there is any JSON.
    assert [f for f in found if "properties/0/value" not in f] == []


@needs_contracts
def test_a_document_is_one_that_jira_takes(desk: Desk) -> None:
    from jsonschema import Draft4Validator

    with gzip.open(CONTRACTS / "atlassian-adf-full.schema.json.gz") as file:
        schema = Draft4Validator(json.load(file))
    with jira(desk, cloud=True) as site:
        epic = site.epic()
        site.check("PAY-1")
        (comment,) = site.company.issues[epic].comments.values()
        assert [error.message for error in schema.iter_errors(comment.raw)] == []
        assert "mention" not in json.dumps(comment.raw)
