"""What GitHub runs holds to its schemas and to the strictest audit, and both would say if it did not."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import ROOT

FILES = [ROOT / "action.yml", *ROOT.glob("docs/examples/*.yml"), *ROOT.glob(".github/workflows/*.yml")]


def tool(name: str) -> Path:
    found = Path(sys.executable).with_name(name)
    if not found.exists():
        pytest.skip(f"{name} is not installed")
    return found


def looked(folder: Path, name: str, *args: str) -> subprocess.CompletedProcess[str]:
    """What a tool says of the files in a folder laid out as a repository is."""
    files = [str(p) for p in folder.rglob("*.yml")]
    return subprocess.run([tool(name), *args, *files], capture_output=True, text=True, check=False)


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    for file in FILES:
        place = tmp_path / ("action.yml" if file.name == "action.yml" else f".github/workflows/{file.name}")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)
    return tmp_path


ZIZMOR = ("zizmor", "--offline", "--persona", "auditor")


def test_zizmor_finds_nothing(copies: Path) -> None:
    done = looked(copies, *ZIZMOR)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "was", "now", "audit"),
    [
        ("action.yml", "run: '\"$RUNNER", "run: 'echo ${{ inputs.label }}; \"$RUNNER", "template-injection"),
        (
            ".github/workflows/annotate.yml",
            "@3d3c42e5aac5ba805825da76410c181273ba90b1",
            "@v7",
            "unpinned-uses",
        ),
        (
            ".github/workflows/annotate.yml",
            "permissions: {}",
            "permissions: write-all",
            "excessive-permissions",
        ),
    ],
)
def test_zizmor_would_say_so(copies: Path, file: str, was: str, now: str, audit: str) -> None:
    path = copies / file
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, now))
    done = looked(copies, *ZIZMOR)
    assert (done.returncode != 0, audit in done.stdout) == (True, True), done.stdout


@pytest.mark.parametrize("kind", ["actions", "workflows"])
def test_the_schemas_hold(copies: Path, kind: str) -> None:
    action = copies / "action.yml"
    if kind == "actions":
        shutil.rmtree(copies / ".github")
    else:
        action.unlink()
    schema = ("check-jsonschema", "--builtin-schema", f"vendor.github-{kind}")
    assert looked(copies, *schema).returncode == 0
    some = next(copies.rglob("*.yml"))
    some.write_text(re.sub(r"^(runs|jobs):", "walks:", some.read_text(), flags=re.M))
    assert looked(copies, *schema).returncode != 0


def test_the_lock_of_the_action_has_a_hash_for_everything_and_the_versions_that_are_tested() -> None:
    def pins(name: str) -> set[str]:
        text = (ROOT / name).read_text()
        found = set(re.findall(r"^([\w.-]+==[\w.]+)", text, re.M))
        assert len(found) <= text.count("--hash=sha256:")
        return found

    action, everything = pins("requirements-action.lock"), pins("requirements.lock")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["action"]
    names = {re.sub("[-_.]+", "-", re.split("[^\\w.-]", each)[0]).lower() for each in wanted}
    assert names <= {pin.partition("==")[0] for pin in action}
    assert names
    assert action <= everything
