"""When the tests are over, what they left behind is searched for the secrets that they used.

Each process searches its own folder, since it alone knows which files its tests put secrets into; xdist tells
the process that the user started.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from canary.birds import files, has_any

_kept: set[Path] = set()
_caught: list[str] = []


def kept(path: Path) -> Path:
    """A file, or a folder of such, in which a test itself keeps a secret: it is not searched."""
    _kept.add(path.resolve())
    return path


def has_none(said: str) -> bool:
    """Whether there is no secret in what a command said."""
    return not has_any(said.encode(errors="surrogateescape"))


def left_in(folder: Path) -> Iterator[str]:
    """The files with a secret in them or in their names."""
    for path in files(folder, without=_kept):
        if has_any(str(path.relative_to(folder)).encode(errors="surrogateescape")) or _holds(path):
            yield f"{path} holds a secret"


def _holds(path: Path) -> bool:
    before = b""
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 22):
                if has_any(before + block):
                    return True
                before = block[-64:]  # longer than what is looked for
    except OSError:
        pass  # a test took the right to read away, or the file itself
    return False


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """What tests and their processes wrote to the terminal, and what was logged."""
    for name, text in report.sections:
        if not has_none(text):
            _caught.append(f"{report.nodeid}: {name} holds a secret")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """What a process of xdist found."""
    _caught.extend(getattr(node, "workeroutput", {}).get("canaries", []))


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    is_worker = hasattr(config, "workeroutput")
    base = config._tmp_path_factory._basetemp  # type: ignore[attr-defined]  # None where no test asked for it
    if base and (is_worker or not config.getoption("numprocesses", None)):
        _caught.extend(left_in(base))
    if is_worker:
        config.workeroutput["canaries"] = _caught
    elif _caught:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _caught:
        terminalreporter.section("Secrets that were left behind", red=True, bold=True)
        for line in sorted({*_caught}):
            terminalreporter.write_line(line)
        terminalreporter.write_line("A test that keeps one in a file itself says so: kept(path)")
