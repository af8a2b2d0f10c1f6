"""Runs programs under strace: which of their calls change the files of a log, and what comes of a bad one."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import programs
import pytest
from programs import Run

ROOT = Path(__file__).parents[2]
MEMORY = Path("/dev/shm")  # noqa: S108  quicker than a disk, and nothing there has to last
CALLS = (
    "openat", "pwrite64", "write", "fsync", "fdatasync", "ftruncate", "unlink", "unlinkat", "rename",
    "renameat", "renameat2",
)  # fmt: skip
"""What changes a file or the names in a folder, or sees to it that the disk has it."""
BESIDE = ("", "-journal", "-wal", ".seal", ".seal.part", ".lock", ".out")
IMPORTED = tuple(f".part{end}" for end in BESIDE)
"""`log import` makes a log under another name first."""


@dataclass(frozen=True)
class Ended:
    """How a program ended; killed by a signal: its negative number."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Call:
    """One call, as strace writes it with `-xx -y`."""

    name: str
    args: str
    result: int


@dataclass(frozen=True)
class Spoilt:
    """Something that happens at the n-th call of a name, as strace spells it."""

    name: str
    n: int
    how: str = "signal=KILL"
    for_good: bool = False
    """Also at all such calls after it."""

    @property
    def kills(self) -> bool:
        return self.how == "signal=KILL"

    @property
    def option(self) -> str:
        return f"inject={self.name}:{self.how}:when={self.n}{'+' if self.for_good else ''}"


class Runner:
    """Runs the programs of `programs.py`, one at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(
        self,
        log: Path,
        program: str,
        *args: str,
        faults: Sequence[str] = (),
        spoilt: Spoilt | None = None,
        user: int | None = None,
    ) -> Ended:
        """The program's end, with one of its calls about the log spoilt."""
        strace = [*_strace(log, "/dev/null"), "-e", spoilt.option] if spoilt else None
        return self._run(log, program, args, faults, strace, user)

    def traced(
        self, log: Path, program: str, *args: str, faults: Sequence[str] = ()
    ) -> tuple[Ended, list[Call]]:
        """The program's end, and its calls about the log in their order, with all that they wrote."""
        with TemporaryDirectory() as folder:
            found = Path(folder, "calls")
            strace = [*_strace(log, str(found)), "-xx", "-y", "-s", "10000000"]
            ended = self._run(log, program, args, faults, strace)
            return ended, [*_calls(found.read_text().splitlines())]

    def _run(
        self, log: Path, program: str, args: Sequence[str], faults: Sequence[str],
        strace: list[str] | None, user: int | None = None,
    ) -> Ended:  # fmt: skip
        """The output is a file beside the log, so that what was said is seen among the calls."""
        with TemporaryDirectory() as folder:
            out, err = log.with_name(f"{log.name}.out"), Path(folder, "err")
            what = Run(program, [*args], str(log.parent), str(out), str(err), [*faults], strace, user)
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(asdict(what)) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            return Ended(code, out.read_text(), err.read_text())


@contextmanager
def running_programs(**env: str) -> Iterator[Runner]:
    """A runner whose programs have such an environment."""
    given = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    with subprocess.Popen(
        [sys.executable, programs.__file__], env=os.environ | given | env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        yield Runner(process)


def why_not(runner: Runner) -> str:
    """Why programs cannot be run under strace here; nothing, where they can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    with emptied() as folder:
        log = folder / "log.db"
        ended = runner.run(log, "bring up", str(log), spoilt=Spoilt("openat", 1))
        return "" if ended.code == -9 else f"strace may not trace here (it ended with {ended.code})"


def tracing(**env: str) -> Iterator[Runner]:
    """What a fixture yields: a runner; or the test is skipped, with the reason."""
    with running_programs(**env) as runner:
        if reason := why_not(runner):
            pytest.skip(reason)
        yield runner


@contextmanager
def emptied() -> Iterator[Path]:
    """An empty folder, gone after it."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


def each_write(calls: Iterable[Call]) -> list[Spoilt]:
    """The death of the program right before each of its calls, in their order."""
    counts = dict.fromkeys(CALLS, 0)
    found = []
    for call in calls:
        counts[call.name] += 1
        found.append(Spoilt(call.name, counts[call.name]))
    return found


def _strace(log: Path, into: str) -> list[str]:
    # Not --seccomp-bpf, quick as it is: with it no signal is sent.
    command = ["strace", "-f", "-qq", "-o", into, "-e", f"trace={','.join('?' + c for c in CALLS)}"]
    for file in (log.parent, *(log.with_name(f"{log.name}{end}") for end in BESIDE + IMPORTED)):
        command += ["-P", str(file)]
    return command


def _calls(lines: Iterable[str]) -> Iterator[Call]:
    for line in lines:
        if found := re.fullmatch(r"(?:\d+ +)?(\w+)\((.*)\) += (-?\d+).*", line):
            yield Call(found[1], found[2], int(found[3]))
        else:
            assert re.search(r"(\+\+\+|---|= \?)", line), f"not understood: {line[:200]!r}"
