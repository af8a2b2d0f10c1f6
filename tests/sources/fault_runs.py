"""Small companies on four trackers, and runs over them that something spoils and another run mends."""

import copy
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace as changed
from simulator.faults import ALL, PASSING, Always, Fault, Wire
from simulator.github import GitHubCompany, GitHubFace
from simulator.jira import CloudFace, DataCenterFace
from simulator.jira_company import JiraCompany
from simulator.server import Face, Running, running

from tracker_sync.config import FieldNames, GithubConfig, JiraConfig
from tracker_sync.demo.exchange import Answer, Request
from tracker_sync.errors import TrackerSyncError
from tracker_sync.events import Event, to_row
from tracker_sync.items import fold
from tracker_sync.log import Appended
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.sources import Ask, Batch, Progress, Source, open_source
from tracker_sync.sync import Synced, sync

TOKEN = "canary-5c1f0e7ab2"
USER = "bot@acme.example"
NAME = "acme"
PAGE = 4
NOW = 1_800_000_000_000_000
SLOW = ("stalled", "drip", "drip of headers")


# --- The companies


def github_company(busy: int) -> GitHubCompany:
    """Twelve issues in two repositories and a pull request; one issue has `busy` comments."""
    company = GitHubCompany()
    issues = []
    for number in range(12):
        company.tick(300)
        repo = "acme/app" if number % 5 == 4 else "acme/web"
        issues.append(company.create(repo, f"Issue {number}", f"About {number}.", labels=["new"]))
    for number, issue in enumerate(issues):
        company.tick(120)
        company.assign(issue, f"dev{number % 3}")
        company.label(issue, f"area-{number % 4}", by="ben")
        if number % 3 == 0:
            company.comment(issue, f"Seen {number}.", by="cleo")
        if number % 4 == 1:
            company.close(issue, "not_planned" if number % 8 == 1 else "completed")
    company.tick()
    pull = company.pull_request("acme/web", "Mend issue 0")
    company.comment(pull, "Please look.")
    company.milestone(issues[1], "Q1")
    company.set_type(issues[2], "Bug")
    company.set_field(issues[2], "Intent", "growth")
    company.project_set(issues[3], "Plan", "Intent", "retention")
    company.add_sub_issue(issues[0], issues[1])
    company.add_sub_issue(issues[0], issues[2])
    company.cross_reference(issues[5], issues[0])
    company.reopen(issues[5])
    company.delete_account("ben")
    for number in range(busy):
        company.tick(5)
        company.comment(issues[6], f"And {number}.", by=f"dev{number % 3}")
    company.tick(600)
    company.transfer(issues[7], "acme/app")
    company.tick(3600)
    return company


def edit_github(company: GitHubCompany, busy: int) -> None:
    """What happens before the next sync."""
    web, app = company.repos["acme/web"].issues, company.repos["acme/app"].issues
    company.tick(3600)
    fresh = company.create("acme/web", "A new one", labels=["new"], assignees=["dev1"])
    for number in (1, 2, 3, 4, 5, 6, 7, 9):
        company.tick(200)
        company.rename(web[number], f"Issue {number}, again")
        company.comment(web[number], f"Renamed {number}.", by="dora")
    company.edit_body(web[2], "About something else.")
    company.tick(200)
    company.add_sub_issue(fresh, web[4])
    company.cross_reference(web[1], fresh)
    company.close(app[1])
    company.label(app[1], "done")
    for number in range(busy):
        company.tick(5)
        company.comment(web[3], f"More {number}.", by=f"dev{number % 3}")
    company.tick(600)


def jira_company(*, dc: bool) -> JiraCompany:
    """Twelve issues in three projects: an epic, links, a move, long histories, many comments."""
    company = JiraCompany()
    epic = company.create("PAY", "Epic", "Everything", intent="Growth")
    made = [epic]
    for number in range(1, 12):
        company.tick(300)
        made.append(company.create(
            ("PAY", "WEB", "INT")[number % 3], "Story", f"Story {number}", description=f"About *{number}*.",
            labels=[f"team-{number % 2}"], parent=epic if number % 3 == 0 else None, points=number,
        ))  # fmt: skip
    company.move(made[4], "PAY")
    company.link(made[1], made[2])
    company.link(made[5], made[6], "Relates")
    company.delete_user(company.user("acc-gone", "gone", "Gone"))
    for number, item in enumerate(made):
        company.tick(120)
        company.edit(item, "status", ("In Progress", "Done", "In Review", "To Do")[number % 4], by="acc-ben")
        company.edit(item, "assignee", ("acc-ada", "acc-cleo", None)[number % 3], by="acc-gone")
        company.edit(item, "customers", ["Globex", "Initech"][: number % 3])
        company.comment(item, f"Seen {number}.")
    for number in (2, 7):
        company.remote_link(made[number], f"https://github.com/acme/web/issues/{number}")
    jira_talk(company, made[3], 45, 2)
    jira_talk(company, made[8], 3, 25)
    jira_talk(company, made[9], 44, 23)
    if not dc:
        company.parent(made[10], epic)
    company.edit(made[11], "status", "Blocked")
    company.edit(made[11], "status", "In Progress")
    company.tick(3600)
    return company


def jira_talk(company: JiraCompany, item: str, histories: int, comments: int) -> None:
    """More than a page of issues holds of each."""
    for number in range(histories):
        company.tick(3)
        company.edit(item, "points", number + 100)
    for number in range(comments):
        company.tick(3)
        company.comment(item, f"Comment {number} on {item}.")


def edit_jira(company: JiraCompany) -> None:
    """What happens before the next sync."""
    made = [*company.issues]
    company.tick(3600)
    fresh = company.create("WEB", "Bug", "A new one", labels=["new"], intent="Retention")
    for number in (0, 2, 4, 5, 6):
        company.tick(200)
        company.edits(made[number], {"title": f"Story {number}, again", "priority": "High"})
        company.comment(made[number], f"Renamed {number}.")
    company.silent(made[2], "customers", ["Hooli"])
    company.move(made[6], "WEB")
    company.unlink(made[1], made[2])
    company.link(fresh, made[1])
    jira_talk(company, made[5], 42, 2)
    jira_talk(company, made[7], 2, 22)
    company.edit(made[10], "status", "Waiting")
    company.edit(made[10], "status", "Done")
    company.tick(600)


# --- The trackers


@dataclass(frozen=True)
class Tracker:
    """A way to show a company, the company at two times, and how it is read."""

    name: str
    company: Callable[[], Any]
    edit: Callable[[Any], None]
    face: Callable[[Any], Face]
    token: str | None = TOKEN
    whole: bool = True
    """Whether it gives all of its history, to whoever comes late as well."""
    too_late: float = 0.3
    """Seconds for a request that a fault keeps from ending: PyGithub wants them whole."""

    def source(self, url: str, deadline: float) -> Source:
        """Opened anew, as each run does."""
        # A configuration wants whole seconds; nobody has so much time for each request that stalls.
        some: Any = {"name": NAME, "url": url, "allow_http": True, "deadline": deadline}
        if "github" in self.name:
            given = {"GITHUB_TOKEN": self.token} if self.token else {}
            return open_source(GithubConfig(repos=["acme/web", "acme/app"], **some), given)
        names = (
            FieldNames(intent="Intent", points="Story Points") if self.name == "jira cloud" else FieldNames()
        )
        user = {"JIRA_USER": USER} if self.name == "jira cloud" else {}
        return open_source(JiraConfig(fields=names, **some), {"JIRA_TOKEN": TOKEN, **user})


LONG, SHORT = 104, 6
"""Above what a connection of GraphQL holds; and enough for a list of pages of four."""
TRACKERS = {
    t.name: t
    for t in (
        Tracker(
            "jira cloud", lambda: jira_company(dc=False), edit_jira,
            lambda c: CloudFace(c, token=TOKEN, user=USER, page_cap=PAGE),
        ),
        Tracker(
            "jira data center", lambda: jira_company(dc=True), edit_jira,
            lambda c: DataCenterFace(c, token=TOKEN, page_cap=PAGE, old_changelog_cut=40),
            whole=False,
        ),
        Tracker(
            "github graphql", lambda: github_company(LONG), lambda c: edit_github(c, LONG),
            lambda c: GitHubFace(c, token=TOKEN, page_cap=PAGE, rate_limit=10**9, graphql_limit=10**9),
            too_late=1,
        ),
        Tracker(
            "github rest", lambda: github_company(SHORT), lambda c: edit_github(c, SHORT),
            lambda c: GitHubFace(c, token=None, page_cap=2 * PAGE, anonymous_limit=None),
            token=None,
            too_late=1,
        ),
    )
}  # fmt: skip


class Still:
    """A face whose company does not change any more, so that no answer has to be found twice."""

    def __init__(self, face: Face) -> None:
        self._face = face
        self.origin = face.origin
        self._answers: dict[str, Answer] = {}

    @property
    def now(self) -> datetime:
        """The face's clock."""
        now: datetime = self._face.now  # type: ignore[attr-defined]
        return now

    def answer(self, request: Request) -> Answer:
        """What the face answers, its JSON as bytes."""
        known = [request.headers.get(h) for h in ("authorization", "if-none-match")]
        question = json.dumps([request.method, request.path, request.query, request.body, *known])
        if question not in self._answers:
            answer = self._face.answer(request)
            text = json.dumps(answer.body).replace(self.origin, request.base)
            body = None if answer.body is None else text.encode()
            self._answers[question] = changed(answer, body=body)
        return self._answers[question]


# --- What a log says


@dataclass(frozen=True)
class Told:
    """A log's content, as far as it does not depend on when and how often somebody looked."""

    logged: Mapping[tuple[Any, ...], int]
    seen: Mapping[tuple[Any, ...], int]
    """Observations, by content alone."""
    items: Mapping[str, Any]
    names: Mapping[str, Any]

    def less(self, other: "Told") -> list[str]:
        """What differs from a log that nothing went wrong with; nothing, if all is well."""
        found = []
        for mine, theirs in ((self.logged, other.logged), (self.seen, other.seen)):
            found += [f"lost: {row}" for row in Counter(theirs) - Counter(mine)]
            found += [f"made up: {row}" for row in Counter(mine) - Counter(theirs)]
        refs = self.items.keys() | other.items.keys()
        found += [f"folds otherwise: {r}" for r in sorted(refs) if self.items.get(r) != other.items.get(r)]
        return found + (["names fold otherwise"] if self.names != other.names else [])


def told(log: SqliteLog) -> Told:
    """What the log says."""
    entries = list(log.read())
    assert log.verify()[1] is None
    logged, seen = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for entry in entries:
        (seen if is_observed(entry.event) else logged)[row_of(entry.source, entry.event)] += 1
    world = fold(entries)
    items = {
        ref: (i.id, i.key, i.opened_at, i.reporter, i.state, i.removed_at is None)
        for ref, i in [*world.items.items(), *world.removed.items()]
    }
    return Told(logged, seen, items, {source: n.values for source, n in world.names.items()})


def is_observed(event: Event) -> bool:
    """Whether it says what we saw, rather than what the tracker logged."""
    return event.id.startswith(f"{event.item}:o") or event.kind in ("removed", "restored")


def row_of(source: str, event: Event) -> tuple[Any, ...]:
    """The event as it is compared."""
    row = to_row(event)
    return (source, *(row._replace(event_id="", ts=0) if is_observed(event) else row))


# --- Runs


class Killed(BaseException):
    """The process ends here, whatever anybody would like to catch."""


@dataclass
class Ended:
    """How a run ended."""

    done: Synced | None = None
    error: BaseException | None = None

    @property
    def code(self) -> int | None:
        """The exit code that the command would have given; None where it would have been a bug of ours."""
        if self.error is not None:
            return self.error.exit_code if isinstance(self.error, TrackerSyncError) else None
        return 5 if self.done and (self.done.skipped or self.done.partial) else 0

    @property
    def said(self) -> str:
        """All that its owner would read."""
        if self.done is None:
            return f"{self.error} ({type(self.error).__name__})"
        return "\n".join([*self.done.notes, *(f"{s.item}: {s.reason}" for s in self.done.skipped)])


Opener = Callable[[Path], SqliteLog]
Wrap = Callable[[Source], Source]


def opened(path: Path) -> SqliteLog:
    """The log as a run has it."""
    return SqliteLog(path, write=True)


@dataclass
class Stage:
    """One sync of one tracker: which log it starts from, and which one it ends with undisturbed."""

    tracker: Tracker
    name: str
    server: Running
    face: Face
    start: Path | None
    folder: Path
    requests: int = 0
    pages: int = 0
    commits: int = 0
    expected: Told = field(default_factory=lambda: Told({}, {}, {}, {}))
    cursor: str = ""
    """Where the undisturbed run ended."""
    runs: int = 0

    @property
    def end(self) -> Path:
        """The log of the undisturbed run."""
        return self.folder / f"{self.name}.db"

    def measure(self) -> None:
        """The undisturbed run, which all others have to equal."""
        path, pages = self.fresh(), list[Progress]()
        log = CountingLog(path, write=True)
        ended = self.run(path, open_log=lambda _: log, show=pages.append)
        assert ended.code == 0, ended.said
        self.requests, self.pages, self.commits = self.server.requests, len(pages), log.commits
        shutil.move(path, self.end)
        self.expected, self.cursor = self.read(self.end)

    def fresh(self) -> Path:
        """A log as it was before this stage."""
        self.runs += 1
        path = self.folder / f"{self.name}-{self.runs}.db"
        if self.start is not None:
            shutil.copy(self.start, path)
        return path

    def run(
        self,
        path: Path,
        faults: Mapping[int, Fault] | None = None,
        *,
        deadline: float = 30,
        open_log: Opener = opened,
        wrap: Wrap = lambda s: s,
        show: Callable[[Progress], None] = lambda _: None,
    ) -> Ended:
        """One sync of the log, as a process of its own would do it."""
        self.server.reset()
        self.server.face, self.server.faults = self.face, {} if faults is None else faults
        log = open_log(path)
        try:
            source = wrap(self.tracker.source(self.server.url, deadline))
            return Ended(sync(source, log, now=NOW + self.runs, show=show))
        except (Exception, Killed) as e:  # noqa: BLE001  the caller says which ones are right
            return Ended(error=e.with_traceback(None))
        finally:
            log.close()
            self.server.faults = {}

    def read(self, path: Path) -> tuple[Told, str]:
        """What a log says, and its cursor."""
        log = SqliteLog(path)
        try:
            return told(log), log.cursor(NAME) or ""
        finally:
            log.close()

    def problems(
        self,
        faults: Mapping[int, Fault] | None = None,
        codes: Collection[int | None] = (0,),
        *,
        deadline: float = 30,
        open_log: Opener = opened,
        wrap: Wrap = lambda s: s,
        show: Callable[[Progress], None] = lambda _: None,
    ) -> list[str]:
        """What is wrong with a spoilt run and with the log of the run after it; nothing, if all is well.

        `codes` are the right exit codes of the spoilt run (None: killed). A run that says 0 has to have
        it all at once; any other may lack something until the next run, and make up nothing.
        """
        path = self.fresh()
        try:
            ended = self.run(path, faults, deadline=deadline, open_log=open_log, wrap=wrap, show=show)
            found = (
                [] if ended.code in codes else [f"ended with {ended.code}, not one of {codes}: {ended.said}"]
            )
            if TOKEN in ended.said or TOKEN.encode() in path.read_bytes():
                found.append("the token is out")
            if ended.code is None and not isinstance(ended.error, Killed):
                found.append(f"an error that is none of ours: {ended.error!r}")
            differences = self.read(path)[0].less(self.expected)
            if ended.code == 0:
                return found + [f"said it was done: {d}" for d in differences]
            found += [f"so far: {d}" for d in differences if d.startswith("made up")]
            again = self.run(path, open_log=open_log, wrap=wrap)
            if again.code != 0:
                return [*found, f"the next run ended with {again.code}: {again.said}"]
            return found + [f"the next run: {d}" for d in self.read(path)[0].less(self.expected)]
        finally:
            path.unlink(missing_ok=True)

    def overtaken(self, k: int, later: "Stage") -> list[str]:
        """What a log lacks whose run broke off at the k-th request, before the edits that `later` is about.

        An edit that no history tells may have become part of what its item was created with.
        """
        path = self.fresh()
        try:
            self.run(path, Always(ALL["500"], k))
            for _ in range(3):
                again = later.run(path)
                if again.code != 0:
                    return [f"request {k}: a later run ended with {again.code}: {again.said}"]
            differences = self.read(path)[0].less(replace(later.expected, seen={}))
        finally:
            path.unlink(missing_ok=True)
        wanted = ("lost", "folds") if self.tracker.whole else ("folds",)
        return [f"request {k}: {d}" for d in differences if d.startswith(wanted) and ":0." not in d]

    def complaint(self, k: int, fault: Fault) -> str:
        """What a run says that fails at the k-th request; nothing, if it does not fail."""
        path = self.fresh()
        try:
            ended = self.run(path, {k: unless_list(fault) if fault.name == "[]" else fault})
        finally:
            path.unlink(missing_ok=True)
        return str(ended.error) if ended.error is not None else ""

    def at(self, k: int, fault: Fault, *, stays: bool = False) -> list[str]:
        """The problems of a fault at the k-th request, or at all from the k-th on."""
        # An empty list is a true answer of a request for a list.
        spoils = unless_list(fault) if fault.name == "[]" else fault
        faults = Always(spoils, k) if stays else {k: spoils}
        deadline = self.tracker.too_late if fault.name in SLOW else 30
        here = f"{self.name}, request {k} of {self.requests}"
        return [
            f"{here}: {p}" for p in self.problems(faults, right_codes(fault, stays=stays), deadline=deadline)
        ]


def unless_list(fault: Fault) -> Fault:
    """The fault, where the true answer is no list."""

    def act(wire: Wire) -> None:
        answer = wire.honest()
        if wire.content(answer)[:1] == b"[":
            wire.reply(answer)
        else:
            fault.act(wire)

    return Fault(fault.name, act)


def right_codes(fault: Fault, *, stays: bool) -> set[int | None]:
    """With which exit codes a run may meet a fault (failures.md); 0 where it gets by and loses nothing."""
    name = fault.name
    if name in PASSING:
        return {4} if stays else {0}
    match name:
        case "401" | "403" | "403 SSO" | "301 to another host":
            return {3}
        case "404" | "410":  # or what it is about is set aside, or there is another way
            return {0, 3, 5}
        case "link to another host":  # which nobody may need
            return {0, 3}
        case "huge body":
            return {0}
        case "301 to another path":  # followed, except where something is posted; not for ever
            return {0, 4}
        case "429 for a day" | "400 echoing the headers":
            return {4}
    return {4} if stays else {0, 4}  # an answer that says nothing, once, may be asked for again


# --- Logs that count, kill, and get it wrong


class CountingLog(SqliteLog):
    """A log that dies right before one of its commits."""

    commits = 0
    dies_before = 0

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with super()._transaction():
            yield
            self.commits += 1
            if self.commits == self.dies_before:
                raise Killed


class CursorFirst(CountingLog):
    """The mutant: the cursor is saved in a transaction of its own, before the events of its page."""

    def append(self, source: str, events: Iterable[Event], *, now: int, **more: Any) -> Appended:
        """Both, in the wrong order."""
        super().append(source, [], now=now, cursor=more.pop("cursor", None))
        return super().append(source, events, now=now, **more)


def dying(kind: type[CountingLog], n: int) -> Opener:
    """Opens a log that dies before its n-th commit; when it is opened again, it lives."""
    lives = iter((n,))

    def open_log(path: Path) -> SqliteLog:
        log = kind(path, write=True)
        log.dies_before = next(lives, 0)
        return log

    return open_log


@dataclass
class Wrapped:
    """A source that does something to its batches."""

    name: str
    pulled: Callable[[Ask], Iterator[Batch]]

    def pull(self, ask: Ask) -> Iterator[Batch]:
        """The batches, changed."""
        return self.pulled(ask)


def ended_at_once(cursor: str) -> Wrap:
    """The mutant whose first page already carries the cursor of the end."""

    def wrap(source: Source) -> Source:
        def pulled(ask: Ask) -> Iterator[Batch]:
            first = True
            for batch in source.pull(ask):
                yield changed(batch, cursor=cursor) if batch.cursor and first else batch
                first = first and not batch.cursor

        return Wrapped(source.name, pulled)

    return wrap


def a_page_ahead(source: Source) -> Source:
    """The mutant whose cursor is always that of the page still to come, and says of no list that it was
    broken off (the next run would look for what it lacks)."""

    def pulled(ask: Ask) -> Iterator[Batch]:
        before: Batch | None = None
        for batch in source.pull(ask):
            if before is not None:
                ahead = batch.cursor or before.cursor
                yield changed(before, cursor=ahead and ahead.replace('"walking": true', '"walking": false'))
            before = batch
        if before is not None:
            yield before

    return Wrapped(source.name, pulled)


def marked_at_once(source: Source) -> Source:
    """The mutant that saves the mark of an unchanged list (its ETag) before the list is read."""

    def pulled(ask: Ask) -> Iterator[Batch]:
        pages = list(source.pull(ask))
        cursors = [json.loads(b.cursor) for b in pages if b.cursor]
        last = {repo: place["etag"] for repo, place in (cursors or [{}])[-1].items()}
        for batch in pages:
            early = {r: {**p, "etag": last[r]} for r, p in json.loads(batch.cursor or "{}").items()}
            yield changed(batch, cursor=json.dumps(early)) if early else batch

    return Wrapped(source.name, pulled)


# --- Where they run


class Bench:
    """A server and two stages for each tracker: a cold sync, and one after some edits."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._stages: dict[str, list[Stage]] = {}

    def stages(self, name: str) -> list[Stage]:
        """The stages of a tracker, measured when they are first asked for."""
        if name not in self._stages:
            tracker, folder = TRACKERS[name], self._folder / name
            folder.mkdir()
            company = tracker.company()
            faces = [Still(tracker.face(copy.deepcopy(company)))]
            tracker.edit(company)
            faces.append(Still(tracker.face(company)))
            server = self._stack.enter_context(running(faces[0]))
            cold = Stage(tracker, "cold", server, faces[0], None, folder)
            later = Stage(tracker, "incremental", server, faces[1], cold.end, folder)
            for stage in (cold, later):
                stage.measure()
            self._stages[name] = [cold, later]
        return self._stages[name]

    def sample(self, name: str, fault: str) -> list[tuple[Stage, int]]:
        """Where a fault is tried in a quick run: over all faults, every request at least once."""
        places = [(stage, k) for stage in self.stages(name) for k in range(1, stage.requests + 1)]
        random.Random(name).shuffle(places)
        nth = [*ALL].index(fault)
        return places[nth :: len(ALL)] or [places[nth % len(places)]]
