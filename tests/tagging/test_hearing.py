"""What is explained of an item is what it was tagged with."""

from pathlib import Path

import pytest

from tests.states.test_lookup import filled
from tracker_sync.render.json import decided
from tracker_sync.reports.opening import open_org
from tracker_sync.tagging.hearing import hearing


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 5, 6])  # those of worlds in which rules speak
def test_the_rules_that_are_said_to_decide_are_those_that_the_tags_name(seed: int, tmp_path: Path) -> None:
    config, log = filled(seed, tmp_path)
    org, _ = open_org(config, log)
    log.close()
    heard = 0
    for ref, item in org.world.items.items():
        tags = org.tags[ref]
        spoke, close = hearing(item, org.names(item), tags, org.judged)
        own = {(t.dimension, t.rule) for t in decided(tags) if not t.inherited and t.rule != "person"}
        # An account that asked speaks for an origin by the name of the customer rule that found it.
        named = {(d, r) for d, r in own if r.startswith(f"{d}/")}
        assert {(s.rule.dimension, s.rule.name) for s in spoke if not s.overruled} == named
        assert not {s.rule.name for s in spoke} & {c.rule.name for c in close}
        heard += len(spoke)
    assert heard
