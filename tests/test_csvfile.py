"""A table that a person wrote in a spreadsheet is read as they meant it, or refused with every wrong row."""

from fractions import Fraction
from pathlib import Path

import pytest

from tracker_sync.csvfile import SHOWN, Row, RowError, parse
from tracker_sync.errors import ConfigError

HEADER = "who,what,stars,day"
ALSO = {"person": "who"}
PATH = Path("said.csv")


def read(text: str, **more: object) -> list[tuple[str, ...]]:
    return [tuple(row.cells.values()) for row in parse(text, PATH, HEADER, lambda r: r, also=ALSO, **more)]  # type: ignore[arg-type]


def refused(text: str, make: object = lambda r: r, **more: object) -> str:
    with pytest.raises(ConfigError) as e:
        parse(text, PATH, HEADER, make, also=ALSO, **more)  # type: ignore[arg-type]
    return str(e.value)


ROW = ("ann", "x, y", "3", "2026-03-01")


@pytest.mark.parametrize(
    "text",
    [
        'who,what,stars,day\nann,"x, y",3,2026-03-01\n',
        '\ufeffwho,what,stars,day\nann,"x, y",3,2026-03-01\n',
        'who,what,stars,day\r\nann,"x, y",3,2026-03-01\r\n,,,\r\n',
        '\n Who , WHAT,Stars,Day\n\n ann ,"x, y", 3 ,2026-03-01',
    ],
    ids=["plain", "with a byte order mark", "from a spreadsheet", "with spaces and without a last line end"],
)
def test_it_does_not_matter_which_program_wrote_the_file(text: str) -> None:
    assert read(text) == [ROW]


def test_columns_may_be_in_any_order_and_go_by_another_name() -> None:
    (row,) = parse("day,person,stars,what\n2026-03-01,ann,3,x\n", PATH, HEADER, lambda r: r, also=ALSO)
    assert (row["who"], row["day"], row.written["who"]) == ("ann", "2026-03-01", "person")


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "who,what,stars,day\n", "who,what,stars,day\n,,,\n"])
def test_a_file_without_rows_says_nothing(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("who,what,day", "the column 'stars' is missing"),
        ("what,stars", "the columns 'who' or 'person', 'day' are missing"),
        ("who,what,stars,day,colour", "there is no column 'colour'"),
        ("who,what,star,day", "there is no column 'star'; the column 'stars' is missing"),
        ("who,what,stars,day,", "column 5 has no name; delete it"),
        ("who,what,stars,day,Day", "the columns 'day' and 'Day' are one and the same; delete one"),
        ("who,person,what,stars,day", "the columns 'who' and 'person' are one and the same; delete one"),
    ],
)
def test_a_wrong_header_is_told_with_what_it_should_be(header: str, said: str) -> None:
    assert refused(f"{header}\n") == f"said.csv:1: {said}; the first line has to be who,what,stars,day"


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_file_with_other_marks_between_its_cells_is_told_apart(mark: str, name: str) -> None:
    assert refused(f"\n{HEADER.replace(',', mark)}\n") == (
        f"said.csv:2: {name} stand between its cells; save it as CSV with commas between them: {HEADER}"
    )


def test_every_wrong_row_is_told_by_the_line_at_which_it_begins() -> None:
    text = f'{HEADER}\nann,"two\nlines",1,2026-03-01\n\nbob,x,1\ncy,x,many,2026-03-01\nd,x,1,soon\n'
    assert refused(text, lambda row: (row.whole("stars", 1), row.day("day"))) == (
        "said.csv:5: has 3 cells, not the 4 cells of the first line; a cell that holds a comma needs quotes\n"
        "said.csv:6: stars 'many' is not a whole number from 1 on\n"
        "said.csv:7: day 'soon' is not a date like 2026-03-01"
    )


def test_of_very_many_wrong_rows_some_are_counted() -> None:
    lines = refused(f"{HEADER}\n" + "ann\n" * (SHOWN + 3)).splitlines()
    assert (len(lines), lines[-1]) == (SHOWN + 1, "said.csv: 3 more rows are wrong")


def test_a_quote_that_is_never_closed_is_told_where_it_opens() -> None:
    said = refused(f'{HEADER}\nann,x,1,2026-03-01\nbob,"x,1,2026-03-01\ncy,x,1,2026-03-01\n')
    assert said.startswith("said.csv:3: is not CSV (unexpected end of data); quote the cell")


def test_the_same_said_twice_is_told_whatever_its_case() -> None:
    text = f"{HEADER}\nann,x,1,2026-03-01\nbob,x,1,2026-03-01\nAnn,x,2,2026-03-01\n"
    assert refused(text, once=("who", "day")) == (
        "said.csv:4: line 2 has the same who and day; keep one of the two"
    )


def test_stray_quotes_are_left_alone_where_a_file_was_always_read_so() -> None:
    assert read(f'{HEADER}\nann,"x"y,1,2026-03-01\n', strict=False) == [("ann", "xy", "1", "2026-03-01")]
    assert "is not CSV" in refused(f'{HEADER}\nann,"x"y,1,2026-03-01\n')


def test_strangers_text_in_an_error_cannot_speak_to_the_terminal() -> None:
    assert "\x1b" not in refused("who,what,stars,\x1b[2Jday\n")
    assert "\x1b" not in refused(f"{HEADER}\nann,x,1,\x1b[2J\n", lambda row: row.day("day"))


def cell(text: str) -> Row:
    return Row(1, {"stars": text}, {"stars": "stars"})


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "1e3", "²", "9" * 5000, "1,5", "NaN", "one"])
def test_what_is_no_rank_is_refused(text: str) -> None:
    with pytest.raises(RowError, match="is not a whole number from 1 on"):
        cell(text).whole("stars", 1)


@pytest.mark.parametrize("text", ["-1", "10.1", "7,5", "1e1", "1/2", ".", "5.", "inf", "9" * 5000])
def test_what_is_no_score_is_refused(text: str) -> None:
    with pytest.raises(RowError, match="is not a number from 0 to 10, such as 7"):
        cell(text).score("stars", 10)


@pytest.mark.parametrize(("text", "score"), [("0", 0), ("10", 10), ("7.1", Fraction(71, 10)), ("", None)])
def test_a_score_is_exactly_what_is_written(text: str, score: Fraction | None) -> None:
    assert cell(text).score("stars", 10) == score
