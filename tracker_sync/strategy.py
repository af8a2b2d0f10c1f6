"""The stated strategy: what `strategy.toml` may hold."""

from datetime import UTC, date, datetime, time, tzinfo
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

import msgspec

from tracker_sync.events import MICROSECOND

MARKETS = ("b2b", "consumer", "b2b2c")
BUYER_OUTCOMES = ("not-fired", "promoted", "revenue")
"""What an intent does for whoever signs: keeps their job safe, gets them promoted, earns them money."""
LEVERS = ("scale", "network", "brand", "technology", "switching-cost")
"""What makes an advantage hard to copy."""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file: a key it does not know is an error, not a silent typo."""


class Vision(_Table, frozen=True):
    """`[vision]`."""

    text: str = ""
    behaviour: str = ""
    """What customers will do differently once it has come true."""


class Mission(_Table, frozen=True):
    """`[mission]`."""

    text: str = ""
    category: str = ""
    """What kind of product it is, in the words of those who buy it."""
    contribution: str = ""
    """What this product does for them that others of its kind do not."""


class Market(_Table, frozen=True):
    """`[market]`."""

    kind: str = ""
    """One of MARKETS; empty: not stated."""
    stage: str = ""
    """Of the company, in its own words: seed, growth, mature."""
    regulated: bool = False
    new_category: bool = False
    """Nobody buys this kind of product yet."""


class Icp(_Table, frozen=True):
    """`[icp]`: whom the product is for; an empty list sets no limit."""

    segments: list[str] = []
    industries: list[str] = []
    geographies: list[str] = []
    sizes: list[str] = []
    personas: list[str] = []
    buyer: str = ""
    """Who signs."""
    user: str = ""
    """Who works with it."""


class Excluded(_Table, frozen=True):
    """`[[not_doing]]`: an opportunity decided against; `patterns` recognise it in titles and labels."""

    id: str
    why: str
    patterns: list[str] = []
    since: date | None = None
    until: date | None = None


class Watched(_Table, frozen=True):
    """`[[watching]]`: an adjacent opportunity that is not decided yet."""

    id: str
    why: str = ""


class Goals(_Table, frozen=True):
    """`[goals]`."""

    north_star: str = ""
    """The one metric that shows that customers get what the vision says."""
    leading: list[str] = []
    """Metrics that move before it does; each is fed by an intent."""


class Hypothesis(_Table, frozen=True):
    """What an intent bets on, how it would show, and until when it may."""

    text: str
    metric: str = ""
    expires: date | None = None


class Intent(_Table, frozen=True):
    """`[[intents]]`: a strategic intent, the unit that work is held against."""

    id: str
    mission: str
    owner: str = ""
    target: float | None = None
    """Share of the effort that it should get, 0 to 1."""
    hypothesis: Hypothesis | None = None
    buyer_outcome: str = ""
    """One of BUYER_OUTCOMES."""
    delight: str = ""
    """What those served will be delighted by."""
    levers: list[str] = []
    """What makes it hard to copy, of LEVERS."""
    margin: str = ""
    """How it pays."""
    aliases: list[str] = []
    """What trackers call it: field values, labels, epics."""
    since: date | None = None
    until: date | None = None


class Initiative(_Table, frozen=True):
    """`[[initiatives]]`: a hypothesis under an intent, and the epics that carry it."""

    id: str
    intent: str
    text: str = ""
    epics: list[str] = []
    """Item keys."""
    since: date | None = None
    """The day it was begun."""
    fixed_scope: bool = False
    """What will be built is settled, whatever is learned."""
    due: date | None = None
    """The day it has to be there."""


class Principle(_Table, frozen=True):
    """`[[principles]]`."""

    id: str
    statement: str


class Vocabulary(_Table, frozen=True):
    """`[vocabulary]`: precise words for the people served, and the vague ones to avoid."""

    words: list[str] = []
    avoid: tuple[str, ...] = ("customer", "customers", "user", "users")

    def vague(self, title: str) -> str | None:
        """The first word to avoid, by the alphabet, in a title; None where no precise words are stated."""
        said = {w.strip(".,:;!?()\"'").casefold() for w in title.split()}
        found = sorted(said & {w.casefold() for w in self.avoid}) if self.words else []
        return found[0] if found else None


Against = Literal["above", "perhaps above", "within"]
"""How what is measured stands to a limit: for certain, or as far as anybody can tell."""


class KillLine(_Table, frozen=True):
    """`[[limits.kill_lines]]`: below which outcome an initiative is stopped, agreed before it is begun."""

    initiative: str
    metric: str = ""
    below: float = 0
    """In the unit of the metric."""
    by: date | None = None
    """The day on which it is looked at."""


class Limits(_Table, frozen=True):
    """`[limits]`: where a figure becomes a finding. Shares are of the effort, 0 to 1."""

    active_intents: int | None = None
    sales_led_share: float | None = None
    single_customer_share: float | None = None
    adoption_target: float | None = None
    """Share of those it was built for that use it 90 days after its release, 0 to 1."""
    kill_lines: list[KillLine] = []


def against(limit: float | Fraction, low: Fraction, high: Fraction | None) -> Against:
    """How a figure that may be from `low` to `high` (None: nobody can tell how high) stands to a limit, which
    counts as it is written: 0.3 is three tenths."""
    exact = limit if isinstance(limit, Fraction) else Fraction(str(limit))
    if low > exact:
        return "above"
    return "perhaps above" if high is None or high > exact else "within"


class Strategy(_Table, frozen=True):
    """`strategy.toml`."""

    effective: date | None = None
    """From when this version holds; without it, from when it was first recorded."""
    vision: Vision = Vision()
    mission: Mission = Mission()
    market: Market = Market()
    icp: Icp = Icp()
    not_doing: list[Excluded] = []
    watching: list[Watched] = []
    goals: Goals = Goals()
    intents: list[Intent] = []
    initiatives: list[Initiative] = []
    principles: list[Principle] = []
    kpi_tree: list[dict[str, Any]] = []
    """Edges as written; `edges` has them checked."""
    vocabulary: Vocabulary = Vocabulary()
    limits: Limits = Limits()

    @property
    def edges(self) -> list[tuple[str, str]]:
        """The KPI tree: (what moves, what it moves), from an initiative up to a figure of the business."""
        return [(str(e["from"]), str(e["to"])) for e in self.kpi_tree if "from" in e and "to" in e]


def midnight(day: date, zone: tzinfo = UTC) -> int:
    """The start of a day of the configured time zone, in microseconds UTC."""
    return int(datetime.combine(day, time(), zone).timestamp()) * MICROSECOND


@lru_cache(maxsize=10_000)
def normal(value: str) -> str:
    """A name as it is compared: case, spaces and dashes do not matter."""
    return "-".join("".join(c if c.isalnum() else " " for c in value.casefold()).split())
