"""`init` tries the credentials, says what it found and what it guesses, and overwrites nothing."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import ROOT, Desk
from simulator.faults import Always, OnPath, refusal
from simulator.github import GitHubCompany, GitHubFace
from simulator.jira import CloudFace, JiraCompany
from simulator.server import Running, running

from tracker_sync.config import Config, FieldNames, GithubConfig, JiraConfig, load

CANARY = "canary-0c4a9f3d77"
USER = "ada@acme.test"
FILES = {
    "tracker-sync.toml", "strategy.toml", "customers.csv", "people.toml", "problems.csv", "adoption.csv",
    "pmf.csv",
}  # fmt: skip


@pytest.fixture
def site() -> Iterator[Running]:
    """A Jira Cloud with an issue in each of two projects, one of which is called as a word of JQL."""
    company = JiraCompany(datetime.now(UTC))
    for project in ("PAY", "INT"):
        company.create(project, "Story", f"Export of {project}", intent="Growth", customers=["Girder"])
    with running(CloudFace(company, token=CANARY, user=USER)) as server:
        yield server


@pytest.fixture
def hub() -> Iterator[Running]:
    """A GitHub with two repositories, a project, and labels."""
    company = GitHubCompany(now=datetime.now(UTC))
    labels = ["intent/growth", "customer/girder", "status: in progress", "bug"]
    issue = company.create("acme/web", "Export as PDF", labels=labels)
    company.set_type(issue, "Epic")
    company.project_set(issue, "Roadmap", "Customer", "Girder")
    company.set_field(issue, "Theme", "Growth")
    company.create("acme/api", "A limit for each key")
    with running(GitHubFace(company, token=CANARY)) as server:
        yield server


@pytest.fixture
def told(desk: Desk) -> Desk:
    """A folder whose environment has the right credentials."""
    for name, value in {"JIRA_USER": USER, "JIRA_TOKEN": CANARY, "GITHUB_TOKEN": CANARY}.items():
        desk.monkeypatch.setenv(name, value)
    return desk


def at(site: Running) -> tuple[str, ...]:
    return "init", "--jira", site.url, "--allow-http"


def of(hub: Running, *repos: str) -> tuple[str, ...]:
    named = [part for repo in repos for part in ("--github", repo)]
    return "init", "--github-url", hub.url, "--allow-http", *named


def written(desk: Desk) -> Config:
    return load(desk.folder / "tracker-sync.toml")


def files(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


# --- Jira


def test_a_jira_is_looked_at_and_its_fields_are_guessed(told: Desk, site: Running) -> None:
    done = told.run(*at(site), "--project", "pay", "--project", "INT")
    assert (done.code, done.out) == (0, "")
    assert files(told.folder) == FILES
    [source] = written(told).sources
    assert isinstance(source, JiraConfig)
    assert source.jql == 'project in ("PAY", "INT")'
    assert source.fields == FieldNames(intent="Intent", customer="Customers", points="Story Points")
    said = " ".join(done.err.split())
    for words in (
        "is a Jira Cloud, and takes the credentials; they are Ada's",
        "projects that it shows: INT (Integrations), PAY (Payments), WEB (Web shop)",
        "about 2 issues",
        "intent: 'Intent' (guessed by its name and type: one choice)",
        "origin: no field looks like it",
        "Next: tracker-sync sync tracker-sync report Then",
    ):
        assert words in said
    told.sync()
    assert {row["intent"] for row in told.listed()} == {"growth"}


def test_a_token_that_may_not_list_projects_will_do(told: Desk, site: Running) -> None:
    site.faults = OnPath(site, "/project/search", refusal("scope", 403, "scope does not match"))
    done = told.run(*at(site), "--project", "PAY")
    assert (done.code, "it lists no project for this account" in done.err) == (0, True)


def test_fields_that_are_named_are_not_guessed(told: Desk, site: Running) -> None:
    done = told.run(*at(site), "--field", "intent=Sales note", "--field", "customer=")
    assert done.code == 0
    assert written(told).fields["jira"] == FieldNames(intent="Sales note", points="Story Points")
    assert "customer: no field, as you said" in done.err


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--field", "intent=Theme"), "has no field called 'Theme'"),
        (("--field", "size=Theme"), "with a role of: intent, customer, origin, points, paid"),
        (("--project", "PAY) OR (1"), "is not the key of a project"),
        (("--project", "PAY", "--jql", "project = PAY"), "use one of them"),
        (("--jql", "project in ("), "project in ("),
        (("--jql", "project = PAY ORDER BY key"), "leave out ORDER BY"),
    ],
)
def test_what_cannot_be_right_is_2_and_writes_nothing(
    told: Desk, site: Running, args: tuple[str, ...], words: str
) -> None:
    done = told.run(*at(site), *args)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert files(told.folder) == set()


def test_a_refused_token_is_3_and_writes_nothing_unless_told_to(told: Desk, site: Running) -> None:
    told.monkeypatch.setenv("JIRA_TOKEN", "canary-expired")
    done = told.run(*at(site))
    assert (done.code, done.out, files(told.folder)) == (3, "", set())
    assert "make a personal access token" in done.err.lower()
    assert done.err.endswith("Nothing was written; --offline writes the files unchecked\n")
    site.reset()
    done = told.run(*at(site), "--offline")
    assert (done.code, site.hits) == (0, [])
    said = " ".join(done.err.split())
    assert "was not asked whether it takes the credentials" in said
    assert "since --offline says so" in said
    assert "# Not checked: --offline says so." in (told.folder / "tracker-sync.toml").read_text()


def test_a_jira_that_is_away_is_4_and_writes_nothing(told: Desk, site: Running, naps: list[float]) -> None:
    site.faults = Always(refusal("away", 503, "no"))
    done = told.run(*at(site))
    assert (done.code, files(told.folder)) == (4, set())


def test_without_a_token_nothing_is_asked_and_that_is_said(desk: Desk, site: Running) -> None:
    done = desk.run(*at(site), "--project", "PAY", "--dir", "a folder")
    assert (done.code, site.hits) == (0, [])
    said = " ".join(done.err.split())
    assert "since JIRA_TOKEN is not set" in said
    assert "Next: cd 'a folder' export JIRA_USER=YOUR-EMAIL # Jira Cloud only read -rs JIRA_TOKEN &&" in said
    assert "tracker-sync doctor tracker-sync sync tracker-sync report" in said


@pytest.mark.parametrize("args", [("--project", "PAY"), ("--jql", "project = PAY"), ()])
def test_a_tracker_has_to_be_named_where_nobody_can_be_asked(told: Desk, args: tuple[str, ...]) -> None:
    done = told.run("init", *args)
    assert (done.code, "--jira URL" in done.err, files(told.folder)) == (2, True, set())


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://jira.example.test", "--allow-http allows it"),
        ("https://ada:hunter2@jira.example.test", "leave user and password out of it"),
        ("https://169.254.169.254/", "link-local"),
        ("file:///etc/passwd", "is not an https:// address"),
    ],
)
def test_an_unsafe_address_is_2_before_anybody_is_asked(told: Desk, url: str, words: str) -> None:
    done = told.run("init", "--jira", url)
    assert (done.code, files(told.folder)) == (2, set())
    assert words in done.err
    assert "hunter2" not in done.err


@pytest.mark.parametrize(
    "address",
    ["acme.atlassian.net", "https://acme.atlassian.net/", "https://acme.atlassian.net/jira/software/projects/PAY/boards/1"],
)  # fmt: skip
def test_the_address_of_a_page_of_cloud_is_that_of_its_site(desk: Desk, address: str) -> None:
    assert desk.run("init", "--jira", address).code == 0
    assert written(desk).sources[0].url == "https://acme.atlassian.net"


def test_no_option_takes_a_secret(desk: Desk) -> None:
    page = desk.run("init", "--help").out
    options = [line.split()[0] for line in page.splitlines() if line.lstrip().startswith("--")]
    assert len(options) > 9
    assert [o for o in options if any(w in o for w in ("token", "user", "password", "secret"))] == []


# --- GitHub


def test_a_github_is_looked_at_and_its_labels_and_fields_are_told(told: Desk, hub: Running) -> None:
    done = told.run(*of(hub, "acme/web", "acme/api"))
    assert done.code == 0
    [source] = written(told).sources
    assert isinstance(source, GithubConfig)
    assert (source.repos, source.started_labels) == (["acme/web", "acme/api"], ["status: in progress"])
    assert source.fields == FieldNames(intent="Theme", customer="Customer")
    for words in (
        "takes the token; it is sync-bot's",
        "types of issues: Epic",
        "labels that name the intent: intent/growth\n",
        "labels that name the customer: customer/girder\n",
        "labels taken for work in progress: status: in progress\n",
        "customer: 'Customer' (guessed by its name and type: one choice)",
    ):
        assert words in done.err
    told.sync()
    assert {row["intent"] for row in told.listed()} == {"growth", None}


def test_a_repository_that_is_not_to_be_seen_is_3(told: Desk, hub: Running) -> None:
    done = told.run(*of(hub, "acme/web", "acme/gone"))
    assert (done.code, files(told.folder)) == (3, set())
    assert "acme/gone: missing or not allowed (404). Correct its name" in done.err


def test_an_owner_that_is_not_to_be_seen_is_3(told: Desk, hub: Running) -> None:
    assert (told.run(*of(hub, "nobody/*")).code, files(told.folder)) == (3, set())


def test_all_repositories_of_an_owner_can_be_named(told: Desk, hub: Running) -> None:
    done = told.run(*of(hub, "acme/*"))
    assert (done.code, "labels that name the intent: intent/growth\n" in done.err) == (0, True)
    told.sync()
    assert len(told.listed()) == 2


# --- The files


def test_what_is_there_is_left_alone_and_said(told: Desk, site: Running) -> None:
    told.write("people.toml", "# ours\n")
    elsewhere = told.folder / "elsewhere.csv"
    (told.folder / "pmf.csv").symlink_to(elsewhere)
    done = told.run(*at(site))
    assert done.code == 2
    assert "cannot write pmf.csv: File exists" in done.err
    assert not elsewhere.exists()
    (told.folder / "pmf.csv").unlink()
    (told.folder / "tracker-sync.toml").unlink()
    done = told.run(*at(site))
    assert done.code == 0
    assert "people.toml is there already, and was left alone" in done.err
    assert (told.folder / "people.toml").read_text() == "# ours\n"


def test_a_name_that_a_stranger_gave_a_field_is_written_so_that_it_is_read_back(
    told: Desk, site: Running
) -> None:
    odd = 'Strategic intent"\nfields = { intent = "x\x1b[31m\u202e\x7f'
    site.face.company.fields["note"].name = odd  # type: ignore[attr-defined]
    done = told.run(*at(site), "--field", f"intent={odd}", "--jql", 'labels != "it\'s" AND project = PAY')
    assert done.code == 0, done.err
    assert written(told).fields["jira"].intent == odd
    source = written(told).sources[0]
    assert isinstance(source, JiraConfig)
    assert source.jql == 'labels != "it\'s" AND project = PAY'
    assert "\x1b" not in done.err
    assert "\u202e" not in done.err


def test_no_secret_is_left_in_what_is_written_or_said(told: Desk, site: Running, hub: Running) -> None:
    done = told.run(*at(site), *of(hub, "acme/web")[1:])
    assert done.code == 0
    assert len(written(told).sources) == 2
    left = b"".join(p.read_bytes() for p in told.folder.iterdir()) + done.said.encode()
    assert CANARY.encode() not in left
    assert USER.encode() not in left


# --- Questions on a terminal


class Terminal:
    """A person in front of `init`: waits for what it says, and types."""

    def __init__(self, folder: Path) -> None:
        leader, follower = pty.openpty()
        self._fd, self.said, self._since = leader, "", 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tracker_sync", "init"],
            cwd=folder, stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "TERM": "dumb"},
        )  # fmt: skip
        os.close(follower)

    def sees(self, words: str) -> "Terminal":
        """Read until the words were said, in what came since the last answer."""
        end = time.monotonic() + 20
        while words not in self.said[self._since :]:
            assert time.monotonic() < end, f"{words!r} was not said in {self.said!r}"
            self._more()
        return self

    def types(self, text: str) -> "Terminal":
        self._since = len(self.said)
        os.write(self._fd, f"{text}\n".encode())
        return self

    def ends(self) -> int:
        with suppress(OSError):  # Linux says so when the other end is closed
            while self._more():
                pass
        os.close(self._fd)
        return self._process.wait(20)

    def _more(self) -> str:
        ready, _, _ = select.select([self._fd], [], [], 5)
        text = os.read(self._fd, 65536).decode(errors="replace").replace("\r\n", "\n") if ready else ""
        self.said += text
        return text


def test_a_newcomer_is_asked_until_all_is_right(desk: Desk, site: Running, hub: Running) -> None:
    """A wrong address, a wrong token, a wrong project and a wrong repository, each said and asked again."""
    here = Terminal(desk.folder)
    here.sees("Where do you track work").types("both")
    here.sees("Address of your Jira").types("ftp://jira").sees("is not an https:// address")
    here.types(site.url).sees("Use it all the same?").types("y")
    here.sees("Your e-mail address").types(USER).sees("Token (not shown").types("wrong")
    here.sees("Try again?").types("").sees(f"[{USER}]").types("").sees("Token (not shown").types(CANARY)
    here.sees("Which of them?").types("PAY, GONE").sees("it shows no project GONE").types("pay int")
    here.sees("Are these the right fields?").types("n")
    here.sees("Field for intent").types("sales NOTE").sees("Field for customer").types("")
    here.sees("Field for origin").types("nothing").sees("there is no such field").types("-")
    here.sees("Field for points").types("").sees("Field for paid").types("")
    here.sees("GitHub's API").types(hub.url).sees("Use it all the same?").types("y")
    here.sees("Token (not shown").types(CANARY)
    here.sees("Which of them?").types("acme/gone").sees("missing or not allowed")
    here.types("https://github.com/acme/web acme/api").sees("Next:")
    assert here.ends() == 0
    assert CANARY not in here.said
    assert f"export JIRA_USER={USER}\n  read -rs JIRA_TOKEN && export JIRA_TOKEN" in here.said
    jira, github = written(desk).sources
    assert isinstance(jira, JiraConfig)
    assert isinstance(github, GithubConfig)
    assert jira.jql == 'project in ("PAY", "INT")'
    assert jira.fields == FieldNames(intent="Sales note", customer="Customers", points="Story Points")
    assert github.repos == ["acme/web", "acme/api"]
    assert CANARY.encode() not in b"".join(p.read_bytes() for p in desk.folder.iterdir())


@pytest.mark.parametrize(
    ("wrong", "said"), [("/secure/Dashboard.jspa", "without the path"), (None, "reached")]
)
def test_an_address_where_no_tracker_answers_is_asked_for_again(
    desk: Desk, site: Running, wrong: str | None, said: str
) -> None:
    """The address of a page, as a browser shows it, and one with a typo; the credentials stay."""
    here = Terminal(desk.folder)
    here.sees("Where do you track work").types("jira")
    here.sees("Address").types(f"{site.url}{wrong}" if wrong else "http://127.0.0.1:9")
    here.sees("Use it all the same?").types("y")
    here.sees("Your e-mail address").types(USER).sees("Token (not shown").types(CANARY)
    here.sees(said).sees("Try again?").types("").sees("Address").types(site.url)
    here.sees("Use it all the same?").types("y")
    here.sees("Which of them?").types("PAY").sees("Are these the right fields?").types("").sees("Next:")
    assert here.ends() == 0
    [source] = written(desk).sources
    assert source.url == site.url


def test_a_token_that_is_typed_for_the_address_is_asked_for_again_and_not_said(desk: Desk) -> None:
    here = Terminal(desk.folder)
    here.sees("Where do you track work").types("jira").sees("Address").types("acme.atlassian.net")
    here.sees("Your e-mail").types(CANARY).sees("no e-mail address")
    here.sees("Your e-mail").types(USER).sees("Token").types("").sees("Keys of the projects").types("pay")
    assert here.ends() == 0
    assert f"JIRA_USER={USER}" in here.said
    assert here.said.count(CANARY) == 1  # as it was typed


def test_credentials_can_wait_and_that_is_said(desk: Desk) -> None:
    here = Terminal(desk.folder)
    here.sees("Where do you track work").types("jira").sees("Address").types(
        "acme.atlassian.net/jira/your-work"
    )
    here.sees("Your e-mail").types("").sees("Token").types("").sees("Keys of the projects").types("pay")
    here.sees("since you left it").sees("tracker-sync doctor")
    assert here.ends() == 0
    [source] = written(desk).sources
    assert source == JiraConfig(name="jira", url="https://acme.atlassian.net", jql='project = "PAY"')


def test_whoever_leaves_leaves_everything_as_it_was(desk: Desk) -> None:
    here = Terminal(desk.folder)
    here.sees("Where do you track work").types("\x04")
    assert (here.ends(), files(desk.folder)) == (130, set())
