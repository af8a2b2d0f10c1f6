"""What a rule may look at: the texts of an item by attribute, each with the time it was first there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import cached_property, lru_cache

from tracker_sync.config import FieldNames
from tracker_sync.customers import Customers
from tracker_sync.events import Added, Changed, Commented, Dropped
from tracker_sync.items import Item, Names
from tracker_sync.people import Person
from tracker_sync.sources.notes import is_ours
from tracker_sync.tagging.rules import (
    CUSTOM,
    KEPT,
    LINKED,
    NAMED,
    RENAMED,
    ROLES,
    Pack,
    Text,
    basis,
    is_plain,
)
from tracker_sync.work import SITTING, at_creation

LONG = {"body", "comment", "environment"}
ANY = ""
"""Stands for every due date: one that is put off is no new promise, so the first one says since when."""
_MARKUP = re.compile(r"[*_{}\[\]|!^~+\\#?]|--|-\S|^(?:h\d|bq)\.", re.MULTILINE)
"""What wiki text without markup has none of; most has none, and reading it costs time."""
_URL = re.compile(r"https?://[^\s<>\"')\]|}]+")


_DOMAIN = re.compile(r"[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*\.[a-zA-Z]{2,}")


def marked(customers: Customers, attr: str, val: str) -> str | None:
    """A text of an attribute with the accounts that it mentions marked; None where it mentions none."""
    return customers.mentions.marked(val, basis(attr) != "text")


def _is_ours(attr: str, val: str) -> bool:
    """Whether it is a comment of our own, which tells of the strategy and nothing of the item."""
    return attr == "comment" and is_ours(val)


def shown(val: str, item: Item) -> str:
    """A long text as people read it: Jira's may be wiki text."""
    return val if "#" in item.key else _of_wiki(val)


@lru_cache(maxsize=KEPT)
def _of_wiki(val: str) -> str:
    if not _MARKUP.search(val):
        return val
    from tracker_sync.sources.wiki import wiki  # reports judge nothing anew, most of the time

    return wiki(val)


def own_name(item: Item, names: Names, customers: Customers) -> str:
    """The reporter's first and last name, where the tracker tells them; not that of an account: some trackers
    call the people of a customer by the customer's name."""
    name = names.of("user", item.reporter or item.one("reporter") or "")
    return name if " " in name and not customers.mentions.marked(name) else ""


def in_own_words(text: str, name: str) -> str:
    """A text as who has this name means it: who reports what "Pat Doe" said, and is that, relays nobody."""
    return re.sub(rf"\b{re.escape(name)}\b", "me", text) if name and name in text else text


class View:
    """The texts of one item; computed when asked for, since most rules look at few."""

    def __init__(
        self,
        item: Item,
        names: Names,
        fields: FieldNames,
        people: Mapping[str, Person],
        customers: Customers,
        pack: Pack,
    ) -> None:
        self._item, self._names, self._fields, self._people = item, names, fields, people
        self._customers, self.pack = customers, pack
        self._cache: dict[str, list[Text]] = {"customer": []}
        self._firsts: dict[tuple[str, str, str], tuple[int, str]] | None = None
        self._hits: frozenset[int] | None = None

    @cached_property
    def _customs(self) -> list[str]:
        return [a for a in self._item.state if a.startswith(CUSTOM)]

    def about(self, customers: list[Text]) -> "View":
        """The same, and who asked for it."""
        if not customers:
            return self
        other = copy(self)
        other._cache = self._cache | {"customer": customers}
        said = (n for t in customers for n in self.pack.hits("customer", t.val)) if self._of_customers else ()
        other._hits = self.hits().union(said)
        return other

    @property
    def _of_customers(self) -> bool:
        return "customer" in self.pack.computed

    def hits(self) -> frozenset[int]:
        """The rules that ask for something that the item has. Since when it is there is not looked up, nor is
        an attribute that no rule looks at: this is asked of every item, whenever anything of it changes."""
        if self._hits is None:
            pack, found = self.pack, set[int]()
            for attr, vals in self._item.state.items():
                for name in pack.looked_at.get(attr, ()):
                    for val in self.vals(name) if attr in LONG else vals.values():
                        if some := pack.hits(name, val):
                            found |= some
            for attr in (*filter(self._has, pack.computed), *(pack.of_fields if self._customs else ())):
                for val in self.vals(attr):
                    found |= pack.hits(attr, val)
            self._hits = frozenset(found)
        return self._hits

    def _has(self, attr: str) -> bool:
        """Whether there may be any value of what is computed."""
        match attr:
            case "customer":
                return bool(self._cache[attr])
            case "links":
                return any("http" in v for a in LINKED for v in self._item.state.get(a, {}).values())
            case "reporter_role" | "reporter_team":
                return bool(self._people)
            case _ if attr.startswith(NAMED):
                return bool(self._customers.mentions)
            case _:  # its key
                return True

    def vals(self, attr: str) -> Iterable[str]:
        """The values of an attribute that `texts` gives."""
        if is_plain(attr):
            plain = RENAMED.get(attr, attr)
            vals = self._item.state.get(plain, {}).values()
            return (
                [self._shown(v) for v in vals if not _is_ours(plain, v)] if vals and plain in LONG else vals
            )
        return [t.val for t in self.texts(attr)]

    def texts(self, attr: str) -> list[Text]:
        """The texts of an attribute, as it is now."""
        if attr not in self._cache:
            self._cache[attr] = self._compute(attr)
        return self._cache[attr]

    def _shown(self, val: str) -> str:
        return in_own_words(shown(val, self._item), self._me)

    @cached_property
    def _me(self) -> str:
        return own_name(self._item, self._names, self._customers)

    def _compute(self, attr: str) -> list[Text]:
        item = self._item
        if attr == "key":
            return [Text(item.key, item.opened_at, f"{item.id}:0")]
        if attr == "links":
            said = [t for a in ("body", "comments", "remote_links") for t in self.texts(a)]
            return [Text(url, t.since, t.event_id) for t in said for url in _URL.findall(t.val)]
        if attr.startswith(NAMED):
            return list(self._naming(attr.removeprefix(NAMED)))
        if attr == "reporter_domain":
            return self._domain()
        if attr in ("reporter_role", "reporter_team"):
            return self._reporter(attr.removeprefix("reporter_"))
        if role := ROLES.get(attr):
            return self._custom(getattr(self._fields, role))
        if attr.startswith("field."):
            return self._custom(attr.removeprefix("field."))
        return self._values(RENAMED.get(attr, attr))

    def _values(self, attr: str) -> list[Text]:
        firsts = self._first()
        found = []
        for key, val in self._item.state.get(attr, {}).items():
            if _is_ours(attr, val):
                continue
            place = (attr, key, ANY if attr == "due" else val)
            since, event_id = firsts.get(place) or (self._item.opened_at, "")
            text = self._shown(val) if attr in LONG else val
            found.append(Text(text, at_creation(self._item, since), event_id))
        return found

    def _custom(self, name: str | None) -> list[Text]:
        if not name:
            return []
        return [
            text
            for attr in self._customs
            if self._names.of("field", attr) == name
            for text in self._values(attr)
        ]

    def _naming(self, attr: str) -> Iterator[Text]:
        """The texts of an attribute that mention an account, with the account marked."""
        if any(marked(self._customers, attr, v) for v in self.vals(attr)):
            for text in self.texts(attr):
                if named := marked(self._customers, attr, text.val):
                    yield text._replace(val=named)

    def _domain(self) -> list[Text]:
        """Where the reporter's mail comes from, where the tracker shows it."""
        account = self._item.reporter or self._item.one("reporter") or ""
        for said in (self._names.means("user", account), self._names.of("user", account), account):
            domain = said.rpartition("@")[2]
            if _DOMAIN.fullmatch(domain):
                return [Text(domain.casefold(), self._item.opened_at, f"{self._item.id}:0")]
        return []

    def _reporter(self, what: str) -> list[Text]:
        account = self._item.reporter or self._item.one("reporter") or ""
        person = self._people.get(account) or self._people.get(self._names.of("user", account))
        value = getattr(person, what) if person else ""
        return [Text(value, self._item.opened_at, f"{self._item.id}:0")] if value else []

    def _first(self) -> dict[tuple[str, str, str], tuple[int, str]]:
        if self._firsts is None:
            self._firsts = {}
            for e in self._item.events:
                if isinstance(e, Added | Changed | Commented) and e.val is not None:
                    val = ANY if e.attr == "due" else e.val
                    self._firsts.setdefault((e.attr, e.key, val), (e.ts, e.id))
                elif isinstance(e, Changed | Dropped) and e.attr == "due" and self._in_sitting(e.ts):
                    self._firsts.pop((e.attr, e.key, ANY), None)  # set and taken away: it never counted
        return self._firsts

    def _in_sitting(self, ts: int) -> bool:
        """Whether it belongs to the creation of the item."""
        return ts <= self._item.opened_at + SITTING
