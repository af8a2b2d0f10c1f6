"""A version of the strategy in words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from tracker_sync.render.prose import whole_percent, wrapped
from tracker_sync.strategy import Initiative, Intent, KillLine, Limits, Strategy
from tracker_sync.strategy_parts import PARTS

TITLES = {
    "effective": "In force from", "vision": "Vision", "mission": "Mission", "market": "Market",
    "icp": "Whom it is for", "not_doing": "Decided against", "watching": "Not decided yet", "goals": "Goals",
    "intents": "Intents", "initiatives": "Initiatives", "principles": "Principles",
    "kpi_tree": "What moves what", "vocabulary": "Words", "limits": "Limits",
}  # fmt: skip
_MARKETS = {
    "b2b": "sold to businesses (b2b)",
    "consumer": "sold to consumers",
    "b2b2c": "sold to businesses, for consumers (b2b2c)",
}
_OUTCOMES = {
    "not-fired": "it keeps their job safe",
    "promoted": "it gets them promoted",
    "revenue": "it earns them money",
}
_NESTED = " "
"""What a line begins with that belongs to the one before it."""


def shown(strategy: Strategy, heading: Iterable[str], standing: list[Intent]) -> str:
    """A version in words; `standing` are its intents that stand on the day asked about."""
    blocks = [[wrapped(line) for line in heading]]
    silent = []
    for part in PARTS:
        said = _intents(strategy, standing) if part.name == "intents" else _SAID[part.name](strategy)
        lines = [wrapped(line, 8, 6) if line.startswith(_NESTED) else wrapped(line, 4, 2) for line in said]
        if lines:
            blocks.append([TITLES[part.name], *lines])
        else:
            silent.append(part.name)
    if silent:
        blocks.append([wrapped(f"Nothing is said yet of: {', '.join(silent)}.")])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _intents(strategy: Strategy, standing: list[Intent]) -> Iterator[str]:
    for intent in standing:
        target = "no target" if intent.target is None else f"{whole_percent(intent.target)} of the effort"
        yield f"{intent.id} ({target}, owned by {intent.owner or 'nobody'}): {intent.mission}"
        if bet := intent.hypothesis:
            seen = f" Seen by: {bet.metric}." if bet.metric else ""
            yield f"{_NESTED}The bet: {bet.text}{seen}" + (f" Until {bet.expires}." if bet.expires else "")
        if intent.buyer_outcome:
            yield f"{_NESTED}For the buyer: {_OUTCOMES.get(intent.buyer_outcome, intent.buyer_outcome)}"
        for label, text in (
            ("What delights", intent.delight), ("Hard to copy by", ", ".join(intent.levers)),
            ("How it pays", intent.margin),
        ):  # fmt: skip
            if text:
                yield f"{_NESTED}{label}: {text}"
    if others := [i.id for i in strategy.intents if i not in standing]:
        yield f"Stated, but not in force on this day: {', '.join(others)}"


def _market(strategy: Strategy) -> Iterator[str]:
    market = strategy.market
    if market.kind:
        yield _MARKETS.get(market.kind, market.kind)
    if market.stage:
        yield f"stage of the company: {market.stage}"
    if market.regulated:
        yield "regulated"
    if market.new_category:
        yield "a new category, which nobody buys yet"


def _icp(strategy: Strategy) -> Iterator[str]:
    icp = strategy.icp
    for label, values in (
        ("segments", icp.segments), ("industries", icp.industries), ("geographies", icp.geographies),
        ("sizes", icp.sizes), ("personas", icp.personas), ("who signs", [icp.buyer]),
        ("who uses it", [icp.user]),
    ):  # fmt: skip
        if any(values):
            yield f"{label}: {', '.join(values)}"


def _initiative(initiative: Initiative) -> str:
    said = [
        f"for {initiative.intent}", _since(initiative.since),
        f"due {initiative.due}" if initiative.due else "",
        "fixed scope" if initiative.fixed_scope else "",
        f"epics {' '.join(initiative.epics)}" if initiative.epics else "",
    ]  # fmt: skip
    about = f": {initiative.text}" if initiative.text else ""
    return f"{initiative.id} ({', '.join(s for s in said if s)}){about}"


def _since(since: date | None, until: date | None = None) -> str:
    said = [f"since {since}" if since else "", f"until {until}" if until else ""]
    return ", ".join(s for s in said if s)


def _bracketed(text: str) -> str:
    return f" ({text})" if text else ""


def _limits(limits: Limits) -> Iterator[str]:
    if limits.active_intents is not None:
        yield f"at most {limits.active_intents} active intents"
    for share, of_what in (
        (limits.sales_led_share, "asked for by sales"),
        (limits.single_customer_share, "for a single customer"),
    ):
        if share is not None:
            yield f"at most {whole_percent(share)} of the effort {of_what}"
    if limits.adoption_target is not None:
        share_text = whole_percent(limits.adoption_target)
        yield f"90 days after its release a feature is used by {share_text} of those it is for"
    yield from map(_kill_line, limits.kill_lines)


def _kill_line(kill: KillLine) -> str:
    when = f" on {kill.by}" if kill.by else ""
    return f"stop {kill.initiative} if {kill.metric or 'its outcome'} is below {kill.below:g}{when}"


def _given(*texts: str) -> list[str]:
    return [text for text in texts if text]


_SAID: Mapping[str, Callable[[Strategy], Iterable[str]]] = {
    "vision": lambda s: _given(s.vision.text, s.vision.behaviour),
    "mission": lambda s: _given(s.mission.text, s.mission.category, s.mission.contribution),
    "market": _market,
    "icp": _icp,
    "not_doing": lambda s: [f"{e.id}{_bracketed(_since(e.since, e.until))}: {e.why}" for e in s.not_doing],
    "watching": lambda s: [f"{w.id}: {w.why}" if w.why else w.id for w in s.watching],
    "goals": lambda s: [
        *_given(s.goals.north_star and f"North Star: {s.goals.north_star}"),
        *(f"moves before it: {metric}" for metric in s.goals.leading),
    ],
    "initiatives": lambda s: map(_initiative, s.initiatives),
    "principles": lambda s: [f"{p.id}: {p.statement}" for p in s.principles],
    "kpi_tree": lambda s: [f"{low} → {high}" for low, high in s.edges],
    "vocabulary": lambda s: (
        [f"say {', '.join(s.vocabulary.words)}; not {', '.join(s.vocabulary.avoid)}"]
        if s.vocabulary.words
        else []
    ),
    "limits": lambda s: _limits(s.limits),
}
"""How each part but the intents is said."""
