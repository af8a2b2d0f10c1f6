"""Measures how often each rule on patterns speaks, with its bias and without any; `make power` prints it.

NULLS=1000 organisations without a bias, RUNS=40 of each bias at each of three strengths, EPICS=150 epics
over two years; ONLY="retrofit insider-only" measures these alone. As many processes as there are processors.
"""

import gc
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from tests.organisations.organisation import (
    BIASES,
    MIDDLE,
    STRONG,
    WEAK,
    organisation,
    without_tags,
    written,
)
from tracker_sync.patterns.statistics.proportion import wilson
from tracker_sync.reports.drawn import Drawn
from tracker_sync.reports.finding import Finding, Unassessed
from tracker_sync.reports.opening import Asked, open_portfolio
from tracker_sync.reports.patterns import patterns
from tracker_sync.runs import keep

EPICS = int(os.environ.get("EPICS", "150"))
NULLS = int(os.environ.get("NULLS", "1000"))
RUNS = int(os.environ.get("RUNS", "40"))
ONLY = os.environ.get("ONLY", "").split() or [*BIASES]
LOST = 0.4
"""The part of the tags that are taken away in the variant."""
BIAS = "bias/"


class Case(NamedTuple):
    """An organisation to look at."""

    seed: int
    bias: str = ""
    strength: float = 0.0
    lost: float = 0.0


class Looked(NamedTuple):
    """What was found in it."""

    case: Case
    found: frozenset[str]
    """The ids of the rules that found anything."""
    statistical: frozenset[str]
    """Those of them that chance has a part in."""
    unassessed: Mapping[str, str]
    """By rule: why nothing could be said."""


def looked(case: Case) -> Looked:
    """What the rules find in an organisation."""
    made = organisation(case.seed, EPICS, 2, {case.bias: case.strength} if case.bias else {})
    if case.lost:
        made = without_tags(made, case.lost, case.seed)
    with tempfile.TemporaryDirectory() as folder:
        config, log = written(made, Path(folder))
        try:
            keep(config, log)  # as every sync does: single items are then found without reading all
            org, query = open_portfolio(config, log, Asked(), past=True)
            results = patterns(Drawn(org, query))
        finally:
            log.close()
    gc.collect()
    statistical = {r.id for r in org.detectors.rules if r.measure.statistical}
    found = frozenset(_id(r.detector) for r in results if isinstance(r, Finding))
    why = {_id(r.detector): r.needs for r in results if isinstance(r, Unassessed)}
    return Looked(case, found, found & statistical, why)


def _id(detector: str) -> str:
    return detector.removeprefix(BIAS)


def measured(cases: Sequence[Case]) -> list[Looked]:
    """What is found in each; says on stderr how far it is."""
    found = list[Looked]()
    # Not an executor of futures: with a limit of tasks for a process it may wait for ever
    # (https://github.com/python/cpython/issues/115634).
    with get_context("spawn").Pool(len(os.sched_getaffinity(0)), maxtasksperchild=50) as pool:
        for one in pool.imap_unordered(looked, cases, chunksize=4):
            found.append(one)
            if not len(found) % 100:
                print(f"{len(found)} of {len(cases)}", file=sys.stderr, flush=True)  # noqa: T201
    return found


def share(k: int, n: int) -> str:
    low, high = wilson(k / n, n) if n else (0.0, 1.0)
    return f"{k / n if n else 0:5.0%} ({low:.0%}-{high:.0%})"


def main() -> None:
    start = perf_counter()
    strengths = (WEAK, MIDDLE, STRONG)
    cases = [Case(10_000 + n, bias, s) for bias in ONLY for s in strengths for n in range(RUNS)]
    nulls = [Case(n, lost=lost) for lost in (0.0, LOST) for n in range(NULLS)]
    results = measured([*cases, *nulls])
    hits = Counter((r.case.bias, r.case.strength) for r in results if r.case.bias in _own(r))
    alarms: Counter[tuple[str, float]] = Counter(
        (name, r.case.lost) for r in results if not r.case.bias for name in r.found
    )
    say(f"{RUNS} organisations of {EPICS} epics for each bias and strength; {NULLS} without any, and as many")
    say(f"that lost {LOST:.0%} of their tags. In brackets: 95 % by Wilson.")
    say(f"{'':24}{'weak':>16}{'middle':>16}{'strong':>16}{'no bias':>16}{'tags lost':>16}")
    for bias in ONLY:
        power = [share(hits[bias, s], RUNS) for s in strengths]
        false = [share(alarms[bias, lost], NULLS) for lost in (0.0, LOST)]
        say(f"{bias:24}" + "".join(f"{one:>16}" for one in (*power, *false)))
    for lost, what in ((0.0, "with all tags"), (LOST, f"with {LOST:.0%} of the tags lost")):
        some = [r for r in results if not r.case.bias and r.case.lost == lost]
        say(f"organisations without a bias, {what}: any statistical warning in "
            f"{share(sum(bool(r.statistical) for r in some), len(some))}, any warning in "
            f"{share(sum(bool(r.found) for r in some), len(some))}")  # fmt: skip
    why = Counter((r.case.bias, r.unassessed[r.case.bias]) for r in results if r.case.bias in r.unassessed)
    for (bias, reason), n in sorted(why.items()):
        say(f"not assessed where it should find: {bias} in {n}: {reason}")
    say(f"{perf_counter() - start:.0f} s")


def _own(result: Looked) -> set[str]:
    """The biases that what was found stands for: a rule may have variants, named after it."""
    return {bias for bias in BIASES for name in result.found if name == bias or name.startswith(f"{bias}-")}


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
