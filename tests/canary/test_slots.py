"""Every variable that the package reads is known here, so that none with a secret goes without a canary."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from canary.world import CANARIES, VARIABLES
from conftest import ROOT

from tracker_sync.bugs import secrets
from tracker_sync.config import Config, secret, url_problem
from tracker_sync.credentials import ping_address
from tracker_sync.errors import ConfigError

SECRET = {
    "<>_TOKEN": {"TRACKER_SYNC_ACME_TOKEN", "TRACKER_SYNC_WEB_TOKEN", "JIRA_TOKEN", "GITHUB_TOKEN"},
    "GITHUB_TOKEN": {"GITHUB_TOKEN"},
    "<>_WEBHOOK_SECRET": {"TRACKER_SYNC_ACME_WEBHOOK_SECRET", "TRACKER_SYNC_WEB_WEBHOOK_SECRET"},
    "TRACKER_SYNC_CHECKPOINT_KEY": {"TRACKER_SYNC_CHECKPOINT_KEY"},
    "TRACKER_SYNC_PING_URL": {"TRACKER_SYNC_PING_URL"},
    "PGPASSWORD": {"PGPASSWORD"},
}
"""What is read of the environment and is a secret → the variables in which the matrix puts a canary."""
FILES = {"<>_FILE"}
"""Name a file with a secret in it."""
OPEN = {
    "<>_USER", "TRACKER_SYNC_CONFIG", "INPUT_<>", "GITHUB_EVENT_PATH", "GITHUB_EVENT_NAME",
    "GITHUB_REPOSITORY",
    "GITHUB_API_URL", "GITHUB_WORKSPACE", "RUNNER_TEMP", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "NO_COLOR",
    "FORCE_COLOR", "TERM", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "PGCONNECT_TIMEOUT",
}  # fmt: skip
"""No secrets."""
ANY = {
    "config.secret(variable)": "its callers name it",
    "config.given_by(name)": "whether one of those above is set",
    "action.hand_out_token(variable)": "config.token_variable",
    "doctor/credentials.credentials(name)": "given_by: the name of a file",
    "doctor/examination._machine(name)": "whether a proxy is set",
}
"""Read by a name that is made elsewhere."""
OF_LIBRARIES = {"proxy", "netrc", "pgpass"}
"""Read by requests and libpq, not by us."""
PLANTED = {"file", "bystander"}
"""Put where no secret belongs."""
_ENVIRONMENT = r"(^|[._])environ(ment)?$"


def text_of(node: ast.expr, known: dict[str, ast.expr]) -> str | None:
    """A name of a variable, with <> for each part that is filled in; None where it is made elsewhere."""
    match node:
        case ast.Constant(str(text)):
            return text
        case ast.JoinedStr(parts):
            return "".join(p.value if isinstance(p, ast.Constant) else "<>" for p in parts)
        case ast.Name(name) if name in known:
            return text_of(known.pop(name), known)
    return None


def asked(function: ast.AST) -> Iterator[ast.expr]:
    """What the environment is asked for."""
    for node in ast.walk(function):
        match node:
            case ast.Call(ast.Attribute(whole, "get" | "pop" | "setdefault"), [name, *_]) if re.search(
                _ENVIRONMENT, ast.unparse(whole)
            ):
                yield name
            case ast.Call(ast.Name("secret" | "_file_of"), [name, *_]):
                yield name
            case ast.Call(ast.Attribute(_, "getenv"), [name, *_]):
                yield name
            case ast.Subscript(whole, name) if re.search(_ENVIRONMENT, ast.unparse(whole)):
                yield name
            case ast.Compare(name, [ast.In()], [whole]) if re.search(_ENVIRONMENT, ast.unparse(whole)):
                yield name


def assigned(tree: ast.AST) -> dict[str, ast.expr]:
    """Names that stand for a text."""
    return {
        t.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant | ast.JoinedStr)
        for t in node.targets
        if isinstance(t, ast.Name)
    }


def read_by(source: str, module: str) -> Iterator[str]:
    """The variables that a module reads."""
    tree = ast.parse(source)
    outside = assigned(ast.Module([n for n in tree.body if isinstance(n, ast.Assign)], []))
    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
        for name in asked(function):
            found = text_of(name, outside | assigned(function))
            yield found or f"{module}.{function.name}({ast.unparse(name)})"


def package() -> set[str]:
    folder = ROOT / "tracker_sync"
    return {
        re.sub(r"^\w*<>(\w*)$", r"<>\1", name) if not name.startswith("INPUT_") else "INPUT_<>"
        for path in folder.rglob("*.py")
        if re.search(r"environ|getenv|secret\(", path.read_text(encoding="utf-8"))
        for name in read_by(path.read_text(encoding="utf-8"), str(path.relative_to(folder).with_suffix("")))
    }


def test_no_variable_is_read_that_is_not_known_here() -> None:
    assert package() == {*SECRET, *FILES, *OPEN, *ANY}, "does a new one hold a secret? Put a canary into it"


def test_every_secret_has_a_canary() -> None:
    filled = {*VARIABLES, "TRACKER_SYNC_PING_URL"}
    assert set().union(*SECRET.values()) <= filled
    assert {*CANARIES} == {*VARIABLES.values(), "ping"} | OF_LIBRARIES | PLANTED
    assert len({*CANARIES.values()}) == len(CANARIES)


def test_a_new_variable_is_noticed_however_it_is_read() -> None:
    source = """
NAME = "A_TOKEN"
def f(environment, key):
    secret(NAME, environment)
    os.getenv("B_TOKEN")
    os.environ["C_TOKEN"]
    self._environ.get(f"{x}_TOKEN")
    "D_TOKEN" in os.environ
    mine = "E_TOKEN"
    environment.pop(mine, "")
    environment[key]
"""
    found = {*read_by(source, "m")}
    assert found == {"A_TOKEN", "B_TOKEN", "C_TOKEN", "<>_TOKEN", "D_TOKEN", "E_TOKEN", "m.f(key)"}


def test_every_secret_that_a_page_names_is_known_here() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "docs").rglob("*.yml"), *ROOT.glob("*.md")]
    pages += [ROOT / "config.example.toml", ROOT / "action.yml"]
    pages += [p for p in (ROOT / "contrib").rglob("*") if p.is_file()]
    named = set[str]()
    for page in pages:
        text = page.read_text(encoding="utf-8")
        named |= {*re.findall(r"\b[A-Z][A-Z0-9_<>]*_(?:TOKEN|SECRET|KEY|PASS(?:WORD)?|PING_URL)\b", text)}
        named |= {*re.findall(r"\bPGPASS(?:WORD|FILE)\b", text)}
    assert len(named) > 5
    known = set().union(*SECRET.values())
    made = {
        re.sub(r"^TRACKER_SYNC_(<\w+>|[A-Z0-9]+)_(TOKEN|WEBHOOK)", r"<>_\2", name) for name in named - known
    }
    assert made <= {*SECRET}


# --- What is not a secret's place, and may hold one

CANARY = CANARIES["file"]
URLS = [
    "https://ada:{}@jira.test", "https://{}@jira.test", "ada:{}@jira.test", "https:/ada:{}@jira.test",
    "https//ada:{}@jira.test", "https:ada:{}@jira.test", "//ada:{}@jira.test", "https://ada:{}@[jira.test",
    "ftp://ada:{}@jira.test", "https://ada:{}@jira.test:port", "https://jira.test:{}", "{}",
]  # fmt: skip


@pytest.mark.parametrize("url", URLS)
def test_an_address_that_is_none_is_not_repeated(tmp_path: Path, url: str) -> None:
    """Who forgets the scheme, or types the password elsewhere, still has a password in it."""
    problem = url_problem("url", url.format(CANARY), allow_http=False)
    assert problem
    assert CANARY not in problem
    with pytest.raises(ConfigError) as refused:
        ping_address(Config(tmp_path, [], *[None] * 4), {"TRACKER_SYNC_PING_URL": url.format(CANARY)})  # type: ignore[arg-type]
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("name", [CANARY, CANARY * 20], ids=["short", "long"])
def test_a_secret_in_place_of_the_name_of_its_file_is_not_repeated(name: str) -> None:
    with pytest.raises(ConfigError, match="the file that X_TOKEN_FILE names cannot be read: ") as refused:
        secret("X_TOKEN", {"X_TOKEN_FILE": name})
    assert CANARY not in str(refused.value)


def test_a_file_with_no_text_in_it_is_not_quoted(tmp_path: Path) -> None:
    path = tmp_path / "odd"
    path.write_bytes(b"\xff" + b"s3cret")
    with pytest.raises(ConfigError, match=r"odd:1: is not UTF-8 text") as refused:
        secret("X_TOKEN", {"X_TOKEN_FILE": str(path)})
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("name", sorted(set().union(*SECRET.values())))
def test_a_report_of_a_bug_shows_the_value_of_no_such_variable(name: str) -> None:
    assert secrets({name: "canary-of-a-bug"}) == ["canary-of-a-bug"]
