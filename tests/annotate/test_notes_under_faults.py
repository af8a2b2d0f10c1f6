"""Whatever goes wrong at whichever request: no comment stands there twice, and the next run finishes it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from annotate.places import LABEL, TOKEN, Place, github, jira
from conftest import Desk
from simulator.faults import ALL, reset_midway

pytestmark = pytest.mark.usefixtures("naps")
KINDS: dict[str, Callable[[Desk], Any]] = {
    "github": github,
    "cloud": lambda desk: jira(desk, cloud=True),
    "data center": lambda desk: jira(desk, cloud=False),
}
LATE = {"stalled", "drip", "drip of headers"}


@contextmanager
def place(desk: Desk, kind: str) -> Iterator[tuple[Any, str, Any]]:
    """A tracker with one epic, which was synced; a request may take a second."""
    with KINDS[kind](desk) as there:
        file = desk.folder / "tracker-sync.toml"
        file.write_text(file.read_text() + "\ndeadline = 1\n")
        epic = there.epic()
        there.sync()
        yield there, "web:acme/web#1" if kind == "github" else "acme:PAY-1", epic


def disturbed(there: Place, key: str, number: int, fault: Any) -> int:
    """A run of which the n-th request goes wrong, and how many requests it made."""
    there.server.reset()
    there.server.faults = {number: fault}
    there.desk.run("check", "--annotate", key, GITHUB_TOKEN=TOKEN, JIRA_TOKEN=TOKEN)
    there.server.faults = {}
    return there.server.requests


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ALL.values(), ids=ALL)
@pytest.mark.slow
def test_no_comment_stands_twice_and_the_next_run_finishes(desk: Desk, kind: str, fault: Any) -> None:
    for number in range(1, 7):
        if number > 1 and fault.name in LATE:
            break  # each takes its second
        with place(desk, kind) as (there, key, epic):
            made = disturbed(there, key, number, fault)
            there.server.reset()
            there.check(key, sync=False)
            assert (there.labels(epic), len(there.comments(epic))) == ([LABEL], 1), (number, made)
            there.written()
            there.check(key, sync=False)
            assert there.written() == []
        desk.db.unlink()
        desk.seal.unlink(missing_ok=True)


def test_the_faults_do_reach_a_write(desk: Desk) -> None:
    with place(desk, "github") as (there, key, epic):
        disturbed(there, key, 3, reset_midway())
        assert len(there.comments(epic)) == 1
        assert any(hit.method == "POST" and hit.path.endswith("/comments") for hit in there.server.hits)
