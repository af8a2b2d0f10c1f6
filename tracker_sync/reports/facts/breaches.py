"""What was worked on against a decision: what the strategy stood against, or what had been declined."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from tracker_sync.days import Days
from tracker_sync.patterns.facts import Breach, Epic
from tracker_sync.reports import said_no as report
from tracker_sync.reports.came_back import CameBack
from tracker_sync.reports.facts.history import ENDS, STARTS, History
from tracker_sync.reports.keys import called
from tracker_sync.reports.org import Org
from tracker_sync.reports.phases import CALLED
from tracker_sync.reports.portfolio import Portfolio
from tracker_sync.reports.query import Query
from tracker_sync.states.columns import DOING, DONE, NONE
from tracker_sync.strategy import normal
from tracker_sync.strategy_check import compiled

_WORKED_ON = (CALLED[DOING], CALLED[DONE])


def breaches(org: Portfolio, query: Query, epics: Iterable[Epic]) -> tuple[Breach, ...]:
    """As report said-no lists them, one for each decision that an item names; `epics` are those of the
    question. What was declined and taken up again is among them if it was worked on since."""
    found = report.said_no(org, query)
    back = [c for c in found.came_back if c.phase in _WORKED_ON]
    refs = [*dict.fromkeys((*(b.ref for b in found.breaches), *(c.ref for c in back)))]
    if not refs:
        return ()
    look = _Look(org, org.look(refs), Days(org.judged.calendar), {e.ref: e for e in epics})
    named = (one for b in found.breaches for one in look.named(b))
    return (*named, *(look.reopened(c) for c in back))


class _Look(Struct, frozen=True):
    """What the items are looked at with."""

    org: Portfolio
    looked: Org
    days: Days
    epics: Mapping[str, Epic]

    def _history(self, ref: str) -> History:
        return History(self.looked, self.looked.world.items[ref], self.days)

    def named(self, breach: report.Breach) -> Iterator[Breach]:
        """One for each decision that an item names."""
        of = self._history(breach.ref)
        labels = [*of.item.many("labels")]
        for id_ in breach.rules:
            yield Breach(
                ref=breach.ref, exclusion=id_, at=of.at(breach.started, STARTS),
                named=self._labelled(labels, id_, breach.started),
            )  # fmt: skip

    def _labelled(self, labels: Iterable[str], id_: str, at: int) -> bool:
        """Whether a label is the decision's id, or matches what recognises it."""
        version = self.org.judged.strategies.at(at)
        stated = version.strategy.not_doing if version else []
        patterns = [compiled(p) for x in stated if x.id == id_ for p in x.patterns]
        return any(normal(v) == normal(id_) or any(p.search(v) for p in patterns) for v in labels)

    def reopened(self, back: CameBack) -> Breach:
        """Something declined and taken up again; what its epic, or anything under that, shows counts too."""
        of, epic = self._history(back.ref), self._epic(back.ref)
        signs = epic.evidence if epic else ()
        return Breach(
            ref=back.ref, at=of.at(back.reopened, ENDS), declined=of.at(back.declined, ENDS),
            evidence=back.has_evidence or any(back.declined < s.at.at <= back.reopened for s in signs),
        )  # fmt: skip

    def _epic(self, ref: str) -> Epic | None:
        row = int(self.org.nearest(self.org.epic)[called(self.org, [ref])[ref]])
        return None if row == NONE else self.epics.get(self.org.ref(row))
