"""A run may be killed at any write: the next one leads to the log that it would have been."""

from collections.abc import Iterator

import pytest
from cases import Cases, all_cases, some
from conftest import Desk

from tracker_sync.log.sqlite import SCHEMA_VERSION


@pytest.fixture(scope="module")
def cases() -> Iterator[Cases]:
    yield from all_cases()


each_case = pytest.mark.parametrize(
    "name",
    ["first sync", "later sync", "import", "small cache", "log removed", "killed before",
     *(f"schema {n}" for n in range(1, SCHEMA_VERSION + 1))],
)  # fmt: skip


@each_case
def test_killed_at_some_write_and_run_again_the_log_is_the_same(cases: Cases, name: str) -> None:
    case = cases(name)
    assert [p for spoilt in some(case.writes) for p in case.problems(spoilt)] == []


@pytest.mark.slow
@each_case
def test_killed_at_any_write_and_run_again_the_log_is_the_same(cases: Cases, name: str) -> None:
    case = cases(name)
    assert [p for spoilt in case.writes for p in case.problems(spoilt)] == []


@pytest.mark.parametrize("args", [["report"], ["items"], ["log", "verify"]], ids=" ".join)
def test_a_reader_of_a_half_written_log_is_told_what_takes_that_back(
    cases: Cases, desk: Desk, args: list[str]
) -> None:
    left = cases.half_written()
    for name, content in {"tracker-sync.toml": b"", **left}.items():
        (desk.folder / name).write_bytes(content)
    done = desk.run(*args)
    assert (done.code, "`tracker-sync sync` takes that back, nothing is lost" in done.err) == (6, True)
    assert {name: (desk.folder / name).read_bytes() for name in left} == left


def test_a_cursor_that_is_committed_before_its_events_is_caught(cases: Cases) -> None:
    case = cases.first_sync("cursor first")
    assert any("another log" in p for spoilt in some(case.writes, 12) for p in case.problems(spoilt))


def test_a_migration_that_is_committed_step_by_step_is_caught(cases: Cases) -> None:
    case = cases.migration(1, "migrated in steps")
    assert any("already exists" in p for spoilt in case.writes for p in case.problems(spoilt))
