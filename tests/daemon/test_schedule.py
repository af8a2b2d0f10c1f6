"""When a source is due: at intervals that vary, later while it fails, and never because of another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker_sync.daemon.health import LONGEST_SILENCE, Health
from tracker_sync.daemon.notify import Notifier
from tracker_sync.daemon.schedule import BUSY, LONGEST, Schedule
from tracker_sync.daemon.web import healthz


def schedule(interval: float = 300, vary: float = 0.5) -> Schedule:
    made = Schedule(interval, lambda: vary)
    made.of(["acme", "web"], 0)
    return made


def test_all_are_due_at_first() -> None:
    assert schedule().due(0) == ["acme", "web"]


@pytest.mark.parametrize(("vary", "due"), [(0, 270), (0.5, 300), (1, 330)])
def test_an_interval_varies_by_a_tenth(vary: float, due: float) -> None:
    it = schedule(vary=vary)
    it.succeeded("acme", 0)
    assert it.turn("acme").due == pytest.approx(due)


def test_a_source_that_fails_waits_twice_as_long_each_time_up_to_an_hour() -> None:
    it, waits = schedule(vary=0), []
    for _ in range(6):
        it.failed("acme", 0)
        waits.append(it.turn("acme").due)
    assert waits == [300, 600, 1200, 2400, LONGEST, LONGEST]
    assert it.turn("web").due == 0
    it.succeeded("acme", 0)
    it.failed("acme", 0)
    assert it.turn("acme").due == 300


def test_an_interval_above_an_hour_is_not_shortened_by_failing() -> None:
    it = schedule(interval=7200, vary=0)
    it.failed("acme", 0)
    assert it.turn("acme").due == 7200


@given(wish=st.floats(0, 1e6), vary=st.floats(0, 1), failures=st.integers(1, 40))
def test_what_a_tracker_wishes_is_never_undercut(wish: float, vary: float, failures: int) -> None:
    it = schedule(vary=vary)
    for _ in range(failures):
        it.failed("acme", 100, wish)
    assert it.turn("acme").due >= 100 + wish


def test_another_run_says_nothing_of_the_source() -> None:
    it = schedule()
    it.failed("acme", 0)
    it.was_busy("acme", 1000)
    assert (it.turn("acme").due, it.turn("acme").failures) == (1000 + BUSY, 1)


def test_a_reload_keeps_turns_and_forgives_failures() -> None:
    it = schedule()
    it.succeeded("acme", 0)
    it.failed("web", 0)
    it.of(["acme", "web", "new"], 50)
    assert [it.turn(n).due for n in ("acme", "web", "new")] == [300, 50, 50]
    it.of(["new"], 60)
    assert it.due(10**9) == ["new"]
    it.succeeded("acme", 70)  # whose last pass ends after it left the configuration
    assert it.due(10**9) == ["new"]


def test_news_hurry_a_source_unless_it_fails() -> None:
    it = schedule()
    it.succeeded("acme", 0)
    it.failed("web", 0)
    for name in ("acme", "web", "unknown"):
        it.hurry(name, 10)
    assert it.due(10) == ["acme"]


def test_a_daemon_that_takes_no_step_is_stuck_and_systemd_hears_nothing() -> None:
    now = [0.0]
    health = Health(lambda: now[0])
    assert healthz(health)[0] == 200
    now[0] = LONGEST_SILENCE + 1
    assert (healthz(health)[0], '"status": "stuck"' in healthz(health)[1]) == (503, True)
    assert not health.is_alive()
    health.beat()
    assert healthz(health)[0] == 200


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
    ],
)
def test_a_watchdog_is_only_for_whom_systemd_means(environ: dict[str, str], seconds: float | None) -> None:
    assert Notifier(environ).watchdog == seconds


def test_without_systemd_nothing_is_sent_and_a_socket_that_is_gone_is_no_trouble() -> None:
    Notifier({}).ready("fine")
    Notifier({"NOTIFY_SOCKET": "/no/such/socket"}).ready("fine")
    Notifier({"NOTIFY_SOCKET": "@no-such-abstract-socket"}).ready("fine")
