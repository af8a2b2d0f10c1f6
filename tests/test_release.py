"""A release: the files in the wheel and the sdist, the same bytes each time, and a wheel that works alone."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NAME = f"tracker_sync-{PROJECT['version']}"


def built(source: Path, target: Path, umask: int, *kinds: str) -> Path:
    kinds = tuple(arg for kind in kinds for arg in ("-t", kind))
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target), *kinds]
    subprocess.run(command, cwd=source, check=True, capture_output=True, umask=umask)
    return target


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `DIST` names, as the release workflow does; otherwise built now."""
    if "DIST" in os.environ:
        return ROOT / os.environ["DIST"]
    return built(ROOT, tmp_path_factory.mktemp("dist"), 0o022, "wheel", "sdist")


def sources(*of: str) -> set[str]:
    """The files that are under version control, or would be at the next commit."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *of],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    return {path for path in listed if path and (ROOT / path).exists()}


def test_the_wheel_holds_the_package_with_its_rules_and_the_licence_and_nothing_else(dist: Path) -> None:
    names = zipfile.ZipFile(dist / f"{NAME}-py3-none-any.whl").namelist()
    about = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    package = sources("tracker_sync") | {f"tracker_sync/{rule}" for rule in sources("rules")}
    assert set(names) == package | {f"{NAME}.dist-info/{name}" for name in about}
    assert {"tracker_sync/py.typed", "tracker_sync/rules/tags/origin.toml"} <= set(names)
    assert any(name.startswith("tracker_sync/demo/") for name in names)


def test_the_sdist_holds_the_source_of_the_wheel_and_its_pages_but_no_tests(dist: Path) -> None:
    with tarfile.open(dist / f"{NAME}.tar.gz") as archive:
        names = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}
    assert names == {"PKG-INFO"} | sources(
        ".gitignore", "CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "config.example.toml",
        "docs", "pyproject.toml", "rules", "tracker_sync",
    )  # fmt: skip
    assert not any("recorded" in name or name.startswith(("tests", "demo")) for name in names)


def test_the_same_source_gives_the_same_bytes(dist: Path, tmp_path: Path) -> None:
    again = built(ROOT, tmp_path / "again", 0o077, "wheel", "sdist")
    with tarfile.open(dist / f"{NAME}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    from_sdist = built(tmp_path / NAME, tmp_path / "from-sdist", 0o022, "wheel")
    wheel, sdist = f"{NAME}-py3-none-any.whl", f"{NAME}.tar.gz"
    assert (again / sdist).read_bytes() == (dist / sdist).read_bytes()
    assert (again / wheel).read_bytes() == (dist / wheel).read_bytes()
    assert (from_sdist / wheel).read_bytes() == (dist / wheel).read_bytes()


@pytest.mark.slow
def test_the_wheel_alone_brings_all_that_the_demo_needs(dist: Path, tmp_path: Path) -> None:
    """Installed as `uv tool install` and pipx do, by the lock: what only the tests need is not there."""
    environ = {**os.environ, "UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    subprocess.run(
        [sys.executable, "-m", "uv", "tool", "install", "--quiet", "--python", sys.executable,
         "--constraints", "requirements.lock", str(dist / f"{NAME}-py3-none-any.whl")],
        cwd=ROOT, env=environ, check=True,
    )  # fmt: skip

    def run(*args: str, folder: Path = tmp_path) -> str:
        command = [str(tmp_path / "bin" / "tracker-sync"), *args]
        alone = {"PATH": os.defpath, "HOME": str(tmp_path)}
        done = subprocess.run(command, cwd=folder, env=alone, check=True, capture_output=True, text=True)
        return done.stdout + done.stderr

    assert run("--version") == f"tracker-sync, version {PROJECT['version']}\n"
    assert "Are we building our strategy?" in run("demo", "--dir", "made-up")
    assert "girder" in run("items", folder=tmp_path / "made-up")
    assert re.search(r"[1-9]\d* tests, 0 failed", run("rules", "test"))
