"""The initiatives of the stated strategy over its versions: what they say, since when, and who owns them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from tracker_sync.strategies import Strategies, Version
from tracker_sync.strategy import Initiative, KillLine

Entry = tuple[Initiative | None, list[KillLine]]
"""What a version says of an initiative: itself, and below which outcome it is stopped."""
Word = Literal["stated", "changed", "gone"]


class Told(Struct, frozen=True):
    """An initiative as the versions of the strategy tell of it, up to one of them."""

    initiative: Initiative
    """As the last version that has it says it."""
    version: Version
    """That version."""
    since: int
    """When the first version that has it came into force, in microseconds UTC."""
    gone: int | None
    """When the first version without it did; None: it is still stated."""
    decided: tuple[tuple[int, Word], ...]
    """When a version came into force that says something else of it than the one before: states it, changes
    it or its kill lines, or leaves it out; and which of these."""
    owners: tuple[tuple[int, str], ...]
    """(from when, who owned its intent) by version, each where it is not as before; '' for nobody."""

    @property
    def handovers(self) -> tuple[int, ...]:
        """When its intent went from one owner to another, be it after a time without one."""
        owned = [(at, owner) for at, owner in self.owners if owner]
        return tuple(at for (_, before), (at, owner) in pairwise(owned) if before != owner)

    @property
    def kill_lines(self) -> list[KillLine]:
        """Below which outcome it is stopped."""
        return _entry(self.version, self.initiative.id)[1]


def initiatives(strategies: Strategies, last: Version, end: int) -> tuple[Told, ...]:
    """All initiatives of a version, in its order, and then those that only versions before it had, the last
    to go first. A version that is in force only after `end`, and held against it, counts from `end`."""
    versions = strategies.versions[: strategies.versions.index(last) + 1]
    ids = dict.fromkeys(i.id for v in reversed(versions) for i in v.strategy.initiatives)
    found = [_told(id_, versions, end) for id_ in ids]
    return tuple(sorted(found, key=lambda t: (t.gone is not None, -(t.gone or 0))))


def _told(id_: str, versions: Sequence[Version], end: int) -> Told:
    having = [n for n, v in enumerate(versions) if _entry(v, id_)[0] is not None]
    times = [min(v.since, end) for v in versions]
    version = versions[having[-1]]
    initiative = _entry(version, id_)[0]
    if initiative is None:
        raise ValueError(f"no version has the initiative {id_!r}")
    entries: list[Entry] = [(None, []), *(_entry(v, id_) for v in versions)]
    return Told(
        initiative, version, times[having[0]],
        gone=times[having[-1] + 1] if having[-1] + 1 < len(versions) else None,
        decided=tuple(
            (t, _word(*two)) for t, two in zip(times, pairwise(entries), strict=True) if two[0] != two[1]
        ),
        owners=_owners(initiative.intent, [(times[n], versions[n]) for n in having]),
    )  # fmt: skip


def _word(was: Entry, now: Entry) -> Word:
    if now[0] is None:
        return "gone"
    return "stated" if was[0] is None else "changed"


def _entry(version: Version, id_: str) -> Entry:
    stated = next((i for i in version.strategy.initiatives if i.id == id_), None)
    lines = [k for k in version.strategy.limits.kill_lines if k.initiative == id_]
    return stated, lines if stated else []


def _owners(intent: str, versions: Sequence[tuple[int, Version]]) -> tuple[tuple[int, str], ...]:
    found: list[tuple[int, str]] = []
    for at, version in versions:
        owner = next((i.owner for i in version.strategy.intents if i.id == intent), "")
        if not found or found[-1][1] != owner:
            found.append((at, owner))
    return tuple(found)
