"""How the sources stand, as text and as JSON."""

from typing import Any

from tracker_sync.render import clean
from tracker_sync.reports.query import rfc3339
from tracker_sync.sources import Left
from tracker_sync.status import Standing

CURSOR = 60
"""Characters of a cursor that text shows; JSON has all of it."""
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def text(standings: tuple[Standing, ...], now: int) -> str:
    """A paragraph for each source."""
    if not standings:
        return "No sources yet; `tracker-sync init --help` shows how to add one.\n"
    return "\n".join(_paragraph(s, now) for s in standings)


def _paragraph(standing: Standing, now: int) -> str:
    last = standing.last
    rows = [("last success", _success(standing, now))]
    if last is not None and last.failed:
        rows.append(
            ("last pass", f"failed {_ago(last.ended, now)} (exit code {last.code}): {clean(last.said)}")
        )
    elif last is not None and last.code:
        rows.append(("last pass", f"done in part (exit code {last.code}); `tracker-sync sync` lists what"))
    full = None if last is None else last.full
    rows += [
        ("deletions", f"looked for {_ago(full, now)}" if full else "never looked for (`sync --full`)"),
        ("items", f"{standing.items:,}"),
        ("set aside", _aside(standing.set_aside)),
        ("quota left", _quotas(last.quota if last else (), now)),
        ("cursor", _short(standing.cursor)),
    ]
    return f"{standing.source} ({standing.kind})\n" + "".join(
        f"  {name:<13} {value}\n" for name, value in rows
    )


def _success(standing: Standing, now: int) -> str:
    lag = standing.lag(now)
    if standing.last is None or lag is None:
        return "never" if standing.cursor is None else "none that was remembered; the next sync is"
    return f"{rfc3339(standing.last.succeeded)}; what changed in the last {span(lag)} may not be in the log"


def _aside(n: int) -> str:
    return f"{n:,} (their raw records are in the log's table `skipped`)" if n else "0"


def _quotas(quota: tuple[Left, ...], now: int) -> str:
    return ", ".join(_quota(q, now) for q in quota) or "the tracker has not said"


def _quota(left: Left, now: int) -> str:
    if left.resets_at <= now:
        return f"{left.resource}: full again since {rfc3339(left.resets_at)}, unless others used it"
    return f"{left.resource}: {left.remaining:,} of {left.limit:,} until {rfc3339(left.resets_at)}"


def _short(cursor: str | None) -> str:
    if cursor is None:
        return "none"
    shown = clean(cursor)
    return shown if len(shown) <= CURSOR else f"{shown[:CURSOR]}…"


def _ago(then: int, now: int) -> str:
    return f"{span(now - then)} ago"


def span(microseconds: int) -> str:
    """A length of time in its largest unit, rounded down."""
    seconds = max(0, microseconds) // 1_000_000
    size, unit = next((u for u in _UNITS if seconds >= u[0]), _UNITS[-1])
    n = seconds // size
    return f"{n} {unit}{'' if n == 1 else 's'}"


def json(standings: tuple[Standing, ...], now: int) -> str:
    """One JSON object; `last_success` and `lag_seconds` are null where no pass came to its end."""
    from tracker_sync.render.json import dump

    sources = [_object(s, now) for s in standings]
    return dump({"schema": "tracker-sync/status/1", "now": rfc3339(now), "sources": sources})


def _object(standing: Standing, now: int) -> dict[str, Any]:
    last, lag = standing.last, standing.lag(now)
    return {
        "source": standing.source, "kind": standing.kind,
        "last_success": rfc3339(last.succeeded) if last else None,
        "lag_seconds": None if lag is None else lag // 1_000_000,
        "last_full": rfc3339(last.full) if last else None,
        "last_pass": None if last is None else {
            "began": rfc3339(last.began), "ended": rfc3339(last.ended), "code": last.code,
            "said": last.said or None,
        },
        "cursor": standing.cursor, "items": standing.items, "set_aside": standing.set_aside,
        "quota": [
            {"resource": q.resource, "remaining": q.remaining, "limit": q.limit,
             "resets_at": rfc3339(q.resets_at)}
            for q in (last.quota if last else ())
        ],
    }  # fmt: skip
