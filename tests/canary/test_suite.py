"""A secret that any test leaves anywhere fails the whole run, and the message says where."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from canary.birds import PREFIX, Cat, canary, forms, halves, has_any
from canary.suite import has_none, kept
from conftest import ROOT

LEAKS = {
    "a file": "(tmp_path / 'x.db').write_bytes(b'\\0' + TOKEN.encode())",
    "the name of a file": "(tmp_path / TOKEN).touch()",
    "base64": "(tmp_path / 'x').write_bytes(base64.b64encode(b'ada:' + TOKEN.encode()))",
    "stdout": "print(TOKEN)",
    "a process": "subprocess.run([sys.executable, '-c', 'print(input())'], input=TOKEN, text=True)",
    "a log": "logging.getLogger('x').warning(TOKEN)",
    "a failing test": "print(TOKEN); assert False",
}
HARMLESS = {
    "nothing": "(tmp_path / 'x.db').write_bytes(b'rather')",
    "a file of the test's own": "kept(tmp_path / 'token').write_text(TOKEN)",
}
SECRETS = "TOKEN|CANARY|SECRET|PASSWORD|KEY"
TEST = """\
import base64, logging, subprocess, sys
from canary.suite import kept
TOKEN = "canary-" + "5f0c"  # built, so that the source which a failing test shows does not hold it
def test_it(tmp_path):
    {}
"""
CONFTEST = """\
from canary.suite import \\
    pytest_runtest_logreport, pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown
"""


def run(folder: Path, does: str, *args: str) -> tuple[int, str]:
    """A session of one test with this suite's net."""
    kept(folder)
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text(TEST.format(does))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={folder}/base",
         f"--rootdir={folder}", "-o", f"pythonpath={ROOT}/tests", "test_it.py", *args],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.replace(PREFIX, "")


@pytest.mark.parametrize("leak", [
    name if name in ("a file", "stdout") else pytest.param(name, marks=pytest.mark.slow) for name in LEAKS
])  # fmt: skip
def test_what_a_test_leaks_fails_the_session(tmp_path: Path, leak: str) -> None:
    code, said = run(tmp_path, LEAKS[leak], "-p", "no:xdist")
    assert code == 1, said
    assert "Secrets that were left behind" in said
    where = {"a file": "/test_it0/x.db holds", "stdout": "test_it.py::test_it: Captured stdout call holds"}
    assert where.get(leak, "holds a secret") in said


@pytest.mark.slow
@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_leak_does_not(tmp_path: Path, name: str) -> None:
    code, said = run(tmp_path, HARMLESS[name], "-p", "no:xdist")
    assert (code, "left behind" in said) == (0, False), said


def test_processes_of_xdist_tell_what_they_found(tmp_path: Path) -> None:
    code, said = run(tmp_path, LEAKS["a file"], "-p", "xdist", "-n", "1")
    assert (code, "/test_it0/x.db holds a secret" in said) == (1, True), said


@pytest.mark.slow
def test_nor_do_they_tell_of_what_is_none(tmp_path: Path) -> None:
    code, said = run(tmp_path, HARMLESS["a file of the test's own"], "-p", "xdist", "-n", "1")
    assert (code, "left behind" in said) == (0, False), said


# --- The birds


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "somebody:"])
def test_a_canary_is_seen_in_base64_wherever_it_begins(before: str) -> None:
    from base64 import b64encode, urlsafe_b64encode

    token = canary("x", "?>+/")
    for encode in (b64encode, urlsafe_b64encode):
        assert Cat({"x": token}).seen(encode(f"{before}{token}!".encode())) == {"x"}
        assert has_any(encode(f"{before}{token}".encode()))


def test_half_of_a_canary_is_one_and_another_is_not() -> None:
    one, other = canary("one"), canary("other")
    cat = Cat({"one": one})
    for half in halves(one):
        assert all(cat.seen(b"\xff" + form) == {"one"} for form in forms(half))
    assert cat.seen(other) == cat.seen(PREFIX) == set()
    assert (has_none("a can"), has_none(other)) == (True, False)


def test_every_secret_of_the_tests_can_be_recognised() -> None:
    """A constant that is called like one begins as all do."""
    for path in (ROOT / "tests").rglob("*.py"):
        if path.name.startswith("bench") or "simulator" in path.parts:
            continue
        if not re.search(rf"^({SECRETS}) = ", path.read_text(encoding="utf-8"), re.M):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                names = {t.id for t in node.targets if isinstance(t, ast.Name)}
                if any(re.fullmatch(SECRETS, n) for n in names):
                    value = node.value.value
                    text = value.decode() if isinstance(value, bytes) else str(value)
                    assert text.startswith(PREFIX), f"{path}:{node.lineno}"
