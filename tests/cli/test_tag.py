"""People's words about items, one and many: what was typed, all that came out, and the exit code."""

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from builders import jira_issue, jira_site
from conftest import Desk

from tracker_sync.demo.tracker_server import serving
from tracker_sync.events import Tagged
from tracker_sync.log import Entry
from tracker_sync.log.sqlite import SqliteLog

STRATEGY = """\
[[intents]]
id = "search"
mission = "People find things."
aliases = ["Findability"]
[[intents]]
id = "trust"
mission = "Nothing is lost."
"""
CUSTOMERS = """\
name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent
Northwind,Wind,,,,,,customer,,,,,
Windward,Wind,,,,,,customer,,,,,
Mills,,,,,,,customer,,,,,
"""
HOSTILE = "\x1b[2J\u202eevil"
SOURCE = '[[sources]]\nname = "{}"\nkind = "jira"\nurl = "{}"\nallow_http = true\n'
HEAD = "key,intent,customer,origin,reason\n"
PAY_1_TOO = 'rule intent/intent-label says "trust" (label, since 2026-01-05); what you said holds\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of two trackers, made once: PAY-1 and its child PAY-2 serve trust, and PAY-9 is in both."""
    desk = Desk(tmp_path_factory.mktemp("made"), pytest.MonkeyPatch())
    desk.write("strategy.toml", STRATEGY)
    desk.write("customers.csv", CUSTOMERS)
    acme = jira_site(
        jira_issue(1, "Totals", labels=["intent/trust"]),
        jira_issue(2, "Totals per site", parent={"id": "10001", "key": "PAY-1"}),
        jira_issue(3, HOSTILE),
        jira_issue(4, "Clocks", labels=["customer/Mills", f"intent/{HOSTILE}"]),
        jira_issue(9, "Export"),
    )
    with serving(acme, jira_site(jira_issue(9, "Import"))) as [one, other]:
        desk.write("tracker-sync.toml", SOURCE.format("acme", one) + SOURCE.format("labs", other))
        desk.sync()
    return desk.folder


@pytest.fixture
def there(made: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The same in a folder of its own, where ada sits."""
    shutil.copytree(made, desk.folder, dirs_exist_ok=True)
    monkeypatch.setenv("LOGNAME", "ada")
    return desk


def typed(desk: Desk, *args: str) -> str:
    """A transcript; nothing of it may go to stdout, which is for data."""
    done = desk.run("tag", *args)
    assert done.out == ""
    return f"{done.err}exit code {done.code}\n"


def of(desk: Desk, rows: str, *args: str, head: str = HEAD) -> str:
    """The transcript of a table."""
    desk.write("rows.csv", head + rows)
    return typed(desk, "--from", "rows.csv", *args)


def refused(desk: Desk, rows: str, *args: str, head: str = HEAD) -> str:
    """What is wrong with a table, of which nothing may be written."""
    before = desk.events()
    told = of(desk, rows, *args, head=head)
    assert desk.events() == before
    assert told.endswith("exit code 2\n")
    return told.removesuffix("exit code 2\n").removesuffix(
        "tracker-sync: rows.csv: nothing was written; mend the lines above and run it again\n"
    )


def words(desk: Desk) -> list[tuple[str, str, str | None, str]]:
    """(item, dimension, value, reason) of all that people said."""
    return [(e.item, e.attr, e.val, e.reason) for e in desk.events() if isinstance(e, Tagged)]


def intent(desk: Desk, key: str = "acme:PAY-9") -> str | None:
    (found,) = [r["intent"] for r in desk.listed() if r["key"] == key]
    assert found is None or isinstance(found, str)
    return found


# One item


def test_a_word_that_nobody_disagrees_with_is_taken_in_silence(there: Desk) -> None:
    assert typed(there, "labs:PAY-9", "--intent", "search", "--reason", "agreed") == "exit code 0\n"
    assert intent(there, "labs:PAY-9") == "search"


def test_the_rule_that_disagrees_is_told(there: Desk) -> None:
    told = typed(there, "PAY-1", "--intent", "search", "--customer", "Mills", "--reason", "agreed")
    assert told == f"{PAY_1_TOO}exit code 0\n"


def test_a_person_who_said_otherwise_of_the_epic_is_told(there: Desk) -> None:
    typed(there, "PAY-1", "--customer", "Mills", "--reason", "asked")
    told = typed(there, "PAY-2", "--customer", "Northwind", "--reason", "their ticket")
    day = told.partition("(since ")[2][:10]
    assert told == (
        f'ada said "Mills" of acme:PAY-1 above it (since {day}); what you said holds\nexit code 0\n'
    )


def test_only_what_was_said_now_is_told_of(there: Desk) -> None:
    typed(there, "PAY-1", "--intent", "search", "--reason", "agreed")
    assert typed(there, "PAY-1", "--customer", "Mills", "--reason", "asked") == "exit code 0\n"


def test_what_was_said_before_is_not_written_twice(there: Desk) -> None:
    again = ("PAY-1", "--intent", "trust", "--reason", "agreed")
    typed(there, *again)
    said = "acme:PAY-1: said before with the same reason; nothing was written\nexit code 0\n"
    assert typed(there, *again) == said
    assert len(words(there)) == 1
    typed(there, *again[:-1], "agreed with sales")
    assert [reason for *_, reason in words(there)] == ["agreed", "agreed with sales"]


def test_a_customer_that_the_file_has_not_is_told_as_it_may_be_a_slip(there: Desk) -> None:
    told = typed(there, "PAY-1", "--customer", "Mils", "--customer", "mills", "--reason", "asked")
    assert told == 'not in the customers file, so taken for further accounts: "Mils"\nexit code 0\n'


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "say which item: tracker-sync tag KEY, or --from FILE.csv for many"),
        (["PAY-1"], "say what it is: --intent, --customer or --origin (or --clear, or --undo)"),
        (["PAY-1", "--intent", "trust"], "--reason is missing: say why, for those who will argue over it"),
        (["PAY-1", "--intent", "trust", "--reason", " "],
         "--reason is missing: say why, for those who will argue over it"),
        (["PAY-1", "--customer", " ; ", "--reason", "x"],
         "--customer is empty: say what it is, or take it back with --clear --customer"),
        (["PAY-1", "--intent", "peace", "--reason", "x"],
         "--intent: the strategy states no intent 'peace'; it states: search, trust"),
        (["PAY-1", "--origin", HOSTILE, "--reason", "x"],
         r"--origin: '\x1b[2J\u202eevil' is not one of sales, support, customer, research, strategy, "
         "engineering, executive, compliance"),
        (["PAY-1", "--customer", "Wind", "--reason", "x"],
         "--customer: 'Wind' may be Northwind or Windward; say which"),
        (["PAY-1", "--intent", "trust", "--reason", "\udcff"],
         "what was typed is not UTF-8 text; set the terminal to UTF-8"),
        (["PAY-9", "--clear"], "'PAY-9' is ambiguous: acme:PAY-9, labs:PAY-9; name one of these"),
        ([HOSTILE, "--clear"],
         r"there is no item '\x1b[2J\u202eevil' in the log; `tracker-sync items` lists them"),
        (["PAY-1", "--clear", "--undo"],
         "--clear takes back what people said, --undo only the last of it: choose one"),
        (["PAY-1", "--undo"], "nothing that people said of acme:PAY-1 is left to undo"),
        (["PAY-1", "--undo", "--intent"],
         "nothing that people said of the intent of acme:PAY-1 is left to undo"),
        (["PAY-1", "--from", "rows.csv"],
         "--from takes --reason and nothing else: the file says which items are what"),
        (["--from", "rows.csv"], "rows.csv: cannot be read: No such file or directory"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_told_with_its_remedy(there: Desk, args: list[str], said: str) -> None:
    assert typed(there, *args) == f"tracker-sync: {said}\nexit code 2\n"
    assert words(there) == []


# Taking back


def test_a_transcript_of_undoing_as_far_as_it_goes(there: Desk) -> None:
    typed(there, "acme:PAY-9", "--intent", "trust", "--reason", "a guess")
    typed(there, "acme:PAY-9", "--intent", "search", "--origin", "sales", "--reason", "the call")
    assert typed(there, "acme:PAY-9", "--undo") == (
        'acme:PAY-9: intent "search" is undone; "trust" holds again\n'
        'acme:PAY-9: origin "sales" is undone; the rules decide again\nexit code 0\n'
    )
    assert typed(there, "acme:PAY-9", "--undo") == (
        'acme:PAY-9: intent "trust" is undone; the rules decide again\nexit code 0\n'
    )
    assert intent(there) is None
    assert typed(there, "acme:PAY-9", "--undo") == (
        "tracker-sync: nothing that people said of acme:PAY-9 is left to undo\nexit code 2\n"
    )
    assert [said[1:] for said in words(there)[3:]] == [
        ("intent", "trust", "undone: search (the call); said before: a guess"),
        ("origin", None, "undone: sales (the call)"),
        ("intent", None, "undone: trust (a guess)"),
    ]


def test_one_dimension_can_be_undone_and_the_other_stays(there: Desk) -> None:
    typed(there, "acme:PAY-9", "--intent", "trust", "--origin", "sales", "--reason", "the call")
    told = typed(there, "acme:PAY-9", "--undo", "--origin", "--reason", "wrong call")
    assert told == 'acme:PAY-9: origin "sales" is undone; the rules decide again\nexit code 0\n'
    assert (intent(there), words(there)[-1][3]) == ("trust", "undone: wrong call")


def test_what_another_command_said_stays_when_the_last_is_undone(there: Desk) -> None:
    typed(there, "acme:PAY-9", "--origin", "sales", "--reason", "the call")
    typed(there, "acme:PAY-9", "--intent", "trust", "--reason", "a guess")
    typed(there, "acme:PAY-9", "--undo")
    assert [said[1:3] for said in words(there)[2:]] == [("intent", None)]


def test_a_taking_back_can_be_undone(there: Desk) -> None:
    typed(there, "acme:PAY-9", "--intent", "trust", "--reason", "a guess")
    assert typed(there, "acme:PAY-9", "--clear", "--intent") == "exit code 0\n"
    assert intent(there) is None
    told = typed(there, "acme:PAY-9", "--undo")
    assert told == 'acme:PAY-9: taking back the intent is undone; "trust" holds again\nexit code 0\n'
    assert intent(there) == "trust"


def test_what_is_said_after_an_undo_is_what_the_next_one_undoes(there: Desk) -> None:
    for value in ("trust", "search", "trust"):
        typed(there, "acme:PAY-9", "--intent", value, "--reason", f"{value}!")
        if value == "search":
            typed(there, "acme:PAY-9", "--undo")
            typed(there, "acme:PAY-9", "--intent", "search", "--reason", "after all")
    typed(there, "acme:PAY-9", "--undo")
    assert intent(there) == "search"
    typed(there, "acme:PAY-9", "--undo")
    assert intent(there) == "trust"


def test_a_reason_that_reads_like_an_undo_is_none(there: Desk) -> None:
    typed(there, "acme:PAY-9", "--intent", "trust", "--reason", "undone: the other one")
    typed(there, "acme:PAY-9", "--undo")
    assert intent(there) is None


def test_the_rule_that_disagrees_with_what_holds_again_is_told(there: Desk) -> None:
    typed(there, "PAY-1", "--intent", "search", "--reason", "agreed")
    typed(there, "PAY-1", "--intent", "trust", "--reason", "sorry")
    said = 'acme:PAY-1: intent "trust" is undone; "search" holds again\n'
    assert typed(there, "PAY-1", "--undo") == f"{said}{PAY_1_TOO}exit code 0\n"


def test_taking_back_what_nobody_said_writes_nothing(there: Desk) -> None:
    told = typed(there, "PAY-1", "--clear", "--origin")
    said = "people said nothing of the origin of acme:PAY-1 that holds; nothing was written"
    assert told == f"{said}\nexit code 0\n"
    assert words(there) == []


# Many items


def test_a_transcript_of_a_table_and_of_the_same_again(there: Desk) -> None:
    rows = "PAY-1,search,,,agreed\nacme:PAY-9,trust,Mills; Northwind,sales,the call\n"
    assert of(there, rows) == f"2 items tagged, 4 tags written\nacme:PAY-1: {PAY_1_TOO}exit code 0\n"
    assert words(there) == [
        ("acme:10001", "intent", "search", "agreed"),
        ("acme:10009", "intent", "trust", "the call"),
        ("acme:10009", "customer", "Mills;Northwind", "the call"),
        ("acme:10009", "origin", "sales", "the call"),
    ]
    before = there.db.read_bytes()
    again = "nothing was written; 2 rows skipped, said before with the same reason\nexit code 0\n"
    assert of(there, rows) == again
    assert there.db.read_bytes() == before
    more = of(there, rows + "labs:PAY-9,trust,,,same\n")
    assert (
        more
        == "1 item tagged, 1 tag written; 2 rows skipped, said before with the same reason\nexit code 0\n"
    )


def test_with_several_items_a_disagreement_names_its_item(there: Desk) -> None:
    told = of(there, "PAY-1,search,,,x\nPAY-4,,Northwind,,x\n")
    assert told == (
        f"2 items tagged, 2 tags written\nacme:PAY-1: {PAY_1_TOO}"
        'acme:PAY-4: rule customer/customer-label says "Mills" (label, since 2026-01-05); '
        "what you said holds\nexit code 0\n"
    )


def test_a_transcript_of_everything_that_can_be_wrong_with_a_row(there: Desk) -> None:
    rows = """\
PAY-7,search,,,why
PAY-9,search,,,why
PAY-1,peace,Wind,marketing,
,search,,,why

,,,,
PAY-1,,,,why
PAY-1,search,,,"a reason,
on two lines"
acme:PAY-1,trust,,,why
PAY-4,search,why
"""
    assert (
        refused(there, rows)
        == """\
rows.csv:2: there is no item 'PAY-7' in the log; `tracker-sync items` lists them
rows.csv:3: 'PAY-9' is ambiguous: acme:PAY-9, labs:PAY-9; name one of these
rows.csv:4: customer: 'Wind' may be Northwind or Windward; say which
rows.csv:4: intent: the strategy states no intent 'peace'; it states: search, trust
rows.csv:4: origin: 'marketing' is not one of sales, support, customer, research, strategy, engineering, \
executive, compliance
rows.csv:4: the reason is missing; say why in the row, or for all such rows with --reason
rows.csv:5: the key is missing; say which item, as in acme:PAY-12
rows.csv:6: the row is empty; fill it in, or delete it
rows.csv:7: the row is empty; fill it in, or delete it
rows.csv:8: it says nothing; fill in intent, customer or origin, or delete the row
rows.csv:9: line 4 says the intent of acme:PAY-1 too; keep one of the two
rows.csv:11: line 4 says the intent of acme:PAY-1 too; keep one of the two
rows.csv:12: has 3 cells, not 5 as the first line has; a cell that holds a comma needs quotes
"""
    )


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("", "rows.csv: is empty; its first line has to name the columns: key,intent,customer,origin,reason"),
        ("key,intent,colour\n",
         "rows.csv:1: there is no column 'colour'; the columns are key,intent,customer,origin,reason"),
        (f"key,{HOSTILE}\n", r"rows.csv:1: there is no column '\x1b[2J\u202eevil'; the columns are "
         "key,intent,customer,origin,reason"),
        ("key;intent;reason\n", "rows.csv:1: there is no column 'key;intent;reason'; the columns are "
         "key,intent,customer,origin,reason; put commas between the cells"),
        ("key,intent,Intent\n", "rows.csv:1: the column 'intent' is there twice; delete one"),
        ("intent,reason\n",
         "rows.csv:1: the column 'key' is missing; the columns are key,intent,customer,origin,reason"),
        ("key,reason\n", "rows.csv:1: none of the columns intent, customer, origin is there; the columns are "
         "key,intent,customer,origin,reason"),
    ],
)  # fmt: skip
def test_a_first_line_that_names_no_columns_is_told_with_its_remedy(
    there: Desk, head: str, said: str
) -> None:
    assert refused(there, "", head=head) == f"tracker-sync: {said}\n"


def test_a_quote_that_does_not_end_is_told_with_its_line(there: Desk) -> None:
    assert refused(there, 'PAY-1,search,,,x\nPAY-2,search,,,"why\nPAY-9,nothing\n') == (
        "rows.csv:3: is not CSV (unexpected end of data); quote the cell, and double each quote in it\n"
    )


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (f"{HEAD}PAY-1,search,,,why\nPAY-2,search,,,for M\xfcller\n".encode("latin-1"), 3),
        (f"{HEAD}PAY-1,search,,,why\n".encode("utf-16"), 1),
    ],
    ids=["latin-1", "utf-16"],
)  # fmt: skip
def test_another_encoding_is_told_with_its_line(there: Desk, raw: bytes, line: int) -> None:
    (there.folder / "rows.csv").write_bytes(raw)
    told = typed(there, "--from", "rows.csv")
    said = f"tracker-sync: rows.csv:{line}: is not UTF-8 text; save it as CSV in UTF-8\n"
    assert told == f"{said}exit code 2\n"


def test_columns_may_be_missing_or_in_any_order_and_lines_end_as_a_spreadsheet_ends_them(
    there: Desk,
) -> None:
    raw = "\ufeffReason, Origin ,KEY\r\nthe call,sales,PAY-1\r\n,support,PAY-4\r\n\r\n"
    (there.folder / "rows.csv").write_bytes(raw.encode())
    told = typed(there, "--from", "rows.csv", "--reason", "in planning")
    assert told.splitlines()[0] == "2 items tagged, 2 tags written"
    assert words(there) == [
        ("acme:10001", "origin", "sales", "the call"),
        ("acme:10004", "origin", "support", "in planning"),
    ]


def test_a_table_may_come_from_standard_input(there: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for rows, told in (
        ("PAY-2,search,,,x\n", "1 item tagged, 1 tag written\nrule intent/intent-label says \"trust\" of "
         "acme:PAY-1 above it (label, since 2026-01-05); what you said holds\nexit code 0\n"),
        ("PAY-2,search\n", "standard input:2: has 2 cells, not 5 as the first line has; a cell that holds a "
         "comma needs quotes\ntracker-sync: standard input: nothing was written; mend the lines above "
         "and run it again\nexit code 2\n"),
    ):  # fmt: skip
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(f"{HEAD}{rows}".encode())))
        assert typed(there, "--from", "-") == told


def test_an_apostrophe_against_formulas_is_not_part_of_what_is_meant(there: Desk) -> None:
    assert of(there, "acme:PAY-9,,'=Sum; 't Hooft,,'-- as agreed\n").startswith("1 item tagged")
    assert words(there) == [("acme:10009", "customer", "=Sum;'t Hooft", "-- as agreed")]


def test_hostile_words_steer_no_terminal_and_are_kept_as_they_are(there: Desk) -> None:
    told = of(there, f"PAY-3,,{HOSTILE},,{HOSTILE}\nPAY-4,trust,,,x\n")
    assert not any(ord(c) < 32 and c != "\n" for c in told)
    assert "\u202e" not in told
    assert words(there)[0] == ("acme:10003", "customer", HOSTILE, HOSTILE)
    assert refused(there, f"{HOSTILE},search,,,x\n").removesuffix("\n").isprintable()
    for args in (("show", "PAY-3"), ("show", "PAY-4"), ("items", "--conflicts")):
        out = there.run(*args).out
        assert not any(ord(c) < 32 and c != "\n" for c in out)
        assert "\u202e" not in out


def test_a_table_reads_only_what_is_around_its_items(there: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    read = SqliteLog.read

    def noting(log: SqliteLog, *, items: Any = None, **how: Any) -> Iterator[Entry]:
        wanted = None if items is None else list(items)
        asked.extend(["everything"] if wanted is None else wanted)
        return read(log, items=wanted, **how)

    monkeypatch.setattr(SqliteLog, "read", noting)
    assert of(there, "PAY-2,trust,,,x\nPAY-4,,Mills,,x\n").startswith("2 items tagged")
    monkeypatch.undo()
    ids = {i.removeprefix("acme:") for i in asked if i}
    assert ids == {"10001", "10002", "10004"}


def test_only_so_many_disagreements_are_told(there: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker_sync.overrides.telling.MOST", 1)
    told = of(there, "PAY-1,search,,,x\nPAY-4,,Northwind,,x\n").splitlines()
    assert told[1:-1] == [
        f"acme:PAY-1: {PAY_1_TOO.strip()}",
        "and 1 more: `tracker-sync items --conflicts` lists them",
    ]


def test_undoing_a_table_is_undoing_a_row_in_one_go(there: Desk) -> None:
    of(there, "acme:PAY-9,trust,Mills,,agreed\nlabs:PAY-9,trust,,,agreed\n")
    typed(there, "acme:PAY-9", "--undo")
    assert [(attr, val) for _, attr, val, _ in words(there)[3:]] == [("intent", None), ("customer", None)]
    assert intent(there, "labs:PAY-9") == "trust"


# What disagrees


def test_a_transcript_of_items_in_conflict(there: Desk) -> None:
    typed(there, "PAY-1", "--intent", "search", "--reason", "agreed")
    done = there.run("items", "--conflicts")
    assert (done.code, done.err) == (0, "")
    assert (
        done.out
        == """\
acme:PAY-1  Totals  [search | no customer | origin unknown]
  intent: rule intent/intent-label says "trust" (label, since 2026-01-05)
"""
    )
    assert there.run("items", "--conflicts", "--format", "csv").out.splitlines() == [
        "key,title,intent,customers,origin,conflicts",
        "acme:PAY-1,Totals,search,,,intent trust (intent/intent-label)",
    ]
    (row,) = there.listed("--conflicts")
    assert [(c["dimension"], c["value"], c["rule"]) for c in row["conflicts"]] == [
        ("intent", "trust", "intent/intent-label")
    ]


def test_an_item_that_names_two_intents_is_in_conflict_until_a_person_settles_it(desk: Desk) -> None:
    desk.write("strategy.toml", STRATEGY)
    with serving(jira_site(jira_issue(1, labels=["intent/trust", "intent/search"]))) as [url]:
        desk.jira(url)
        desk.sync()
    assert desk.run("items", "--conflicts").out.splitlines()[1:] == [
        '  intent: rule intent/intent-label says "search" (label, since 2026-01-05)',
        '  intent: rule intent/intent-label says "trust" (label, since 2026-01-05)',
    ]


RULE = """\
dimension = "intent"
[[rule]]
id = "totals"
why = "Totals are about finding things."
when = { title = '^Totals$' }
value = "search"
[[rule.test]]
item = { title = "Totals" }
gives = ["search"]
[[rule.test]]
item = { title = "Subtotals" }
gives = []
"""


def test_a_persons_word_holds_after_the_rules_changed_and_the_new_rule_is_shown(there: Desk) -> None:
    typed(there, "PAY-1", "--intent", "trust", "--reason", "agreed")
    assert there.listed("--conflicts") == []
    there.write("mine/tags/own.toml", RULE)
    config = (there.folder / "tracker-sync.toml").read_text()
    there.write("tracker-sync.toml", f'{config}[rules]\npaths = ["mine"]\n')
    (row,) = there.listed("--conflicts")
    assert (row["key"], row["intent"]) == ("acme:PAY-1", "trust")
    assert [(t["rule"], t["why"]) for t in row["tags"]] == [("person", "agreed")]
    assert [(c["value"], c["rule"]) for c in row["conflicts"]] == [("search", "intent/totals")]
    page = there.run("show", "PAY-1").out
    assert "intent: trust\n  said by ada, event t" in page
    assert "disagrees: intent search\n  rule intent/totals (text), event 10001:0" in page
    assert json.loads(there.run("show", "PAY-1", "--format", "json").out)["conflicts"] == row["conflicts"]
