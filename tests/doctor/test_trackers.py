"""What a doctor says of a tracker is what is wrong with it, and what to do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from simulator.faults import Always, Fault, OnPath, raw, refusal
from simulator.github import GitHubCompany, GitHubFace
from simulator.jira import CloudFace, DataCenterFace, JiraCompany
from simulator.server import Face, Running, running

from tracker_sync.config import FieldNames, GithubConfig, JiraConfig
from tracker_sync.demo.exchange import Answer
from tracker_sync.doctor import Check, worst
from tracker_sync.doctor.github import github
from tracker_sync.doctor.jira import jira

Checks = list[Check]
TOKEN = "canary-94d7e2b06f"
WEB = "acme/web"


def company() -> JiraCompany:
    """A Jira of today with two issues."""
    made = JiraCompany(datetime.now(UTC))
    for title in ("Export as PDF", "Import from CSV"):
        made.create("PAY", "Story", title, points=3)
    return made


def hub() -> GitHubCompany:
    made = GitHubCompany(now=datetime.now(UTC))
    made.create(WEB, "Export as PDF", labels=["intent/growth"])
    made.create("acme/api", "A limit for each key")
    return made


@contextmanager
def asked_jira(
    face: CloudFace | DataCenterFace, *, user: str | None = None, token: str | None = TOKEN,
    do: Callable[[Running], Any] = lambda site: None, **config: Any,
) -> Iterator[Checks]:  # fmt: skip
    with running(face) as site:
        do(site)
        yield [*jira(JiraConfig(name="acme", url=site.url, allow_http=True, **config), user, token)]


@contextmanager
def asked_github(
    face: Face, *repos: str, token: str | None = TOKEN, do: Callable[[Running], Any] = lambda site: None
) -> Iterator[Checks]:
    with running(face) as site:
        do(site)
        config = GithubConfig(name="web", url=site.url, repos=[*repos] or [WEB], allow_http=True)
        yield [*github(config, token)]


def said(checks: Checks, state: str, kind: str = "") -> list[str]:
    return [f"{c.what} -> {c.remedy}" for c in checks if c.state == state and kind in ("", c.id)]


def the(checks: Checks, state: str) -> Check:
    """The only one of a state."""
    [one] = [c for c in checks if c.state == state]
    return one


# --- Jira


@pytest.mark.parametrize("face", [CloudFace, DataCenterFace])
def test_of_a_jira_that_is_well_everything_is_fine(face: type[Any]) -> None:
    names = FieldNames(intent="Intent", customer="Customers", points="Story Points")
    with asked_jira(face(company(), token=TOKEN), jql="project = PAY", fields=names) as checks:
        assert {c.state for c in checks} == {"fine"}
        told = " ".join(said(checks, "fine"))
    kind = "Jira Cloud" if face is CloudFace else "Jira Data Center 10.3.24"
    for part in (kind, "Ada's", "'Customers' (customfield_10102, array:option)", "about 2 issues", "clock"):
        assert part in told


def test_a_refused_token_is_3_and_nothing_else_is_asked() -> None:
    with asked_jira(CloudFace(company(), token="another")) as checks:
        assert [c.state for c in checks] == ["broken"]
        assert checks[0].exit_code == 3
        assert "TRACKER_SYNC_ACME_TOKEN" in checks[0].remedy
        assert TOKEN not in f"{checks}"


def test_after_too_many_attempts_a_captcha_is_what_to_answer(naps: list[float]) -> None:
    fault = refusal("captcha", 403, "denied", {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"})
    with asked_jira(DataCenterFace(company()), do=lambda s: setattr(s, "faults", Always(fault))) as checks:
        assert "captcha" in checks[0].remedy
        assert worst(checks) == 3


@pytest.mark.parametrize(
    ("fault", "code", "remedy"),
    [
        (refusal("away", 503, "no"), 4, "Then try again"),
        (raw("login", b"<html>Log in</html>", "text/html"), 4, "something else answers there"),
        (refusal("nothing", 404, "no"), 3, "the address of a Jira"),
    ],
)
def test_a_jira_that_does_not_answer_as_one(naps: list[float], fault: Any, code: int, remedy: str) -> None:
    with asked_jira(CloudFace(company()), do=lambda s: setattr(s, "faults", Always(fault))) as checks:
        assert worst(checks) == code
        assert remedy in checks[0].remedy


@pytest.mark.parametrize(
    ("names", "state", "words"),
    [
        (FieldNames(intent="Strategic intent"), "broken", "has no field called 'Strategic intent'"),
        (FieldNames(points="Sales note"), "look", "holds no number; its type is string"),
        (FieldNames(intent="Intent"), "look", "`fields` names none for customer; there is 'Customers'"),
    ],
)
def test_fields_are_held_against_those_of_the_site(names: FieldNames, state: str, words: str) -> None:
    with asked_jira(CloudFace(company()), fields=names) as checks:
        assert any(words in line for line in said(checks, state, "fields"))
        assert worst(checks) == (2 if state == "broken" else 0)


def test_two_fields_of_one_name_are_told_apart_by_their_ids() -> None:
    made = company()
    made.fields["note"].name = "Intent"
    with asked_jira(CloudFace(made), fields=FieldNames(intent="Intent")) as checks:
        assert "customfield_10101, customfield_10103" in said(checks, "look", "fields")[0]


@pytest.mark.parametrize("face", [CloudFace, DataCenterFace])
def test_a_jql_that_jira_refuses_is_for_its_owner_to_mend(face: type[Any]) -> None:
    with asked_jira(face(company()), jql="project in (") as checks:
        assert the(checks, "broken").exit_code == 2
        assert the(checks, "broken").remedy == "correct jql"


def test_a_jql_that_finds_nothing_is_told_with_the_projects_that_are_seen() -> None:
    with asked_jira(CloudFace(company()), jql="project = WEB") as checks:
        [line] = said(checks, "look", "issues")
    assert "no issue is found" in line
    assert "it sees the projects INT, PAY, WEB" in line


def test_where_projects_may_not_be_listed_the_rest_is_told() -> None:
    def unlisted(site: Running) -> None:
        site.faults = OnPath(site, "/project/search", refusal("no", 403, "no"))

    with asked_jira(CloudFace(company()), jql="project = WEB", do=unlisted) as checks:
        assert "it sees no project" in said(checks, "look", "issues")[0]


def test_a_page_that_speaks_of_scopes_is_a_refusal_all_the_same() -> None:
    page = Answer(401, b'<table><th scope="col">Log in</th></table>', {"Content-Type": "text/html"})
    fault = Fault("a page", lambda wire: wire.reply(page))
    with asked_jira(DataCenterFace(company()), do=lambda s: setattr(s, "faults", Always(fault))) as checks:
        assert [(c.state, c.exit_code) for c in checks] == [("broken", 3)]


def test_histories_that_are_not_shown_are_missed() -> None:
    with asked_jira(CloudFace(company(), browse_only=True)) as checks:
        assert "the histories of issues are not shown" in said(checks, "look", "histories")[0]


@pytest.mark.parametrize(("skew", "words"), [(10800, "3 hours behind"), (-300, "5 minutes ahead of")])
def test_a_clock_that_is_off_is_told_by_how_much(skew: float, words: str) -> None:
    face = CloudFace(company())
    face.skew = skew
    with asked_jira(face) as checks:
        assert words in said(checks, "look", "clock")[0]


def test_a_token_with_scopes_is_not_refused_for_what_it_cannot_be_asked() -> None:
    """Its scopes may leave out the site itself; whether it works is told by what a pull needs."""

    fault = refusal("scope", 401, "Unauthorized; scope does not match")

    def only_issues(site: Running) -> None:
        site.faults = {1: fault, 2: fault}

    with asked_jira(CloudFace(company()), do=only_issues, jql="project = PAY") as checks:
        assert said(checks, "fine", "issues")
        assert worst(checks) == 0


# --- GitHub


def test_of_a_github_that_is_well_everything_is_fine() -> None:
    with asked_github(GitHubFace(hub(), token=TOKEN), WEB, "acme/api", "acme/*") as checks:
        assert {c.state for c in checks} == {"fine"}
        told = " ".join(said(checks, "fine"))
    for part in (
        "sync-bot's",
        "read:project",
        "of 5,000 requests",
        f"{WEB}, acme/api, acme/*",
        "GraphQL answers",
    ):
        assert part in told


def test_a_refused_github_token_is_3_and_nothing_else_is_asked() -> None:
    with asked_github(GitHubFace(hub(), token="another")) as checks:
        assert [(c.state, c.exit_code) for c in checks] == [("broken", 3)]
        assert "TRACKER_SYNC_WEB_TOKEN" in checks[0].remedy
        assert "/settings/personal-access-tokens/new" in checks[0].remedy
        assert TOKEN not in f"{checks}"


def test_an_apps_token_has_no_user_and_is_fine() -> None:
    with asked_github(GitHubFace(hub(), app=True, scopes=None)) as checks:
        assert "it is an app's" in said(checks, "fine", "account")[0]
        assert worst(checks) == 0


def test_a_classic_token_without_read_project_misses_the_fields_of_projects() -> None:
    with asked_github(GitHubFace(hub(), scopes={"repo"})) as checks:
        assert "add the scope read:project" in said(checks, "look", "scopes")[0]


def test_a_fine_grained_token_is_told_which_right_it_lacks() -> None:
    face = GitHubFace(hub(), scopes=None, forbidden="issues=read")
    with asked_github(face) as checks:
        assert the(checks, "broken").remedy == "give the token what it lacks: issues=read"
        assert worst(checks) == 3


def test_single_sign_on_is_named_where_it_is_what_is_missing() -> None:
    def sso(site: Running) -> None:
        fault = refusal("sso", 403, "Resource protected by SAML", {"X-GitHub-SSO": "required; url=https://x"})
        site.faults = OnPath(site, "/repos/acme/web", fault)

    with asked_github(GitHubFace(hub()), do=sso) as checks:
        assert "single sign-on" in the(checks, "broken").remedy


def test_one_missing_repository_does_not_hide_the_others() -> None:
    with asked_github(GitHubFace(hub(), scopes={"public_repo"}), "acme/gone", WEB) as checks:
        assert "acme/gone" in the(checks, "broken").what
        assert "a classic token needs the scope repo" in the(checks, "broken").remedy
        assert said(checks, "fine", "repos") == [f"issues can be read: {WEB} -> "]


def rename(made: GitHubCompany) -> None:
    made.rename_repo(WEB, "site")


def archive(made: GitHubCompany) -> None:
    made.repos[WEB].archived = True


def switch_off(made: GitHubCompany) -> None:
    made.repos[WEB].has_issues = False


@pytest.mark.parametrize(
    ("do", "words"),
    [
        (rename, "acme/web is called acme/site now"),
        (archive, "acme/web is archived"),
        (switch_off, "issues are switched off in acme/web"),
    ],
)
def test_what_became_of_a_repository_is_told(do: Callable[[GitHubCompany], None], words: str) -> None:
    made = hub()
    do(made)
    with asked_github(GitHubFace(made)) as checks:
        assert any(words in line for line in said(checks, "look", "repos"))
        assert worst(checks) == 0


def test_without_a_token_graphql_is_not_asked() -> None:
    with asked_github(GitHubFace(hub(), token=TOKEN), token=None) as checks:
        assert {c.state for c in checks} == {"fine"}
        assert "of 60 requests" in " ".join(said(checks, "fine", "quota"))
        assert not said(checks, "fine", "graphql")


def test_a_quota_that_is_nearly_used_up_and_a_github_without_graphql() -> None:
    with asked_github(GitHubFace(hub(), rate_limit=60, graphql=False), do=use_up) as checks:
        assert "requests of this hour are left" in said(checks, "look", "quota")[0]
        assert "GraphQL does not answer" in said(checks, "look", "graphql")[0]


def use_up(site: Running) -> None:
    face = site.face
    assert isinstance(face, GitHubFace)
    face.quota.charge("core", f"token {TOKEN}", 56)


def test_fields_of_issues_and_projects_are_looked_for() -> None:
    made = hub()
    made.set_field(made.issue(f"{WEB}#1"), "Bet", "Self serve")
    made.project_set(made.issue(f"{WEB}#1"), "Roadmap", "Asked by", "Girder")
    named = FieldNames(intent="Bet", customer="Asked by", origin="Who")
    with running(GitHubFace(made)) as site:
        config = GithubConfig(name="web", url=site.url, repos=[WEB], fields=named, allow_http=True)
        checks = [*github(config, TOKEN)]
    assert [c.what for c in checks if c.id == "fields"] == [
        "intent is in 'Bet'", "customer is in 'Asked by'",
        "no field called 'Who' is to be seen (fields.origin)",
    ]  # fmt: skip
    assert worst(checks) == 0


def test_no_repository_is_nothing_to_read() -> None:
    with running(GitHubFace(hub())) as site:
        config = GithubConfig(name="web", url=site.url, repos=[], allow_http=True)
        assert worst([*github(config, TOKEN)]) == 2
