"""No secret is found anywhere after a run, however it went: each slot of each has a canary of its own."""

import fcntl
import hashlib
import hmac
import json
import os
import pty
import resource
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import pytest
import trustme
from canary.world import CANARIES, USER, Fault, Host, World, echoed, until, world
from conftest import ROOT
from daemon.daemons import free_port, listens
from simulator.server import running

from tracker_sync.demo.exchange import Answer, Request

TO_A_TRACKER = (["sync"], ["doctor"], ["check", "--annotate"])


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "searched", tmp_path / "kept") as made:
        yield made
        assert made.watch.ours, "no command line of ours was looked at"


# --- With nothing wrong


def test_of_runs_with_nothing_wrong_nothing_is_left(there: World) -> None:
    there.run("sync", "--full", "--log-format", "json")
    assert [r.headers.get("authorization", "")[:6] for r in (there.jira.received[0], there.web.received[0])] == [
        "Basic ", "token ",
    ]  # fmt: skip
    assert [r.path for r in there.check.received] == [f"/{CANARIES['ping']}/start", f"/{CANARIES['ping']}"]
    there.write("log.jsonl", there.run("log", "export").out)
    there.write("head.json", there.run("log", "checkpoint").out)
    there.run("log", "verify", "--against", "head.json")
    there.run("report", "--format", "html", "--output", "report.html")
    there.run("check", "--annotate")
    there.run("doctor", "--full", "--format", "json")
    assert len([*there.folder.iterdir()]) > 8
    assert there.leaks() == set()


@pytest.mark.slow
@pytest.mark.parametrize("place", ["own", "common", "own file", "common file", "without a user"])
def test_wherever_the_token_comes_from(there: World, place: str) -> None:
    there.more = dict.fromkeys(
        ["TRACKER_SYNC_ACME_TOKEN", "JIRA_TOKEN", "TRACKER_SYNC_WEB_TOKEN", "GITHUB_TOKEN"], ""
    )
    for own, common, name in (
        ("TRACKER_SYNC_ACME_TOKEN", "JIRA_TOKEN", "jira"), ("TRACKER_SYNC_WEB_TOKEN", "GITHUB_TOKEN", "github")
    ):  # fmt: skip
        variable = common if place.startswith("common") else own
        value = CANARIES[name]
        if place.endswith("file"):
            variable, value = f"{variable}_FILE", str(there.keep(f"token of {name}", f"{value}\n"))
        there.more[variable] = value
    if place == "without a user":
        there.more["TRACKER_SYNC_ACME_USER"] = ""
        there.jira.face.account = None
    there.run("sync")
    for command in ("status", "items", "report", "doctor", "check"):
        there.run(command)
    there.both(lambda r: Answer(401, {"message": echoed(r), "errorMessages": [echoed(r)]}))
    there.run("sync", code=3)
    there.run("doctor", code=3)
    assert there.leaks() == set()


# --- With trackers that say whatever they were told


def told(status: int, **headers: str) -> Fault:
    """A refusal that shows all that it got."""

    def fault(request: Request) -> Answer:
        text = echoed(request)
        shown = {"message": text, "errorMessages": [text], "errors": {"x": text}}
        return Answer(status, shown, headers | {"X-Echo": text, "WWW-Authenticate": text, "ETag": text})

    return fault


def in_json(request: Request) -> Answer:
    """An answer that is no tracker's, and shows all that it got."""
    return Answer(200, {"headers": dict(request.headers), "issues": echoed(request)})


def in_graphql(request: Request) -> Answer | None:
    """GraphQL's kind of refusal."""
    if not request.path.endswith("graphql"):
        return None
    return Answer(200, {"errors": [{"type": "FORBIDDEN", "message": echoed(request)}]})


def broken(request: Request) -> Answer:
    """JSON that breaks off."""
    return Answer(200, json.dumps({"issues": [dict(request.headers)]}).encode()[:-3])


def moved(request: Request) -> Answer:
    """To another path here, which has all of it."""
    from urllib.parse import quote

    where = f"/elsewhere/{quote(request.headers.get('authorization', ''))}"
    return Answer(404, {}) if request.path.startswith("/elsewhere") else Answer(301, {}, {"Location": where})


REFUSALS: dict[str, tuple[Fault, int]] = {
    "400": (told(400), 4),
    "401": (told(401), 3),
    "403": (told(403), 3),
    "404": (told(404), 3),
    "410": (told(410), 3),
    "429 for a day": (told(429, **{"Retry-After": "86400"}), 4),
    "json": (in_json, 4),
    "moved": (moved, 3),
}
PATIENT: dict[str, tuple[Fault, int]] = {"500": (told(500), 4), "broken json": (broken, 4)}
"""These are asked again, which takes seconds."""


@pytest.mark.parametrize("name", REFUSALS)
def test_a_tracker_that_shows_what_it_got_gets_it_nowhere(there: World, name: str) -> None:
    fault, code = REFUSALS[name]
    there.both(fault)
    there.run("sync", code=code)
    assert there.leaks() == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", [*REFUSALS, *PATIENT])
def test_nor_with_any_other_command(there: World, name: str) -> None:
    there.run("sync")
    fault, code = (REFUSALS | PATIENT)[name]
    there.both(fault)
    for args in (["sync", "--full", "--log-format", "json"], ["sync", "--item", "acme:PAY-1"], ["doctor"]):
        there.run(*args, code=None)
    for kind in ("--jira", "--github"):
        where = ["--jira", there.urls["jira"]] if kind == "--jira" else ["--github", "acme/web", "--github-url", there.urls["web"]]
        there.run("init", *where, "--allow-http", "--dir", f"made-{kind}", code=code)
    there.run("check", "--annotate", code=None)
    for args in (["status", "--format", "json"], ["status"], ["report"], ["log", "export"]):
        there.run(*args)
    assert there.leaks() == set()


def test_a_tracker_that_shows_it_within_an_item_gets_it_nowhere(there: World) -> None:
    def shown(host: Host) -> Fault:
        def fault(request: Request) -> Answer:
            answer = host.face.answer(request)
            text = json.dumps(answer.body).replace("Export as PDF", f"{request.headers['authorization']} as PDF")
            return Answer(answer.status, json.loads(text), answer.headers)

        return fault

    there.jira.fault, there.web.fault = shown(there.jira), shown(there.web)
    there.run("sync", code=0)
    titles = [row["title"] for row in json.loads(there.run("items", "--format", "json").out)["rows"]]
    print(titles)
    assert len(titles) == 6
    assert there.leaks() == set()


def test_a_graphql_that_shows_it_gets_it_nowhere(there: World) -> None:
    there.web.fault = in_graphql
    there.run("sync", code=None)
    assert there.leaks() == set()


# --- Other hosts


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nobody_else_gets_anything(there: World, status: int) -> None:
    def away(request: Request) -> Answer:
        return Answer(status, {}, {"Location": f"{there.urls['stranger']}{request.path}?x=1"})

    there.both(away)
    there.check.fault = away
    there.run("sync", code=3)
    if status == 302:
        for args in (["doctor"], ["init", "--jira", there.urls["jira"], "--allow-http", "--dir", "made"]):
            there.run(*args, code=None)
    assert there.stranger.received == []
    assert there.leaks() == set()


def test_no_page_of_a_list_is_asked_of_another_host(there: World) -> None:
    def linked(request: Request) -> Answer:
        found = there.web.face.answer(request)
        link = f"<{there.urls['stranger']}/next?t={request.headers['authorization']}>; rel=\"next\""
        return Answer(found.status, found.body, found.headers | {"Link": link})

    there.web.fault = linked
    there.run("sync", "web", code=3)
    assert there.stranger.received == []
    assert there.leaks() == set()


def test_what_is_in_netrc_is_not_sent(there: World) -> None:
    there.more = dict.fromkeys(("TRACKER_SYNC_ACME_TOKEN", "JIRA_TOKEN", "TRACKER_SYNC_WEB_TOKEN", "GITHUB_TOKEN"), "")
    there.jira.face.token = there.web.face.token = None

    def once(host: Host) -> Fault:
        """A move within the host, upon which `requests` looks into it again."""
        def fault(request: Request) -> Answer | None:
            if len(host.received) == 1:
                return Answer(307, {}, {"Location": f"{request.path}?{'&'.join(f'{k}={v[0]}' for k, v in request.query.items())}"})
            return None

        return fault

    there.jira.fault, there.web.fault, there.check.fault = once(there.jira), once(there.web), once(there.check)
    there.run("sync", code=None)
    assert there.jira.received
    assert there.leaks() == set()


def test_what_is_in_netrc_is_not_sent_on_a_move_either(there: World) -> None:
    def away(request: Request) -> Answer | None:
        return None if request.path.endswith("moved") else Answer(307, {}, {"Location": f"{request.path}/moved"})

    there.both(away)
    there.check.fault = lambda r: None if r.path.endswith("/moved") else Answer(302, {}, {"Location": f"{r.path}/moved"})
    there.run("sync", code=None)
    assert any(r.path.endswith("moved") for r in there.check.received)
    assert there.leaks() == set()


# --- The proxy


def proxied(there: World, url: str) -> None:
    there.more |= {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": ""}


def test_a_proxy_gets_its_own_secret_and_shows_it_nowhere(there: World) -> None:
    class Proxy:
        origin = ""

        def answer(self, request: Request) -> Answer:
            text = echoed(request)
            return Answer(407, {"message": text, "errorMessages": [text]}, {"Proxy-Authenticate": text})

    own = {"jira", "github"}  # plain http is readable to it
    proxy = Host(Proxy(), **{"proxy-authorization": {"proxy"}, "authorization": own, "path": {"ping"}})
    with running(proxy) as at:
        proxied(there, at.url.replace("://", f"://somebody:{CANARIES['proxy']}@"))
        there.run("sync", code=4)
        there.run("doctor", code=None)
        there.configure(jira="https://jira.acme.example", web="https://api.acme.example")
        there.run("sync", code=4)
        assert {"CONNECT", "GET"} <= {r.method for r in proxy.received}
    assert [*proxy.caught()] == []
    assert there.leaks() == set()


@pytest.mark.parametrize(
    "url", ["http://somebody:{}@127.0.0.1:port", "http://some body:{}@[", "foo://somebody:{}@127.0.0.1:9", "socks5://somebody:{}@127.0.0.1:9"]
)
def test_the_address_of_a_proxy_that_is_none_is_not_shown(there: World, url: str) -> None:
    proxied(there, url.format(CANARIES["proxy"]))
    there.run("sync", code=None)
    print(there.said)
    there.run("doctor", code=None)
    assert there.leaks() == set()


# --- TLS


def test_a_certificate_that_does_not_hold(there: World) -> None:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with running(there.jira, tls=context) as jira, running(there.web, tls=context) as web:
        there.configure(jira=jira.url, web=web.url)
        there.run("sync", code=4)
    assert there.jira.received == there.web.received == []
    assert there.leaks() == set()


# --- Mistakes near a secret

TYPOS = {
    "a token in the file": "\ntoken = '{}'",
    "a token of a wrong kind": "\njql = ['{}']",
    "a token in a broken line": "\ntoken = {}",
    "a token in a broken string": "\ntoken = '{}",
    "a token for a table": "\n[{}",
    "a name": "\n[[sources]]\nkind = 'jira'\nname = '{}'\nurl = 'https://a.test'",
    "a kind": "\n[[sources]]\nkind = '{}'\nname = 'x'\nurl = 'https://a.test'",
    "a password of a log": "\n[log]\nurl = 'postgresql://ada:{}@db.test/log'",
    "a password of another log": "\n[log]\nurl = 'mysql://ada:{}@db.test/log'",
}
URLS = [
    "https://ada:{}@jira.test", "ada:{}@jira.test", "https:/ada:{}@jira.test", "https//ada:{}@jira.test",
    "https://ada:{}@[jira.test", "ftp://ada:{}@jira.test", "https://{}@jira.test", "https://ada:{}@jira.test:port", "{}",
    "//ada:{}@jira.test", "https:ada:{}@jira.test",
]  # fmt: skip


@pytest.mark.parametrize("typo", TYPOS)
def test_a_mistake_beside_a_secret_is_told_without_it(there: World, typo: str) -> None:
    path = there.configure(TYPOS[typo].format(CANARIES["file"]))
    there.more["TRACKER_SYNC_CONFIG"] = str(path.rename(there.kept / path.name))
    for args in (["sync"], ["doctor", "--offline"], ["items"]):
        there.run(*args, code=None)
    print(there.said)
    assert there.leaks() == set()


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("place", ["source", "ping", "PING"])
def test_a_url_that_is_none_is_not_repeated_where_it_may_hold_a_password(there: World, url: str, place: str) -> None:
    typed = url.format(CANARIES["file"])
    path = there.configure(f"ping = '{typed}'" if place == "ping" else "", **({"jira": typed} if place == "source" else {}))
    there.more["TRACKER_SYNC_CONFIG"] = str(path.rename(there.kept / path.name))
    there.more["TRACKER_SYNC_PING_URL"] = typed if place == "PING" else ""
    there.run("sync", code=2)
    print(there.said)
    assert there.leaks() == set()


FILES = {
    "for the name of a file": None, "with a line break in it": "a\n{}\n", "not in UTF-8": "\udcff{}",
    "with signs beyond Latin": "…{}", "with a NUL": "a\0{}", "with a carriage return": "{}\rX-More: {}",
}


@pytest.mark.parametrize("slot", ["TRACKER_SYNC_ACME_TOKEN", "TRACKER_SYNC_WEB_TOKEN", "TRACKER_SYNC_ACME_WEBHOOK_SECRET", "TRACKER_SYNC_CHECKPOINT_KEY", "TRACKER_SYNC_PING_URL"])
@pytest.mark.parametrize("how", FILES)
def test_a_token_that_is_none_is_not_repeated(there: World, slot: str, how: str) -> None:
    text = FILES[how]
    there.more[slot] = ""
    if text is None:
        there.more[f"{slot}_FILE"] = CANARIES["file"]
    else:
        path = there.keep("odd", "")
        path.write_bytes(text.replace("{}", CANARIES["file"]).encode(errors="surrogateescape"))
        there.more[f"{slot}_FILE"] = str(path)
    for args in (["sync"], ["doctor"], ["log", "checkpoint"]):
        there.run(*args, code=None)
    print(there.said)
    assert there.leaks() - {("file", "at jira: authorization of GET /x")} == set()


# --- Bugs of ours, and the machine

CRASH = """\
import requests.adapters
def send(self, request, **more):
    held, headers = dict(request.headers), request.headers["Authorization"]
    raise RuntimeError("planted")
requests.adapters.HTTPAdapter.send = send
from tracker_sync.cli import main
main()
"""


def test_a_bug_of_ours_shows_where_and_no_value(there: World) -> None:
    path = there.write("crash.py", CRASH)
    done = there.run("sync", code=1, program=[str(path)])
    assert "RuntimeError: planted" in done.err
    done = there.run("doctor", code=1, program=[str(path)])
    assert "RuntimeError: planted" in done.err
    assert there.leaks() == set()


def test_a_disk_that_is_full(there: World) -> None:
    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    there.run("sync", code=6, preexec_fn=small)
    there.run("sync", preexec_fn=None)
    assert there.leaks() == set()


def test_a_log_that_another_run_holds(there: World) -> None:
    there.run("sync")
    fd = os.open(f"{there.folder}/tracker-sync.db.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(fd, fcntl.LOCK_EX)
    there.run("sync", code=75)
    os.close(fd)
    assert there.leaks() == set()


@pytest.mark.parametrize(("by", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_run_that_is_ended_midway(there: World, by: signal.Signals, code: int) -> None:
    def silent(request: Request) -> Answer | None:
        until(lambda: over)
        return None

    over = list[int]()
    there.web.fault = silent
    process = there.start("sync")
    until(lambda: there.web.received)
    process.send_signal(by)
    if by != signal.SIGTERM:
        process.wait(10)
    time.sleep(0.3)
    over.append(1)
    done = there.ended(process)
    assert done.code == code, done
    assert there.leaks() == set()


# --- The daemon


def get(port: int, path: str, **more: Any) -> tuple[int, bytes]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", **more)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read() + bytes(answer.headers)
    except urllib.error.HTTPError as e:
        return e.code, e.read() + bytes(e.headers)


def test_a_daemon_with_webhooks(there: World) -> None:
    port = free_port()
    there.configure(f"[daemon]\nlisten = '127.0.0.1:{port}'\n")
    process = there.start("daemon", "--interval", "1", "--log-format", "json")
    until(lambda: listens(port))
    body = json.dumps({"issue": {"id": "10001"}}).encode()
    for name, secret in (("acme", "jira's webhooks"), ("web", "github's webhooks")):
        for key in (CANARIES[secret], "wrong"):
            signed = "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
            headers = {"X-Hub-Signature": signed, "X-Hub-Signature-256": signed, "X-GitHub-Event": "issues"}
            there.said.append((f"webhook {name}", get(port, f"/webhooks/{name}", data=body, headers=headers)[1]))
    there.both(told(401))
    until(lambda: b'tracker_sync_passes_total{code="3"' in get(port, "/metrics")[1] or b'code="3"' in get(port, "/metrics")[1])
    for path in ("/healthz", "/metrics", "/", "/webhooks/acme", "/nothing"):
        there.said.append((path, get(port, path)[1]))
    there.configure(f"[daemon]\nlisten = '127.0.0.1:{port}'\ntoken = '{CANARIES['file']}'")
    (there.folder / "tracker-sync.toml").rename(there.kept / "x")
    (there.folder / "tracker-sync.toml").symlink_to(there.kept / "x")
    process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    done = there.ended(process)
    assert done.code == 0, done
    print(done.err)
    assert there.leaks() == set()


# --- The Action, and init at a prompt


@pytest.mark.parametrize("status", [0, 401, 403, 422])
def test_the_action(there: World, status: int) -> None:
    (there.folder / "tracker-sync.toml").unlink()
    files = {n: str(there.write(f"runner/{n}", "")) for n in ("output", "summary")}
    there.more |= {
        "GITHUB_API_URL": there.urls["web"], "GITHUB_REPOSITORY": "acme/web", "GITHUB_EVENT_NAME": "schedule",
        "GITHUB_OUTPUT": files["output"], "GITHUB_STEP_SUMMARY": files["summary"],
        "RUNNER_TEMP": str(there.folder / "runner"), "GITHUB_WORKSPACE": str(there.folder),
    }  # fmt: skip
    there.web.face.token = CANARIES["github common"]
    if status:
        write = told(status)
        there.web.fault = lambda r: None if r.method == "GET" and status != 401 or "graphql" in r.path else write(r)
    done = there.run(program=["-I", "-c", f"import sys; sys.path[:0] = [{str(ROOT)!r}]; from tracker_sync.action import main; main()"], code=None)
    print(done)
    assert there.leaks() == set()
