"""No secret is found anywhere after a run, however it went: each slot of each has a canary of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from canary.world import World, world


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "searched", tmp_path / "kept") as made:
        yield made


def test_of_runs_with_nothing_wrong_nothing_is_left(there: World) -> None:
    there.run("sync", "--full")
    there.run("status", "--format", "json")
    there.run("doctor", "--full", code=None)
    there.run("log", "export", "--output", "log.jsonl", code=None)
    print(there.said)
    assert there.leaks() == set()
    assert there.watch.ours
