"""The docs' pages, each typed to its end as a reader would, in a copy of the demo's folder."""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

import certifi

from tests.typed import OWN, Reader, Run, Typed, split, typed, uncommented
from tracker_sync.demo.company import company
from tracker_sync.demo.tracker_server import serving

ROOT = Path(__file__).parent.parent
NOT_RUN = {
    "pip install": "installs from the network",
    "pipx install": "installs from the network",
    "make test": "runs this very test",
    "datasette": "comes from an install that is not run",
    "cp -p": "copies to a place of the reader's",
    "cp ": "copies to where systemd looks",
    "install ": "writes where systemd looks",
    "openssl rand -hex 32 > /etc": "writes where systemd looks",
    "python3 -m venv /opt": "installs from the network, into a place of the machine's",
    "systemctl": "changes what this machine runs",
    "podman": "builds from the network, and changes what this machine runs",
    "tracker-sync sync && tracker-sync check --annotate": "needs a token that may write",
    "tracker-sync check PAY-12 --annotate": "writes to a tracker; tests/annotate does",
    "tracker-sync daemon": "goes on until it is told to end; tests/daemon starts it",
    "read -rs": "asks the reader for a token",
    "tracker-sync log checkpoint > /elsewhere": "writes to a place of the reader's",
    "tracker-sync demo --dir": "makes what every page is typed in",
    "tracker-sync report --format html": "draws for seconds; tests/cli/test_html.py does",
    "tracker-sync report sales-led --format html": "draws for seconds; tests/cli/test_html.py does",
    "tracker-sync suggest": "learns for seconds; tests/cli/test_suggest.py does",
}
"""How lines begin that are not run, and why. Commands and options of our own are checked there, too."""
BY_SHELL = {"umask 077; openssl rand -hex 32 > checkpoint.key"}
"""Lines for other programs that are run, in the folder: no other is, or a page could change this machine."""
ELSEWHERE = {"docs/rules.md": "tests/cli/test_rules_doc.py types it, on the log that the page speaks of"}
AS = {
    "make demo": "tracker-sync report",  # the same page, without making the demo once more
    "tracker-sync demo": "tracker-sync report",
    "tracker-sync dismiss bias/retrofit": "tracker-sync dismiss limits/sales-led-share",
}
"""What is typed for the start of a line."""
STAND_INS = {
    "acme": "girder", "acme:PAY-12": "girder:PLAN-98", "reliability": "platform",
    "REQUESTS_CA_BUNDLE=/etc/ssl/certs/acme-ca.pem": f"REQUESTS_CA_BUNDLE={certifi.where()}",
    "rules/tags/customer.toml": str(ROOT / "rules/tags/customer.toml"),
}  # fmt: skip
"""What is typed for a word that the demo has not."""
GIVEN = {"proposals.csv": "key,intent,reason\ngirder:PLAN-98,platform,agreed\n"}
"""Files that a page takes for granted."""
NOT_UNDERSTOOD = -1
"""In place of an exit code."""
SITES = re.compile(r"http://127\.0\.0\.1:\d+")


@dataclass(frozen=True)
class Played:
    """A line of a page, and what became of it."""

    typed: Typed
    code: int
    said: str

    @property
    def is_as_told(self) -> bool:
        """Whether it ended well; where it may end with findings, with or without."""
        return self.code == 0 or (self.code == 10 and "--fail-on" in self.typed.text)


@contextmanager
def trackers() -> Iterator[list[str]]:
    """The addresses of the demo's two trackers, as long as they are served."""
    made = company()
    with serving(made.jira, made.github) as urls:
        yield urls


def reason(line: str) -> str | None:
    """Why a line is not run; None: it is."""
    return next((why for start, why in NOT_RUN.items() if line.startswith(start)), None)


def pages() -> dict[str, str]:
    """The text of each page by its path."""
    named = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
    files = [*(ROOT / name for name in named), *sorted(ROOT.glob("docs/**/*.md"))]
    return {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}


def play(page: str, text: str, demo: Path, urls: list[str], run: Run) -> Iterator[Played]:
    """Type every line of a page that can be, in a copy of the demo."""
    folder = shutil.copytree(demo, Path(mkdtemp(prefix="page")) / "demo")
    config, sites = folder / "tracker-sync.toml", iter(urls)
    config.write_text(SITES.sub(lambda _: next(sites), config.read_text()))
    for name, content in GIVEN.items():
        (folder / name).write_text(content)
    now = f"{datetime.now(UTC):%FT%TZ}"
    words = STAND_INS | {"2026-11-30T09:00:00Z": now}
    reader = Reader(folder, partial(_placed, run), words, BY_SHELL)
    reader.type("tracker-sync log checkpoint > checkpoint.json")
    try:
        for line in typed(page, text):
            if reason(line.text):
                continue
            try:
                code, said = reader.type(_instead(line.text))
            except ValueError as e:
                code, said = NOT_UNDERSTOOD, str(e)
            yield Played(line, code, said)
    finally:
        shutil.rmtree(folder.parent)


def _instead(line: str) -> str:
    line = uncommented(line).strip()
    for start, other in AS.items():
        if line.startswith(start):
            return other + line.removeprefix(start)
    return line


def _placed(run: Run, args: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """A command that makes a log, or a folder's first files, has a place without any."""
    if args[0] == "init" and "--inputs" not in args:
        folder = Path(mkdtemp(dir=folder))
    if args[:2] == ["log", "import"]:
        for old in folder.glob("tracker-sync.db*"):
            old.unlink()
    return run(args, folder, environment)


def parsed(line: str) -> Iterator[list[str]]:
    """The words of our own commands in a line that is not run."""
    if line.startswith(OWN):
        yield from (words for words in split(line) if words[0] == OWN)
