"""Whether the limits that the strategy states are exceeded, for certain or perhaps."""

from collections.abc import Callable, Collection, Iterator, Mapping
from fractions import Fraction

import numpy as np
from msgspec import Struct

from tracker_sync.reports import outcomes
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.effort import effort
from tracker_sync.reports.finding import Finding, Holds, Measured, Result, Threshold, Unassessed
from tracker_sync.reports.portfolio import Many, Portfolio, refs
from tracker_sync.reports.query import Query
from tracker_sync.reports.shares import Share
from tracker_sync.states.columns import DOING, NONE, Array, distinct
from tracker_sync.strategy import Limits, against

Check = Callable[[Drawn, Limits], Iterator[Result]]
_STATED = "strategy.toml, [limits] {}"


class Limit(Struct, frozen=True):
    """One limit, and how what is measured against it reads."""

    detector: str
    key: str
    """Its name in `[limits]`."""
    pattern: str
    question: str
    said: str
    """The claim about a figure, which stands for `{}`."""

    def result(self, drawn: Drawn, found: Measured, limit: Fraction, rows: Array) -> Result:
        """What a figure comes to; `rows` are the items behind it."""
        threshold = Threshold(limit, _STATED.format(self.key))
        claim = f"{self.said.format(told(found))}; the strategy's limit is {_value(limit, found.unit)}."
        verdict = against(limit, found.low, found.high)
        if verdict == "within":
            return Holds(self.detector, claim, found, threshold)
        sure = verdict == "above"
        if not sure:
            claim += " Whether it is above the limit depends on work that is not tagged."
        return Finding(
            self.detector, "warning" if sure else "note", self.pattern, claim, self.question, found,
            threshold, sure, lambda: tops(drawn.org, drawn.query, rows), refs(drawn.org, rows),
        )  # fmt: skip


SALES_LED = Limit(
    "limits/sales-led-share", "sales_led_share", "deals deciding what is built",
    "Which of it would you have built without the deal?", "Sales asked for {}",
)  # fmt: skip
SINGLE_CUSTOMER = Limit(
    "limits/single-customer-share", "single_customer_share", "building for one account at a time",
    "Who else would use it, and have you asked them?", "Features for one customer alone took {}",
)  # fmt: skip
ACTIVE_INTENTS = Limit(
    "limits/active-intents", "active_intents", "doing this and that at once",
    "Which one would you pause, so that another is finished sooner?", "{} are being worked on at once",
)  # fmt: skip


def told(found: Measured) -> str:
    """A figure in words: "34–46 % of 7,050 person-days", "6 intents"."""
    low = _value(found.low, found.unit)
    high = None if found.high is None else _value(found.high, found.unit)
    if found.unit != "share":
        return f"{low} {found.unit}" if high == low else f"{low} to {high} {found.unit}"
    span = f"at least {low}" if high is None else low if high == low else f"{low[:-2]}–{high}"
    return f"{span} of {round(found.whole or 0):,} {found.whole_unit}"


def _value(value: Fraction, unit: str) -> str:
    return f"{round(value * 100)} %" if unit == "share" else f"{float(value):g}"


def _stated(limits: Limits, key: str) -> Fraction | None:
    value = getattr(limits, key)
    return None if value is None else Fraction(str(value))


def _unstated(limit: Limit) -> Unassessed:
    return Unassessed(limit.detector, _finds(limit.key), f"{limit.key} under [limits] in strategy.toml")


def _finds(key: str) -> str:
    return f"whether {key.replace('_', ' ')} is above its limit"


def sales_led_share(drawn: Drawn, limits: Limits) -> Iterator[Result]:
    """The share of the effort that sales asked for."""
    limit = _stated(limits, SALES_LED.key)
    if limit is None:
        yield _unstated(SALES_LED)
        return
    report = drawn.sales_led
    rows = np.concatenate([report.of(v).rows for v in ("healthy", "unhealthy", "undecidable")])
    yield _of_share(SALES_LED, drawn, report.weighed[0].sales_led, limit, np.sort(rows))


def single_customer_share(drawn: Drawn, limits: Limits) -> Iterator[Result]:
    """The share of the effort that went into features for a single customer."""
    limit = _stated(limits, SINGLE_CUSTOMER.key)
    if limit is None:
        yield _unstated(SINGLE_CUSTOMER)
        return
    share = drawn.single_customer.share
    sure = share.base.rows[share.surely[share.base.group]]
    yield _of_share(SINGLE_CUSTOMER, drawn, share, limit, np.sort(sure))


def _of_share(limit: Limit, drawn: Drawn, share: Share, stated: Fraction, rows: Array) -> Result:
    if share.low is None:
        return Unassessed(limit.detector, _finds(limit.key), "work in the window: run `tracker-sync sync`")
    found = Measured("share", share.low, share.high, share.n, share.total, "person-days", share)
    return limit.result(drawn, found, stated, rows)


def active_intents(drawn: Drawn, limits: Limits) -> Iterator[Result]:
    """How many intents are worked on at the end of the window: those that leaves in progress then name,
    stated or not. An item that names several may serve any one of them."""
    limit = _stated(limits, ACTIVE_INTENTS.key)
    if limit is None:
        yield _unstated(ACTIVE_INTENTS)
        return
    org, rows = drawn.org, _in_progress(drawn.org, drawn.query)
    words, place = distinct(org.now["intents"][rows])
    lists = [org.intents_of(word) for word in words.tolist()]
    alone = {many[0] for many in lists if len(many) == 1}
    every = {intent for many in lists for intent in many}
    naming = rows[np.array([bool(many) for many in lists], dtype=bool)[place]] if len(rows) else rows
    found = Measured("intents", Fraction(len(alone)), Fraction(len(every)), len(naming))
    yield ACTIVE_INTENTS.result(drawn, found, limit, naming)


def _in_progress(org: Portfolio, query: Query) -> Array:
    """The leaves in progress at the last instant of the window."""
    return np.flatnonzero(org.in_phase(DOING, query.last) & org.leaf & org.within(query))


def tops(org: Portfolio, query: Query, rows: Array) -> Many[str]:
    """Refs of the nearest epics at or above some rows, or of the rows' roots where there is none; those with
    most effort of these rows in the window first."""
    nearest = org.nearest(org.epic)
    found = np.where(nearest[rows] == NONE, org.roots[rows], nearest[rows])
    amounts = effort(org, query).amounts
    sums = np.zeros(len(org.now), dtype=amounts.dtype)
    np.add.at(sums, found, amounts[rows])
    return Many(np.unique(found), lambda some: [org.ref(r) for r in some.tolist()], sums)


LIMITS: Mapping[str, Check] = {
    SALES_LED.detector: sales_led_share,
    SINGLE_CUSTOMER.detector: single_customer_share,
    ACTIVE_INTENTS.detector: active_intents,
    outcomes.TARGET: outcomes.adoption_target,
    outcomes.LINE: outcomes.kill_lines,
}
"""What looks at each limit."""


def limits(drawn: Drawn, wanted: Collection[str] = tuple(LIMITS)) -> list[Result]:
    """What all limits come to, or those wanted, by the strategy in force at the end of the window."""
    version = drawn.org.strategy_at_end(drawn.query)
    if version is None:
        return [
            Unassessed(detector, what, "a strategy: write strategy.toml")
            for detector, what in (
                *((one.detector, _finds(one.key)) for one in (SALES_LED, SINGLE_CUSTOMER, ACTIVE_INTENTS)),
                *outcomes.FINDS.items(),
            )
            if detector in wanted
        ]  # fmt: skip
    stated = version.strategy.limits
    return [result for name in LIMITS if name in wanted for result in LIMITS[name](drawn, stated)]
