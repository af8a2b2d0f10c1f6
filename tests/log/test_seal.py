"""The seal finds every change of a log file, and raises no alarm where a run has made it with every right."""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import product
from pathlib import Path

import pytest
from conftest import Desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import append_page

from tracker_sync.errors import LogError
from tracker_sync.log import seal
from tracker_sync.log.seal import MISSING, OPEN, Seal, Wrong, examine, path_of
from tracker_sync.log.sqlite import SqliteLog

# The folder is the same for all examples, and each leaves it as it was.
many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
masks = st.integers(1, 255)
places = st.floats(0, 1, exclude_max=True)
"""As a part of a file's length."""


@pytest.fixture
def log(desk: Desk) -> Path:
    """A sealed log of two pages."""
    desk.write("tracker-sync.toml", "")
    with closing(SqliteLog(desk.db, write=True)) as log:
        append_page(log, 1)
        append_page(log, 2)
    return desk.db


@contextmanager
def damaged(file: Path, place: float, mask: int) -> Iterator[None]:
    """One byte of a file is another while the block runs."""
    content = file.read_bytes()
    at = int(place * len(content))
    file.write_bytes(content[:at] + bytes([content[at] ^ mask]) + content[at + 1 :])
    yield
    file.write_bytes(content)


def verify(desk: Desk) -> tuple[int, str]:
    done = desk.run("log", "verify")
    return done.code, done.out


# --- What is found


@many
@given(places, masks)
def test_one_flipped_byte_of_the_log_is_found(desk: Desk, log: Path, place: float, mask: int) -> None:
    with damaged(log, place, mask):
        assert verify(desk) == (6, "")


@pytest.mark.slow
@given(places, masks)
@settings(many, max_examples=3000)
def test_one_flipped_byte_of_the_log_is_found_every_time(
    desk: Desk, log: Path, place: float, mask: int
) -> None:
    with damaged(log, place, mask):
        assert verify(desk) == (6, "")


def test_a_damaged_id_is_named_as_far_as_it_can_be(desk: Desk, log: Path) -> None:
    row = re.search(rb"201:0.?opened", log.read_bytes(), re.DOTALL)
    assert row is not None
    with damaged(log, (row.start() + 3.5) / log.stat().st_size, 0x80):
        done = desk.run("log", "verify")
    assert (done.code, "event 201 0 (row" in done.err) == (6, True)


def test_without_the_seal_a_flipped_byte_may_go_unnoticed(
    desk: Desk, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal, "examine", lambda _: None)
    pick, codes = random.Random(1), set()
    for _ in range(50):
        with damaged(log, pick.random(), pick.randint(1, 255)):
            codes.add(verify(desk)[0])
    assert codes == {0, 6}


@many
@given(places, masks)
def test_one_flipped_byte_of_the_seal_is_found(desk: Desk, log: Path, place: float, mask: int) -> None:
    with damaged(path_of(log), place, mask):
        assert verify(desk) == (6, "")


def test_every_byte_of_a_small_seal_counts(log: Path) -> None:
    size = path_of(log).stat().st_size
    for at, mask in product(range(size), (1, 32)):
        with damaged(path_of(log), (at + 0.5) / size, mask):
            assert isinstance(examine(log), Wrong), (at, mask)


@pytest.mark.parametrize(
    "change",
    [lambda c: c[:-1], lambda c: c[:-4096], lambda c: c[:4096], lambda c: b"", lambda c: c + b"\0",
     lambda c: c + bytes(4096), lambda c: c[:4096] + c[8192:12288] + c[4096:8192] + c[12288:]],
    ids=["a byte less", "a page less", "one page left", "emptied", "a byte more", "a page more", "swapped"],
)  # fmt: skip
def test_a_log_that_was_cut_lengthened_or_shuffled_is_found(
    desk: Desk, log: Path, change: Callable[[bytes], bytes]
) -> None:
    log.write_bytes(change(log.read_bytes()))
    assert verify(desk) == (6, "")


def test_an_earlier_log_under_the_seal_of_a_later_one_is_found(desk: Desk, log: Path) -> None:
    earlier = log.read_bytes()
    with closing(SqliteLog(log, write=True)) as later:
        append_page(later, 3)
    log.write_bytes(earlier)
    assert verify(desk) == (6, "")


def test_the_place_of_a_changed_byte_is_told(log: Path) -> None:
    log.write_bytes(bytes(3 * seal.BLOCK))
    path_of(log).unlink()
    Seal(log).close()
    with damaged(log, 0.5, 1):
        found = examine(log)
    assert isinstance(found, Wrong)
    assert found.what == "bytes 1,048,576 to 2,097,151 are not what the last run left there"


# --- What a run does about it


def test_a_changed_log_is_not_sealed_anew_and_not_written_to(desk: Desk, log: Path) -> None:
    content = log.read_bytes()
    at = content.index(b"PAY-10")
    changed = content[:at] + b"PAX" + content[at + 3 :]
    log.write_bytes(changed)
    sealed = path_of(log).read_bytes()
    with pytest.raises(LogError, match="are not what the last run left there"):
        SqliteLog(log, write=True)
    assert (log.read_bytes(), path_of(log).read_bytes()) == (changed, sealed)


def test_a_journal_that_is_not_of_a_sealed_log_is_not_played_back(log: Path) -> None:
    seal.journal_of(log).write_bytes(b"of another")
    content = log.read_bytes()
    with pytest.raises(LogError, match="Move it away"):
        SqliteLog(log, write=True)
    assert log.read_bytes() == content


def test_a_run_that_changes_nothing_leaves_the_seal_as_it_was(log: Path) -> None:
    def written() -> tuple[int, int]:
        told = path_of(log).stat()  # but for when it was read last
        return told.st_ino, told.st_mtime_ns

    before = written()
    SqliteLog(log, write=True).close()
    assert written() == before


def test_a_seal_is_for_its_owner_alone(log: Path) -> None:
    assert path_of(log).stat().st_mode & 0o777 == 0o600


# --- Where there is nothing to compare with


def test_a_run_that_has_not_ended_or_was_broken_off_leaves_the_log_open_and_verify_says_so(
    desk: Desk, log: Path
) -> None:
    run = SqliteLog(log, write=True)
    append_page(run, 3)
    done = desk.run("log", "verify")
    assert (done.code, "the last run has not ended or was broken off" in done.err) == (0, True)
    run.close()
    assert (desk.run("log", "verify").err, examine(log)) == ("", None)


def test_the_run_after_one_that_was_broken_off_seals_the_log_even_where_it_adds_nothing(log: Path) -> None:
    Seal(log).open()
    assert examine(log) is OPEN
    SqliteLog(log, write=True).close()
    assert examine(log) is None


def test_a_log_that_was_copied_alone_has_no_seal_and_gets_one_with_the_next_run(
    desk: Desk, log: Path
) -> None:
    path_of(log).unlink()
    done = desk.run("log", "verify")
    assert (done.code, "it has no seal" in done.err, examine(log)) == (0, True, MISSING)
    SqliteLog(log, write=True).close()
    assert examine(log) is None


def test_a_run_that_begins_while_another_compares_is_no_false_alarm(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured, runs = seal.measured, list[SqliteLog]()

    def meanwhile(path: Path, block: int) -> seal.Sums:
        if not runs:
            monkeypatch.setattr(seal, "measured", measured)
            runs.append(SqliteLog(path, write=True))
            append_page(runs[0], 3)
        return measured(path, block)

    monkeypatch.setattr(seal, "measured", meanwhile)
    assert examine(log) is OPEN
    runs[0].close()
    assert examine(log) is None


def test_a_write_that_failed_leaves_the_log_unsealed(log: Path) -> None:
    found = Seal(log)
    found.open()
    found.give_up()
    found.close()
    assert examine(log) is OPEN


def test_a_seal_of_a_later_version_is_not_taken_for_damage(log: Path) -> None:
    seal._write(path_of(log), {"seal": seal.VERSION + 1, "tree": "of other sums"})
    assert examine(log) is seal.OTHER
    SqliteLog(log, write=True).close()
    assert examine(log) is None


# --- A seal that is none


def test_a_link_in_place_of_the_seal_is_not_followed(desk: Desk, log: Path) -> None:
    other = path_of(log).rename(desk.folder / "other")
    path_of(log).symlink_to(other)
    assert verify(desk) == (6, "")


def test_a_link_in_place_of_a_half_written_seal_is_not_written_through(desk: Desk, log: Path) -> None:
    other = desk.write("other", "mine")
    path_of(log).with_name(f"{path_of(log).name}.part").symlink_to(other)
    Seal(log).open()
    assert (other.read_text(), examine(log)) == ("mine", OPEN)
