"""A daemon to which everything happens loses nothing, grows no fatter, and says how it is."""

import signal
import time
from pathlib import Path

import pytest
from soak import Soak, soaking

MB = 1_000_000


def now() -> int:
    return time.time_ns() // 1000


def memory(soak: Soak) -> tuple[float, float]:
    """Bytes in memory, and open files."""
    found = soak.metrics() or {}
    return found["process_resident_memory_bytes"], found["process_open_fds"]


def soaked(
    folder: Path, seed: int, *, broken: int, steady: int, full: int = 0, mutant: str = ""
) -> list[str]:
    """The problems of a soak: faults and signals that may end the daemon, and then such as do not, over which
    its memory is measured."""
    with soaking(folder, seed, full=full, mutant=mutant) as soak:
        while soak.done < broken and not soak.problems:
            soak.step()
        soak.end(signal.SIGKILL)
        began = now()
        soak.start()
        for _ in range(steady // 4):
            soak.step(ends=False)
        before = memory(soak)
        while soak.done < broken + steady and not soak.problems:
            soak.step(ends=False)
        after = memory(soak)
        if after[0] - before[0] > 12 * MB or after[1] - before[1] > 10:
            soak.problems.append(f"memory and open files went from {before} to {after}")
        if not soak.problems:
            soak.check(began)
        return soak.problems


def test_some_faults_and_signals_cost_nothing(tmp_path: Path) -> None:
    assert soaked(tmp_path, 5, broken=4, steady=8) == []


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "full"), [(1, 0), (2, 2)])
def test_a_thousand_faults_and_signals_cost_nothing(tmp_path: Path, seed: int, full: int) -> None:
    assert soaked(tmp_path, seed, broken=500, steady=520, full=full) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mutant", "word"),
    [("a page ahead", "lost: "), ("leak", "memory and open files"), ("counts twice", "/metrics of")],
)
def test_a_mutant_is_caught(tmp_path: Path, mutant: str, word: str) -> None:
    problems = soaked(tmp_path, 3, broken=50, steady=60, mutant=mutant)
    assert any(problem.startswith(word) for problem in problems), problems
