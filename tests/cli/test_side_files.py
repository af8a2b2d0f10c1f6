"""What is said of side inputs that cannot be read, and how the files come about: the whole transcript."""

from pathlib import Path

import pytest
from conftest import Desk

from tracker_sync.cli.templates import sides
from tracker_sync.inputs import told
from tracker_sync.log.sqlite import SqliteLog


@pytest.fixture
def there(desk: Desk) -> Desk:
    """A configuration with an empty log."""
    desk.write("tracker-sync.toml", "")
    desk.empty_log()
    return desk


def typed(desk: Desk, *args: str) -> str:
    """A transcript; the folder is called `.`."""
    done = desk.run(*args)
    return f"{done.said}exit code {done.code}\n".replace(str(desk.folder), ".")


def test_a_transcript_of_rank_lists_with_several_wrong_rows(there: Desk) -> None:
    there.write("problems.csv", """\
account,persona,problem,rank,date,importance,satisfaction
Mills,dock lead,late trucks,1,2026-03-01,9,2
Mills,dock lead,lost pallets,second,2026-03-01,8,3
Mills,dock lead,papers, by hand,3,2026-03-01,7,4
Mills,planner,late trucks,1,1.3.2026,9,2
Mills,planner,lost pallets,2,2026-03-01,80,3
Mills,Dock lead,late trucks,4,2026-03-01,2,2
""")  # fmt: skip
    assert (
        typed(there, "report")
        == """\
tracker-sync: ./problems.csv:3: rank 'second' is not a whole number from 1 on
./problems.csv:4: has 8 cells, not the 7 cells of the first line; a cell that holds a comma needs quotes
./problems.csv:5: date '1.3.2026' is not a date like 2026-03-01
./problems.csv:6: importance '80' is not a number from 0 to 10, such as 7 or 7.5
./problems.csv:7: line 2 has the same account, persona, problem and date; keep one of the two
exit code 2
"""
    )


def test_a_transcript_of_adoption_with_other_columns(there: Desk) -> None:
    there.write("adoption.csv", "item,account,date,users,note\nPAY-1,Mills,2026-03-01,3,\n")
    assert (
        typed(there, "report")
        == """\
tracker-sync: ./adoption.csv:1: there is no column 'item'; there is no column 'note'; \
the column 'epic' or 'feature' is missing; the first line has to be epic,account,date,users
exit code 2
"""
    )


def test_a_transcript_of_a_survey_with_semicolons(there: Desk) -> None:
    there.write("pmf.csv", "respondent;account;persona;disappointed;benefit;improvement;date\n")
    assert (
        typed(there, "report")
        == """\
tracker-sync: ./pmf.csv:1: semicolons stand between its cells; save it as CSV with commas between them: \
respondent,account,persona,disappointed,benefit,improvement,date
exit code 2
"""
    )


def test_a_transcript_of_a_survey_that_is_not_utf8(there: Desk) -> None:
    there.write("pmf.csv", "").write_bytes(
        f"{sides()['pmf']}r1,Müller,,very,,,2026-03-01\n".encode("latin-1")
    )
    assert (
        typed(there, "report")
        == "tracker-sync: ./pmf.csv:2: is not UTF-8 text; save it in UTF-8\nexit code 2\n"
    )


def test_a_broken_side_input_stops_a_sync_and_is_not_recorded(there: Desk) -> None:
    there.jira("http://127.0.0.1:9")
    there.write("adoption.csv", f"{sides()['adoption']}PAY-1,Mills,2026-03-01,-3\n")
    assert typed(there, "sync") == (
        "tracker-sync: ./adoption.csv:2: users '-3' is not a whole number from 0 on\nexit code 2\n"
    )
    log = SqliteLog(there.db)
    assert told(log) == []
    log.close()


# --- The files


def test_a_transcript_of_adding_the_files_to_a_set_up(there: Desk) -> None:
    there.write("tracker-sync.toml", '[strategy]\nadoption = "data/usage.csv"\n')
    pmf = there.write("pmf.csv", "respondent\n")
    assert (
        typed(there, "init", "--inputs")
        == """\
./pmf.csv is there already, and was left alone
wrote ./problems.csv
wrote ./data/usage.csv
Next: put rows under the headers, then: tracker-sync report
exit code 0
"""
    )
    assert pmf.read_text() == "respondent\n"
    assert (there.folder / "data" / "usage.csv").read_text() == "epic,account,date,users\n"


def test_the_files_that_init_writes_are_read_and_say_nothing(desk: Desk) -> None:
    assert desk.run("init", "--jira", "https://acme.example").code == 0
    assert {name: (desk.folder / f"{name}.csv").read_text() for name in sides()} == sides()
    desk.empty_log()
    assert desk.run("report").code == 0


@pytest.mark.parametrize("option", ["--jira", "--jql", "--github"])
def test_adding_files_takes_no_tracker(there: Desk, option: str) -> None:
    assert typed(there, "init", "--inputs", option, "acme/web") == (
        "tracker-sync: --inputs adds files to a configuration; leave out --jira, --jql, --github\n"
        "exit code 2\n"
    )


def test_adding_files_needs_a_configuration(desk: Desk, tmp_path: Path) -> None:
    done = desk.run("init", "--inputs", "--dir", str(tmp_path))
    assert (done.code, "tracker-sync init" in done.err) == (2, True)
