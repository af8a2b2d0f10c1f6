"""docs/strategy.md names every part, every key and every check as the code has them."""

import re

import msgspec
import pytest
from conftest import ROOT

from tracker_sync.strategy import Strategy
from tracker_sync.strategy_lint import LINTS, missing
from tracker_sync.strategy_parts import PARTS, Part

TEXT = (ROOT / "docs" / "strategy.md").read_text()
ROWS = [line for line in TEXT.splitlines() if re.match(r"\| `\w+/", line)]


def test_the_table_of_checks_is_that_of_the_code() -> None:
    every = [f"| `{c.id}` | {c.level} | {c.finds} | {c.idea} |" for c in LINTS]
    every += [f"| `{missing(p)}` | {p.level} | The part is empty | {p.idea} |" for p in PARTS if p.level]
    assert every == ROWS


@pytest.mark.parametrize("part", PARTS, ids=lambda p: p.name)
def test_every_key_of_a_part_is_listed(part: Part) -> None:
    (row,) = [line for line in TEXT.splitlines() if line.startswith(f"| `{part.name}` |")]
    shape = next(f.type for f in msgspec.structs.fields(Strategy) if f.name == part.name)
    (member,) = getattr(shape, "__args__", (shape,))
    edge = part.name == "kpi_tree"
    keys = ["from", "to"] if edge else [f.encode_name for f in msgspec.structs.fields(member)]
    assert [key for key in keys if f"`{key}`" not in row] == []


def test_the_parts_are_all_that_a_strategy_has() -> None:
    assert {p.name for p in PARTS} == {f.name for f in msgspec.structs.fields(Strategy)} - {"effective"}
