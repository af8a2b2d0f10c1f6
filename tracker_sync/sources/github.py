"""Reads GitHub and GitHub Enterprise: what changed, whole, at the fewest requests."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from tracker_sync.config import GithubConfig
from tracker_sync.errors import Gone, Missing, SourceError, Unavailable
from tracker_sync.sources import (
    Ask,
    Batch,
    ItemRead,
    Progress,
    Remembered,
    collect,
    lost_sight,
    microseconds,
)
from tracker_sync.sources.github_api import PAGE, GithubApi
from tracker_sync.sources.github_histories import Histories, NoGraph
from tracker_sync.sources.github_item import (
    MOVING,
    Issue,
    entry_events,
    entry_number,
    is_behind,
    key_in,
    names_in,
    read_issue,
)
from tracker_sync.sources.paging import Page, Stride, by_update
from tracker_sync.sources.transport import ahead, as_list

OVERLAP = 60_000_000
"""Microseconds. Clocks and replicas differ: each run re-reads this much."""
MOST_NEAR = 500
SECOND = 1_000_000
FEW = 5
"""Changed issues that are read one by one where there is no GraphQL: a request each tells all of them."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far one repository was read."""

    at: int = 0
    """The newest `updated_at` read, in microseconds."""
    etag: str | None = None
    """Stands for the list of issues as it was before the last whole pull: while GitHub says it has
    not changed, there is nothing to read."""
    near: dict[str, int] = field(default_factory=dict)
    """id → update time of what was read within the overlap, so that it is not read in vain again."""
    event: str = ""
    """The newest of the repository's events read (only where they are read as one list)."""
    commented: int = 0
    """The newest comment read, likewise."""
    walk: dict[str, Any] = field(default_factory=dict)
    """A walk through all events that was interrupted: the next page, the newest event, and up to
    which update time of an issue the events are complete."""
    owed: tuple[int, ...] = ()
    """Numbers of issues that were listed, and of which something was missing when it was asked for."""
    lists: bool = False
    """Whether it was read without GraphQL: with one, it is read again from its start."""

    @classmethod
    def parse(cls, value: Any) -> "Place":
        """The place of a cursor's JSON; older logs held the bare update time."""
        return cls(value) if isinstance(value, int) else cls(**value | {"owed": tuple(value.get("owed", ()))})

    def after(self, records: Iterable[Any], until: int | None) -> "Place":
        """The place once these records are read, and everything updated up to `until`."""
        at = max(self.at, until or 0)
        marks = self.near | {i: t for i, t in map(mark, records) if t}
        # Of the newest second there may be more to come under the same update time.
        near = sorted((t, i) for i, t in marks.items() if at - OVERLAP <= t < at)[-MOST_NEAR:]
        return replace(self, at=at, near={i: t for t, i in near})


class GithubSource:
    """Repositories, each read in order of update; pull requests are not items."""

    def __init__(self, config: GithubConfig, token: str | None) -> None:
        self.name = config.name
        self._config = config
        self._api = GithubApi(config, token)
        self._token = token

    def pull(self, ask: Ask) -> Iterator[Batch]:
        """The cursor is JSON: repository → `Place`."""
        graph = self._token is not None
        known = {} if graph and not ask.full else ask.known()
        yield from ahead(_Pull(self._config, self._api, ask, known, graph=graph).batches())


class _Pull:
    """One pull: where it stands in each repository."""

    def __init__(
        self, config: GithubConfig, api: GithubApi, ask: Ask, known: Mapping[str, str], *, graph: bool
    ) -> None:
        self._config, self._api, self._ask, self._known = config, api, ask, known
        cursor = json.loads(ask.cursor) if ask.cursor else {}
        self._places = {repo: Place.parse(value) for repo, value in cursor.items()}
        self._histories = Histories(api, config.name) if graph else None
        self._done = 0
        self._seen: set[str] = set()
        self._left = False
        """Whether an issue of the repository at hand was left to the next run."""
        self._ids = {key: item for item, key in known.items()}
        """key → id of the issues that the log has or that this pull has met."""

    def batches(self) -> Iterator[Batch]:
        if self._ask.item is not None:
            yield self._one(self._ask.item)
            return
        repos: list[str] = []
        for name in self._config.repos:
            found, batch = self._repositories(name)
            repos += [r for r in found if r not in repos]
            if batch is not None:
                yield batch
        yield from self._each(repos)
        if self._ask.full:
            yield from self._census(repos)

    def _each(self, repos: list[str]) -> Iterator[Batch]:
        """One repository after the other; one that is missing does not keep us from those after it."""
        missing: list[Missing] = []
        for repo in repos:
            kept = self._places.get(repo, Place())
            try:
                for batch in chain(self._owing(repo), self._repository(repo)):
                    yield batch
                    kept = self._places[repo]
            except Missing as e:
                self._places[repo] = kept  # what came after the last batch was not read
                missing.append(e)
        if missing and len(missing) == len(repos):
            raise missing[0]
        if missing:
            yield Batch(notes=tuple(str(e) for e in missing), partial=True, progress=Progress(self._done))

    def _repositories(self, name: str) -> tuple[list[str], Batch | None]:
        """The repository itself, or those of an organisation (`acme/*`), asked for once a day."""
        owner, _, repo = name.partition("/")
        if repo != "*":
            return [name], None
        kept = Remembered.of(self._ask, f"repos {owner}")
        if kept.is_fresh(self._ask.now):
            return kept.value["repos"], None
        try:
            listed = [r for p in self._pages(f"/orgs/{owner}/repos") for r in p]
        except Missing:
            listed = [r for p in self._pages(f"/users/{owner}/repos") for r in p]
        found = [str(r["full_name"]) for r in listed if not r.get("archived") and r.get("has_issues", True)]
        kept = Remembered(self._ask.now, {"repos": found})
        return found, Batch(remember={f"repos {owner}": str(kept)}, progress=Progress(self._done))

    def _pages(self, path: str) -> Iterator[list[Any]]:
        page = self._api.page(path, {"per_page": PAGE})
        yield page.records
        while page.more:
            page = self._api.page(page.more, {})
            yield page.records

    # --- One repository

    def _owing(self, repo: str) -> Iterator[Batch]:
        """The issues that an earlier run listed and could not read to the end."""
        place = self._places.get(repo, Place())
        if not place.owed:
            return
        self._places[repo] = replace(place, owed=())
        issues: list[Issue] = []
        for number in place.owed:
            try:
                raw = self._api.issue(repo, number)
            except Gone:
                continue
            except Missing as e:
                issues.append(Issue({"number": number}, repo, error=e))
            else:
                if _is_in(repo, raw):  # or it was transferred: then it is listed where it is now
                    issues += self._one_by_one(repo, [raw])
        yield self._batch(issues)

    def _repository(self, repo: str) -> Iterator[Batch]:
        place = self._places.get(repo, Place())
        anew = self._histories is not None and place.lists
        # One request, without quota, where nothing has changed. The list's address never changes, so
        # that the mark it came with on the last run, taken before anything was read, stands for all of it.
        newest = {"state": "all", "sort": "updated", "direction": "desc", "per_page": PAGE}
        head = self._api.get(f"/repos/{repo}/issues", newest, None if self._ask.full or anew else place.etag)
        if head.status == 304:
            return
        page = Page(
            as_list(f"source {self._config.name!r}: {self._config.url}/repos/{repo}/issues", head.body),
            head.more,
        )
        start = replace(place, etag=None)
        self._places[repo] = Place(owed=place.owed) if anew else start
        self._left = False
        if self._histories is not None:
            try:
                for stride in self._strides(repo, page):
                    yield self._batch(self._histories.of(repo, stride.records))
            except NoGraph as e:
                self._histories = None
                self._places[repo] = start
                if why := str(e):
                    note = f"{why}. It is read over REST instead, which does not tell cross-references"
                    yield Batch(notes=(note,), progress=Progress(self._done))
        if self._histories is None:
            self._places[repo] = replace(self._places[repo], lists=True)
            yield from self._by_lists(repo, page)
        self._places[repo] = replace(self._places[repo], etag=None if self._left else head.etag, walk={})
        yield self._batch([])

    def _strides(self, repo: str, newest: Page, until: int | None = None) -> Iterator[Stride]:
        """The issues that changed, oldest change first; those after `until` are left to the next run."""
        place = self._places[repo]
        since = self._since(place.at)
        times = [t for _, t in map(mark, newest.records) if t]
        if until is None and (newest.more is None or (since is not None and times and times[-1] < since)):
            # The newest page holds all of it.
            wanted = [r for r in reversed(newest.records) if since is None or mark(r)[1] >= since]
            strides = iter([Stride(wanted, times[0] if times else None)])
        else:
            strides = by_update(lambda s, more: self._list(repo, s, more), since, mark)
        at = place.at
        for stride in strides:
            near = self._places[repo].near
            fresh = [
                r for r in stride.records
                if (self._ask.full or near.get(mark(r)[0]) != mark(r)[1] or not mark(r)[1])
                and (until is None or mark(r)[1] <= until)
            ]  # fmt: skip
            self._left = self._left or any(until is not None and mark(r)[1] > until for r in stride.records)
            end = None if stride.until is None else min(stride.until, until or stride.until)
            at = max([at, *(t for _, t in map(mark, fresh))])
            self._places[repo] = self._places[repo].after(fresh, end)
            yield Stride([r for r in fresh if not _is_pull(r)], end)
        self._places[repo] = self._places[repo].after([], at)

    def _since(self, at: int) -> int | None:
        """From which update time a list read up to `at` is read on; None: from its start."""
        return None if self._ask.full or not at else max(0, at - OVERLAP)

    def _list(self, repo: str, since: int | None, more: Any) -> Page:
        if more is not None:
            return self._api.page(more, {})
        wanted: dict[str, Any] = {"state": "all", "sort": "updated", "direction": "asc", "per_page": PAGE}
        if since is not None:
            wanted["since"] = _iso(since)
        return self._api.page(f"/repos/{repo}/issues", wanted)

    # --- Without: three lists of the whole repository

    def _by_lists(self, repo: str, newest: Page) -> Iterator[Batch]:
        """Events, issues and comments, each as one list: no requests per issue, but the order in which
        things happened to an issue comes before the issue itself.

        What changes after the events were read would be without its history, so issues updated later
        than the newest was before we began are left to the next run.
        """
        if self._is_little(repo, newest):
            for stride in self._strides(repo, newest):
                yield self._batch([self._by_timeline(repo, r) for r in stride.records])
            return
        times = [t for _, t in map(mark, newest.records) if t]
        place = self._places[repo]
        if not place.walk:
            before = place.at if place.event else 0
            walk = {"next": None, "newest": "", "until": max(times, default=0), "before": before}
            place = replace(place, walk=walk)
            self._places[repo] = place
        if "next" in place.walk:
            yield from self._events(repo)
        until, before = self._places[repo].walk["until"], self._places[repo].walk["before"]
        for stride in self._strides(repo, newest, until):
            yield self._batch([
                # Older than the events just read, and new to us: it was transferred here.
                self._by_timeline(repo, r) if self._is_unknown(r) and 0 < _opened(r) <= before
                else Issue(r, repo, whole=False)
                for r in stride.records
            ])  # fmt: skip
        yield from self._comments(repo)

    def _is_unknown(self, raw: Any) -> bool:
        return _raw_id(raw) not in self._known and _raw_id(raw) not in self._seen

    def _is_little(self, repo: str, newest: Page) -> bool:
        """Whether few issues changed, and the page of the newest has all of them."""
        place = self._places[repo]
        since = self._since(place.at) or 0
        marks = [(mark(r), r) for r in newest.records if not _is_pull(r)]
        changed = [r for (i, at), r in marks if (at >= since or not at) and place.near.get(i) != at]
        reaches = newest.more is None or any(0 < mark(r)[1] < since for r in newest.records)
        return reaches and len(changed) <= FEW and not place.walk

    def _events(self, repo: str) -> Iterator[Batch]:
        """The repository's events, newest first, down to those that an earlier run has read."""
        known = int(self._places[repo].event or 0)
        more = resumed = self._places[repo].walk["next"]
        while True:
            try:
                page = self._api.page(
                    more or f"/repos/{repo}/issues/events", {} if more else {"per_page": PAGE}
                )
            except Unavailable:
                raise
            except SourceError:
                if resumed is None:
                    raise
                more = resumed = None  # where an earlier run stopped, there may be no page any more
                continue
            resumed = None
            numbers = [int(n) for e in page.records if (n := _number(e)).isdigit()]
            walk = self._places[repo].walk
            newest = walk["newest"] or str(max(numbers, default=known))
            more = page.more if not numbers or min(numbers) > known else None
            if more:
                self._api.own(more)
            kept = {"until": walk["until"], "before": walk["before"], "newest": newest}
            walk = kept | ({"next": more} if more else {})
            self._places[repo] = replace(
                self._places[repo], walk=walk, event=self._places[repo].event if more else newest
            )
            self._ids |= _ids_in(page.records)
            fresh = [e for e in page.records if not (_number(e).isdigit() and int(_number(e)) <= known)]
            yield self._facts([e for e in fresh if not _is_pull(_issue_of(e))], _read_event)
            if more is None:
                return

    def _comments(self, repo: str) -> Iterator[Batch]:
        """The repository's comments, in order of update."""
        since = self._since(self._places[repo].commented)
        wanted = {"sort": "updated", "direction": "asc", "per_page": PAGE}

        def fetch(since: int | None, more: Any) -> Page:
            if more is not None:
                return self._api.page(more, {})
            start = {} if since is None else {"since": _iso(since)}
            return self._api.page(f"/repos/{repo}/issues/comments", wanted | start)

        stop = 1 << 62
        for stride in by_update(fetch, since, mark):
            until = max(self._places[repo].commented, stride.until or 0)
            owned = [(c, self._owner(c)) for c in stride.records if not _is_pull_comment(c)]
            if strange := [c for c, owner in owned if owner is None]:
                self._left = True  # their issue was left to the next run, and so are they
                stop = min([stop, *(mark(c)[1] - 1 for c in strange)])
            until = min(until, stop)
            self._places[repo] = replace(self._places[repo], commented=until)
            yield self._facts([c for c, owner in owned if owner is not None], self._read_comment)

    def _owner(self, comment: Any) -> str | None:
        """The id of the issue that a comment is on; None where it is not one of ours."""
        try:
            key = key_in(str(comment["issue_url"]))
        except (KeyError, TypeError, ValueError):
            return "?"  # it will be set aside
        return self._ids.get(key)

    def _read_comment(self, comment: Mapping[str, Any]) -> ItemRead:
        entry = {**comment, "event": "commented"}
        item = self._ids[key_in(str(comment["issue_url"]))]
        return ItemRead(item, None, list(entry_events(item, entry)), list(names_in([entry])))

    def _facts(self, records: list[Any], read: Callable[[Any], ItemRead]) -> Batch:
        page = collect(records, read)
        return Batch(
            page.events, {}, page.names, skipped=page.skipped, cursor=self._cursor(),
            progress=Progress(self._done),
        )  # fmt: skip

    # --- One by one

    def _one(self, key: str) -> Batch:
        repo, mark_, number = key.rpartition("#")
        if not mark_ or not number.isdigit() or repo.count("/") != 1:
            raise SourceError(f"source {self._config.name!r}: {key!r} is not of the form owner/name#12")
        raw = self._api.issue(repo, number)
        return replace(self._batch(self._one_by_one(repo, [raw])), cursor=None)

    def _one_by_one(self, repo: str, raws: list[Any]) -> list[Issue]:
        """Issues with all that can be had of them."""
        if self._histories is not None:
            try:
                return self._histories.of(repo, raws)
            except NoGraph:
                self._histories = None
        return [self._by_timeline(repo, raw) for raw in raws]

    def _by_timeline(self, repo: str, raw: Any) -> Issue:
        """An issue and its timeline, a request each, where there is no GraphQL."""
        try:
            pages = self._pages(f"/repos/{repo}/issues/{raw['number']}/timeline")
            entries = [e for page in pages for e in page]
            if is_behind(Issue(raw, repo, entries)):
                again = self._api.issue(repo, raw["number"])
                raw = again if _is_in(repo, again) else raw
            return Issue(raw, repo, [e for e in entries if not _is_later(e, raw)])
        except (Missing, KeyError, TypeError) as e:
            return Issue(raw, repo, error=e)

    def _census(self, repos: list[str]) -> Iterator[Batch]:
        """Asks for each issue that the log has and no list showed: deleted, transferred, or hidden."""
        known = self._known
        missing = {i: key for i, key in known.items() if i not in self._seen}
        name = self._config.name
        if batch := lost_sight(name, len(missing), len(known), Progress(self._done)):
            yield batch
            return
        unseen: list[str] = []
        for item, key in sorted(missing.items()):
            repo, _, number = key.rpartition("#")
            try:
                raw = self._api.issue(repo, number)
            except Gone:
                why = "the tracker says that it is deleted (410)"
                yield Batch(gone={item: why}, progress=Progress(self._done))
            except Missing:
                unseen.append(key)
            else:
                yield self._found(item, raw)
        if unseen:
            note = (
                f"source {name!r}: missing or not allowed (404), and not marked as deleted: "
                f"{', '.join(unseen[:5])}{' …' if len(unseen) > 5 else ''}. Check the token's access"
            )
            yield Batch(notes=(note,), partial=True, progress=Progress(self._done))

    def _found(self, item: str, raw: Any) -> Batch:
        """An issue that no list shows and its old address still leads to. A transferred one has another
        id there: what it is now is noted under the id we know, its history comes with the new one."""
        repo = key_in(str(raw["url"])).rpartition("#")[0]
        batch = self._batch(self._one_by_one(repo, [raw]))
        shown = next(iter(batch.present.values()), None)
        if shown is None or str(raw["id"]) == item:
            return batch
        return replace(batch, events=(), present={item: shown})

    def _batch(self, issues: Iterable[Issue]) -> Batch:
        by_raw = {id(i.raw): i for i in issues}
        for issue in by_raw.values():
            if isinstance(issue.error, Missing):  # it may only have been out of sight
                self._owe(issue)
        page = collect([i.raw for i in by_raw.values()], lambda raw: read_issue(by_raw[id(raw)]))
        self._done += len(by_raw)
        self._seen |= page.present.keys() | {_raw_id(i.raw) for i in by_raw.values()}
        self._ids |= {seen.state["key"][""]: item for item, seen in page.present.items()}
        return Batch(
            page.events, page.present, page.names, skipped=page.skipped, cursor=self._cursor(),
            progress=Progress(self._done), notes=self._histories.notes if self._histories else (),
        )  # fmt: skip

    def _owe(self, issue: Issue) -> None:
        place, number = self._places.get(issue.repo, Place()), issue.raw.get("number")
        if isinstance(number, int) and number not in place.owed:
            self._places[issue.repo] = replace(place, owed=(*place.owed, number))

    def _cursor(self) -> str:
        return json.dumps({r: asdict(p) for r, p in self._places.items()}, sort_keys=True)


def mark(raw: Any) -> tuple[str, int]:
    """The record's id, and its update time in microseconds; 0 where it cannot be read."""
    try:
        return str(raw["id"]), microseconds(raw["updated_at"])
    except (KeyError, TypeError, ValueError):
        return _raw_id(raw), 0


def _is_later(entry: Any, raw: Any) -> bool:
    """Whether the entry is of an edit that `raw` does not show yet; the next run has both."""
    if not isinstance(entry, dict) or entry.get("event") not in MOVING:
        return False
    try:
        return microseconds(entry["created_at"]) > microseconds(raw["updated_at"])
    except (KeyError, TypeError, ValueError):
        return False  # it will be set aside


def _is_in(repo: str, raw: Any) -> bool:
    """Whether the issue is in this repository, rather than where a redirect led to."""
    try:
        return key_in(str(raw["url"])).rpartition("#")[0].lower() == repo.lower()
    except (KeyError, TypeError, ValueError):
        return True  # it will be set aside, if it cannot be read


def _opened(raw: Any) -> int:
    try:
        return microseconds(raw["created_at"])
    except (KeyError, TypeError, ValueError):
        return 0


def _raw_id(raw: Any) -> str:
    return str(raw.get("id")) if isinstance(raw, dict) else repr(raw)


def _is_pull(raw: Any) -> bool:
    return isinstance(raw, dict) and bool(raw.get("pull_request"))


def _is_pull_comment(raw: Any) -> bool:
    return isinstance(raw, dict) and "/pull/" in str(raw.get("html_url"))


def _issue_of(event: Any) -> Any:
    return event.get("issue") if isinstance(event, dict) else None


def _ids_in(events: Iterable[Any]) -> dict[str, str]:
    """key → id of the issues that a page of events is about."""
    found: dict[str, str] = {}
    for issue in map(_issue_of, events):
        if isinstance(issue, dict) and not _is_pull(issue):
            try:
                found[key_in(str(issue["url"]))] = str(issue["id"])
            except (KeyError, ValueError):
                continue
    return found


def _number(event: Any) -> str:
    return entry_number(event) if isinstance(event, dict) else ""


def _read_event(event: Mapping[str, Any]) -> ItemRead:
    issue = event["issue"]
    closed = issue.get("closed_at") == event["created_at"] and issue.get("state") == "closed"
    history = list(entry_events(str(issue["id"]), event, issue.get("state_reason") if closed else None))
    return ItemRead(str(issue["id"]), None, history, list(names_in([event])))


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
