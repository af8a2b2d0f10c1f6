"""The Action: from an event and its inputs to labels and comments, on a GitHub over HTTPS."""

import io
import json
import os
import ssl
import sys
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import trustme
from annotate.places import LABEL, STRATEGY, TOKEN, Repository, writes
from conftest import Desk, Done
from simulator.github import GitHubCompany, GitHubFace, Issue
from simulator.server import Running, running

from tracker_sync import action
from tracker_sync.config import load
from tracker_sync.errors import ConfigError

CANARY = "canary-c04e7719ab"
pytestmark = pytest.mark.usefixtures("naps")


@dataclass
class Workflow(Repository):
    """A repository with a workflow that runs the Action, and a runner for it."""

    desk: Desk
    company: GitHubCompany
    face: GitHubFace
    server: Running
    outputs: dict[str, str] = field(default_factory=dict)

    def run(self, event: dict[str, Any] | None = None, code: int = 0, **given: str) -> Done:
        """One run: on a schedule, or for an event on an issue."""
        temp = self.desk.folder / "temp"
        temp.mkdir(exist_ok=True)
        output, summary = temp / "output", temp / "summary"
        output.write_text("")
        summary.write_text("")
        payload = self.desk.write("temp/event.json", json.dumps(event or {"schedule": "17 5 * * *"}))
        env = {
            "GITHUB_API_URL": self.server.url, "GITHUB_REPOSITORY": "acme/web", "GITHUB_TOKEN": TOKEN,
            "GITHUB_EVENT_NAME": "issues" if event else "schedule", "GITHUB_EVENT_PATH": str(payload),
            "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "RUNNER_TEMP": str(temp),
            "GITHUB_WORKSPACE": str(self.desk.folder),
        } | {f"INPUT_{name.upper()}": value for name, value in given.items()}  # fmt: skip
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in "ab")
        with (
            patch.dict(os.environ, env),  # the Action hands the token out there: that is taken back too
            chdir(self.desk.folder), redirect_stdout(out), redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):  # fmt: skip
            action.main()
        done = Done(int(ended.value.code or 0), *(f.buffer.getvalue().decode() for f in (out, err)))
        assert done.code == code, done.said
        self.outputs = outputs(output.read_text())
        self.summary = summary.read_text()
        return done

    def event(self, issue: Issue, what: str = "edited", label: str = "") -> dict[str, Any]:
        """The payload of an event, with some of what else there is in one."""
        shown = {"number": issue.number, "title": issue.title, "body": issue.body}
        more = {"label": {"name": label}} if label else {}
        return {"action": what, "issue": shown, "repository": {"full_name": "acme/web", "id": 1}} | more

    def written(self) -> int:
        """How many writes there were since this was last asked."""
        return len(writes(self.server))


def outputs(text: str) -> dict[str, str]:
    """The outputs as the runner reads them from the file."""
    found, lines = dict[str, str](), iter(text.split("\n"))
    for line in lines:
        if line:
            name, _, end = line.partition("<<")
            value = []
            while (each := next(lines)) != end:
                value.append(each)
            found[name] = "\n".join(value)
    return found


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A certificate for this machine, and the file that makes it trusted."""
    ca, folder = trustme.CA(), tmp_path_factory.mktemp("ca")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    ca.cert_pem.write_to_path(folder / "ca.pem")
    return context, folder / "ca.pem"


@pytest.fixture
def work(desk: Desk, authority: tuple[ssl.SSLContext, Path]) -> Iterator[Workflow]:
    context, pem = authority
    desk.monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
    for name in [n for n in os.environ if n.startswith(("GITHUB_", "INPUT_"))]:
        desk.monkeypatch.delenv(name)
    company = GitHubCompany()
    company.repo("acme/web")
    face = GitHubFace(company, token=TOKEN, app=True, me="github-actions[bot]")
    desk.write("strategy.toml", STRATEGY)
    with running(face, tls=context) as server:
        yield Workflow(desk, company, face, server)


def test_a_schedule_annotates_exactly_the_epics_without_an_intent(work: Workflow) -> None:
    bare, told = work.epic("Bare"), work.epic("Told", "intent/trust")
    done = work.run()
    assert (work.labels(bare), work.labels(told)) == ([LABEL], ["intent/trust"])
    assert work.written() == 1
    assert done.out.startswith(
        "::warning title=github%3Aacme/web#1::'Bare' names no strategic intent; choose one"
    )
    assert work.outputs["epics"] == "2"
    assert work.outputs["missing"] == "1"
    report = json.loads(work.outputs["report"])
    assert report["missing"] == ["github:acme/web#1"]
    assert report["written"]["made"] == [{"key": "github:acme/web#1", "what": "label"}]
    assert "2 open epics checked, 1 without a strategic intent." in work.summary
    work.run()
    assert work.written() == 0


def test_an_event_annotates_the_one_issue_and_resolves_it(work: Workflow) -> None:
    other, epic = work.epic("Other"), work.epic()
    work.run(work.event(epic, "opened"))
    assert (work.labels(epic), len(work.comments(epic))) == ([LABEL], 1)
    assert work.labels(other) == []
    assert (work.outputs["epics"], work.outputs["missing"]) == ("1", "1")
    work.written()
    work.run(work.event(epic))
    assert work.written() == 0
    work.company.label(epic, "intent/trust")
    work.run(work.event(epic, "labeled", "intent/trust"))
    assert work.written() == 2
    assert work.labels(epic) == ["intent/trust"]
    assert "Nothing is missing" in work.comments(epic)[0]
    assert (work.outputs["epics"], work.outputs["missing"]) == ("1", "0")


def test_an_event_reads_few_issues_however_many_there_are(work: Workflow) -> None:
    for n in range(150):
        work.epic(f"Epic {n}")
    epic = work.epic()
    work.run(work.event(epic))
    assert work.server.requests < 10


def test_an_event_sees_the_intent_of_the_parent(work: Workflow) -> None:
    parent, child = work.epic("Parent", "intent/trust"), work.epic("Child")
    work.company.add_sub_issue(parent, child)
    work.run(work.event(child))
    assert work.labels(child) == []


def test_an_event_knows_an_epic_by_its_sub_issues(work: Workflow) -> None:
    epic = work.company.create("acme/web", "Epic by its tasks")
    task = work.company.create("acme/web", "Task")
    work.company.add_sub_issue(epic, task)
    work.run(work.event(epic))
    work.run(work.event(task))
    assert (work.labels(epic), work.labels(task)) == ([LABEL], [])
    work.written()
    work.run()
    assert work.written() == 0, "all epics are found to be what the event found"


def test_an_event_on_a_ticket_finds_nothing(work: Workflow) -> None:
    task = work.company.create("acme/web", "Task")
    done = work.run(work.event(task), fail_on="note")
    assert (done.out, work.outputs["epics"], work.written()) == ("", "0", 0)


@pytest.mark.parametrize(
    ("what", "label"), [("labeled", LABEL.upper()), ("deleted", ""), ("transferred", "")]
)
def test_what_we_did_ourselves_or_is_gone_is_no_reason_to_write(
    work: Workflow, what: str, label: str
) -> None:
    epic = work.epic()
    work.run(work.event(epic, what, label))
    assert work.server.requests == 0


def test_check_writes_nothing_and_fails_where_asked(work: Workflow) -> None:
    work.epic()
    work.run(mode="check")
    work.run(code=10, mode="check", fail_on="warning")
    work.run(mode="check", fail_on="alarm")
    assert work.written() == 0


def test_inputs_reach_the_check(work: Workflow) -> None:
    epics = [work.epic(f"Epic {n}") for n in range(3)]
    work.run(dry_run="true")
    assert work.written() == 0
    work.run(label="no-bet", comment="label-only", max_writes="2")
    assert work.written() == 2
    assert [work.labels(e) for e in epics] == [["no-bet"], ["no-bet"], []]
    assert "1 write on 1 item left for the next run, since --max-writes is 2" in work.summary


@pytest.mark.parametrize(
    ("name", "text"),
    [("MODE", "block"), ("FAIL_ON", "error"), ("COMMENT", "sometimes"), ("DRY_RUN", "perhaps"),
     ("MAX_WRITES", "many"), ("MAX_WRITES", "1e400")],
)  # fmt: skip
def test_a_wrong_input_is_told(name: str, text: str) -> None:
    with pytest.raises(ConfigError, match="the action's inputs: "):
        action.inputs({f"INPUT_{name}": text})


@pytest.mark.parametrize(
    "given",
    [{"max_writes": "-1"}, {"strategy": "none.toml"}, {"config": "none.toml"},
     {"config": "a.toml", "strategy": "strategy.toml"}],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_done_is_told_and_nothing_written(work: Workflow, given: dict[str, str]) -> None:
    work.epic()
    done = work.run(code=2, **given)
    assert done.out.startswith("::error title=tracker-sync::")
    assert work.written() == 0


def test_an_odd_label_is_a_label_and_no_option(work: Workflow) -> None:
    epic = work.epic()
    work.run(label="--help")
    assert work.labels(epic) == ["--help"]


@pytest.mark.slow
def test_a_token_that_is_refused_is_told(work: Workflow) -> None:
    work.face.token = "another"
    done = work.run(code=3)
    assert "::error title=tracker-sync::the sync ended with exit code 3" in done.out
    assert TOKEN not in done.said


def test_the_workflows_token_goes_to_no_other_host(work: Workflow) -> None:
    """A configuration comes with a checkout, which may be a stranger's."""
    work.desk.write("tracker-sync.toml", """\
        [[sources]]
        name = "elsewhere"
        kind = "github"
        repos = ["acme/web"]
        url = "https://evil.test"
        [[sources]]
        name = "here"
        kind = "github"
        repos = ["acme/web"]
        url = "https://api.github.com"
        """)  # fmt: skip
    config = load(work.desk.folder / "tracker-sync.toml")
    env = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": "https://api.github.com"}
    action.hand_out_token(config, env)
    assert env == {"GITHUB_API_URL": "https://api.github.com", "TRACKER_SYNC_HERE_TOKEN": TOKEN}


def test_a_configuration_of_the_repository_is_used(work: Workflow) -> None:
    work.desk.write("tracker-sync.toml", f"""\
        [[sources]]
        name = "web"
        kind = "github"
        repos = ["acme/*"]
        url = "{work.server.url}"
        """)  # fmt: skip
    epic = work.epic()
    work.run(work.event(epic))
    assert work.labels(epic) == [LABEL]
    work.run(config="tracker-sync.toml")
    assert json.loads(work.outputs["report"])["checked"] == ["web:acme/web#1"]


def test_enterprise_server_is_its_own_place(work: Workflow) -> None:
    work.server.face = GitHubFace(work.company, token=TOKEN, app=True, me="bot", enterprise=True)
    work.face = work.server.face
    epic, url = work.epic(), work.server.url
    work.server.url = f"{url}/api/v3"
    work.run(work.event(epic))
    assert work.labels(epic) == [LABEL]
    assert len(work.comments(epic)) == 1


def test_hostile_titles_stay_words(work: Workflow) -> None:
    titles = [
        "a\n::error::gone", "::set-output name=epics::9", "100%0A::error::x", "<script>alert(1)</script>",
        "@ada #1 https://evil.test", "| a | b |", "\x1b[31mred", "x" * 100_000, "end_0\nepics<<end",
        "abc\u202egnp", "`${{ github.token }}`",
    ]  # fmt: skip
    for title in titles:
        work.epic(title)
    done = work.run()
    lines = done.out.splitlines()
    assert all(line.startswith("::warning title=") for line in lines)
    assert len(lines) == 10
    assert set(work.outputs) == {"epics", "missing", "report"}
    assert work.outputs["epics"] == str(len(titles))
    assert not set("\x1b\u202e") & set(done.said + work.summary)
    assert "<script" not in work.summary
    assert "@ada" not in work.summary


def test_no_more_annotations_than_github_shows(work: Workflow) -> None:
    for n in range(25):
        work.epic(f"Epic {n}")
    lines = work.run(mode="check").out.splitlines()
    assert len(lines) == 10
    assert lines[-1] == "::warning title=tracker-sync::16 more like these; all are in the summary of the run"
    assert work.summary.count("names no strategic intent") == 25


@pytest.mark.slow
def test_a_report_fits_into_an_environment_variable(work: Workflow) -> None:
    for n in range(60):
        work.epic(f"Epic {n} {'x' * 4000}")
    work.run(mode="check")
    assert len(work.outputs["report"].encode()) < 100_001
    report = json.loads(work.outputs["report"])
    assert report["cut"] == {"checked": 60, "missing": 60, "rows": 60}
    assert 10 < len(report["rows"]) < 60


def test_the_end_of_an_output_cannot_be_guessed(work: Workflow) -> None:
    ends = set()
    for _ in range(2):
        work.run(mode="check")
        text = (work.desk.folder / "temp/output").read_text()
        ends |= {line.partition("<<")[2] for line in text.split("\n") if "<<" in line}
    assert len(ends) == 6
    assert all(len(end) >= 32 for end in ends)


def test_an_event_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text("[" * 100_000)
    env = {"GITHUB_EVENT_NAME": "issues", "GITHUB_EVENT_PATH": str(path)}
    with pytest.raises(ConfigError, match="the event cannot be read"):
        action.event(env)


def test_what_the_action_says_is_what_it_reads() -> None:
    """The inputs of action.yml, their defaults, and the environment of its step."""
    import yaml

    told = yaml.safe_load((Path(__file__).parents[1] / "action.yml").read_text())
    (step,) = (s for s in told["runs"]["steps"] if s.get("id") == "check")
    handed = {n.removeprefix("INPUT_"): v for n, v in step["env"].items() if n.startswith("INPUT_")}
    assert handed == {n.upper().replace("-", "_"): f"${{{{ inputs.{n} }}}}" for n in told["inputs"]}
    given = {f"INPUT_{n.upper().replace('-', '_')}": str(i["default"]) for n, i in told["inputs"].items()}
    assert action.inputs(given) == action.Inputs()
    assert not any("${{" in step["run"] for step in told["runs"]["steps"])
    assert not any("uses" in step for step in told["runs"]["steps"])
    assert sys.version_info >= (3, 11)


def test_a_bug_of_ours_is_an_error_that_commands_no_runner_and_shows_no_token(
    work: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def buggy(_: object) -> None:
        raise RuntimeError(f"\n::set-output name=x::{CANARY}")

    monkeypatch.setattr(action, "event", buggy)
    monkeypatch.setenv("TRACKER_SYNC_WEB_TOKEN", CANARY)
    done = work.run(code=1)
    first, *rest = done.out.splitlines()
    assert first.startswith(
        "::error title=tracker-sync::a bug of ours, nothing that you did: RuntimeError in buggy"
    )
    assert rest[-1] == "| : :set-output name=x::***"
    assert {line[:2] for line in rest} == {"| "}
    assert done.err == ""
