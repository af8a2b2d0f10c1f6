"""The floors of the house: an import points to a lower floor, or stays inside its own package."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "tracker_sync"
FLOORS = {
    "errors": 0, "plain": 0, "blots": 0, "value": 0, "outfile": 1, "bugs": 1,
    "tomlfile": 1, "csvfile": 1, "events": 1, "config": 2,
    "state": 2, "log": 3, "sources": 4, "items": 4,
    "strategy": 3, "strategy_check": 4, "strategies": 5, "days": 5, "mentions": 5, "customers": 6,
    "patterns": 6, "problems": 6, "adoption": 6, "pmf": 6,
    "people": 5, "work": 6, "tagging": 7, "sync": 7, "passes": 8, "status": 9,
    "strategy_parts": 5, "strategy_diff": 6, "strategy_lint": 7,
    "dismissals": 5, "inputs": 8, "alignment": 8, "states": 9, "reports": 10, "spark": 10, "demo": 11,
    "suggest": 11, "render": 12, "overrides": 13, "credentials": 3, "ping": 5, "ending": 5,
    "metrics": 10, "notices": 11, "runs": 13, "doctor": 13, "annotate": 13, "daemon": 14, "cli": 15,
    "action": 16,
}  # fmt: skip
"""Within architecture.md's floors, finer: two modules of one floor do not know each other."""
ONE_PLACE = {
    "jira": "sources", "github": "sources", "sqlite_utils": "log", "pyarrow": "log", "psycopg": "log",
    "pyspark": "spark", "rich": "render", "ahocorasick_rs": "mentions", "sklearn": "suggest",
    "threadpoolctl": "suggest", "jinja2": "render", "markupsafe": "render", "vl_convert": "render",
    "scipy": "tests", "prometheus_client": "metrics",
}  # fmt: skip


def modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem[0] != "_")


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found += [f"{node.module}.{a.name}" for a in node.names]
    return found


def upward(source: str, own: str) -> list[str]:
    """Imports of `source`, a module of the part `own`, that do not point down."""
    bad = []
    for name in imports(ast.parse(source)):
        steps = name.split(".")
        if steps[0] != "tracker_sync" or len(steps) < 2 or steps[1].startswith("_"):
            continue
        if steps[1] != own and FLOORS[steps[1]] >= FLOORS[own]:
            bad.append(name)
    return bad


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    assert part(path) in FLOORS, "every module stands on a floor"
    assert upward(path.read_text(), part(path)) == []


def test_an_import_that_points_up_is_found() -> None:
    assert upward("from tracker_sync.cli import main", "reports") == ["tracker_sync.cli.main"]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_heavy_libraries_are_imported_in_one_place(path: Path) -> None:
    heavy = {n.split(".")[0] for n in imports(ast.parse(path.read_text()))} & ONE_PLACE.keys()
    assert {ONE_PLACE[h] for h in heavy} <= {part(path)}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    said = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert said.split("\n")[0].endswith((".", ";", ":")), "one sentence, on the first line"


@pytest.mark.parametrize("path", sorted((PACKAGE / "patterns/statistics").glob("*.py")), ids=lambda p: p.stem)
def test_statistics_know_nothing_but_numbers(path: Path) -> None:
    ours = [n for n in imports(ast.parse(path.read_text())) if n.startswith("tracker_sync.")]
    assert [n for n in ours if not n.startswith("tracker_sync.patterns.statistics.")] == []


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parent / "oracle").glob("*.py")), ids=lambda p: p.stem
)
def test_the_oracle_shares_no_code_with_the_package(path: Path) -> None:
    known = {"tests", *sys.stdlib_module_names}
    strange = [n for n in imports(ast.parse(path.read_text())) if n.split(".")[0] not in known]
    assert strange == []
