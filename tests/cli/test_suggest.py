"""Proposals as they are typed for and read: what was asked, what came out, how it ended."""

import csv
import io
import json
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders import Json, jira_issue, jira_site
from conftest import Desk

from tracker_sync.demo.tracker_server import serving
from tracker_sync.render import suggest as render
from tracker_sync.suggest import Proposal, Suggestions
from tracker_sync.suggest.examples import Seen

TOPICS = {
    "billing": ["invoice", "tax", "refund", "ledger"],
    "search": ["query", "ranking", "synonym", "index"],
}
PLACES = ["page", "list", "export", "setting", "column", "button"]
EPIC = {"id": "20", "name": "Epic", "subtask": False, "hierarchyLevel": 1}


def tagged(size: int = 12) -> list[Json]:
    """Tickets with an intent/<name> label, whose titles say which: PAY-1 and up."""
    return [
        jira_issue(
            n + 1,
            f"{words[n % 4].title()} and {words[(n + 1) % 4]} in the {PLACES[n % 6]}",
            labels=[f"intent/{intent}", "web"],
        )
        for intent, words, n in _numbered(size)
    ]


def _numbered(size: int) -> Iterator[tuple[str, list[str], int]]:
    for k, (intent, words) in enumerate(TOPICS.items()):
        for n in range(size):
            yield intent, words, k * size + n


UNTAGGED = [
    jira_issue(101, "Refund and invoice in the column", labels=["web"], issuetype=EPIC),
    jira_issue(102, "Ledger tax", parent={"id": "10101", "key": "PAY-101"}),
    jira_issue(100, "Synonym ranking on the page", labels=["web"]),
    jira_issue(104, "Coffee machine"),
]


@contextmanager
def synced(desk: Desk, *issues: Json) -> Iterator[Desk]:
    with serving(jira_site(*issues)) as [url]:
        desk.jira(url)
        desk.sync()
        yield desk


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 24 tagged and 4 untagged items, made once."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch, synced(Desk(folder, patch), *tagged(), *UNTAGGED):
        pass
    return folder


@pytest.fixture
def there(made: Path, desk: Desk) -> Desk:
    """The same in a folder of its own."""
    shutil.copytree(made, desk.folder, dirs_exist_ok=True)
    return desk


def test_a_transcript_of_proposals(there: Desk) -> None:
    done = there.run("suggest")
    assert (done.code, done.err) == (0, "")
    assert (
        done.out
        == """\
Items without an intent: 4; proposals: 2, learned from 24 tagged items.
Nothing is applied: run the commands that you agree with.

acme:PAY-101  Refund and invoice in the column  (epic)
  billing, 97 % sure; for it speak: invoice, refund
  like acme:PAY-5  Invoice and tax in the column  [billing]
  like acme:PAY-11  Refund and ledger in the column  [billing]
  like acme:PAY-17  Query and ranking in the column  [search]
  tracker-sync tag acme:PAY-101 --intent billing --reason 'suggested billing (0.97): invoice, refund'

acme:PAY-100  Synonym ranking on the page
  search, 97 % sure; for it speak: ranking, synonym
  like acme:PAY-13  Query and ranking in the page  [search]
  like acme:PAY-19  Synonym and index in the page  [search]
  like acme:PAY-14  Ranking and synonym in the list  [search]
  tracker-sync tag acme:PAY-100 --intent search --reason 'suggested search (0.97): ranking, synonym'

Below an item with a proposal, and would inherit its tag: 1.

Left open: 1.
  1 less sure than 80 %

How far to trust it: tracker-sync suggest --dimension intent --evaluate
"""
    )


def test_a_transcript_of_an_evaluation(there: Desk) -> None:
    done = there.run("suggest", "--evaluate")
    assert (done.code, done.err) == (0, "")
    assert (
        done.out
        == """\
How often would proposals for the intent have been right?
24 tagged items, each guessed from items of other epics, without its own tag.

proposed, at 80 % or surer                      24 of 24  100 %   86–100 %
of the proposed, right                          24 of 24  100 %   86–100 %
right, if the likeliest is always named         24 of 24  100 %   86–100 %
right, if always billing                        12 of 24   50 %   31–69 %

how sure      guesses   said  right   with chance
under 50 %          0      –      –
50–60 %             0      –      –
60–70 %             0      –      –
70–80 %             0      –      –
80–90 %             0      –      –
90–100 %           24   95 %  100 %   86–100 %
Said: the confidence that was given. Right: how many of those guesses were.

Better than always naming the commonest value, by more than chance.
Learned from: billing (12), search (12).
"""
    )


def test_a_transcript_of_csv(there: Desk) -> None:
    done = there.run("suggest", "--format", "csv")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "key,intent,customer,origin,reason",
        'acme:PAY-101,billing,,,"suggested billing (0.97): invoice, refund"',
        'acme:PAY-100,search,,,"suggested search (0.97): ranking, synonym"',
    ]


def test_json_has_what_the_text_has_and_every_item_left_out(there: Desk) -> None:
    told = json.loads(there.run("suggest", "--format", "json").out)
    assert told["schema"] == "tracker-sync/suggest/1"
    assert told["summary"] == {
        "learned_from": 24, "several": 0, "accepted": 0, "proposed": 2, "inheriting": 1, "left_open": 1,
        "left_open_by_reason": {"unsure": 1},
    }  # fmt: skip
    first = told["rows"][0]
    assert (first["key"], first["value"], first["confidence"]) == ("acme:PAY-101", "billing", 0.97)
    assert first["neighbours"][0] == {
        "key": "acme:PAY-5", "title": "Invoice and tax in the column", "value": "billing",
    }  # fmt: skip
    assert first["command"] in there.run("suggest").out
    assert told["unknowns"]["inheriting"] == ["acme:PAY-102"]
    assert [(o["key"], o["why"]) for o in told["unknowns"]["left_open"]] == [("acme:PAY-104", "unsure")]


def test_the_same_log_gives_the_same_bytes(there: Desk) -> None:
    one, other = (there.spawn("suggest", "--format", "json", PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert (one.code, one.err) == (0, "")
    assert one.out == other.out != ""


def test_the_printed_command_accepts_the_proposal_and_the_next_run_does_not_learn_from_it(
    there: Desk,
) -> None:
    told = json.loads(there.run("suggest", "--format", "json").out)
    words = shlex.split(told["rows"][0]["command"])
    assert words.pop(0) == "tracker-sync"
    assert there.run(*words).code == 0
    after = json.loads(there.run("suggest", "--format", "json").out)
    assert (after["summary"]["learned_from"], after["summary"]["accepted"]) == (24, 1)
    assert [r["key"] for r in after["rows"]] == ["acme:PAY-100"]
    assert next(r for r in there.listed() if r["key"] == "acme:PAY-102")["intent"] == "billing"


def test_an_edited_table_of_proposals_tags_items_and_the_rest_is_proposed_again(there: Desk) -> None:
    first, epic, other = there.run("suggest", "--format", "csv").out.splitlines()
    assert epic.startswith("acme:PAY-101,billing,,,")
    there.write("rows.csv", f"{first}\r\n{epic.replace(',,,', ',,support,')}\r\n")
    done = there.run("tag", "--from", "rows.csv")
    assert (done.code, done.out, done.err) == (0, "", "1 item tagged, 2 tags written\n")
    row = next(r for r in there.listed() if r["key"] == "acme:PAY-101")
    assert (row["intent"], row["origin"]) == ("billing", "support")
    assert there.run("suggest", "--format", "csv").out.splitlines() == [first, other]
    there.write("rows.csv", f"{first}\r\n{other}\r\n")
    assert there.run("tag", "--from", "rows.csv").err == "1 item tagged, 1 tag written\n"
    assert there.run("suggest", "--format", "csv").out.splitlines() == [first]


def test_nothing_is_written(there: Desk) -> None:
    before = there.db.read_bytes()
    there.run("suggest")
    assert there.db.read_bytes() == before


def test_a_transcript_with_nothing_to_learn_from(desk: Desk) -> None:
    with synced(desk, *tagged(2), *UNTAGGED):
        done = desk.run("suggest")
    assert (done.code, done.err) == (0, "")
    assert (
        done.out
        == """\
Items without an intent: 4.
Nothing to learn from: at least two values have to be named by 5 separate items
or epics each.
Named so far: billing (2), search (2).
"""
    )
    assert desk.run("suggest", "--format", "csv").out == "key,intent,customer,origin,reason\r\n"
    told = json.loads(desk.run("suggest", "--format", "json").out)
    assert (told["summary"]["learned_from"], told["rows"]) == (0, [])
    assert [o["why"] for o in told["unknowns"]["left_open"]] == ["nothing to learn from"] * 4


def test_a_transcript_where_all_is_left_open(there: Desk) -> None:
    done = there.run("suggest", "PAY-100", "PAY-104", "--threshold", "0.99")
    assert (done.code, done.err) == (0, "")
    assert (
        done.out
        == """\
Items without an intent: 2; proposals: 0, learned from 24 tagged items.
Nothing is applied: run the commands that you agree with.

Left open: 2.
  2 less sure than 99 %
The surest of them is 97 % sure; --threshold asks for less.
  acme:PAY-100 looks most like: search, 97 % sure
  acme:PAY-104 looks most like: search, 50 % sure

How far to trust it: tracker-sync suggest --dimension intent --evaluate
"""
    )


def test_a_transcript_without_the_library(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    done = desk.run("suggest")
    assert (done.code, done.out) == (2, "")
    assert done.err == "tracker-sync: suggest needs scikit-learn: pip install 'tracker_sync[suggest]'\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["PAY-1"], "nothing to propose for acme:PAY-1: it lacks no intent "
         "(`tracker-sync show acme:PAY-1` says why)"),
        (["PAY-999"], "there is no item 'PAY-999' in the log; `tracker-sync items` lists them"),
        (["--source", "nowhere"], "there is no source 'nowhere'; there are: acme"),
        (["--evaluate", "PAY-104"], "--evaluate is about all tagged items, as text or JSON: "
         "no KEY, --limit or CSV"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_with_its_remedy(there: Desk, args: list[str], said: str) -> None:
    done = there.run("suggest", *args)
    assert (done.code, done.out, done.err) == (2, "", f"tracker-sync: {said}\n")


def test_epics_come_first_and_can_be_asked_for_alone(there: Desk) -> None:
    told = json.loads(there.run("suggest", "--format", "json").out)
    assert [r["epic"] for r in told["rows"]] == [True, False]
    told = json.loads(there.run("suggest", "--epics", "--format", "json").out)
    assert [r["key"] for r in told["rows"]] == ["acme:PAY-101"]
    assert told["unknowns"] == {"inheriting": [], "left_open": []}


def test_a_page_of_proposals_says_how_many_more_there_are(there: Desk) -> None:
    done = there.run("suggest", "--limit", "1")
    assert "acme:PAY-100" not in done.out
    assert "\nAnd 1 more: --limit 2, or --format csv.\n" in done.out
    assert len(there.run("suggest", "--limit", "1", "--format", "csv").out.splitlines()) == 2


def test_hostile_titles_and_labels_steer_neither_terminal_nor_shell_nor_spreadsheet(desk: Desk) -> None:
    label = "'; touch owned; echo '"
    hostile = [
        jira_issue(n + 1, "Invoice \x1b[2J\u202e=cmd()", labels=["intent/=evil()", label]) for n in range(12)
    ]
    others = [jira_issue(n + 50, "Query of pages", labels=["intent/search"]) for n in range(12)]
    untagged = jira_issue(99, "Invoice \x1b]0;x\x07 $(touch owned)", labels=[label])
    with synced(desk, *hostile, *others, untagged):
        done = desk.run("suggest")
        (row,) = json.loads(desk.run("suggest", "--format", "json").out)["rows"]
        cells = list(csv.reader(io.StringIO(desk.run("suggest", "--format", "csv").out)))
    assert done.code == 0
    assert "label '; touch owned; echo '" in done.out, "the hostile label is what speaks for it"
    assert not any(ord(c) < 32 and c != "\n" for c in done.out)
    assert "\u202e" not in done.out
    words = shlex.split(row["command"])
    assert words[:6] == ["tracker-sync", "tag", "acme:PAY-99", "--intent", "evil", "--reason"]
    assert len(words) == 7
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in cells for cell in line)


def test_a_value_that_a_spreadsheet_would_run_is_quoted_in_csv() -> None:
    item = Seen("acme:PAY-1", "=title()", False, "acme:Pay", "acme:PAY-1", ())
    found = Suggestions(
        "customer", 0.8, (), 9, 0, 0, 1, (Proposal(item, "=cmd()", 0.9, ("=word",), ()),), (), ()
    )  # fmt: skip
    (_, row) = csv.reader(io.StringIO(render.csv(found)))
    assert row == ["acme:PAY-1", "", "'=cmd()", "", "suggested =cmd() (0.90): =word"]
