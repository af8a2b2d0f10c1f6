"""A checkpoint says where each chain stood; signed, it says so only as it was written."""

import json
from pathlib import Path

import pytest
from canary.suite import kept
from conftest import Desk
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tracker_sync.config import checkpoint_key
from tracker_sync.errors import ConfigError
from tracker_sync.events import Opened
from tracker_sync.log import Head
from tracker_sync.log.checkpoint import Checkpoint, read, written
from tracker_sync.log.sqlite import SqliteLog

KEY = b"canary-of-more-than-16-characters"
HEADS = {"acme": Head(12, "ab" * 32), "Ünïcode\x00": Head(1, "01" * 32)}
SIGNED = written(HEADS, KEY).encode() + b"\n"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("heads") / "head.json"


def put(file: Path, content: bytes | str) -> Path:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_a_signed_checkpoint_holds_with_its_key(file: Path) -> None:
    assert read(put(file, SIGNED), KEY) == Checkpoint(HEADS, unchecked=False)


def test_a_signed_checkpoint_without_a_key_is_read_and_not_checked(file: Path) -> None:
    assert read(put(file, SIGNED)) == Checkpoint(HEADS, unchecked=True)


def test_a_plain_checkpoint_is_read_where_there_is_no_key(file: Path) -> None:
    assert read(put(file, written(HEADS))) == Checkpoint(HEADS, unchecked=False)


def test_a_plain_checkpoint_is_refused_where_there_is_a_key(file: Path) -> None:
    with pytest.raises(ConfigError, match="is not signed"):
        read(put(file, written(HEADS)), KEY)


@pytest.mark.parametrize("signature", ["null", "5", '""', '"é"'])
def test_a_signature_that_is_none_is_refused(file: Path, signature: str) -> None:
    told = json.loads(SIGNED) | {"hmac-sha256": json.loads(signature)}
    with pytest.raises(ConfigError, match="head"):
        read(put(file, json.dumps(told)), KEY)


def test_another_key_is_refused_and_not_printed(file: Path) -> None:
    other = b"0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    with pytest.raises(ConfigError, match="changed after it was signed") as found:
        read(put(file, SIGNED), other)
    assert other.decode() not in str(found.value)


@given(at=st.integers(0, len(SIGNED) - 1), byte=st.integers(0, 255))
@example(at=SIGNED.index(b"hmac"), byte=ord("H"))
@example(at=SIGNED.index(b"ab"), byte=ord("A"))
@example(at=SIGNED.index(b"12"), byte=ord("-"))
@example(at=SIGNED.index(b"\n"), byte=ord("\r"))
@example(at=len(SIGNED) - 1, byte=ord(" "))
def test_any_changed_byte_of_a_signed_checkpoint_is_refused(file: Path, at: int, byte: int) -> None:
    assume(SIGNED[at] != byte)
    with pytest.raises(ConfigError):
        read(put(file, SIGNED[:at] + bytes([byte]) + SIGNED[at + 1 :]), KEY)


@given(at=st.integers(0, len(SIGNED)), put_in=st.binary(max_size=40), cut=st.integers(0, 40))
@example(at=SIGNED.index(b'"sources"'), put_in=b'"sources": {}, ', cut=0)
@example(at=len(SIGNED) - 2, put_in=b', "sources": {}', cut=0)
@example(at=0, put_in=b" ", cut=0)
def test_bytes_put_in_or_cut_out_are_refused(file: Path, at: int, put_in: bytes, cut: int) -> None:
    other = SIGNED[:at] + put_in + SIGNED[at + cut :]
    assume(other.removesuffix(b"\n") != SIGNED.removesuffix(b"\n"))  # a shell takes the last line's end
    with pytest.raises(ConfigError):
        read(put(file, other), KEY)


@pytest.mark.parametrize("events", ["0", "-1", "true", "1.0", '"1"', "null"])
def test_a_head_that_would_find_nothing_is_refused(file: Path, events: str) -> None:
    text = f'{{"checkpoint": 1, "sources": {{"acme": {{"events": {events}, "hash": "{"ab" * 32}"}}}}}}'
    with pytest.raises(ConfigError, match="is not a checkpoint"):
        read(put(file, text))


def test_a_key_comes_from_the_environment_or_a_file_of_its_owner(tmp_path: Path) -> None:
    key = kept(tmp_path / "key")
    key.write_bytes(KEY + b"\n")
    named = {"TRACKER_SYNC_CHECKPOINT_KEY_FILE": str(key)}
    key.chmod(0o600)
    assert checkpoint_key({}) is None
    assert checkpoint_key({"TRACKER_SYNC_CHECKPOINT_KEY": KEY.decode()}) == KEY
    assert checkpoint_key(named) == KEY
    key.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        checkpoint_key(named)


@pytest.mark.parametrize("short", ["guess me", "   ", "\n"])
def test_a_key_that_could_be_guessed_is_refused(tmp_path: Path, short: str) -> None:
    key = tmp_path / "key"
    key.write_text(short)
    key.chmod(0o600)
    for name, value in {"": short, "_FILE": str(key)}.items():
        with pytest.raises(ConfigError, match="16 characters") as found:
            checkpoint_key({f"TRACKER_SYNC_CHECKPOINT_KEY{name}": value})
        assert "guess" not in str(found.value)


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A configured folder with a log of one event."""
    desk.jira("http://127.0.0.1:9")
    log = SqliteLog(desk.db, write=True)
    log.append("acme", [Opened(id="1:0", item="1", ts=10, val="PAY-1")], now=20)
    log.close()
    return desk


SET = {"TRACKER_SYNC_CHECKPOINT_KEY": KEY.decode()}
VERIFY = ("log", "verify", "--against", "head.json")


def test_with_a_key_the_checkpoint_is_signed_and_checked(office: Desk) -> None:
    done = office.run("log", "checkpoint", **SET)
    office.write("head.json", done.out)
    assert (done.code, '"hmac-sha256"' in done.out, KEY.decode() in done.said) == (0, True, False)
    checked = office.run(*VERIFY, **SET)
    assert (checked.code, checked.out, checked.err) == (0, "1 events hold\n", "")
    unchecked = office.run(*VERIFY)
    assert (unchecked.code, "its signature was not checked" in unchecked.err) == (0, True)


def test_a_forged_checkpoint_is_2_and_named(office: Desk) -> None:
    signed = office.run("log", "checkpoint", **SET).out
    office.write("head.json", signed.replace('"events": 1', '"events": 2'))
    done = office.run(*VERIFY, **SET)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "tracker-sync: head.json: was changed after it was signed, or signed with another key\n"
    )
    office.write("head.json", office.run("log", "checkpoint").out)
    done = office.run(*VERIFY, **SET)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "tracker-sync: head.json: is not signed, and a key to check it with is set; take a signed one\n"
    )
