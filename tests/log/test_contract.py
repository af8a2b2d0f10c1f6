"""Every log keeps everything, changes nothing, and says so when somebody else did."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from threading import Thread

import pytest
from backends import Backend, postgres_schema, sqlite_file

from tracker_sync.errors import LogError
from tracker_sync.events import Added, Changed, Dropped, Event, Moved, Noted, Opened, Removed
from tracker_sync.log import Appended, Broken, EventLog, Head, Skipped
from tracker_sync.states.aside import Aside
from tracker_sync.states.told import ever

EVENTS: list[Event] = [
    Opened(id="1:0", item="1", ts=10, actor="ada", val="PAY-1"),
    Added(id="1:0.1", item="1", ts=10, actor="ada", attr="title", key="", val="Export as PDF"),
    Changed(id="1:c1.1", item="1", ts=20, attr="title", val="Export", old="Export as PDF"),
    Opened(id="2:0", item="2", ts=30, val="PAY-2"),
]
UNSTORABLE = Opened(id="3:0", item="3", ts=40, val="\ud800")
ODD = "\x00 \x01 \x01\x01 \x00\x01\x02 \x02 \\N \\x00 \t\r\n ' \" % ? {} \U0001f600 \ufeff"


@pytest.fixture(params=["sqlite", "postgres", "postgres, as a role that may only SELECT and INSERT"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    if request.param == "sqlite":
        return sqlite_file(tmp_path / "log.db")
    limited = request.param != "postgres"
    return postgres_schema(request.getfixturevalue("database"), limited=limited)


@pytest.fixture
def log(backend: Backend) -> Iterator[EventLog]:
    with closing(backend.writer()) as log:
        yield log


def ids(log: EventLog) -> list[str]:
    return [entry.event.id for entry in log.read()]


def failing(events: Iterable[Event]) -> Iterator[Event]:
    yield from events
    raise ValueError("the tracker broke off")


def keeps_cursor_and_events_together(backend: Backend, mutant: type = lambda log: log) -> None:
    """Assert that a page which fails in the middle leaves neither its events nor its cursor."""
    for page in ([EVENTS[3], UNSTORABLE], failing([EVENTS[3]])):
        with closing(mutant(backend.writer())) as log:
            log.append("acme", EVENTS[:1], now=1, cursor="10")
            with pytest.raises(ValueError):  # noqa: PT011  UnicodeEncodeError, or ours
                log.append("acme", page, now=2, cursor="40", skipped=[Skipped("4", "why", "{}")])
        with closing(backend.writer()) as again:
            assert again.cursor("acme") == "10"
            assert ids(again) == ["1:0"]
            assert list(again.skipped()) == []
            assert again.verify() == (1, None)


class Mutant:
    """A log with a planted fault."""

    def __init__(self, log: EventLog) -> None:
        self.log = log

    def __getattr__(self, name: str) -> object:
        return getattr(self.log, name)


class CursorFirst(Mutant):
    """The cursor is committed before its events."""

    def append(self, source: str, events: Iterable[Event], *, now: int, cursor: str | None = None,
               skipped: Iterable[Skipped] = ()) -> Appended:  # fmt: skip
        self.log.append(source, [], now=now, cursor=cursor)
        return self.log.append(source, events, now=now, skipped=skipped)


class OneByOne(Mutant):
    """Each event is committed by itself."""

    def append(self, source: str, events: Iterable[Event], *, now: int, cursor: str | None = None,
               skipped: Iterable[Skipped] = ()) -> Appended:  # fmt: skip
        for e in events:
            self.log.append(source, [e], now=now)
        return self.log.append(source, [], now=now, cursor=cursor, skipped=skipped)


def tampered(backend: Backend, *statements: str) -> Broken:
    """What `verify` finds after somebody with a shell of the database has been at a good log."""
    with closing(backend.writer()) as log:
        log.append("acme", EVENTS, now=1, cursor="30")
        log.append("web", [Opened(id="9:0", item="9", ts=5, val="acme/web#9")], now=2)
        assert log.verify() == (5, None)
    assert all(count > 0 for count in backend.meddle(*statements))
    with closing(backend.reader()) as log:
        _, broken = log.verify()
    assert broken is not None
    return broken


class TestContract:
    def test_what_goes_in_comes_out(self, log: EventLog) -> None:
        log.append("acme", EVENTS, now=7, cursor="30")
        entries = list(log.read())
        assert [e.event for e in entries] == EVENTS
        assert [e.seq for e in entries] == [1, 2, 3, 4]
        assert {(e.source, e.recorded_at) for e in entries} == {("acme", 7)}
        assert (log.cursor("acme"), log.cursor("web")) == ("30", None)

    def test_appending_again_adds_nothing(self, log: EventLog) -> None:
        assert log.append("acme", EVENTS, now=1) == Appended(4, 0)
        assert log.append("acme", EVENTS, now=2) == Appended(0, 4)
        assert ids(log) == [e.id for e in EVENTS]
        assert log.verify() == (4, None)

    def test_an_event_twice_in_one_page_is_one_event(self, log: EventLog) -> None:
        assert log.append("acme", [EVENTS[0], EVENTS[0]], now=1) == Appended(1, 1)

    def test_an_event_whose_author_was_deleted_is_known(self, log: EventLog) -> None:
        log.append("acme", EVENTS, now=1)
        assert log.append("acme", [replace(EVENTS[0], actor=None)], now=2) == Appended(0, 1)

    def test_two_sources_may_use_the_same_ids(self, log: EventLog) -> None:
        log.append("acme", EVENTS, now=1)
        assert log.append("web", EVENTS, now=1) == Appended(4, 0)
        assert len(list(log.read(source="web"))) == 4

    def test_the_same_id_with_another_body_is_set_aside(self, log: EventLog) -> None:
        log.append("acme", EVENTS, now=1)
        other = Opened(id="1:0", item="1", ts=10, actor="eve", val="PAY-1")
        for _ in range(2):
            done = log.append("acme", [other], now=2)
            assert (done.new, done.seen, [s.item for s in done.skipped]) == (0, 0, ["1"])
        assert [e.event for e in log.read()] == EVENTS
        [(source, kept)] = log.skipped()
        assert source == "acme"
        assert "1:0" in kept.reason
        assert "eve" in kept.raw

    def test_an_append_without_a_cursor_leaves_the_cursor(self, log: EventLog) -> None:
        log.append("acme", EVENTS[:1], now=1, cursor="10")
        log.append("acme", EVENTS[1:], now=2)
        assert log.cursor("acme") == "10"
        log.append("acme", [], now=3, cursor="")
        assert log.cursor("acme") == ""

    def test_known_at_hides_what_was_learned_later(self, log: EventLog) -> None:
        log.append("acme", EVENTS[:2], now=1)
        log.append("acme", EVENTS[2:], now=5)
        assert [e.event.id for e in log.read(known_at=4)] == ["1:0", "1:0.1"]

    def test_a_clock_that_goes_back_moves_no_event(self, log: EventLog) -> None:
        """The order is that of recording, and the chain holds."""
        log.append("acme", EVENTS[:2], now=5)
        log.append("acme", EVENTS[2:], now=1)
        assert ids(log) == [e.id for e in EVENTS]
        assert [e.seq for e in log.read()] == sorted(e.seq for e in log.read())
        assert log.verify() == (len(EVENTS), None)

    def test_some_items_are_read_alone_and_what_is_of_no_item_too(self, log: EventLog) -> None:
        said = Noted(id="n", item="", ts=1, attr="x")
        log.append("acme", [*EVENTS, said], now=1)
        log.append("web", EVENTS, now=1)
        assert [e.event.id for e in log.read(source="acme", items=["2", "none"])] == ["2:0"]
        assert [e.source for e in log.read(items=["2"])] == ["acme", "web"]
        assert [e.event for e in log.read(items=[""])] == [said]
        assert list(log.read(items=[])) == []

    def test_what_is_remembered_last_counts(self, log: EventLog) -> None:
        log.append("acme", [], now=1, remember={"site": "a", "odd": ODD})
        log.append("acme", [], now=2, remember={"site": "b"})
        assert log.recall("acme") == {"site": "b", "odd": ODD}
        assert log.recall("web") == {}

    def test_items_are_under_the_keys_they_have_now(self, log: EventLog) -> None:
        moved = Moved(id="1:c2.1", item="1", ts=50, val="CORE-7", old="PAY-1")
        log.append("acme", [*EVENTS, moved, Removed(id="2:x1", item="2", ts=60, val="gone")], now=1)
        assert log.keys("acme") == {"1": "CORE-7"}

    def test_items_are_counted_whose_changes_no_tracker_logged(self, log: EventLog) -> None:
        def changes(*ids: tuple[str, str]) -> list[Event]:
            return [Changed(id=id_, item=item, ts=50, attr="title", val="Export") for id_, item in ids]

        log.append("acme", [*EVENTS, *changes(("2:p1.1", "2"), ("1:O3.1", "1"))], now=1)
        assert Aside(log).gaps() == (("acme", 0, 0),)
        log.append("acme", changes(("1:o1.1", "1"), ("1:o2.1", "1")), now=2)
        log.append("web", [*EVENTS, *changes(("2:o1.1", "2"), ("11:o1.1", "1"))], now=3)
        assert Aside(log).gaps() == (("acme", 0, 1), ("web", 0, 1))
        assert Aside(log, known_at=2).gaps() == (("acme", 0, 1), ("web", 0, 0))

    def test_items_are_found_by_what_a_value_of_theirs_ever_began_with(self, log: EventLog) -> None:
        def labelled(item: str, value: str, attr: str = "labels") -> Event:
            return Added(id=f"{item}:{value}", item=item, ts=50, attr=attr, key=value, val=value)

        some = [
            labelled("1", "PROBLEM: slow"),
            labelled("2", "no problem"),
            labelled("2", "problem", "title"),
        ]
        log.append("acme", [*EVENTS, *some, Dropped(id="1:d", item="1", ts=60, attr="labels",
                                                    key="PROBLEM: slow", val="")], now=1)  # fmt: skip
        every = [item for (item,) in log.query("SELECT item_id FROM item ORDER BY item_id")]
        assert ever(log, every, "labels", "problem", [], 60) == {every[0]}
        assert ever(log, every, "labels", "problem", ["title"], 60) == {*every}
        assert ever(log, every, "labels", "problem", [], 49) == ever(log, [], "labels", "", [], 60) == set()

    def test_texts_of_any_kind_come_back_as_they_were(self, log: EventLog) -> None:
        odd = Changed(id=f"1:{ODD}", item="1", ts=1, actor=ODD, attr=ODD, key=ODD, val=ODD, old=ODD)
        large = Added(id="1:0", item="1", ts=2, attr="body", key="", val=ODD * 20_000)
        aside = Skipped(ODD, ODD, ODD * 1_000)
        assert log.append("acme", [odd, large], now=1, cursor=ODD, skipped=[aside]).new == 2
        assert log.append("acme", [odd, large], now=1, skipped=[aside]) == Appended(0, 2, (aside,))
        assert [e.event for e in log.read()] == [odd, large]
        assert (log.cursor("acme"), list(log.skipped())) == (ODD, [("acme", aside)])
        assert list(log.query("SELECT event_id FROM event WHERE val = ?", [ODD])) == [(odd.id,)]
        assert log.verify() == (2, None)

    def test_an_item_may_have_any_id(self, log: EventLog) -> None:
        odd = [
            Opened(id=f"{n}:0", item=item, ts=n, val="PAY-1")
            for n, item in enumerate((ODD, ODD[:1], "1\x00", "1"))
        ]
        log.append("acme", odd[:2], now=1)
        log.append("acme", odd, now=2)
        assert [e.event for e in log.read()] == odd
        for one in odd:
            assert [e.event for e in log.read(source="acme", items=[one.item])] == [one]
        assert log.keys("acme") == {e.item: "PAY-1" for e in odd}
        assert log.verify() == (4, None)

    def test_a_log_may_be_written_while_it_is_read(self, log: EventLog) -> None:
        log.append("acme", EVENTS[:3], now=1)
        reading = log.read()
        first = next(reading)
        log.append("web", EVENTS, now=2)
        assert [first.event, *(e.event for e in islice(reading, 2))] == EVENTS[:3]
        assert len(ids(log)) == 7

    def test_questions_are_answered_with_whole_numbers_and_texts(self, log: EventLog) -> None:
        log.append("acme", EVENTS, now=1)
        sql = "SELECT kind, sum(ts), count(*), '50% of ?' FROM event WHERE ts > ? GROUP BY kind ORDER BY kind"
        assert list(log.query(sql, [10])) == [("changed", 20, 1, "50% of ?"), ("opened", 30, 1, "50% of ?")]

    def test_a_rewriting_is_done_whole_or_not_at_all(self, log: EventLog) -> None:
        insert = "INSERT INTO word(code, val) VALUES (?, ?)"
        log.rewrite([(insert, [(1, "50%"), (2, ODD)])])
        assert list(log.query("SELECT code, val FROM word ORDER BY code")) == [(1, "50%"), (2, ODD)]
        with pytest.raises(LogError):
            log.rewrite([(insert, [(3, "c")]), (insert, [(1, "again")])])
        assert list(log.query("SELECT count(*) FROM word")) == [(2,)]

    def test_a_question_that_cannot_be_asked_is_an_error_of_the_log(self, log: EventLog) -> None:
        with pytest.raises(LogError):
            list(log.query("SELECT nothing FROM nowhere"))

    def test_what_is_read_in_a_snapshot_is_of_one_moment(self, backend: Backend) -> None:
        def more() -> None:
            with closing(backend.writer()) as log:
                log.append("acme", EVENTS[2:], now=2)

        with closing(backend.writer()) as log:
            log.append("acme", EVENTS[:2], now=1)
        with closing(backend.reader()) as log:
            writing = Thread(target=more)
            with log.snapshot():
                before = ids(log)
                writing.start()
                writing.join(0.2)
                assert ids(log) == before == ["1:0", "1:0.1"]
            writing.join()
            assert len(ids(log)) == len(EVENTS)

    def test_another_reader_of_the_same_log_reads_it(self, log: EventLog) -> None:
        log.append("acme", EVENTS, now=1)
        with closing(log.reader()) as other:
            assert ids(other) == ids(log)

    def test_a_lease_can_be_had_again(self, log: EventLog) -> None:
        for _ in range(2):
            with log.lease("acme"), log.lease("web"):
                log.append("acme", EVENTS, now=1)

    def test_cursor_and_events_come_together(self, backend: Backend) -> None:
        keeps_cursor_and_events_together(backend)

    @pytest.mark.parametrize("mutant", [CursorFirst, OneByOne])
    def test_the_check_above_catches_a_log_that_tears_them_apart(
        self, mutant: type[Mutant], backend: Backend
    ) -> None:
        with pytest.raises(AssertionError):
            keeps_cursor_and_events_together(backend, mutant)

    @pytest.mark.parametrize(
        "edit",
        [
            "val = 'Export as PDG'", "ts = ts + 1", "actor = 'eve'", "actor = NULL", "key = 'x'",
            "attr = 'body'", "kind = 'dropped'", "rec_ts = rec_ts + 1", "event_id = '1:0.2'",
            "item_id = 2", "body = '{}'", "hash = (SELECT hash FROM event WHERE seq = 1)", "source_id = 2",
        ],
    )  # fmt: skip
    def test_verify_names_the_first_event_that_was_changed(self, backend: Backend, edit: str) -> None:
        which = "seq = 2" if edit.startswith(("event_id", "source_id")) else "seq IN (2, 3)"
        broken = tampered(backend, f"UPDATE event SET {edit} WHERE {which}")
        assert (broken.seq, broken.source) == ((2, "web") if "source_id" in edit else (2, "acme"))
        assert broken.event_id == ("1:0.2" if "event_id" in edit else "1:0.1")

    @pytest.mark.parametrize(("seq", "next_id"), [(1, "1:0.1"), (2, "1:c1.1")])
    def test_verify_finds_a_missing_beginning_and_middle(
        self, backend: Backend, seq: int, next_id: str
    ) -> None:
        assert tampered(backend, f"DELETE FROM event WHERE seq = {seq}").event_id == next_id

    def test_verify_finds_a_cut_tail(self, backend: Backend) -> None:
        broken = tampered(backend, "DELETE FROM event WHERE seq = 4")
        assert (broken.source, "missing" in broken.why) == ("acme", True)

    def test_verify_finds_a_source_without_its_events(self, backend: Backend) -> None:
        assert tampered(backend, "DELETE FROM event WHERE source_id = 1").source == "acme"

    @pytest.mark.parametrize("seq", [0, 6])
    def test_verify_names_a_planted_event(self, backend: Backend, seq: int) -> None:
        broken = tampered(
            backend,
            f"INSERT INTO event SELECT {seq}, source_id, 'planted', item_id, kind, attr, key, 'x', ts,"
            " rec_ts, actor, body, hash FROM event WHERE seq = 4",
        )
        assert broken.event_id == "planted"

    def test_verify_finds_two_events_that_changed_places(self, backend: Backend) -> None:
        swap = [f"UPDATE event SET seq = {to} WHERE seq = {was}" for was, to in ((2, 99), (3, 2), (99, 3))]
        assert tampered(backend, *swap).event_id == "1:c1.1"

    def test_a_log_that_has_grown_holds_against_an_earlier_head(self, log: EventLog) -> None:
        log.append("acme", EVENTS[:2], now=100)
        before = log.heads()
        log.append("acme", EVENTS[2:], now=200)
        log.append("other", EVENTS, now=300)
        assert before["acme"].events == 2
        assert log.verify(before) == log.verify(log.heads()) == (8, None)

    def test_a_chain_that_was_written_anew_does_not_hold_against_an_earlier_head(
        self, backend: Backend
    ) -> None:
        before = self.heads_of(backend, EVENTS)
        for nth, event in enumerate(EVENTS):
            self.heads_of(backend, [replace(e, ts=e.ts + 1) if e is event else e for e in EVENTS])
            with closing(backend.reader()) as log:
                assert log.verify() == (4, None)
                why = "it is not event 4 of the checkpoint: the chain was written anew"
                assert log.verify(before) == (3, Broken("acme", 4, "2:0", why)), nth

    def test_a_log_that_was_rolled_back_is_found_against_an_earlier_head(self, backend: Backend) -> None:
        before = self.heads_of(backend, EVENTS)
        self.heads_of(backend, EVENTS[:3])
        with closing(backend.reader()) as log:
            assert log.verify() == (3, None)
            _, broken = log.verify(before)
        assert broken is not None
        assert broken.why == "the checkpoint has 4 events and the log 3: it was rolled back"

    def heads_of(self, backend: Backend, events: Iterable[Event]) -> dict[str, Head]:
        """The heads of a new log with the events."""
        backend.empty()
        with closing(backend.writer()) as log:
            log.append("acme", events, now=100)
            return log.heads()
