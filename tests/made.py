"""Files that are committed and follow from the reports: make golden, schemas and docs renew them."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.made_reference import REFERENCE, reference
from tests.played import ELSEWHERE, pages, play, trackers
from tests.typed import renewed, typed
from tracker_sync.config import load
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.render import json as json_report
from tracker_sync.render import markdown, table_csv, text
from tracker_sync.render.json_schema import schema
from tracker_sync.render.sheet import Sheet, Table
from tracker_sync.render.sheets import sheet_of
from tracker_sync.render.summary_schema import BESIDE, SUMMARIES
from tracker_sync.reports import REPORTS
from tracker_sync.reports.client import client_view
from tracker_sync.reports.opening import Asked, open_portfolio

ROOT = Path(__file__).parent.parent
GOLDEN, SCHEMAS, DOCS = ROOT / "tests/golden", ROOT / "tracker_sync/schemas", ROOT / "docs/reports.md"
LARGEST = 300_000
"""Bytes; of larger files only a digest is kept."""
MARKED = re.compile(r"<!-- columns: ([a-z-]+) -->(?:\n(?:(?!<!-- columns).)*?<!-- end -->)?", re.S)
CLIENT = "Quillstone Civil"
"""An account of the demo that a view is made for."""
Made = Mapping[str, Any]


def demo(folder: Path) -> None:
    """The demo's company, synced into a folder."""
    command = [sys.executable, "-m", "tracker_sync", "demo", "--dir", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


def nothing(folder: Path) -> None:
    """A log without anything in it."""
    (folder / "tracker-sync.toml").write_text(
        '[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\n'
    )
    SqliteLog(folder / "tracker-sync.db", write=True).close()


@contextmanager
def reports(folder: Path, client: str = "", **asked: str) -> Iterator[Made]:
    """Every report on a folder's log, by name, as long as the log is open; with the view for a client."""
    log = SqliteLog(folder / "tracker-sync.db")
    try:
        config = load(folder / "tracker-sync.toml")
        opened = open_portfolio(config, log, Asked(**asked), past=True)
        made: dict[str, Any] = {name: report(*opened) for name, report in REPORTS.items()}
        if client:
            view, _ = client_view(*open_portfolio(config, log, Asked(customer=client, **asked)))
            made["client-view"] = view
        yield made
    finally:
        log.close()


def golden(made: Made) -> dict[str, str]:
    """What tests/golden holds: every report in every format."""
    found = {}
    for name, report in made.items():
        sheet = sheet_of(report)
        found |= {
            f"{name}.txt": text.render(report), f"{name}.json": json_report.render(report),
            f"{name}.csv": table_csv.render(sheet), f"{name}.md": markdown.render(sheet),
        }  # fmt: skip
    for file in [f for f, content in found.items() if len(content.encode()) > LARGEST]:
        found[f"{file}.sha256"] = hashlib.sha256(found.pop(file).encode()).hexdigest() + "\n"
    return found


def schemas(made: Made, least: Made) -> dict[str, str]:
    """What tracker_sync/schemas holds: `made` are reports that have all that a report may have, `least` those
    on nothing."""
    found = {}
    for name, report in made.items():
        sheet, bare = sheet_of(report), sheet_of(least.get(name, report))
        told = schema(sheet, bare, SUMMARIES.get(name, {}), BESIDE.get(name, {}))
        found[f"report-{name}.json"] = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    return found


def documented(page: str, made: Made) -> str:
    """docs/reports.md with the columns of every report as they are."""
    return MARKED.sub(lambda m: _columns(m[1], sheet_of(made[m[1]])) if m[1] in made else m[0], page)


def _columns(name: str, sheet: Sheet) -> str:
    tables = "\n".join(_documented(table, table is sheet.tables[0]) for table in sheet.tables)
    return f"<!-- columns: {name} -->\n{tables}<!-- end -->"


def _documented(table: Table, is_first: bool) -> str:
    where = "`rows`, and CSV" if is_first else f"in `evidence`, and `--table {table.id}`"
    rows = [
        f"| `{c.id}` | {c.type}{f', {c.unit}' if c.unit else ''} | {c.meaning} |\n"
        for c in table.columns
        if ":" not in c.id
    ]
    head = f"{table.title} ({where}):\n\n| column | type | meaning |\n| --- | --- | --- |\n"
    return head + "".join(rows)


def write(folder: Path, files: Mapping[str, str]) -> None:
    """These files and no others."""
    folder.mkdir(exist_ok=True)
    for stale in {p.name for p in folder.iterdir()} - files.keys():
        (folder / stale).unlink()
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8", newline="")


def renew(demo: Path) -> None:
    """The output that pages show for what they tell to type."""
    with trackers() as urls:
        for page, text in pages().items():
            if page not in ELSEWHERE and any(line.shown for line in typed(page, text)):
                played = [*play(page, text, demo, urls, spawned)]
                said = {p.typed.line: p.said for p in played if p.is_as_told}
                (ROOT / page).write_text(renewed(page, text, said), encoding="utf-8")


def spawned(args: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """A command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tracker_sync", *args], cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def main(what: str) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        demo(Path(one))
        nothing(Path(other))
        if what == "golden":
            with reports(Path(one), CLIENT) as made:
                write(GOLDEN, golden(made))
            return
        with reports(Path(one), CLIENT, by="quarter") as made, reports(Path(other)) as least:
            if what == "schemas":
                write(SCHEMAS, schemas(made, least))
            else:
                DOCS.write_text(documented(DOCS.read_text(encoding="utf-8"), made), encoding="utf-8")
                write(REFERENCE, reference())
                renew(Path(one))


if __name__ == "__main__":
    main(sys.argv[1])
