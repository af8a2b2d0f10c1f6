"""The daemon reads every source again and again, whatever fails, and ends when it is told to."""

import io
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stderr, suppress
from pathlib import Path

import pytest
from builders import Front, fronted, jira_issue, jira_site
from conftest import Desk
from daemons import Life, alive, configured, until
from simulator.faults import ALL, Always
from simulator.jira import CloudFace
from simulator.jira_company import JiraCompany
from simulator.server import Running, running

from tracker_sync.cli.daemon import aloud
from tracker_sync.daemon.notify import Notifier
from tracker_sync.errors import LogBusy
from tracker_sync.log.sqlite import SqliteLog, held
from tracker_sync.sources import wire


@pytest.fixture(autouse=True)
def _requests_may_be_sent() -> Iterator[None]:
    """A daemon that is cut short ends its process; tests go on in theirs."""
    yield
    wire.take_up()


@pytest.fixture
def company() -> JiraCompany:
    made = JiraCompany()
    for number in range(3):
        made.tick()
        made.create("PAY", "Story", f"Story {number}")
    return made


@pytest.fixture
def site(company: JiraCompany) -> Iterator[Running]:
    with running(CloudFace(company)) as server:
        yield server


def two(desk: Desk, one: str, other: str, daemon: str = "") -> int:
    """Two Jiras, called acme and beta."""
    tables = [
        f"[[sources]]\nname = '{name}'\nkind = 'jira'\nurl = '{url}'\nallow_http = true\n"
        for name, url in (("acme", one), ("beta", other))
    ]
    return configured(desk, "".join(tables), daemon)


def items(life: Life, source: str = "acme") -> float:
    return life.metrics().get(f"tracker_sync_items {source}", 0)


def test_what_changes_while_it_runs_is_read_and_its_page_says_so(
    desk: Desk, site: Running, company: JiraCompany
) -> None:
    desk.jira(site.url)
    port = configured(desk)

    def act(life: Life) -> None:
        until(lambda: items(life) == 3)
        with site.lock:
            company.tick()
            company.create("PAY", "Story", "One more")
        until(lambda: items(life) == 4)
        status, text = life.get("/healthz")
        assert (status, '"status": "ok"' in text, '"code": 0' in text) == (200, True, True)
        found = life.metrics()
        assert found["tracker_sync_passes_total acme 0"] >= 2
        assert found["tracker_sync_failures_in_a_row acme"] == 0
        assert found["process_resident_memory_bytes"] > 1e6
        assert abs(found["tracker_sync_last_success_timestamp_seconds acme"] - time.time()) < 60
        assert found["tracker_sync_new_events_total acme"] == len(desk.events())

    life = alive(desk, port, act)
    assert life.done.code == 0
    assert life.said[-1]["event"] == "ended"


def test_only_its_first_pass_of_a_day_looks_for_deletions(desk: Desk, site: Running) -> None:
    desk.jira(site.url)
    port = configured(desk)
    life = alive(desk, port, lambda life: until(lambda: items(life) == 3 and len(passes(site)) > 2))
    assert life.done.code == 0
    assert [len(p) > 1 for p in passes(site)][:2] == [True, False], "only the first also takes a census"


def passes(site: Running) -> list[list[str]]:
    """The searches of each pass, which begins with one of issues with their changelogs."""
    found: list[list[str]] = []
    for hit in site.hits:
        if hit.path.endswith("/search/jql"):
            if hit.query.get("expand"):
                found.append([])
            found[-1].append(hit.path)
    return found


def test_the_log_is_free_between_passes(desk: Desk, site: Running) -> None:
    desk.jira(site.url)
    port = configured(desk)

    def act(life: Life) -> None:
        until(lambda: items(life) == 3)
        until(lambda: can_be_written(desk.db))

    assert alive(desk, port, act).done.code == 0


def can_be_written(path: Path) -> bool:
    try:
        SqliteLog(path, write=True).close()
    except LogBusy:
        return False
    return True


def test_a_log_that_another_run_has_is_waited_for_and_nothing_fails(desk: Desk, site: Running) -> None:
    desk.jira(site.url)
    port = configured(desk)
    other = ExitStack()
    other.enter_context(held(desk.db))

    def act(life: Life) -> None:
        time.sleep(1.2)
        assert (site.requests, items(life)) == (0, 0)
        other.close()
        until(lambda: items(life) == 3)

    life = alive(desk, port, act)
    assert life.events("failed", "log failed", "pass failed") == []


def test_a_source_that_fails_does_not_stop_the_others_and_is_asked_ever_less(
    desk: Desk, site: Running, naps: list[float]
) -> None:
    broken = Front(jira_site(jira_issue()), status=lambda _: (500, {}))
    with fronted(broken) as url:
        port = two(desk, url, site.url)

        def act(life: Life) -> None:
            until(lambda: life.metrics().get("tracker_sync_passes_total beta 0", 0) >= 5)
            found = life.metrics()
            assert 1 <= found["tracker_sync_passes_total acme 4"] <= 3
            assert found["tracker_sync_failures_in_a_row acme"] == found["tracker_sync_passes_total acme 4"]
            assert items(life, "beta") == 3
            assert life.get("/healthz")[0] == 200, "to start it anew would mend nothing"
            broken.status = lambda _: None
            os.kill(os.getpid(), signal.SIGHUP)  # whoever mended it need not wait
            until(lambda: items(life, "acme") == 1)
            assert life.metrics()["tracker_sync_failures_in_a_row acme"] == 0

        life = alive(desk, port, act)
    assert {line["source"] for line in life.events("pass failed")} == {"acme"}


def test_a_bug_in_one_source_is_said_once_and_stops_nothing(
    desk: Desk, site: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracker_sync import passes

    real = passes.build_sources

    def buggy(config, names, environ):  # type: ignore[no-untyped-def]
        if names == ["acme"]:
            raise KeyError("a secret that no message should have")
        return real(config, names, environ)

    monkeypatch.setattr(passes, "build_sources", buggy)
    port = two(desk, site.url, site.url)
    life = alive(
        desk, port, lambda life: until(lambda: life.metrics().get("tracker_sync_passes_total acme 1", 0) > 1)
    )
    [bug] = life.events("bug")
    assert bug["text"].startswith("acme: a bug of ours, please report it: KeyError in buggy, test_daemon.py:")
    assert "secret" not in life.done.err


def test_broken_inputs_are_said_once_and_the_trackers_are_still_read(desk: Desk, site: Running) -> None:
    desk.jira(site.url)
    port = configured(desk)
    desk.write("strategy.toml", "effective = 2026-01-01\n[vision]\ntext = 'a\n")
    life = alive(
        desk, port, lambda life: until(lambda: life.metrics().get("tracker_sync_passes_total acme 0", 0) > 2)
    )
    texts = [line["text"] for line in life.events("failed")]
    assert len(texts) == 2, "once as an input, once for what reports read"
    assert all("strategy.toml:3: " in text for text in texts)
    assert len(desk.events()) > 0


def test_a_log_that_cannot_be_used_is_said_once_and_tried_again(desk: Desk, site: Running) -> None:
    desk.jira(site.url)
    port = configured(desk)
    desk.db.write_bytes(b"no log" * 1000)

    def act(life: Life) -> None:
        until(lambda: life.metrics().get("tracker_sync_passes_total acme 6", 0) >= 2)
        desk.db.unlink()
        until(lambda: items(life) == 3)

    life = alive(desk, port, act)
    assert [line["code"] for line in life.events("log failed")] == [6]


# --- Signals


def test_a_changed_configuration_counts_from_sighup_on_and_a_broken_one_does_not(
    desk: Desk, site: Running
) -> None:
    port = two(desk, site.url, site.url)
    path = desk.folder / "tracker-sync.toml"
    whole = path.read_text()
    one = whole.replace("[[sources]]\nname = 'beta'", "[[sources]]\nname = 'gamma'")

    def act(life: Life) -> None:
        until(lambda: items(life, "beta") == 3)
        path.write_text("[[sources]\n")
        os.kill(os.getpid(), signal.SIGHUP)
        before = life.metrics()["tracker_sync_passes_total beta 0"]
        until(lambda: life.metrics()["tracker_sync_passes_total beta 0"] > before + 1)
        path.write_text(one)
        os.kill(os.getpid(), signal.SIGHUP)
        until(lambda: items(life, "gamma") == 3)
        assert "tracker_sync_items beta" not in life.metrics()

    life = alive(desk, port, act)
    [kept, again] = life.events("reload failed", "reloaded")
    assert kept["text"].startswith("the configuration is kept as it was: ")
    assert "tracker-sync.toml:1: is not valid TOML" in kept["text"]
    assert again["text"] == "the configuration was read again; sources: 2"


def test_sigterm_lets_it_finish_its_page(desk: Desk, company: JiraCompany) -> None:
    for number in range(20):
        company.create("PAY", "Story", f"Another {number}")
    with running(CloudFace(company, page_cap=4), latency=0.1) as site:
        desk.jira(site.url)
        port = configured(desk)
        life = alive(desk, port, lambda _: until(lambda: site.requests >= 4))
    assert (life.done.code, life.seconds < 5) == (0, True)
    some = {e.item for e in desk.events()} - {""}
    assert 0 < len(some) < 23
    assert desk.run("log", "verify").code == 0


def test_sigterm_ends_it_in_time_though_its_tracker_is_silent(
    desk: Desk, site: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker_sync.ending.CUT", 0.3)
    site.faults = Always(ALL["stalled"])
    desk.jira(site.url)
    port = configured(desk)
    life = alive(desk, port, lambda _: until(lambda: site.requests))
    assert (life.done.code, life.seconds < 4) == (0, True)
    assert life.events("pass failed") == []


# --- systemd


def test_systemd_is_told_how_it_goes(desk: Desk, site: Running) -> None:
    desk.jira(site.url)
    port = configured(desk)
    address, told = str(desk.folder / "notify"), list[str]()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(address)

        def listen() -> None:
            while not told or not told[-1].startswith("STOPPING"):
                told.append(sock.recv(4096).decode())

        def act(life: Life) -> None:
            until(lambda: items(life) == 3)
            os.kill(os.getpid(), signal.SIGHUP)
            until(lambda: told.count("WATCHDOG=1") >= 3 and sum("READY" in t for t in told) == 2)

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        alive(desk, port, act, NOTIFY_SOCKET=address, WATCHDOG_USEC="400000", WATCHDOG_PID=str(os.getpid()))
        listener.join(5)
    others = [t for t in told if t != "WATCHDOG=1" and not t.startswith("STATUS=")]
    assert [t.partition("\n")[0] for t in others] == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]
    assert others[1].partition("\n")[2].startswith("MONOTONIC_USEC=")
    assert "STATUS=1 sources, none failing" in told


def test_a_systemd_that_does_not_listen_does_not_hold_it_up(desk: Desk) -> None:
    address = str(desk.folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        notifier = Notifier({"NOTIFY_SOCKET": address})
        for number in range(2000):  # more than a socket holds
            notifier.status(f"{number}")
        assert sock.recv(4096) == b"STATUS=0"


# --- Its page


def test_a_port_that_is_taken_is_said_with_its_key(desk: Desk, site: Running) -> None:
    desk.jira(site.url)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        desk.write("tracker-sync.toml", f"[daemon]\nlisten = '127.0.0.1:{port}'\n")
        done = desk.run("daemon")
    assert done.code == 2
    assert done.err == (
        f"tracker-sync: [daemon] listen: cannot listen at '127.0.0.1:{port}': Address already in use\n"
    )


def test_other_paths_and_ways_to_ask_are_refused(desk: Desk, site: Running) -> None:
    desk.jira(site.url)
    port = configured(desk)

    def act(life: Life) -> None:
        assert life.get("/")[0] == 404
        assert life.get("/metrics/../tracker-sync.toml")[0] == 404
        assert raw(port, b"POST /webhooks/acme HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}").startswith(
            b"HTTP/1.0 404"
        )
        assert raw(port, b"DELETE /metrics HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.0 501")
        assert raw(port, b"\x16\x03\x01" + b"\xff" * 100 + b"\r\n\r\n").count(b"HTTP/1.0 200") == 0
        assert raw(port, b"HEAD /healthz HTTP/1.1\r\n\r\n").endswith(b"\r\n\r\n")

    assert alive(desk, port, act).done.code == 0


def raw(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        sock.sendall(request)
        answer = b""
        while part := sock.recv(65536):
            answer += part
        return answer


def test_slow_clients_are_cut_and_many_are_turned_away(
    desk: Desk, site: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracker_sync.daemon import web

    monkeypatch.setattr(web, "PATIENCE", 1.0)
    desk.jira(site.url)
    port = configured(desk)

    def act(life: Life) -> None:
        until(lambda: items(life) == 3)
        slow = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(web.AT_ONCE + 4)]
        began = time.monotonic()
        stop = threading.Event()

        def drip() -> None:
            while not stop.wait(0.2):
                for sock in slow:
                    with suppress(OSError):
                        sock.sendall(b"G")

        dripping = threading.Thread(target=drip)
        dripping.start()
        for sock in slow:
            with suppress(ConnectionError):
                assert sock.recv(100) == b""
        stop.set()
        dripping.join()
        assert time.monotonic() - began < 4
        assert life.get("/healthz")[0] == 200
        for sock in slow:
            sock.close()

    assert alive(desk, port, act).done.code == 0


def test_nobody_who_reads_what_it_says_is_no_reason_to_end() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with redirect_stderr(Gone()):
        aloud("tracker-sync: acme: 3 new events")


def test_without_an_address_it_listens_nowhere_and_says_what_came(desk: Desk, site: Running) -> None:
    desk.jira(site.url)
    text = (desk.folder / "tracker-sync.toml").read_text()
    desk.write("tracker-sync.toml", f"{text}\n[daemon]\nlisten = ''\n")

    def end() -> None:
        until(lambda: site.requests and desk.seal.exists() and can_be_written(desk.db))
        os.kill(os.getpid(), signal.SIGTERM)

    ending = threading.Thread(target=end)
    ending.start()
    done = desk.run("daemon")
    ending.join()
    assert done.code == 0
    assert done.err.splitlines() == [
        f"tracker-sync: acme: {len(desk.events())} new events, 0 already known",
        "tracker-sync: ended as told; the next start goes on there",
    ]
