"""What is in contrib works with the program beside it."""

import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import pytest

from tracker_sync.cli import cli

CONTRIB = Path(__file__).parent.parent / "contrib"
PROGRAM = "/opt/tracker-sync/bin/tracker-sync"
FILES = [p for p in sorted(CONTRIB.rglob("*")) if p.is_file()]


def command_lines() -> list[str]:
    """Every line that runs the program, from its name on."""
    found = [line for f in FILES for line in re.findall(rf"^[^#\n]*?{PROGRAM}( .*)$", f.read_text(), re.M)]
    [default] = re.findall(r'^CMD \["(\w+)"\]$', (CONTRIB / "Containerfile").read_text(), re.M)
    return [*found, default]


@pytest.mark.parametrize("line", command_lines())
def test_what_is_run_is_a_command_with_options_that_it_has(line: str) -> None:
    words = shlex.split(line)
    options, rest = (words[:2], words[2:]) if words[0] == "--config" else ([], words)
    command = cli.get_command(cli.make_context("tracker-sync", [*options, rest[0]]), rest[0])
    assert isinstance(command, click.Command)
    command.make_context(rest[0], rest[1:])


def test_every_way_to_run_it_was_looked_at() -> None:
    assert len(command_lines()) == 5


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in (CONTRIB / "systemd").iterdir():
        (tmp_path / unit.name).write_text(unit.read_text().replace(PROGRAM, sys.executable))
    units = [str(p) for p in sorted(tmp_path.iterdir())]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "tracker-sync" in line]
    assert (ours, len(units)) == ([], 3), done.stderr


def test_what_the_container_copies_is_all_that_a_wheel_needs(tmp_path: Path) -> None:
    copied = re.findall(r"^COPY (?!--)(.+) /src/\S*$", (CONTRIB / "Containerfile").read_text(), re.M)
    for name in " ".join(copied).split():
        source = CONTRIB.parent / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"], cwd=tmp_path, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [wheel] = (tmp_path / "dist").iterdir()
    with zipfile.ZipFile(wheel) as made:
        names = set(made.namelist())
    assert {"tracker_sync/daemon/loop.py", "tracker_sync/rules/tags/customer.toml"} <= names
