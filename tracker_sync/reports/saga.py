"""One initiative's saga: what it is now, how it came to that, and whether anybody decided what follows."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from tracker_sync.reports.adopted import Adoption
from tracker_sync.reports.carried import Carried
from tracker_sync.reports.kill_lines import Kill

Stage = Literal["idea", "building", "released", "adopted", "under target", "stopped", "sunset"]
STAGES: tuple[Stage, ...] = (
    "idea", "building", "released", "adopted", "under target", "stopped", "sunset"
)  # fmt: skip


class Check(Struct, frozen=True):
    """The 90th day after a release."""

    epic: str
    """The ref of the epic that was released."""
    released: int
    adoption: Adoption | None
    """Who used any epic of the initiative on that day; None: it cannot be told, for want of `needs`."""
    needs: str = ""


class Saga(Struct, frozen=True):
    """One initiative. Times are microseconds UTC."""

    initiative: str
    intent: str
    owner: str
    """Of its intent, as the strategy calls them."""
    text: str
    """What the last version of the strategy that has it says."""
    since: int
    """When the first version that has it came into force."""
    gone: int | None
    """When the first version without it did; None: it is stated."""
    stage: Stage
    building: int
    """Epics that are being built."""
    cycles: int
    """How often building began again after a release."""
    people: int
    """How many different people had its epics themselves in progress."""
    handovers: tuple[int, ...]
    """When one of its epics went to somebody else, or its intent to another owner."""
    effort: Fraction
    """Person-days in the window."""
    effort_all: Fraction
    """Person-days up to the end of the window."""
    money: tuple[Fraction, Fraction] | None
    """What the effort in the window cost, at the lowest and highest rates; None: no rate is stated."""
    unmeasured: tuple[str, ...]
    """Items done in the window that nobody was seen to work on."""
    started: int | None
    released: int | None
    """For the first time."""
    last_release: int | None
    """Of any of its epics."""
    checks: tuple[Check, ...]
    """By time; only those whose day has come."""
    due: int | None
    """When the next one comes; None: it was checked, or nothing was released."""
    kills: tuple[Kill, ...]
    decided: int | None
    """The last decision: a version of the strategy that says something else of it, a person's word on which
    intent one of its epics serves, or an epic that was declined."""
    undecided: int | None
    """Since when it has been under its target or a kill line without any decision; None: it is not."""
    undecided_days: int | None
    """Days from then to the end of the window."""
    epics: tuple[str, ...]
    """Refs, in the order of the strategy."""
    lost: tuple[str, ...]
    """Keys of epics that no item in the log has."""

    @property
    def check(self) -> Check | None:
        """The newest one."""
        return self.checks[-1] if self.checks else None


def stage(of: Carried, checks: Sequence[Check]) -> Stage:
    """Where an initiative stands, given its checks in order of time. What is known latest counts: a release
    before any building that goes on, and its newest check before the release."""
    went = of.went
    released = any(c.releases for c in went)
    if of.told.gone is not None:
        return "sunset" if released else "stopped"
    if went and all(c.state == "stopped" for c in went):
        return "stopped"
    if not released:
        return "idea" if all(c.started is None for c in went) else "building"
    verdict = checks[-1].adoption.verdict if checks and checks[-1].adoption else ""
    if verdict == "on target":
        return "adopted"
    return "under target" if verdict == "under target" else "released"


def decisions(of: Carried) -> list[int]:
    """When anybody decided about an initiative, in order: a version of the strategy that says something else
    of it, a person's word on which intent one of its epics serves, an epic that was declined."""
    stops = (at for c in of.went for at in c.stops)
    return sorted([*(at for at, _ in of.told.decided), *stops, *(at for at, _ in of.said)])


def undecided(of: Carried, checks: Sequence[Check], kills: Sequence[Kill]) -> int | None:
    """Since when something has come out under what was agreed, with no decision after it; None where nothing
    has. A check on target settles the checks before it."""
    if stage(of, checks) in ("stopped", "sunset"):
        return None
    waits = list[int]()
    for found in (c.adoption for c in checks):
        if found and found.verdict == "under target":
            waits.append(found.at)
        elif found and found.verdict == "on target":
            waits = []
    waits += [k.at for k in kills if k.state == "crossed" and k.at is not None]
    return min((at for at in waits if _after(of, at)), default=None)


def unanswered(of: Carried, checks: Sequence[Check], kills: Sequence[Kill]) -> tuple[Kill, ...]:
    """The kill lines that were crossed with no decision after it; what is over waits for none."""
    if stage(of, checks) in ("stopped", "sunset"):
        return ()
    return tuple(k for k in kills if k.state == "crossed" and k.at is not None and _after(of, k.at))


def _after(of: Carried, at: int) -> bool:
    """Whether nobody has decided since."""
    return at > max(decisions(of), default=-1)


def handovers(of: Carried) -> tuple[int, ...]:
    """When one of its epics went to somebody else, or its intent to another owner."""
    return tuple(sorted([*(at for at, _ in of.handed), *of.told.handovers]))
