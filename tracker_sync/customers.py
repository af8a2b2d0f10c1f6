"""The customers file: accounts, their other names, and what they were to us when."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, timedelta, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tracker_sync import csvfile
from tracker_sync.csvfile import Row, RowError
from tracker_sync.strategy import Icp, midnight, normal

if TYPE_CHECKING:
    from tracker_sync.mentions import Mentions

HEADER = "name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent"
STATUSES = ("prospect", "customer", "design-partner", "churned")


class Standing(Struct, frozen=True):
    """One row of the file: what an account was to us in a span of time."""

    since: int
    until: int | None
    """Exclusive, in microseconds UTC; the file's `until` is the last day. A later row takes over."""
    status: str
    segment: str
    industry: str
    geography: str
    size: str
    icp: bool | None
    """As stated in the file; None: to be judged by the strategy's ICP."""
    arr: int | None


class Account(Struct, frozen=True):
    """A customer or prospect, whole."""

    name: str
    parent: str | None
    history: tuple[Standing, ...]
    """By time."""

    def at(self, ts: int) -> Standing | None:
        """The row that covers a time; before the first row, the first one; after an end, None."""
        place = bisect_right(self.history, ts, key=lambda s: s.since)
        row = self.history[max(place - 1, 0)]
        return None if row.until is not None and ts >= row.until else row

    def segment(self, ts: int) -> str:
        """The segment that it was in at a time; after the end of a row, the file still says that one."""
        return self.history[max(bisect_right(self.history, ts, key=lambda s: s.since) - 1, 0)].segment


class Customers(Struct, frozen=True, dict=True):
    """All accounts, by every name they go by."""

    accounts: Mapping[str, Account]
    """By normal form of the name."""
    names: Mapping[str, tuple[str, ...]]
    """Normal form of any name, alias or domain → normal forms of the names of the accounts that go by it."""
    spelt: tuple[str, ...]
    """Every name, alias and domain, as the file spells it."""

    def find(self, name: str) -> Account | None:
        """The account that goes by this name: its own, or one that no other account goes by; of several that
        belong to one, that one."""
        if one := self._only(name):
            return one
        roots = {self.root(self.accounts[k].name) for k in self.names.get(normal(name), ())}
        return self._only(roots.pop()) if len(roots) == 1 else None

    def called(self, name: str) -> str:
        """What an account is called: as the file calls it, else the name in small letters and with single
        spaces, so that however it is spelt it is one."""
        account = self.find(name)
        return account.name if account else " ".join(name.casefold().split())

    def _only(self, name: str) -> Account | None:
        """The account that is called so, or that alone goes by this name."""
        key = normal(name)
        keys = (key,) if key in self.accounts else self.names.get(key, ())
        return self.accounts[keys[0]] if len(keys) == 1 else None

    def but(self, names: Iterable[str]) -> "Customers":
        """The same, but for these accounts nobody looks in texts: they are also tools, or partners. Of their
        spellings only domains are left."""
        tools = {account.name for name in names if (account := self._only(name))}
        left = (s for s in self.spelt if "." in s or getattr(self.find(s), "name", None) not in tools)
        return replace(self, spelt=tuple(left)) if tools else self

    def between(self, name: str) -> tuple[str, ...]:
        """The names of the accounts that this name may stand for, where that cannot be told."""
        keys = () if self.find(name) else self.names.get(normal(name), ())
        return tuple(sorted(self.accounts[k].name for k in keys))

    @cached_property
    def mentions(self) -> "Mentions":
        """What finds the accounts in a text; a name of several of them is found as it is spelt."""
        from tracker_sync.mentions import Mentions

        known = ((name, self.find(name)) for name in self.spelt)
        return Mentions((name, account.name if account else name) for name, account in known)

    def root(self, name: str) -> str:
        """The one account that a name stands for: parent companies and resellers count as one."""
        account = self._only(name)
        seen: set[str] = set()
        while account and account.parent and account.name not in seen:
            seen.add(account.name)
            above = self._only(account.parent)
            if above is None:
                break
            account = above
        return account.name if account else name

    def in_icp(self, name: str, at: int, icp: Icp | None) -> bool | None:
        """Whether the account was one that the strategy is for; None where that is not known."""
        account = self.find(name)
        row = account.at(at) if account else None
        if row is None:
            return None
        if row.icp is not None:
            return row.icp
        if icp is None:
            return None
        return fits(row, icp)


EMPTY = Customers({}, {}, ())


def parse(text: str, path: Path, zone: tzinfo = UTC) -> Customers:
    """The accounts of the text of the file at `path`; of no text, none. Raises ConfigError with file and
    line."""
    found: dict[str, list[Standing]] = {}
    titles: dict[str, tuple[str, str | None]] = {}
    spelt: dict[str, None] = {}
    names: dict[str, dict[str, None]] = {}
    # not strict: what the log took of an earlier version stays readable
    for row, standing in csvfile.parse(text, path, HEADER, lambda r: (r, _standing(r, zone)), strict=False):
        key = normal(row["name"])
        found.setdefault(key, []).append(standing)
        titles[key] = (row["name"], row["parent"] or titles.get(key, ("", None))[1])
        for other in [row["name"], *row["aliases"].split(";"), *row["domains"].split(";")]:
            if spelling := other.strip():
                spelt[spelling] = None
                names.setdefault(normal(spelling), {})[key] = None
    accounts = {k: Account(*titles[k], tuple(sorted(s, key=lambda r: r.since))) for k, s in found.items()}
    return Customers(accounts, {name: tuple(keys) for name, keys in names.items()}, tuple(spelt))


def _standing(row: Row, zone: tzinfo) -> Standing:
    if not normal(row["name"]):
        raise RowError(row.line, "name is empty")
    icp = {"yes": True, "no": False, "": None, "true": True, "false": False}.get(row["icp"].lower(), "?")
    if isinstance(icp, str):
        raise RowError(row.line, f"icp {row['icp']!r} is not yes or no")
    status = row.one_of("status", STATUSES)
    since, until = (row.day(end) if row[end] else None for end in ("since", "until"))
    return Standing(
        since=midnight(since, zone) if since else 0,
        until=midnight(until + timedelta(1), zone) if until and until < date.max else None,
        status=status,
        segment=row["segment"],
        industry=row["industry"],
        geography=row["geography"],
        size=row["size"],
        icp=icp,
        arr=row.whole("arr", least=0) if row["arr"] else None,
    )


def fits(row: Standing, icp: Icp) -> bool | None:
    """Whether an account is within the limits that an ICP sets; None where it sets none, or the row does not
    say."""
    verdicts = list(_within(row, icp))
    if False in verdicts:
        return False
    return None if None in verdicts or not verdicts else True


def _within(row: Standing, icp: Icp) -> Iterator[bool | None]:
    for wanted, has in (
        (icp.segments, row.segment), (icp.industries, row.industry),
        (icp.geographies, row.geography), (icp.sizes, row.size),
    ):  # fmt: skip
        if wanted:
            yield (normal(has) in map(normal, wanted)) if has else None
