"""What is checked, and found, is what looking through the whole log finds."""

from pathlib import Path

import pytest

from tests.states.test_lookup import filled
from tracker_sync.cli import check
from tracker_sync.reports.opening import Asked, open_org
from tracker_sync.states.stored import last_ts

SEEDS = [*range(8), *(pytest.param(n, marks=pytest.mark.slow) for n in range(8, 80))]


@pytest.mark.parametrize("seed", SEEDS)
def test_all_open_epics_are_checked_and_nothing_else(seed: int, tmp_path: Path) -> None:
    config, log = filled(seed, tmp_path)
    for as_of in (None, "1970-01-02", "1970-01-09"):
        asked = Asked(as_of=as_of)
        org, query = open_org(config, log, asked)
        refs = [r for r in org.world.items if check._is_open_epic(org, r)]
        version = org.strategies.as_of(query.as_of, last_ts(log, 0))
        found = [(ref, *f) for ref in refs for f in check._findings(org, ref, version, query.as_of)]
        assert check.examined(config, log, [], asked)[:2] == (refs, found)
        some = refs[::2]
        assert check.examined(config, log, some, asked)[:2] == (
            (some, [f for f in found if f[0] in some]) if some else (refs, found)
        )
    log.close()
