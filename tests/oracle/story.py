"""An exported log as what was said, line by line, as far as it was known at a time."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

FOREVER = 2**62
NUMBERED = re.compile(r":e(\d+)")


@dataclass(frozen=True)
class Said:
    """A line of the export."""

    seq: int
    source: str
    event: str
    item: str
    kind: str
    attr: str
    key: str
    val: str | None
    ts: int
    rec_ts: int
    actor: str | None
    means: str
    """Of a name: what it means (a status' category, a type's level, a user's mail domain)."""

    @property
    def order(self) -> tuple[int, bool, float, int]:
        """ "Ties are broken by (time, sequence)"; of one moment the opening first, and "two events of one
        second are in the order of the numbers that GitHub gave them"."""
        own = self.event.removeprefix(self.item)
        number = NUMBERED.match(own)
        opening = own == ":0" or own.startswith(":0.")
        return self.ts, not opening, float(number[1]) if number else float("inf"), self.seq


def read(lines: Iterable[str], known_at: int | None = None) -> list[Said]:
    """Everything that the log knew ("what we knew then: recorded"), in its order."""
    told = [json.loads(line) for line in lines]
    return [
        said
        for seq, t in enumerate((t for t in told if "export" not in t), 1)
        if (said := _said(seq, t)).rec_ts <= (FOREVER if known_at is None else known_at)
    ]


def _said(seq: int, told: dict[str, str]) -> Said:
    body = json.loads(told["body"] or "{}")
    names = ("source", "item", "kind", "attr", "key", "val", "ts", "rec_ts", "actor")
    return Said(seq=seq, event=told["event_id"], means=body.get("means", ""), **{n: told[n] for n in names})  # type: ignore[arg-type]
