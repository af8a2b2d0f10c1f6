"""Reads GitHub and GitHub Enterprise: what changed, whole, at the fewest requests."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from msgspec.structs import asdict, replace

from tracker_sync.config import GithubConfig
from tracker_sync.errors import MALFORMED, Gone, Missing, Overloaded, SourceError
from tracker_sync.sources import (
    Ask,
    Batch,
    Collected,
    Left,
    Progress,
    Remembered,
    collect,
    lost_sight,
    microseconds,
)
from tracker_sync.sources.github_api import PAGE, Astray, GithubApi
from tracker_sync.sources.github_histories import Histories, NoGraph
from tracker_sync.sources.github_item import MOVING, Issue, is_behind, key_in, read_issue
from tracker_sync.sources.github_lists import Lists, Read
from tracker_sync.sources.github_place import OVERLAP, SECOND, Place, is_pull, iso, mark, raw_id
from tracker_sync.sources.paging import Page, Stride, batched, by_update
from tracker_sync.sources.transport import ahead, as_list

FEW = 5
"""Changed issues that are read one by one where there is no GraphQL: a request each tells all of them."""
AGAIN = 2
"""How often an issue is read again that is edited while it is read."""


class GithubSource:
    """Repositories, each read in order of update; pull requests are not items."""

    def __init__(self, config: GithubConfig, token: str | None) -> None:
        self.name = config.name
        self._config = config
        self._api = GithubApi(config, token)
        self._token = token

    def pull(self, ask: Ask) -> Iterator[Batch]:
        """The cursor is JSON: repository → `Place`."""
        yield from ahead(_Pull(self._config, self._api, ask, graph=self._token is not None).batches())

    def left(self) -> tuple[Left, ...]:
        return self._api.left()


class _Pull:
    """One pull: where it stands in each repository."""

    def __init__(self, config: GithubConfig, api: GithubApi, ask: Ask, *, graph: bool) -> None:
        self._config, self._api, self._ask = config, api, ask
        cursor = json.loads(ask.cursor) if ask.cursor else {}
        self._places = {repo: Place.parse(value) for repo, value in cursor.items()}
        self._histories = Histories(api, config.name) if graph else None
        self._done = 0
        self._seen: set[str] = set()
        self._missing: set[str] = set()
        """Repositories that cannot be seen."""
        self._left = False
        """Whether an issue of the repository at hand was left to the next run."""
        by_lists = not graph or any(p.lists for p in self._places.values())
        self._known = ask.known() if ask.full or by_lists else {}
        self._ids = {key: item for item, key in self._known.items()}
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
                for batch in chain(self._repository(repo), self._owing(repo, kept.owed)):
                    yield batch
                    kept = self._places[repo]
            except Missing as e:
                self._places[repo] = kept  # what came after the last batch was not read
                self._missing.add(repo)
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
        repos = [r for r in listed if isinstance(r, dict) and r.get("full_name")]
        found = [str(r["full_name"]) for r in repos if not r.get("archived") and r.get("has_issues", True)]
        kept = Remembered(self._ask.now, {"repos": found})
        return found, Batch(remember={f"repos {owner}": str(kept)}, progress=Progress(self._done))

    def _pages(self, path: str) -> Iterator[list[Any]]:
        page = self._api.page(path, {"per_page": PAGE})
        yield page.records
        while page.more:
            page = self._api.after(page)
            yield page.records

    # --- One repository

    def _owing(self, repo: str, owed: Iterable[int]) -> Iterator[Batch]:
        """The issues that an earlier run listed and could not read to the end; after what is new, so that
        they do not keep us from it."""
        for some in batched(owed, PAGE):
            still = [n for n in some if n in self._places[repo].owed]  # or this run has read it
            issues = [i for n in still if (i := self._again(repo, n)) is not None]
            readable = [i.raw for i in issues if i.error is None]
            issues = [i for i in issues if i.error is not None] + self._one_by_one(repo, readable)
            place = self._places[repo]
            self._places[repo] = replace(place, owed=tuple(n for n in place.owed if n not in still))
            if still:
                yield self._batch(issues)

    def _again(self, repo: str, number: int) -> Issue | None:
        """An issue as it is now; None where it is gone, or is listed elsewhere."""
        try:
            raw = self._api.issue(repo, number)
        except (Gone, Astray):
            return None
        except Missing as e:
            return Issue({"number": number}, repo, error=e)
        return Issue(raw, repo) if _is_in(repo, raw) else None

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
                    yield self._batch(self._with_histories(self._histories, repo, stride.records))
            except NoGraph as e:
                self._histories = None
                self._places[repo] = start
                if why := str(e):
                    note = f"{why}. It is read over REST instead, which does not tell cross-references"
                    yield Batch(notes=(note,), progress=Progress(self._done))
        if self._histories is None:
            self._places[repo] = replace(self._places[repo], lists=True)
            was_broken_off = bool(self._places[repo].walk)
            yield from self._by_lists(repo, page)
            if was_broken_off and self._left:  # its events were read before what is new now
                self._left, self._places[repo] = False, replace(self._places[repo], walk={})
                yield from self._by_lists(repo, page)
        self._places[repo] = replace(self._places[repo], etag=None if self._left else head.etag, walk={})
        yield self._batch([])

    def _with_histories(self, histories: Histories, repo: str, raws: list[Any]) -> list[Issue]:
        """Issues by GraphQL; one that is too much for it is read over REST."""
        found = histories.of(repo, raws)
        return [self._by_timeline(repo, i.raw) if isinstance(i.error, Overloaded) else i for i in found]

    def _strides(self, repo: str, newest: Page, until: int | None = None) -> Iterator[Stride]:
        """The issues that changed, oldest change first; those after `until` are left to the next run."""
        place = self._places[repo]
        since = self._since(place.at)
        times = [t for _, t in map(mark, newest.records) if t]
        if until is None and (newest.more is None or (since is not None and times and times[-1] < since)):
            # The newest page holds all of it.
            wanted = [
                r for r in reversed(newest.records) if since is None or mark(r)[1] >= since or not mark(r)[1]
            ]
            strides = iter([Stride(wanted, times[0] if times else None, is_last=True)])
        else:
            strides = by_update(lambda s, more: self._list(repo, s, more), since, mark, step=SECOND)
        at, is_whole = place.at, False
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
            self._places[repo] = self._places[repo].after(fresh, end, self._api.now)
            yield Stride([r for r in fresh if not is_pull(r)], end)
            is_whole = stride.is_last
        if is_whole:
            self._places[repo] = self._places[repo].after([], at, self._api.now)
        self._left |= not is_whole  # edited faster than they can be read

    def _since(self, at: int) -> int | None:
        """From which update time a list read up to `at` is read on; None: from its start."""
        return None if self._ask.full or not at else max(0, at - OVERLAP)

    def _list(self, repo: str, since: int | None, more: Any) -> Page:
        if more is not None:
            return self._api.page(more, {})
        wanted: dict[str, Any] = {"state": "all", "sort": "updated", "direction": "asc", "per_page": PAGE}
        if since is not None:
            wanted["since"] = iso(since)
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
        lists = Lists(self._api, repo, self._ids)
        if "next" in place.walk:
            for read in lists.events(place):
                yield self._facts(repo, read)
        until, before = self._places[repo].walk["until"], self._places[repo].walk["before"]
        for stride in self._strides(repo, newest, until):
            yield self._batch([
                # Older than the events just read, and new to us: it was transferred here.
                self._by_timeline(repo, r) if self._is_unknown(r) and 0 < _opened(r) <= before
                else Issue(r, repo, whole=False)
                for r in stride.records
            ])  # fmt: skip
        place = self._places[repo]
        for read in lists.comments(place, self._since(place.commented)):
            self._left |= read.strange  # their issue was left to the next run, and so are they
            yield self._facts(repo, read)

    def _facts(self, repo: str, read: Read) -> Batch:
        self._places[repo] = read.place
        return self._page(read.page)

    def _is_unknown(self, raw: Any) -> bool:
        return raw_id(raw) not in self._known and raw_id(raw) not in self._seen

    def _is_little(self, repo: str, newest: Page) -> bool:
        """Whether few issues changed, and the page of the newest has all of them."""
        place = self._places[repo]
        since = self._since(place.at) or 0
        marks = [(mark(r), r) for r in newest.records if not is_pull(r)]
        changed = [r for (i, at), r in marks if (at >= since or not at) and place.near.get(i) != at]
        reaches = newest.more is None or any(0 < mark(r)[1] < since for r in newest.records)
        return reaches and len(changed) <= FEW and not place.walk

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
                return self._with_histories(self._histories, repo, raws)
            except NoGraph:
                self._histories = None
        return [self._by_timeline(repo, raw) for raw in raws]

    def _by_timeline(self, repo: str, raw: Any) -> Issue:
        """An issue and its timeline, a request each, where there is no GraphQL."""
        try:
            path = f"/repos/{repo}/issues/{raw['number']}/timeline"
            entries = [e for page in self._pages(path) for e in page]
            for _ in range(AGAIN):
                if not is_behind(Issue(raw, repo, entries)):
                    break
                again = self._api.issue(repo, raw["number"])
                raw = again if _is_in(repo, again) else raw
                entries = [e for page in self._pages(path) for e in page]
            return Issue(raw, repo, [e for e in entries if not _is_later(e, raw)])
        except (Missing, *MALFORMED) as e:
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
            if repo in self._missing:
                unseen.append(key)
                continue
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
            self._note(issue)
        page = collect([i.raw for i in by_raw.values()], lambda raw: read_issue(by_raw[id(raw)]))
        self._done += len(by_raw)
        self._seen |= page.present.keys() | {raw_id(i.raw) for i in by_raw.values()}
        self._ids |= {seen.state["key"][""]: item for item, seen in page.present.items()}
        return self._page(page)

    def _page(self, page: Collected) -> Batch:
        return Batch(
            page.events, page.present, page.names, skipped=page.skipped, cursor=self._cursor(),
            progress=Progress(self._done), notes=self._histories.notes if self._histories else (),
        )  # fmt: skip

    def _note(self, issue: Issue) -> None:
        """It is owed if a part of it was missing, which may only have been out of sight; and if it cannot be
        read, its comments can."""
        number = issue.raw.get("number") if isinstance(issue.raw, dict) else None
        if not isinstance(number, int):
            return
        if "id" in issue.raw:
            self._ids.setdefault(f"{issue.repo}#{number}", raw_id(issue.raw))
        place = self._places.get(issue.repo, Place())
        if isinstance(issue.error, Missing) != (number in place.owed):
            owed = [n for n in place.owed if n != number]
            owed += [number] if isinstance(issue.error, Missing) else []
            self._places[issue.repo] = replace(place, owed=tuple(owed))

    def _cursor(self) -> str:
        return json.dumps({r: asdict(p) for r, p in self._places.items()}, sort_keys=True)


def _is_later(entry: Any, raw: Any) -> bool:
    """Whether the entry is of an edit that `raw` does not show yet; the next run has both."""
    if not isinstance(entry, dict) or entry.get("event") not in MOVING:
        return False
    try:
        return microseconds(entry["created_at"]) > microseconds(raw["updated_at"])
    except MALFORMED:
        return False  # it will be set aside


def _is_in(repo: str, raw: Any) -> bool:
    """Whether the issue is in this repository, rather than where a redirect led to."""
    try:
        return key_in(str(raw["url"])).rpartition("#")[0].lower() == repo.lower()
    except MALFORMED:
        return True  # it will be set aside, if it cannot be read


def _opened(raw: Any) -> int:
    try:
        return microseconds(raw["created_at"])
    except MALFORMED:
        return 0
