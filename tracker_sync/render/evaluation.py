"""How often proposals would have been right, as a table and as JSON."""

from textwrap import shorten
from typing import Any

from tracker_sync.patterns.statistics.proportion import wilson
from tracker_sync.render import clean
from tracker_sync.render.json import dump
from tracker_sync.render.sheet_json import clocks
from tracker_sync.render.suggest import NO_CUSTOMER, listed, nothing, sure, values, wrapped
from tracker_sync.render.values import percent
from tracker_sync.reports.query import Query
from tracker_sync.suggest import FEWEST
from tracker_sync.suggest.evaluation import Band, Evaluation, Part


def text(found: Evaluation) -> str:
    """The evaluation as a table."""
    lines = [f"How often would proposals for the {found.dimension} have been right?"]
    if not any(t.guess for t in found.trials):
        return "\n".join([*lines, *nothing(found.choices)]) + "\n"
    commonest = clean(found.commonest) or NO_CUSTOMER
    lines += [
        f"{len(found.trials)} tagged items, each guessed from items of other epics, without its own tag.",
        "",
        _line(f"proposed, at {sure(found.threshold)} or surer", found.coverage),
        _line("of the proposed, right", found.precision),
        _line("right, if the likeliest is always named", found.accuracy),
        _line(f"right, if always {shorten(commonest, 25, placeholder='…')}", found.baseline),
        "",
        f"{'how sure':12} {'guesses':>8} {'said':>6} {'right':>6}   with chance",
        *(_band(b) for b in found.bands),
        "Said: the confidence that was given. Right: how many of those guesses were.",
        "",
        wrapped(_verdict(found)),
        wrapped(f"Learned from: {listed(found.choices)}."),
        *map(wrapped, _barred(found)),
    ]
    return "\n".join(lines) + "\n"


def json(found: Evaluation, query: Query) -> str:
    """The same as one JSON object; format: docs/suggest.md."""
    return dump({
        "schema": "tracker-sync/suggest-evaluation/1",
        "generated_for": {
            **clocks(query), "source": query.source, "dimension": found.dimension,
            "threshold": found.threshold,
        },
        "summary": {
            "items": len(found.trials), "coverage": _part(found.coverage),
            "precision": _part(found.precision), "accuracy": _part(found.accuracy),
            "baseline": {**_part(found.baseline), "value": found.commonest or None},
            "better_than_baseline": better(found),
        },
        "values": values(found.choices),
        "bands": [{"low": b.low, "high": b.high, "said": b.said, **_part(b.right)} for b in found.bands],
        "rows": [
            {
                "key": t.item.ref, "value": t.item.value or None,
                "guess": t.guess.value or None if t.guess else None,
                "confidence": t.guess.confidence if t.guess and t.possible else None,
                "proposed": t.proposed, "right": t.right,
            }
            for t in found.trials
        ],
    })  # fmt: skip


def better(found: Evaluation) -> bool:
    """Whether the likeliest values beat always naming the commonest by more than chance does."""
    ends, floor = _ends(found.accuracy), found.baseline.share
    return ends is not None and floor is not None and ends[0] > floor


def _verdict(found: Evaluation) -> str:
    if not better(found):
        return "No better than always naming the commonest value: do not rely on proposals."
    if not found.precision.n:
        return "Better than always naming the commonest value, but never sure enough to propose anything."
    return "Better than always naming the commonest value, by more than chance."


def _barred(found: Evaluation) -> list[str]:
    why = {
        "few": f"Never proposed, named by fewer than {FEWEST} separate items or epics",
        "unstated": "Never proposed, not in the strategy",
    }
    named = {bar: [clean(c.value) for c in found.choices if c.bar == bar] for bar in why}
    return [f"{told}: {', '.join(named[bar])}." for bar, told in why.items() if named[bar]]


def _line(label: str, part: Part) -> str:
    return f"{label:43} {f'{part.k} of {part.n}':>12} {percent(part.share):>6}   {_chance(part)}".rstrip()


def _band(band: Band) -> str:
    label = f"{round(band.low * 100)}–{sure(band.high)}" if band.low else f"under {sure(band.high)}"
    said = "–" if band.said is None else sure(band.said)
    share = f"{percent(band.right.share):>6}   {_chance(band.right)}"
    return f"{label:12} {band.right.n:>8} {said:>6} {share}".rstrip()


def _chance(part: Part) -> str:
    ends = _ends(part)
    return f"{round(ends[0] * 100)}–{sure(ends[1])}" if ends else ""


def _ends(part: Part) -> tuple[float, float] | None:
    return None if part.share is None else wilson(part.share, part.n)


def _part(part: Part) -> dict[str, Any]:
    ends = _ends(part)
    return {
        "k": part.k, "n": part.n, "share": None if part.share is None else round(float(part.share), 6),
        "interval": [round(e, 6) for e in ends] if ends else None,
    }  # fmt: skip
