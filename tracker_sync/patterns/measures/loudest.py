"""Whether one account has far more of the effort than its weight among the accounts."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np
from msgspec import Struct

from tracker_sync.patterns.facts import Account, Asked, Facts, Work
from tracker_sync.patterns.measure import Measure, Row, Seen, Silent
from tracker_sync.patterns.measures.part import FEW
from tracker_sync.patterns.statistics.bootstrap import Weighted, weighted
from tracker_sync.patterns.statistics.proportion import kish_least
from tracker_sync.patterns.statistics.spread import hhi


class When(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The thresholds."""

    times: float
    """How many times an account's weight its share of the effort may be."""
    below: float
    """Where the effort is spread as over fewer accounts than this, few of them have most of it."""
    at_least: int
    """Items with effort that accounts asked for."""


def loudest_account(facts: Facts, when: When) -> Iterator[Seen | Silent]:
    """Of the effort that accounts asked for, the share of the account that is furthest above its weight.

    Several accounts that asked for one item have the same part each. Work of which nobody said who asked
    counts as asked for by others, each a little. A design partner's effort stays in the whole, as does that
    of all others. Only the account that is furthest above is looked at; its interval is not made wider for
    having been chosen. Source: domain.md, section 4: availability.
    """
    heard = _Heard(facts, when)
    if len(heard.asked) < when.at_least:
        yield Silent(f"{when.at_least} items that accounts asked for at least; there are {len(heard.asked)}")
        return
    if (own := _independent(heard.asked)) < FEW:
        yield Silent(
            f"items that accounts asked for of {FEW} independent epics at least; there are {own:.0f}"
        )
        return
    partners = {a.name for a in facts.accounts if a.partner}
    for name in sorted(partners & {*heard.parts}):
        if heard.parts[name] > (heard.limit(name) or 0) * sum(heard.parts.values()):
            yield Silent("nothing: it is silent about a declared design partner", name)
    others = [name for name in heard.parts if name not in partners]
    if others:
        yield heard.looked(max(others, key=lambda name: (heard.beyond(name), heard.parts[name], name)))


class _Heard(Struct, frozen=True, dict=True):
    """Whom the effort of the window goes to."""

    facts: Facts
    when: When

    @cached_property
    def asked(self) -> list[Work]:
        """The work that accounts asked for."""
        return [w for w in self.facts.works if w.effort > 0 and w.accounts]

    @cached_property
    def open(self) -> list[Work]:
        """The work of which nobody said whether an account asked."""
        return [w for w in self.facts.works if w.effort > 0 and not w.accounts and not w.nobody]

    @cached_property
    def parts(self) -> Mapping[str, Fraction]:
        """The effort by account."""
        found = dict[str, Fraction]()
        for work in self.asked:
            for name in work.accounts:
                found[name] = found.get(name, Fraction(0)) + Fraction(work.effort, len(work.accounts))
        return found

    @cached_property
    def accounts(self) -> Mapping[str, Account]:
        """By name."""
        return {a.name: a for a in self.facts.accounts}

    def weight(self, name: str) -> Fraction | None:
        """An account's share of the ARR; that of one among all in the ICP where no ARR is stated at all, or
        it pays nothing. None: nobody can tell."""
        account, total = self.accounts.get(name), sum(Fraction(a.arr or 0) for a in self.facts.accounts)
        if total and (account is None or account.arr is None):
            return None
        if total and account and account.arr:
            return Fraction(account.arr) / total
        fitting = sum(a.icp is True for a in self.facts.accounts)
        return Fraction(1, fitting) if fitting else None

    def limit(self, name: str) -> Fraction | None:
        """Above which share it is loud."""
        weight = self.weight(name)
        return None if weight is None else weight * Fraction(str(self.when.times))

    def beyond(self, name: str) -> Fraction:
        """How far it is above that, as far as its weight is known; 0 where it is not."""
        return max(Fraction(0), self.parts[name] / sum(self.parts.values()) - (self.limit(name) or 0))

    def looked(self, name: str) -> Seen | Silent:
        """What is seen of an account."""
        limit, weight = self.limit(name), self.weight(name)
        worst = self._share(name, [*self.asked, *self.open], limit)
        best = self._share(name, self.asked, limit)
        if limit is None or weight is None or worst is None or best is None:
            return Silent(f"the ARR of {name} in customers.csv, or which accounts are in the ICP", name)
        sure = self._few(self.open) and _independent(self.asked, self.open) >= FEW
        fires = worst.low > limit and sure
        if not fires and best.low > limit and self._few(()):
            return Silent(f"who asked for {len(self.open)} items of which nobody said so", name)
        unknown, known = sum(w.effort for w in self.open), sum(self.parts.values())
        share = self.parts[name] / (known + unknown)
        return Seen(
            fires, share, (self.parts[name] + unknown) / (known + unknown),
            len(self.asked) + len(self.open), limit, counted="items", subject=name,
            p=worst.p if sure else 1.0, interval=(worst.low, worst.high),
            words={"account": name, "share": share, "weight": weight, "of": self._of(name),
                   "newest": self._newest(name)},
            rows=tuple(self._rows(name)), items=tuple(w.ref for w in self.asked if name in w.accounts),
        )  # fmt: skip

    def _share(self, name: str, works: Sequence[Work], limit: Fraction | None) -> Weighted | None:
        """Its share of the effort of some work."""
        whole = np.array([w.effort / self.facts.unit for w in works])
        parts = [1 / len(w.accounts) if name in w.accounts else 0.0 for w in works]
        return weighted(whole * np.array(parts), whole, _roots(works), min(limit or Fraction(1), Fraction(1)))

    def _few(self, open_: Sequence[Work]) -> bool:
        """Whether few accounts have most of the effort, with some work that as many others asked for as can
        be. So with that of design partners: a partner's is no reason to call another one loud."""
        partners = {a.name for a in self.facts.accounts if a.partner}
        own = [effort for name, effort in self.parts.items() if name not in partners]
        part = sum(own) / (sum(self.parts.values()) + sum(w.effort for w in open_))
        found = hhi(own)  # what very many have a little of adds nothing to the sum of squared shares
        return found is not None and found * part**2 > 1 / Fraction(str(self.when.below))

    def _of(self, name: str) -> str:
        account = self.accounts.get(name)
        return "the ARR" if account and account.arr else "the accounts in the ICP"

    def _requests(self, name: str) -> list[tuple[Asked, str]]:
        """When it asked for which epics, the newest first."""
        found = [(a, e.ref) for e in self.facts.epics for a in e.asked if a.account == name]
        return sorted((f for f in found if f[0].at <= self.facts.end), key=lambda f: (-f[0].at.at, f[1]))

    def _newest(self, name: str) -> str:
        found = self._requests(name)
        if not found:
            return "when it asked is not known"
        days = round(found[0][0].at.days_to(self.facts.end))
        return f"its newest request is {days} days old"

    def _rows(self, name: str) -> Iterator[Row]:
        """Its requests for epics, newest first; where there is none, the items."""
        requests = self._requests(name)
        yield from (Row(ref, f"asked for by {name}", asked.at) for asked, ref in requests)
        if not requests:
            own = [w for w in self.asked if name in w.accounts]
            yield from (Row(w.ref, f"asked for by {name}; started", w.started) for w in own)


def _roots(works: Sequence[Work]) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """A number for the root of each."""
    numbers = dict[str, int]()
    return np.array([numbers.setdefault(w.family, len(numbers)) for w in works], dtype=np.int64)


def _independent(works: Sequence[Work], open_: Sequence[Work] = ()) -> float:
    """How many root items some work is of at least, as they weigh; `open_` may be among it."""
    return kish_least(*([(w.family, float(w.effort)) for w in some] for some in (works, open_)))


LOUDEST_ACCOUNT = Measure(
    loudest_account, When,
    {"account": "Redgate", "share": Fraction(3, 5), "weight": Fraction(1, 50), "of": "the ARR",
     "newest": "its newest request is 12 days old"},
    statistical=True,
)  # fmt: skip
