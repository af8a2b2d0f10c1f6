"""Reads what happened in one GitHub repository without GraphQL: all events and all comments, as two lists."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.errors import MALFORMED, SourceError, Unavailable
from tracker_sync.sources import Collected, ItemRead, collect
from tracker_sync.sources.github_api import PAGE, GithubApi
from tracker_sync.sources.github_item import entry_events, entry_number, key_in, names_in
from tracker_sync.sources.github_place import SECOND, Place, is_pull, iso, mark
from tracker_sync.sources.paging import Page, by_update
from tracker_sync.sources.transport import number_of


class Read(Struct, frozen=True):
    """A page of one of the lists."""

    page: Collected
    place: Place
    """How far the repository was read with it."""
    strange: bool = False
    """Whether comments were left out, since their issues were."""


class Lists:
    """The two lists of one repository. `ids`: key → id of the issues met so far; the events add theirs."""

    def __init__(self, api: GithubApi, repo: str, ids: dict[str, str]) -> None:
        self._api, self._repo, self._ids = api, repo, ids

    def events(self, place: Place) -> Iterator[Read]:
        """The repository's events, newest first, down to those that an earlier run has read."""
        known = int(place.event or 0)
        lowest = place.walk.get("lowest", 0)
        for page in self._pages_from(place.walk["next"], lowest):
            numbers = [n for e in page.records if (n := _number(e))]
            newest = place.walk["newest"] or str(max(numbers, default=known))
            more = page.more if not numbers or min(numbers) > known else None
            if more:
                self._api.own(more)
            lowest = min(numbers, default=lowest)
            kept = {"until": place.walk["until"], "before": place.walk["before"], "newest": newest}
            walk = kept | ({"next": more, "lowest": lowest} if more else {})
            place = replace(place, walk=walk, event=place.event if more else newest)
            self._ids |= _ids_in(page.records)
            # Those that were read before may name another issue by the key that it has by now.
            fresh = [e for e in page.records if not 0 < _number(e) <= known]
            yield Read(collect([e for e in fresh if not is_pull(_issue_of(e))], _read_event), place)
            if more is None:
                return

    def _pages_from(self, start: str | None, lowest: int) -> Iterator[Page]:
        """Pages of events from where an earlier run stopped, which had read down to number `lowest`."""
        page = self._rejoined(start, lowest) if start else None
        page = page or self._api.page(f"/repos/{self._repo}/issues/events", {"per_page": PAGE})
        while True:
            yield page
            if page.more is None:
                return
            page = self._api.after(page)

    def _rejoined(self, start: str, lowest: int) -> Page | None:
        """The first page to read again; None where there is none any more. Where issues were deleted
        meanwhile, all events have moved up: so from a page that still has some of those that were read."""
        at = _page_before(start)
        while at:
            try:
                page = self._api.page(at, {})
            except Unavailable:
                raise
            except SourceError:
                return None
            if any(_number(e) >= lowest for e in page.records):
                return page
            at = _page_before(at)
        return None

    def comments(self, place: Place, since: int | None) -> Iterator[Read]:
        """The repository's comments updated since, in order of update. Where one is on an issue that is
        not known yet, the place stays before it."""
        wanted = {"sort": "updated", "direction": "asc", "per_page": PAGE}

        def fetch(since: int | None, more: Any) -> Page:
            if more is not None:
                return self._api.page(more, {})
            start = {} if since is None else {"since": iso(since)}
            return self._api.page(f"/repos/{self._repo}/issues/comments", wanted | start)

        stop = 1 << 62
        for stride in by_update(fetch, since, mark, step=SECOND):
            owned = [(c, self._owner(c)) for c in stride.records if not _is_on_pull(c)]
            strange = [c for c, owner in owned if owner is None]
            stop = min([stop, *(mark(c)[1] - 1 for c in strange)])
            until = min(max(place.commented, stride.until or 0), stop)
            place = replace(place, commented=until)
            page = collect([c for c, owner in owned if owner is not None], self._read_comment)
            yield Read(page, place, strange=bool(strange))

    def _owner(self, comment: Any) -> str | None:
        """The id of the issue that a comment is on; None where it is not one of ours."""
        try:
            key = key_in(str(comment["issue_url"]))
        except MALFORMED:
            return "?"  # it will be set aside
        return self._ids.get(key)

    def _read_comment(self, comment: Mapping[str, Any]) -> ItemRead:
        entry = {**comment, "event": "commented"}
        item = self._ids[key_in(str(comment["issue_url"]))]
        return ItemRead(item, None, list(entry_events(item, entry)), list(names_in([entry])))


def _is_on_pull(raw: Any) -> bool:
    return isinstance(raw, dict) and "/pull/" in str(raw.get("html_url"))


def _issue_of(event: Any) -> Any:
    return event.get("issue") if isinstance(event, dict) else None


def _ids_in(events: Iterable[Any]) -> dict[str, str]:
    """key → id of the issues that a page of events is about."""
    found: dict[str, str] = {}
    for issue in map(_issue_of, events):
        if isinstance(issue, dict) and not is_pull(issue):
            try:
                found[key_in(str(issue["url"]))] = str(issue["id"])
            except MALFORMED:
                continue
    return found


def _page_before(address: str) -> str | None:
    """The address of the page before; None for that of the first, or where pages have no numbers."""
    found = re.search(r"(?<=[?&]page=)\d+", address)
    if found is None or int(found[0]) < 2:
        return None
    return f"{address[: found.start()]}{int(found[0]) - 1}{address[found.end() :]}"


def _number(event: Any) -> int:
    """The event's number, which grows with time; 0 where it has none."""
    number = entry_number(event) if isinstance(event, dict) else ""
    return number_of(number) or 0


def _read_event(event: Mapping[str, Any]) -> ItemRead:
    issue = event["issue"]
    closed = issue.get("closed_at") == event["created_at"] and issue.get("state") == "closed"
    history = list(entry_events(str(issue["id"]), event, issue.get("state_reason") if closed else None))
    return ItemRead(str(issue["id"]), None, history, list(names_in([event])))
