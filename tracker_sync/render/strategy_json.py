"""The stated strategy as JSON. Format: docs/formats.md."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import asdict

from tracker_sync.render.json import dump
from tracker_sync.reports.query import rfc3339
from tracker_sync.strategies import UNTOLD, Version
from tracker_sync.strategy import Intent, Strategy
from tracker_sync.strategy_diff import Change
from tracker_sync.strategy_lint import Linted, missing
from tracker_sync.strategy_parts import to_copy


def checked(linted: Linted, strategy: Strategy, file: str, asked: dict[str, Any]) -> str:
    """What was found in a file, what could not be assessed, and what is still empty."""
    return dump({
        "schema": "tracker-sync/strategy-check/1",
        "generated_for": asked,
        "file": file,
        "summary": {level: linted.levels.count(level) for level in ("warning", "note")},
        "rows": [asdict(f) | {"items": list(f.items)} for f in linted.findings],
        "empty": [
            {
                "id": missing(p), "level": p.level, "part": p.name, "what": p.what, "idea": p.idea,
                "example": to_copy(p, strategy),
            }
            for p in linted.empty
        ],
        "unknowns": [{"id": check, "needs": needs} for check, needs in linted.unknown],
    })  # fmt: skip


def shown(version: Version | None, standing: list[Intent], asked: dict[str, Any]) -> str:
    """A version as its file has it."""
    return dump(
        {
            "schema": "tracker-sync/strategy-show/1",
            "generated_for": asked,
            "version": stamp(version),
            "standing": [i.id for i in standing],
            "strategy": msgspec.to_builtins(version.strategy) if version else None,
        }
    )


def compared(
    changes: Iterable[Change], before: Version | None, after: Version | None, asked: dict[str, Any]
) -> str:
    """What changed between two versions."""
    return dump(
        {
            "schema": "tracker-sync/strategy-diff/1",
            "generated_for": asked,
            "from": stamp(before),
            "to": stamp(after),
            "rows": [asdict(c) for c in changes],
        }
    )


def stamp(version: Version | None) -> dict[str, Any] | None:
    """Which version it is; null times: as soon as it is recorded, and not recorded yet."""
    if version is None:
        return None
    since = None if version.since == UNTOLD else rfc3339(version.since)
    return {"since": since, "recorded_at": rfc3339(version.recorded_at)}
