"""What is PostgreSQL's own: several writers at once, leases, roles, and texts that it would not take."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from conftest import Desk
from hypothesis import given
from hypothesis import strategies as st
from postgres import Database

from tracker_sync.errors import ConfigError, LogBusy, LogError
from tracker_sync.events import Added, Event, Opened
from tracker_sync.log import PEOPLE, Skipped

psycopg = pytest.importorskip("psycopg", reason="pip install 'tracker_sync[postgres]'")

from tracker_sync.log import postgres_schema  # noqa: E402
from tracker_sync.log.postgres import PostgresLog  # noqa: E402
from tracker_sync.log.postgres_values import escaped, translated, unescaped  # noqa: E402

PASSWORD = "canary-hunter2"
WAIT = 20.0
texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\x00\x01\x02"))


def opened(number: int) -> Event:
    return Opened(id=f"{number}:0", item=str(number), ts=number, val=f"PAY-{number}")


@pytest.fixture
def log(database: Database) -> Iterator[PostgresLog]:
    with closing(PostgresLog(database.url, write=True)) as log:
        yield log


# --- Order


class Slow(PostgresLog):
    """A writer that is held up when its events are in and not yet committed."""

    def __init__(self, url: str) -> None:
        super().__init__(url, write=True)
        self.inside, self.go_on = threading.Event(), threading.Event()

    def _remember(self, *args: object) -> None:
        self.inside.set()
        assert self.go_on.wait(WAIT)


class Unlocked(PostgresLog):
    """A planted fault: it does not wait for others."""

    def _take_turn(self) -> None:
        pass


class UnlockedSlow(Slow, Unlocked):
    pass


class Sequence(Unlocked):
    """A planted fault: numbers from a sequence, as are usual, and no lock."""

    def _last_number(self) -> int:
        return self._number("SELECT nextval('numbers')") - 1


class SequenceSlow(Slow, Sequence):
    pass


def follows(database: Database, slow: Callable[[str], Slow], quick: Callable[[str], PostgresLog]) -> None:
    """Assert that whoever reads on from the last number it saw sees all that was acknowledged."""
    with (
        closing(slow(database.url)) as first,
        closing(quick(database.url)) as second,
        closing(PostgresLog(database.url)) as reader,
        ThreadPoolExecutor(2) as pool,
    ):
        one = pool.submit(first.append, "acme", [opened(1)], now=1)
        assert first.inside.wait(WAIT)
        two = pool.submit(second.append, "web", [opened(2)], now=2)
        seen: dict[int, str] = {}

        def look() -> None:
            found = reader.query("SELECT seq, event_id FROM event WHERE seq > ?", [max(seen, default=0)])
            seen.update(found)

        threading.Event().wait(0.3)  # time enough to overtake, for one that can
        look()
        first.go_on.set()
        acknowledged = [f.exception() for f in (one, two)]
        look()
        assert acknowledged == [None, None]
        assert seen == {1: "1:0", 2: "2:0"}
        assert reader.verify() == (2, None)


def writer(url: str) -> PostgresLog:
    return PostgresLog(url, write=True)


def test_a_follower_sees_every_event_of_writers_that_overlap(database: Database) -> None:
    writer(database.url).close()
    follows(database, Slow, writer)


@pytest.mark.parametrize(
    ("slow", "quick"), [(UnlockedSlow, Unlocked), (SequenceSlow, Sequence)], ids=["no lock", "sequence"]
)
def test_the_check_above_catches_a_log_without_its_lock(
    database: Database, slow: type[Slow], quick: type[PostgresLog]
) -> None:
    writer(database.url).close()
    database.run("CREATE SEQUENCE numbers")
    with pytest.raises(AssertionError):
        follows(database, slow, lambda url: quick(url, write=True))


# --- Leases and connections


def test_a_source_that_another_worker_has_is_busy_until_that_one_is_done(
    log: PostgresLog, database: Database
) -> None:
    with closing(writer(database.url)) as other:
        with log.lease("acme"), other.lease("web"), pytest.raises(LogBusy, match="acme"), other.lease("acme"):
            pass
        with other.lease("acme"):
            pass


def cut(log: PostgresLog, database: Database) -> None:
    """End the log's connection, as a network does."""
    database.rows(f"SELECT pg_terminate_backend({log._db.info.backend_pid})")


def test_a_lost_connection_loses_its_lease_and_nothing_else(log: PostgresLog, database: Database) -> None:
    log.append("acme", [opened(1)], now=1, cursor="1")
    with closing(writer(database.url)) as other, log.lease("acme"):
        cut(log, database)
        for _ in range(50):
            try:
                with other.lease("acme"):
                    break
            except LogBusy:
                threading.Event().wait(0.05)
        else:
            pytest.fail("the lease is still held")
        for _ in range(2):
            with pytest.raises(LogError) as lost:
                log.append("acme", [opened(2)], now=2, cursor="2")
            assert lost.value.exit_code == 6
        assert (other.cursor("acme"), [e.event for e in other.read()]) == ("1", [opened(1)])
        assert other.verify() == (1, None)


def configured(desk: Desk, url: str, *names: str) -> None:
    sources = "".join(
        f'[[sources]]\nname = "{name}"\nkind = "jira"\nurl = "http://127.0.0.1:9"\nallow_http = true\n'
        for name in names
    )
    desk.write("tracker-sync.toml", f'[log]\nurl = "{url}"\n{sources}')


def test_a_sync_leaves_to_others_what_they_have(desk: Desk, database: Database, log: PostgresLog) -> None:
    configured(desk, database.url, "acme", "web")
    with log.lease("acme"), log.lease("web"), log.lease(PEOPLE):
        done = desk.run("sync")
    assert (done.code, done.out) == (75, "")
    assert [line.split(" has ")[-1].split()[0] for line in done.err.splitlines()] == ["acme", "web"]
    with log.lease("acme"):
        done = desk.run("sync")
    assert done.code == 4, done.err  # nobody answers for web
    assert len(done.err.splitlines()) == 2


def test_status_says_of_a_database_what_it_says_of_a_file(
    desk: Desk, database: Database, log: PostgresLog, naps: list[float]
) -> None:
    configured(desk, database.url, "acme", "web")
    log.append("acme", [opened(1), opened(2)], now=1, cursor="1", skipped=[Skipped("3", "no date", "{}")])
    assert desk.run("sync").code == 4
    done = desk.run("status", "--format", "json")
    acme, web = json.loads(done.out)["sources"]
    assert [(s["items"], s["set_aside"], s["cursor"]) for s in (acme, web)] == [(2, 1, "1"), (0, 0, None)]
    assert [(s["last_pass"]["code"], s["last_success"]) for s in (acme, web)] == [(4, None), (4, None)]


def test_who_tags_while_another_does_is_told_to_wait(
    desk: Desk, database: Database, log: PostgresLog
) -> None:
    configured(desk, database.url, "acme")
    log.append("acme", [opened(1)], now=1)
    said = ("tag", f"acme:{opened(1).val}", "--origin", "sales", "--reason", "asked")
    with log.lease(PEOPLE):
        done = desk.run(*said)
    assert (done.code, done.out) == (75, "")
    assert (desk.run(*said).code, desk.run(*said[:2], "--undo").code) == (0, 0)


# --- The tables


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET val = 'other' WHERE seq = 2", "UPDATE event SET val = 'other' WHERE false",
        "DELETE FROM event", "TRUNCATE event CASCADE",
        "INSERT INTO event SELECT * FROM event ON CONFLICT (seq) DO UPDATE SET val = 'other'",
    ],
)  # fmt: skip
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_the_database_itself_refuses_to_change_events(
    log: PostgresLog, database: Database, statement: str, role: str
) -> None:
    log.append("acme", [opened(n) for n in range(3)], now=1)
    with psycopg.connect(database.url) as db:
        db.execute(f"SET session_replication_role = {role}")
        with pytest.raises(psycopg.Error, match="append-only"):
            db.execute(statement)
    assert log.verify() == (3, None)


def test_first_runs_at_once_make_one_log(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        for made in pool.map(writer, [database.url] * 8):
            made.append("acme", [opened(1)], now=1)
            made.close()
    assert database.rows("SELECT count(*) FROM event") == [(1,)]


def test_a_reader_is_told_that_there_is_no_log(database: Database) -> None:
    with pytest.raises(LogError, match=r"no log at .* yet; run `tracker-sync sync` first"):
        PostgresLog(database.url)
    tables = f"SELECT count(*) FROM pg_tables WHERE schemaname = '{database.schema}'"
    assert database.rows(tables) == [(0,)]


def test_a_newer_schema_is_refused_and_left_as_it_is(log: PostgresLog, database: Database) -> None:
    database.run("INSERT INTO tracker_sync_log VALUES (99)")
    for write in (True, False):
        with pytest.raises(LogError, match=r"newer tracker-sync .schema 99") as refused:
            PostgresLog(database.url, write=write)
        assert refused.value.exit_code == 6
    assert database.rows("SELECT count(*) FROM tracker_sync_log") == [(2,)]


def test_a_log_that_cannot_be_made_whole_is_not_made(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = postgres_schema.script()
    with monkeypatch.context() as here:
        here.setattr(postgres_schema, "script", lambda: f"{made}SELECT no_such_function();")
        with pytest.raises(LogError):
            writer(database.url)
    with pytest.raises(LogError, match="no log at"):
        PostgresLog(database.url)
    writer(database.url).close()


def test_a_role_that_may_not_make_the_log_is_told_who_can(database: Database) -> None:
    with pytest.raises(LogError, match=r"may not make one.*owner"):
        writer(database.role())


def test_a_role_that_may_look_and_add_can_change_nothing(database: Database) -> None:
    writer(database.url).close()
    url = database.role()
    with closing(writer(url)) as log:
        log.append("acme", [opened(1)], now=1, cursor="1", remember={"a": "b"})
        log.append("acme", [opened(2)], now=2, cursor="2", remember={"a": "c"})
        with pytest.raises(LogError, match="permission denied"):
            log.rewrite([("DELETE FROM word", [()])])
    tables = [
        str(t)
        for (t,) in database.rows(f"SELECT tablename FROM pg_tables WHERE schemaname = '{database.schema}'")
    ]
    for table in tables:
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"DROP TABLE {table}"):
            with psycopg.connect(url) as db, pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(statement)


def test_a_read_only_log_is_not_written(log: PostgresLog, database: Database) -> None:
    with closing(PostgresLog(database.url)) as reader, pytest.raises(LogError, match="read-only"):
        reader.append("acme", [opened(1)], now=1)


def test_a_check_of_the_chain_is_of_one_moment(log: PostgresLog, database: Database) -> None:
    log.append("acme", [opened(1)], now=1)
    stop = threading.Event()

    def busy() -> int:
        with closing(writer(database.url)) as other:
            n = 1
            while not stop.is_set():
                n += 1
                other.append("acme", [opened(n)], now=n)
            return n

    with ThreadPoolExecutor(1) as pool:
        count = pool.submit(busy)
        found = [log.verify()[1] for _ in range(30)]
        stop.set()
        assert set(found) == {None}
        total = count.result()
        assert log.verify() == (total, None)


# --- Texts


@given(texts, texts)
def test_any_text_is_stored_without_nul_and_in_its_order(one: str, other: str) -> None:
    assert unescaped(escaped(one)) == one
    assert "\x00" not in escaped(one)
    assert (escaped(one) < escaped(other)) == (one < other)


def test_a_question_mark_stands_for_an_argument_but_not_within_a_text() -> None:
    assert translated("SELECT '50% ?', a FROM b WHERE c = ? AND d % 2 = 0") == (
        "SELECT '50%% ?', a FROM b WHERE c = %s AND d %% 2 = 0"
    )


def test_the_name_of_any_length_in_an_id_is_no_trouble(log: PostgresLog) -> None:
    long = "".join(chr(0x4E00 + n * 7 % 20_000) for n in range(50_000))
    event = Added(id=f"name.label.{long}", item="", ts=1, attr="labels", key=long, val=long)
    for _ in range(2):
        log.append("acme", [event], now=1)
    assert [e.event for e in log.read()] == [event]


# --- What is said


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ada:{PASSWORD}@127.0.0.1:1/log", f"postgresql://ada:{PASSWORD}@db:{PASSWORD}/log",
        f"postgresql://127.0.0.1:1/log?password={PASSWORD}", f"postgresql://127.0.0.1:1/log?{PASSWORD}=1",
        f"postgresql://ada:{PASSWORD}/x@127.0.0.1:1/log",
    ],
)  # fmt: skip
def test_no_error_repeats_a_password(url: str) -> None:
    with pytest.raises((LogError, ConfigError)) as refused:
        PostgresLog(url)
    assert PASSWORD not in str(refused.value)


def test_a_missing_library_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(desk, "postgresql://127.0.0.1:1/log")
    monkeypatch.delitem(sys.modules, "tracker_sync.log.postgres")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    done = desk.run("report")
    assert done.code == 2
    assert "pip install 'tracker_sync[postgres]'" in done.err


# --- Import


def test_an_export_is_imported_into_an_empty_log_whole_or_not_at_all(desk: Desk, database: Database) -> None:
    desk.write("tracker-sync.toml", "[log]\nurl = 'sqlite:///tracker-sync.db'\n")
    desk.empty_log()
    from tracker_sync.log.sqlite import SqliteLog

    with closing(SqliteLog(desk.db, write=True)) as log:
        log.append("acme", [opened(n) for n in range(5)], now=1, cursor="5")
        log.append("web", [opened(n) for n in range(5)], now=2)
    export = desk.run("log", "export").out
    configured(desk, database.url)
    short = desk.write("short.jsonl", "".join(export.splitlines(keepends=True)[:-1]))
    done = desk.run("log", "import", str(short))
    assert done.code == 6
    assert "Nothing was imported" in done.err
    assert database.rows("SELECT count(*) FROM source") == [(0,)]
    whole = desk.write("whole.jsonl", export)
    assert desk.run("log", "import", str(whole)).out == "10 events imported\n"
    assert desk.run("log", "export").out == export
    assert desk.run("log", "verify").out == "10 events hold\n"
    again = desk.run("log", "import", str(whole))
    assert (again.code, "not empty" in again.err) == (6, True)


def test_help_does_not_load_the_library() -> None:
    import subprocess

    code = "import sys, tracker_sync.cli; print([m for m in sys.modules if 'psycopg' in m])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_a_query_that_is_refused_does_not_end_the_snapshot_that_it_is_in(log: PostgresLog) -> None:
    log.append("acme", [opened(1)], now=1)
    with log.snapshot():
        with pytest.raises(LogError):
            list(log.query("SELECT * FROM there_is_no_such_table"))
        assert list(log.query("SELECT count(*) FROM event")) == [(1,)]


def test_doctor_looks_into_a_database_too(desk: Desk, database: Database) -> None:
    configured(desk, database.url, "acme")
    done = desk.run("doctor", "--offline")
    assert (done.code, "`tracker-sync sync` makes it" in done.out) == (0, True), done.said
    with closing(PostgresLog(database.url, write=True)) as log:
        log.append("acme", [opened(1)], now=1)
    done = desk.run("doctor", "--offline", "--full")
    assert (done.code, "all 1 events hold" in " ".join(done.out.split())) == (0, True), done.said
    database.meddle("UPDATE event SET hash = '\\x00'")
    done = desk.run("doctor", "--offline")
    assert (done.code, "not those that were recorded last" in " ".join(done.out.split())) == (6, True)
