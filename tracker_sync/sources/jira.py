"""Reads Jira, Cloud and Data Center: what changed, whole, at the fewest requests."""

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Any, TypeGuard

from msgspec import Struct, field
from msgspec.structs import asdict, replace

from tracker_sync.config import JiraConfig
from tracker_sync.errors import MALFORMED, ConfigError, Missing
from tracker_sync.events import Changed, Event
from tracker_sync.sources import (
    Ask,
    Batch,
    Collected,
    ItemRead,
    Left,
    Progress,
    Remembered,
    collect,
    lost_sight,
    microseconds,
)
from tracker_sync.sources.jira_api import BULK, RECONCILED, JiraApi
from tracker_sync.sources.jira_fields import Catalogue, status_name
from tracker_sync.sources.jira_item import in_order, links_elsewhere, logged_items, read_issue
from tracker_sync.sources.paging import Stride, batched, by_update
from tracker_sync.sources.transport import ahead, number_of
from tracker_sync.sources.wire import IN_FLIGHT

OVERLAP_MS = 60_000
"""Search lags behind writes and servers' clocks differ: each run re-reads this much."""
REPLICA_MS = 5_000
"""How old an edit is before nobody shows its issue without another edit of the same second."""
MOST_NEAR = 500
MOST_OWED = 200
"""Issues whose long changelogs wait to be fetched together; they are in memory meanwhile."""
RESTLESS = "source {!r}: issues are edited faster than they can be read; the next run goes on"
UNREAD = "tracker-sync could not read the rest"


class Cursor(Struct, frozen=True):
    """How far a site was read."""

    at: int = 0
    """The newest update time read, by the site's clock, in milliseconds."""
    near: dict[str, int] = field(default_factory=dict)
    """id → update time of what was read within the overlap, so that it is not read in vain again."""
    owed: tuple[str, ...] = ()
    """Ids of issues that were listed, and of which something was still to be fetched."""
    walking: bool = False
    """Whether a list was being read; if a run begins with that, the one before it was broken off."""

    @classmethod
    def parse(cls, text: str | None) -> "Cursor | None":
        """The cursor of a text that `str` made; older logs held the bare update time."""
        if text is None:
            return None
        value = json.loads(text)
        if isinstance(value, int):
            return cls(value)
        return cls(value["at"], value["near"], tuple(value["owed"]), value.get("walking", False))

    def __str__(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    def after(self, records: Iterable[Any], until: int | None, now: int) -> "Cursor":
        """The cursor once these records are read, and everything updated up to `until`; `now` is the
        site's time at which they were read.

        Some databases keep whole seconds: in the second of its last edit, an issue may be edited again.
        """
        at = max(self.at, until or 0)
        marks = self.near | {
            i: t for i, t in map(_mark, records) if t % 1000 or 0 < t < min(at, now - REPLICA_MS)
        }
        near = sorted((t, i) for i, t in marks.items() if t >= at - OVERLAP_MS)[-MOST_NEAR:]
        return replace(self, at=at, near={i: t for t, i in near})


class JiraSource:
    """A Jira site, read by JQL in order of update."""

    def __init__(self, config: JiraConfig, user: str | None, token: str | None) -> None:
        self.name = config.name
        self._config = config
        self._api = JiraApi(config, user, token)

    def pull(self, ask: Ask) -> Iterator[Batch]:
        """The cursor is JSON: see `Cursor`."""
        yield from ahead(_Pull(self._config, self._api, ask).batches())

    def left(self) -> tuple[Left, ...]:
        return self._api.left()


class _Pull:
    """One pull: what it has learned of the site, and what it still owes."""

    def __init__(self, config: JiraConfig, api: JiraApi, ask: Ask) -> None:
        self._config, self._api, self._ask = config, api, ask
        self._cursor = Cursor.parse(ask.cursor) or Cursor()
        self._was_broken_off = self._cursor.walking
        self._known = ask.known() if ask.full or self._was_broken_off else {}
        self._newest = 0
        self._owed: list[Any] = []
        self._unread: dict[str, None] = {}
        """Ids of issues of which something was missing when it was asked for; the next run tries again."""
        self._done = 0
        self._seen: set[str] = set()
        self._fields = Remembered.of(ask, "fields")
        self._statuses = Remembered.of(ask, "statuses")
        self._named = set[str](json.loads(ask.remembered.get("statuses named", "[]")))
        self._spoken = set[str](json.loads(ask.remembered.get("statuses spoken of", "[]")))
        self._catalogue = Catalogue([])
        if api.cloud is None and "cloud" in ask.remembered:
            api.cloud = ask.remembered["cloud"] == "yes"
        api.reconcile = sorted(n for i in self._cursor.near if (n := number_of(i)) is not None)[-RECONCILED:]
        api.latest = ask.now // 1000

    def batches(self) -> Iterator[Batch]:
        is_anew = self._ask.full or self._ask.cursor is None
        since = None if is_anew else max(0, self._cursor.at - OVERLAP_MS)
        strides = by_update(
            self._api.search, since, _mark,
            step=1000, settled=lambda newest: max(self._api.now, newest) - OVERLAP_MS,
        )  # fmt: skip
        timed = ((s, self._api.now) for s in strides)
        first: list[tuple[Stride, int]] = []
        if self._ask.item is None or self._api.cloud is None:
            first = [next(timed)]  # only now do we know which Jira this is
        yield self._site()
        if self._ask.item is not None:
            if not self._ask.within or self._api.is_asked_for(self._ask.item):
                yield self._batch([self._api.issue(self._ask.item)], cursor=False)
            return
        yield from self._asked_again()
        is_whole = False
        for stride, now in chain(first, timed):
            if batch := self._listed(stride, now):
                yield batch
            if len(self._owed) >= MOST_OWED:
                yield self._settled()
            is_whole = stride.is_last
        if is_whole:
            self._cursor = self._cursor.after([], self._newest, self._api.now)
        if self._api.has_links:  # so those who said there are none are to be asked again
            self._unread |= dict.fromkeys(self._api.linkless)
        yield self._settled()
        if not is_whole:
            yield Batch(
                notes=(RESTLESS.format(self._config.name),), partial=True, progress=Progress(self._done)
            )
        if self._ask.full:
            yield from self._census()
        elif is_whole and self._was_broken_off:
            # An edit at the border of its pages can have hidden an issue from whoever did not see the end.
            yield from self._missed(self._api.census())
        if self._spoken - self._named and not self._statuses.is_fresh(self._ask.now):
            yield self._all_statuses()

    # --- What the site is like

    def _site(self) -> Batch:
        """What its fields are, asked for once a day."""
        if self._fields.is_fresh(self._ask.now):
            self._catalogue = Catalogue(self._fields.value["fields"], self._fields.value.get("former", {}))
            if self._lacking() is None:
                return Batch()
        return self._all_fields()

    def _all_fields(self, strange: Iterable[str] = ()) -> Batch:
        """What its fields are called now; `strange` are names that histories have and the site had not."""
        before = {f["id"]: f["name"] for f in self._fields.value.get("fields", [])}
        fields = [e for f in self._api.fields() if (e := _essential(f))]
        renamed = {before[f["id"]]: f["id"] for f in fields if before.get(f["id"], f["name"]) != f["name"]}
        former = self._fields.value.get("former", {}) | renamed
        self._catalogue = Catalogue(fields, former)
        if (lacking := self._lacking()) is not None:
            role, name = lacking
            raise ConfigError(
                f"source {self._config.name!r}: {self._config.url} has no field called {name!r} "
                f"(fields.{role}). Check its name there; it may have been renamed or hidden"
            )
        value = {"fields": fields, "former": former, "strange": sorted(strange)}
        self._fields = Remembered(self._ask.now, value)
        return Batch(names=tuple(self._catalogue.names()), remember={"fields": str(self._fields)})

    def _renamed(self, records: list[Any]) -> Batch:
        """What the fields are called by now, where a history names one that we do not know: no more than
        once in a run, and not for what was strange when it was asked before."""
        if self._fields.at == self._ask.now:
            return Batch()
        known = {*self._fields.value.get("strange", ())}
        found = {name for r in records for i in logged_items(r) if (name := self._catalogue.strange(i))}
        return Batch() if found <= known else self._all_fields(found | known)

    def _lacking(self) -> tuple[str, str] | None:
        """(role, name) of a configured field that the site does not have."""
        for role, name in asdict(self._config.fields).items():
            if name and not self._catalogue.ids_of(name):
                return str(role), str(name)
        return None

    def _all_statuses(self) -> Batch:
        """The categories of statuses that histories speak of and no issue is in."""
        try:
            names = [n for s in self._api.statuses() if isinstance(s, dict) and (n := status_name(s))]
        except Missing as e:
            note = f"{e}. Statuses that no issue is in any more have no category"
            return Batch(notes=(note,), partial=True, progress=Progress(self._done))
        self._named |= {n.key for n in names}
        kept = Remembered(self._ask.now, {})
        remember = {"statuses": str(kept), **self._statuses_known()}
        return Batch(names=tuple(names), progress=Progress(self._done), remember=remember)

    def _statuses_known(self) -> dict[str, str]:
        return {
            "statuses named": json.dumps(sorted(self._named)),
            "statuses spoken of": json.dumps(sorted(self._spoken - self._named)),
        }

    def _note_statuses(self, page: Collected) -> None:
        self._named |= {n.key for n in page.names if n.attr == "status"}
        self._spoken |= {k for e in page.events if _is_status(e) for k in (e.key, e.old_key) if k}

    # --- Pages

    def _listed(self, stride: Stride, now: int) -> Batch | None:
        """A page of the search; those whose changelogs are cut are owed, to be fetched together."""
        self._newest = max([self._newest, *(t for _, t in map(_mark, stride.records))])
        near = {} if self._ask.full else self._cursor.near
        records = [r for r in stride.records if (m := _mark(r))[1] == 0 or near.get(m[0]) != m[1]]
        owed = [r for r in records if self._api.cloud and _lacks_changes(r)]
        self._owed += owed
        before = self._cursor
        self._cursor = self._cursor.after(records, stride.until, now)
        self._cursor = replace(self._cursor, walking=not stride.is_last)
        if not records and self._cursor == before:
            return None
        apart = {id(r) for r in owed}
        return self._batch([r for r in records if id(r) not in apart], total=stride.total)

    def _settled(self) -> Batch:
        """The issues whose changelogs were too long for their page, each with the whole of it."""
        owed, self._owed = self._owed, []
        logs = self._api.changelogs([_mark(r)[0] for r in owed]) if self._api.cloud else {}
        return self._batch([_with_changes(r, logs[i]) if (i := _mark(r)[0]) in logs else r for r in owed])

    def _asked_again(self) -> Iterator[Batch]:
        """What earlier runs owe. What cannot be seen at all is owed until a census says that it is gone."""
        self._unread = dict.fromkeys(self._cursor.owed)
        for some in batched(self._cursor.owed, MOST_OWED):
            self._owed = self._api.issues_by_id(some)
            for record in self._owed:
                self._unread.pop(_mark(record)[0], None)
            yield self._settled()

    def _batch(self, records: list[Any], *, total: int | None = None, cursor: bool = True) -> Batch:
        whole = self._whole(records)
        site = self._renamed(whole)
        page = collect(whole, partial(_read, self._catalogue))
        self._unread |= {_mark(r)[0]: None for r in whole if isinstance(r, dict) and UNREAD in r}
        self._cursor = replace(self._cursor, owed=self._owing())
        self._note_statuses(page)
        self._seen |= {_mark(r)[0] for r in records}
        self._done += len(records)
        remember = {"cloud": "yes" if self._api.cloud else "no", **self._statuses_known()}
        return Batch(
            page.events, page.present, (*site.names, *page.names), skipped=page.skipped,
            cursor=str(self._cursor) if cursor else None, remember={**site.remember, **remember},
            progress=Progress(self._done, total), notes=tuple(self._notes(page)),
        )  # fmt: skip

    def _owing(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self._unread, *(_mark(r)[0] for r in self._owed)]))

    def _whole(self, records: list[Any]) -> list[Any]:
        if not any(map(_is_short, records)):
            return records
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            return list(pool.map(self._completed, records))

    def _completed(self, raw: Any) -> Any:
        """The issue with whatever its page left out, or with the reason why that cannot be had."""
        try:
            if _lacks_changes(raw):
                raw = _with_changes(raw, self._api.changes(_mark(raw)[0]))
            if _lacks_comments(raw):
                comments = self._api.comments(_mark(raw)[0])
                comment = raw["fields"]["comment"] | {"comments": comments}
                raw = raw | {"fields": raw["fields"] | {"comment": comment}}
            if links_elsewhere(raw):
                links = self._api.remote_links(_mark(raw)[0])
                raw = raw if links is None else raw | {"remotelinks": links}
        except Missing as e:
            return raw | {UNREAD: e}
        return raw

    def _notes(self, page: Collected) -> Iterator[str]:
        if self._api.has_links is False or self._api.linkless:
            yield (
                f"source {self._config.name!r}: {self._config.url} gives no links to things outside Jira "
                "(they are switched off, or it answers 404)"
            )
        cut = [one for one in page.present.values() if one.history_from is not None]
        if cut:
            yield (
                f"source {self._config.name!r}: {self._config.url} does not give the whole history of "
                "some issues (the permission to see changes, or its limit on their number): theirs starts "
                "where it does"
            )

    # --- What a list of changes cannot tell

    def _census(self) -> Iterator[Batch]:
        """Every id that the site has now against every id that the log has."""
        there, known = self._api.census(), self._known
        yield from self._missed(there)
        missing = sorted(known.keys() - there.keys())
        yield from self._found(missing)  # whether or not we can read what comes: it is there
        yield self._buried({i: known[i] for i in missing if i not in self._seen}, len(known), there)

    def _missed(self, there: Mapping[str, str]) -> Iterator[Batch]:
        """Issues that no run has read."""
        yield from self._found(sorted(there.keys() - self._known.keys() - self._seen))

    def _found(self, ids: list[str]) -> Iterator[Batch]:
        """Those of the ids that can be read one by one: missed so far, or not in the JQL any more."""
        for some in batched(ids, BULK):
            if records := self._api.issues_by_id(some):
                yield self._batch(records)

    def _buried(self, lost: Mapping[str, str], known: int, there: Mapping[str, str]) -> Batch:
        """Tombstones for what is lost, unless it looks as if we lost the permission instead."""
        name = self._config.name
        if batch := lost_sight(name, len(lost), known, Progress(self._done)):
            return batch
        visible = {_project(key) for key in there.values()}
        unseen = {p for p in {_project(k) for k in lost.values()} - visible if not self._api.has_project(p)}
        notes = [
            f"source {name!r}: the project {p} is not to be seen any more: deleted, or not allowed. Its "
            "issues were not marked as deleted"
            for p in sorted(unseen)
        ]
        gone = {
            i: "neither a search nor a look-up by its id finds it"
            for i, key in lost.items()
            if _project(key) not in unseen
        }
        self._unread = {i: None for i in self._unread if i in there or i in self._seen}
        self._cursor = replace(self._cursor, owed=self._owing())
        return Batch(
            gone=gone, notes=tuple(notes), partial=bool(notes), cursor=str(self._cursor),
            progress=Progress(self._done),
        )  # fmt: skip


def _read(catalogue: Catalogue, raw: Any) -> ItemRead:
    if isinstance(raw, dict) and UNREAD in raw:
        raise raw[UNREAD]
    return read_issue(raw, catalogue)


def _essential(info: Any) -> dict[str, Any] | None:
    """Of a field's description what we use, since all of it would be remembered; None for what is none."""
    try:
        schema = info.get("schema") or {}
        kept = {k: schema[k] for k in ("type", "items", "custom") if k in schema}
        return {"id": str(info["id"]), "name": str(info.get("name", "")), "schema": kept}
    except MALFORMED:
        return None


def _mark(raw: Any) -> tuple[str, int]:
    """The issue's id, and its update time in milliseconds; 0 where it cannot be read."""
    try:
        return str(raw["id"]), microseconds(raw["fields"]["updated"]) // 1000
    except MALFORMED:
        return str(raw.get("id")) if isinstance(raw, dict) else repr(raw), 0


def _is_short(raw: Any) -> bool:
    """Whether its page left out something that is to be had by a request of its own."""
    return _lacks_changes(raw) or _lacks_comments(raw) or links_elsewhere(raw)


def _lacks_changes(raw: Any) -> bool:
    """Whether its changelog says that it has more changes than came with it."""
    log = raw.get("changelog") if isinstance(raw, dict) else None
    return isinstance(log, dict) and _count(log, "histories") < _total(log)


def _lacks_comments(raw: Any) -> bool:
    """Whether it has more comments than came with it."""
    fields = raw.get("fields") if isinstance(raw, dict) else None
    comment = fields.get("comment") if isinstance(fields, dict) else None
    return isinstance(comment, dict) and _count(comment, "comments") < _total(comment)


def _count(part: Mapping[str, Any], key: str) -> int:
    rows = part.get(key)
    return len(rows) if isinstance(rows, list) else 0


def _total(part: Mapping[str, Any]) -> int:
    total = part.get("total")
    return total if isinstance(total, int) else 0


def _with_changes(raw: dict[str, Any], histories: list[Any]) -> dict[str, Any]:
    """The issue with the changes that its page left out, but none made after that: rewound together with
    a present that does not show them, they would tell of edits that nobody made."""
    total = _total(raw["changelog"])
    if len(histories) > total:
        with suppress(*MALFORMED):  # it will be set aside
            histories = in_order(histories)[:total]
    return raw | {"changelog": raw["changelog"] | {"histories": histories}}


def _is_status(event: Event) -> TypeGuard[Changed]:
    return isinstance(event, Changed) and event.attr == "status"


def _project(key: str) -> str:
    return key.rpartition("-")[0]
