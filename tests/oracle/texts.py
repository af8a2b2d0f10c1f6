"""The texts of an item by attribute, as rules look at them."""

import re

from tests.oracle.inputs import Inputs
from tests.oracle.rules import FIELDS, Text, kind_of
from tests.oracle.world import Issue

LONG = ("body", "comments", "environment")
CUSTOM = ("customfield_", "field_")
URL = re.compile(r"https?://[^\s<>\"')\]|}]+")
DOMAIN = re.compile(r"[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*\.[a-zA-Z]{2,}")


class Texts:
    """What an item was made of at an instant."""

    def __init__(self, issue: Issue, at: int, inputs: Inputs, customers: list[Text] | None = None) -> None:
        self.issue, self.at, self.inputs = issue, at, inputs
        self._found: dict[str, list[Text]] = {"customer": customers or []}

    def __call__(self, attr: str) -> list[Text]:
        """The texts of an attribute ("What a rule may look at")."""
        if attr not in self._found:
            self._found[attr] = self._make(attr)
        return self._found[attr]

    def _make(self, attr: str) -> list[Text]:
        issue = self.issue
        if attr == "key":
            return [Text(issue.one("key", self.at) or "", issue.opened_at, issue.opening.event)]
        if attr == "links":
            said = [t for a in ("body", "comments", "remote_links") for t in self(a)]
            return [Text(url, t.since, t.event) for t in said for url in URL.findall(t.val)]
        if attr.startswith("named."):
            return list(self._naming(attr.removeprefix("named.")))
        if attr == "reporter_domain":
            return self._opened(self._domain())
        if attr in ("reporter_role", "reporter_team"):
            person = self.inputs.people.get(issue.reporter) or self.inputs.people.get(self._called())
            return self._opened(getattr(person, attr.removeprefix("reporter_"), ""))
        if attr in FIELDS:
            name = self.inputs.field(issue.source, attr.removesuffix("_field"))
            return self._field(name) if name else []
        if attr.startswith("field."):
            return self._field(attr.removeprefix("field."))
        return self._values(attr)

    def _opened(self, said: str) -> list[Text]:
        """What is so from the opening on."""
        return [Text(said, self.issue.opened_at, self.issue.opening.event)] if said else []

    def _values(self, attr: str) -> list[Text]:
        """Each value, since when it was there first."""
        plain = "comment" if attr == "comments" else attr
        return [
            Text(self._shown(val) if attr in LONG else val, *self._first(plain, key, val))
            for key, val in self.issue.values(plain, self.at).items()
        ]

    def _first(self, attr: str, key: str, val: str) -> tuple[int, str]:
        """ "The first moment a label, field, link, comment or reporter named the customer or deal; for what
        was there at creation, the creation"."""
        said = self.issue.by_attr[attr]
        first = next(s for s in said if s.kind != "dropped" and (s.key, s.val) == (key, val))
        return self.issue.signed(first.ts), first.event

    def _field(self, name: str) -> list[Text]:
        """The values of the field of that name."""
        own = [a for a in self.issue.attrs(self.at) if a.startswith(CUSTOM)]
        called = self.issue.world.name
        return [t for a in own if called(self.issue.source, "field", a) == name for t in self._values(a)]

    def _naming(self, attr: str) -> list[Text]:
        """ "Each text of that attribute that names an account of customers.csv, as «Acme»"."""
        any_case = kind_of(attr) != "text"
        marked = [(self.inputs.customers.marked(t.val, any_case), t) for t in self(attr)]
        return [Text(val, t.since, t.event) for val, t in marked if val is not None]

    def _called(self) -> str:
        return self.issue.world.name(self.issue.source, "user", self.issue.reporter)

    def _domain(self) -> str:
        """ "The domain of the reporter's address, where the tracker shows it"."""
        world, who = self.issue.world, self.issue.reporter
        for said in (world.means(self.issue.source, "user", who), self._called(), who):
            domain = said.rpartition("@")[2]
            if DOMAIN.fullmatch(domain):
                return domain.casefold()
        return ""

    def _shown(self, val: str) -> str:
        """As people read it, and as who reported it means it: "Pat Doe said" by Pat Doe relays nobody."""
        text = val if "#" in (self.issue.one("key", self.at) or "") else self.issue.world.plain(val)
        me = self._called()
        mine = " " in me and not self.inputs.customers.marked(me)
        return re.sub(rf"\b{re.escape(me)}\b", "me", text) if mine else text
