"""No secret is found after what goes on for longer: the daemon, the Action, init at a prompt, PostgreSQL."""

import hashlib
import hmac
import json
import os
import pty
import select
import signal
import socket
import struct
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from canary.world import CANARIES, TOKENS, Answer, Request, World, told, until, world
from conftest import ROOT
from daemon.daemons import free_port, listens


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "searched", tmp_path / "kept") as made:
        yield made
        assert made.leaks() == set()


# --- The daemon


def get(there: World, port: int, path: str, **more: Any) -> int:
    """What it answers is searched, too."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", **more)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            there.said.append((f"the answer to {path}", answer.read() + bytes(answer.headers)))
            return int(answer.status)
    except urllib.error.HTTPError as e:
        there.said.append((f"the answer to {path}", e.read() + bytes(e.headers)))
        return e.code


def deliver(there: World, port: int, source: str, secret: str) -> int:
    """A webhook with what both trackers sign it with."""
    about = {"issue": {"id": "10001", "number": 1}, "repository": {"full_name": "acme/web"}}
    body = json.dumps(about).encode()
    signed = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "X-Hub-Signature": signed, "X-Hub-Signature-256": signed, "X-GitHub-Event": "issues",
        "X-GitHub-Delivery": f"{source}-1", "X-Atlassian-Webhook-Identifier": f"{source}-1",
        "Content-Type": "application/json",
    }  # fmt: skip
    return get(there, port, f"/webhooks/{source}", data=body, headers=headers)


def test_a_daemon_tells_nobody_on_its_port_or_in_its_lines(there: World) -> None:
    port = free_port()
    daemon = f"[daemon]\nlisten = '127.0.0.1:{port}'\n"
    there.configure(daemon)
    process = there.start("daemon", "--interval", "1", "--log-format", "json")
    until(lambda: listens(port), 60)
    for name, secret in (("acme", "jira's webhooks"), ("web", "github's webhooks")):
        assert deliver(there, port, name, CANARIES[secret]) == 202
        assert deliver(there, port, name, "wrong") == 401
    there.both(told(403))
    until(lambda: get(there, port, "/metrics") and b'code="3"' in there.said[-1][1], 60)
    for path in ("/healthz", "/", "/webhooks/acme", "/nothing"):
        get(there, port, path)
    there.configure(f"{daemon}listen = 1\n")
    process.send_signal(signal.SIGHUP)
    until(lambda: get(there, port, "/healthz"))
    process.send_signal(signal.SIGTERM)
    done = there.ended(process)
    assert done.code == 0, done
    assert {"pass failed"} <= {json.loads(line)["event"] for line in done.err.splitlines()}


# --- The Action


ACTION = f"import sys; sys.path[:0] = [{str(ROOT)!r}]; from tracker_sync.action import main; main()"


@pytest.mark.parametrize(
    "status",
    [403, *(pytest.param(n, marks=pytest.mark.slow) for n in (0, 401, 422))],
)  # fmt: skip
def test_the_action_writes_no_token_into_any_file_of_the_runner(there: World, status: int) -> None:
    (there.folder / "tracker-sync.toml").unlink()
    output, summary = (there.write(f"runner/{n}", "") for n in ("output", "summary"))
    there.more = dict.fromkeys(TOKENS, "") | {
        "GITHUB_TOKEN": CANARIES["github common"], "GITHUB_API_URL": there.urls["web"],
        "GITHUB_REPOSITORY": "acme/web", "GITHUB_EVENT_NAME": "schedule", "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary), "RUNNER_TEMP": str(there.folder / "runner"),
        "GITHUB_WORKSPACE": str(there.folder),
    }  # fmt: skip
    there.web.face.token = CANARIES["github common"]
    config = there.folder / "own.toml"
    config.write_text(
        f"[[sources]]\nname = 'web'\nkind = 'github'\nrepos = ['acme/web']\nallow_http = true\n"
        f"url = '{there.urls['web']}'\n"
        f"[[sources]]\nname = 'other'\nkind = 'github'\nrepos = ['acme/web']\nallow_http = true\n"
        f"url = '{there.urls['stranger']}'\n[cron]\nallow_http = true\n"
    )
    there.more["INPUT_CONFIG"] = "own.toml"

    def writes(request: Request) -> Answer | None:
        reads = request.method == "GET" or request.path.endswith("graphql")
        return told(status)(request) if status and (status == 401 or not reads) else None

    there.web.fault = writes
    done = there.run(program=["-I", "-c", ACTION], code=None)
    assert there.stranger.received, "another host that the workspace names is asked, without a token"
    assert status in (0, 401) or "***" in done.out + done.err + output.read_text() + summary.read_text()


# --- At a prompt


@pytest.mark.parametrize("status", [0, pytest.param(401, marks=pytest.mark.slow)])
def test_what_is_typed_for_init_is_neither_shown_nor_kept(there: World, status: int) -> None:
    (there.folder / "tracker-sync.toml").unlink()
    there.more = dict.fromkeys([*TOKENS, "TRACKER_SYNC_ACME_USER"], "")
    if status:
        there.jira.fault = told(status)
    leader, follower = pty.openpty()
    process = there.start("init", stdin=follower, stdout=follower, stderr=follower, start_new_session=True)
    os.close(follower)
    shown = b""
    answers = [
        (b"Where do you track", "jira"), (b"Address of your Jira", there.urls["jira"]),
        (b"Use it all the same", "y"), (b"e-mail", "ada@acme.example"),
        (b"Token (not shown", CANARIES["jira"]),
    ]  # fmt: skip
    with suppress(OSError):  # Linux says so when the other end is closed
        while select.select([leader], [], [], 10)[0]:
            shown += os.read(leader, 4096)
            if answers and answers[0][0] in shown:
                os.write(leader, answers.pop(0)[1].encode() + b"\n")
            elif not answers and shown.rstrip().endswith((b"?", b":", b"]")):
                os.write(leader, b"\n")
    os.close(leader)
    there.said.append(("the terminal", shown))
    process.wait(20)
    assert any("authorization" in r.headers for r in there.jira.received), shown.decode()


# --- PostgreSQL


@contextmanager
def postgres() -> Iterator[tuple[int, list[bytes]]]:
    """A server that wants a password in clear text, and shows it in its refusal."""
    got = list[bytes]()

    def serve() -> None:
        with suppress(OSError):
            while True:
                with server.accept()[0] as client:
                    while int.from_bytes(client.recv(4)) == 8:  # asks for TLS or Kerberos
                        client.recv(4)
                        client.send(b"N")
                    client.recv(4096)
                    client.send(b"R" + struct.pack("!ii", 8, 3))
                    got.append(client.recv(4096)[5:-1])
                    fields = b"SFATAL\0C28P01\0Mno such password: " + got[-1] + b"\0\0"
                    client.send(b"E" + struct.pack("!i", 4 + len(fields)) + fields)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1], got
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("place", ["postgres", "pgpass"])
def test_a_postgresql_that_shows_the_password_gets_it_nowhere(there: World, place: str) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'tracker_sync[postgres]'")
    if place == "pgpass":
        there.more["PGPASSWORD"] = ""
    with postgres() as (port, got):
        there.configure(f"[log]\nurl = 'postgresql://ada@127.0.0.1:{port}/log'\n")
        done = there.run("status", code=6)
    assert got[0] == CANARIES[place].encode()
    assert "no such password: ***" in done.err
