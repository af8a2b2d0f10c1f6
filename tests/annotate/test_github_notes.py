"""On GitHub: a label and one comment on each epic without an intent, and nothing written twice."""

import json
from collections.abc import Iterator

import pytest
from annotate.places import LABEL, STRATEGY, Hub, github
from conftest import Desk
from simulator.faults import refusal, reset_midway

pytestmark = pytest.mark.usefixtures("naps")


@pytest.fixture
def hub(desk: Desk) -> Iterator[Hub]:
    with github(desk) as hub:
        yield hub


def test_exactly_the_epics_without_an_intent_are_annotated(hub: Hub) -> None:
    bare, told = hub.epic("Bare"), hub.epic("Told", "intent/trust")
    parent, out = hub.epic("Parent", "intent/trust"), hub.epic("Out", "no-strategic-intent")
    line = hub.epic("Line", body="Why not.\r\ntracker-sync: ignore\r\n")
    child, closed = hub.epic("Child"), hub.epic("Closed")
    task = hub.company.create("acme/web", "Task")
    hub.company.add_sub_issue(parent, child)
    hub.company.close(closed)
    hub.check()
    everything = [bare, told, parent, out, line, child, closed, task]
    assert [i for i in everything if LABEL in hub.labels(i)] == [bare]
    assert len(hub.written()) == 1


def test_a_second_run_writes_nothing(hub: Hub) -> None:
    epics = [hub.epic(f"Epic {n}") for n in range(3)]
    hub.check(*(f"web:acme/web#{e.number}" for e in epics))
    assert len(hub.written()) == 6
    hub.check(*(f"web:acme/web#{e.number}" for e in epics))
    hub.check()
    hub.check(sync=False)
    assert hub.written() == []


def test_the_first_run_on_a_backlog_only_labels(hub: Hub) -> None:
    old = [hub.epic(f"Old {n}") for n in range(3)]
    hub.check()
    assert [hub.comments(i) for i in old] == [[], [], []]
    new = hub.epic("New")
    hub.check()
    assert [len(hub.comments(i)) for i in [*old, new]] == [0, 0, 0, 1]
    assert all(LABEL in hub.labels(i) for i in [*old, new])
    hub.written()
    hub.check()
    assert hub.written() == []


def test_a_label_that_people_used_before_does_not_make_the_first_run_loud(hub: Hub) -> None:
    hub.epic("Old", LABEL)
    later = hub.epic("Later")
    hub.check()
    assert hub.comments(later) == []


def test_an_epic_that_is_named_gets_its_comment_at_once(hub: Hub) -> None:
    epic = hub.epic()
    hub.check()
    assert hub.comments(epic) == []
    hub.check("web:acme/web#1")
    (said,) = hub.comments(epic)
    assert "`intent/self-serve` – Customers set up without us" in said


def test_the_field_for_the_intent_is_named(hub: Hub) -> None:
    file = hub.desk.folder / "tracker-sync.toml"
    file.write_text(file.read_text() + '\nfields = { intent = "Bet" }\n')
    epic = hub.epic()
    hub.company.set_field(hub.epic("Other"), "Bet", "trust")
    hub.check("web:acme/web#1")
    assert "in the field **Bet** or by its label:" in hub.comments(epic)[0]


def test_a_resolved_epic_has_its_comment_edited_and_its_label_removed(hub: Hub) -> None:
    epic = hub.epic()
    hub.check("web:acme/web#1")
    hub.company.label(epic, "intent/trust")
    hub.written()
    hub.check()
    assert len(hub.written()) == 2
    (said,) = hub.comments(epic)
    assert "names its strategic intent: `trust`" in said.replace("**", "")
    assert hub.labels(epic) == ["intent/trust"]
    hub.company.unlabel(epic, "intent/trust")
    hub.check()
    (said,) = hub.comments(epic)
    assert "names no strategic intent" in said
    assert hub.labels(epic) == [LABEL]


@pytest.mark.parametrize(
    "way", ["label", *(pytest.param(w, marks=pytest.mark.slow) for w in ("line", "type"))]
)
def test_who_opts_out_is_left_alone(hub: Hub, way: str) -> None:
    epic = hub.epic()
    hub.check("web:acme/web#1")
    match way:
        case "label":
            hub.company.label(epic, "no-strategic-intent")
        case "line":
            hub.company.edit_body(epic, "tracker-sync: ignore")
        case "type":
            hub.company.unlabel(epic, "epic")
    hub.check()
    assert LABEL not in hub.labels(epic)
    (said,) = hub.comments(epic)
    assert ("is no epic any more" if way == "type" else "Nobody is asked") in said
    hub.written()
    hub.check()
    assert hub.written() == []


@pytest.mark.slow
def test_a_closed_epic_is_left_as_it_stands(hub: Hub) -> None:
    epic = hub.epic()
    hub.check("web:acme/web#1")
    hub.company.close(epic)
    hub.written()
    hub.check()
    hub.check("web:acme/web#1")
    assert hub.written() == []


def test_a_forged_mark_in_a_strangers_comment_is_not_ours(hub: Hub) -> None:
    epic = hub.epic()
    hub.check("web:acme/web#1")
    (ours,) = hub.comments(epic)
    other = hub.epic("Other")
    hub.company.comment(other, ours, by="eve")
    hub.check("web:acme/web#2")
    assert len(hub.comments(other)) == 1, "eve's does not stand for ours"
    hub.company.label(other, "intent/trust")
    hub.check()
    assert [e.detail for e in other.comments if e.actor.login == "eve"] == [ours], "nor is it edited"


@pytest.mark.slow
def test_a_quotation_of_ours_by_the_same_account_is_not_ours(hub: Hub) -> None:
    epic = hub.epic()
    hub.check("web:acme/web#1")
    (ours,) = hub.comments(epic)
    hub.company.comment(epic, f"> {ours}\n\nDone?", by=hub.face.me)
    hub.company.label(epic, "intent/trust")
    hub.check()
    assert hub.comments(epic)[1].startswith("> <!--")


@pytest.mark.slow
def test_our_comment_is_found_behind_a_hundred_others(hub: Hub) -> None:
    epic = hub.epic()
    for n in range(120):
        hub.company.comment(epic, f"Me too {n}", by="bob")
    hub.check("web:acme/web#1")
    hub.written()
    hub.check("web:acme/web#1")
    assert hub.written() == []


def test_no_more_is_written_than_allowed_and_it_says_what_is_left(hub: Hub) -> None:
    for n in range(7):
        hub.epic(f"Epic {n}")
    done = hub.check("--max-writes", "3")
    assert len(hub.written()) == 3
    assert "3 writes made; 4 writes on 4 items left for the next run, since --max-writes is 3" in done.err
    hub.check("--max-writes", "3")
    hub.check("--max-writes", "3")
    assert len(hub.written()) == 4
    assert "0 writes made\n" in hub.check("--max-writes", "3").err


def test_a_new_epic_does_not_wait_for_the_backlog(hub: Hub) -> None:
    for n in range(4):
        hub.epic(f"Old {n}")
    hub.check("--max-writes", "1")
    new = hub.epic("New")
    hub.check("--max-writes", "2")
    assert (hub.labels(new), len(hub.comments(new))) == ([LABEL], 1)


@pytest.mark.slow
def test_of_five_hundred_epics_no_more_than_thirty_writes_are_made(hub: Hub) -> None:
    for n in range(500):
        hub.epic(f"Epic {n}")
    done = hub.check()
    assert len(hub.written()) == 30
    assert (
        "30 writes made; 470 writes on 470 items left for the next run, since --max-writes is 30" in done.err
    )


def test_a_dry_run_writes_nothing_and_says_what_it_would(hub: Hub) -> None:
    hub.epic()
    done = hub.check("--dry-run", "web:acme/web#1")
    assert hub.written() == []
    assert done.out.splitlines()[1:] == [
        "would write: web:acme/web#1: comment added",
        "would write: web:acme/web#1: label added",
    ]
    assert "2 writes would be made" in done.err


@pytest.mark.parametrize(
    "comment", [pytest.param("label-only"), pytest.param("never", marks=pytest.mark.slow)]
)
def test_comments_can_be_left_out(hub: Hub, comment: str) -> None:
    epic = hub.epic()
    hub.check("--comment", comment, "web:acme/web#1")
    assert (hub.labels(epic), hub.comments(epic)) == ([LABEL], [])
    hub.check("web:acme/web#1")
    hub.company.label(epic, "intent/trust")
    hub.check("--comment", comment, "web:acme/web#1")
    (said,) = hub.comments(epic)
    assert ("Nothing is missing" in said) == (comment == "label-only")


def test_a_label_that_differs_in_case_is_the_same_label(hub: Hub) -> None:
    epic = hub.epic("One", "Needs-Strategic-Intent")
    hub.check()
    assert (hub.written(), hub.labels(epic)) == ([], ["Needs-Strategic-Intent"])
    hub.company.label(epic, "intent/trust")
    hub.check()
    assert hub.labels(epic) == ["intent/trust"]


def test_a_locked_epic_gets_its_label_alone(hub: Hub) -> None:
    epic = hub.epic()
    hub.company.lock(epic)
    hub.check("web:acme/web#1")
    assert (hub.labels(epic), hub.comments(epic)) == ([LABEL], [])


@pytest.mark.parametrize(
    "fault",
    [pytest.param(refusal("502", 502, "Server Error"), marks=pytest.mark.slow, id="502"), reset_midway()],
)
def test_a_write_of_which_nobody_knows_whether_it_was_made_is_not_made_twice(hub: Hub, fault: object) -> None:
    epic = hub.epic()
    hub.sync()
    hub.server.reset()
    hub.server.faults = {3: fault}  # type: ignore[dict-item]  # who we are, what is there, the comment
    hub.check("web:acme/web#1", sync=False)
    assert (hub.labels(epic), len(hub.comments(epic))) == ([LABEL], 1)


def test_a_secondary_limit_is_waited_for(hub: Hub, naps: list[float]) -> None:
    epic = hub.epic()
    hub.sync()
    hub.server.reset()
    hub.server.faults = {3: refusal("secondary", 403, "You have exceeded a secondary rate limit.")}
    hub.check("web:acme/web#1", sync=False)
    assert (hub.labels(epic), len(hub.comments(epic))) == ([LABEL], 1)
    assert max(naps) >= 60


def test_a_token_that_may_not_write_ends_with_three(desk: Desk) -> None:
    with github(desk, writable=False) as hub:
        for n in range(5):
            hub.epic(f"Epic {n}")
        done = hub.check(code=3)
        assert len(hub.written()) == 3, "after a few refusals it is clear"
        assert "permissions: issues: write" in done.err


def test_an_epic_that_is_gone_does_not_keep_the_others(hub: Hub) -> None:
    gone, epic = hub.epic("Gone"), hub.epic("There")
    hub.sync()
    hub.company.delete(gone)
    done = hub.check(sync=False, code=5)
    assert hub.labels(epic) == [LABEL]
    assert "tracker-sync: web:acme/web#1: its tracker does not show it: it is gone" in done.err


@pytest.mark.slow
def test_enterprise_server_has_its_own_paths(desk: Desk) -> None:
    with github(desk, enterprise=True) as hub:
        desk.github(f"{hub.server.url}/api/v3")
        epic = hub.epic()
        hub.check("web:acme/web#1")
        assert (hub.labels(epic), len(hub.comments(epic))) == ([LABEL], 1)


def test_a_label_that_says_an_intent_is_refused(hub: Hub) -> None:
    hub.epic()
    done = hub.check("--label", "intent/needed", code=2)
    assert "says the intent 'needed' by one of your rules" in done.err
    assert hub.written() == []


def test_our_label_and_comment_change_no_tag(hub: Hub) -> None:
    """Not even where a mission says what rules look for in comments."""
    head = "name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent"
    hub.desk.write("customers.csv", f"{head}\nNorthwind,,,,,,,customer,,,,,\n")
    mission = "What we promised to the customer. Feature request from Northwind https://northwind.zendesk.com/tickets/1"
    hub.desk.write("strategy.toml", STRATEGY.replace("Customers set up without us", mission))
    hub.epic()
    hub.sync()
    before = hub.desk.listed()
    hub.check("web:acme/web#1")
    hub.sync()
    (was,), (now,) = before, hub.desk.listed()
    changed = {k for k in was if was[k] != now[k]}
    assert changed <= {"updated", "labels"}, changed


def test_without_a_token_nothing_is_tried(hub: Hub) -> None:
    hub.epic()
    hub.sync()
    done = hub.desk.run("check", "--annotate")
    assert (done.code, "to write there needs a token" in done.err) == (2, True)


@pytest.mark.parametrize(
    "args", [["--dry-run"], ["--max-writes", "3"], ["--annotate", "--as-of", "2026-03-02"]]
)
def test_options_that_do_not_go_together_are_refused(hub: Hub, args: list[str]) -> None:
    assert "add --annotate" in (said := hub.desk.run("check", *args).err) or "leave out --as-of" in said


def test_the_account_of_a_run_is_json(hub: Hub) -> None:
    hub.epic("One")
    hub.epic("Two", "no-strategic-intent")
    done = hub.check("--format", "json", "--max-writes", "0", "--fail-on", "warning", code=10)
    told = json.loads(done.out)
    assert told["missing"] == ["web:acme/web#1"]
    assert told["written"] == {
        "dry_run": False, "made": [], "refused": [], "left": [{"key": "web:acme/web#1", "what": "label"}],
    }  # fmt: skip
    assert [row["level"] for row in told["rows"]] == ["warning", "note"]
