"""Prints how good proposals are on the demo and a recorded tracker: `python -m tests.bench_suggest`."""

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import click

sys.path.insert(0, str(Path(__file__).parent))
from recorded import RECORDED, duraspace

from tracker_sync.demo.tracker_server import serving

CONFIG = """\
[[sources]]
name = "dura"
kind = "jira"
url = "{url}"
allow_http = true
fields = {{ intent = "Roadmap Theme" }}
"""


def run(folder: Path, *args: str) -> None:
    """One command, timed; what it prints is ours."""
    click.echo(f"\n$ tracker-sync {' '.join(args)}")
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "tracker_sync", *args], cwd=folder, check=True)
    click.echo(f"({time.perf_counter() - begun:.1f} s)")


def main() -> None:
    """The demo in each dimension, then the recorded roadmap themes; only sums are printed of those."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(
            [sys.executable, "-m", "tracker_sync", "demo", "--dir", "."],
            cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        for dimension in ("intent", "customer", "origin"):
            run(folder, "suggest", "--dimension", dimension, "--evaluate")
        run(folder, "suggest")
    if not RECORDED.is_dir():
        click.echo(f"\nthe recorded trackers are not at {RECORDED}")
        return
    with TemporaryDirectory() as name, serving(duraspace()) as [url]:
        folder = Path(name)
        (folder / "tracker-sync.toml").write_text(CONFIG.format(url=url))
        run(folder, "sync")
        run(folder, "suggest", "--evaluate")


if __name__ == "__main__":
    main()
