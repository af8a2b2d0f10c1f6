"""What a rule may look at: the texts of an item by attribute, each with the time it was first there."""

import re
from collections.abc import Mapping

from tracker_sync.config import FieldNames
from tracker_sync.events import Added, Changed, Commented
from tracker_sync.items import Item, Names
from tracker_sync.people import Person
from tracker_sync.sources.wiki import wiki
from tracker_sync.tagging.rules import Text
from tracker_sync.work import at_creation

LONG = {"body", "comment", "environment"}
_MARKUP = re.compile(r"[*_{}\[\]|!^~+\\#?]|--|-\S|^(?:h\d|bq)\.", re.MULTILINE)
"""What wiki text without markup has none of; most has none, and reading it costs time."""
_URL = re.compile(r"https?://[^\s<>\"')\]|}]+")
_RENAMED = {"comments": "comment"}
_ROLES = {"intent_field": "intent", "customer_field": "customer", "origin_field": "origin"}


def shown(val: str, item: Item) -> str:
    """A long text as people read it: Jira's may be wiki text."""
    return wiki(val) if "#" not in item.key and _MARKUP.search(val) else val


class View:
    """The texts of one item; computed when asked for, since most rules look at few."""

    def __init__(
        self,
        item: Item,
        names: Names,
        fields: FieldNames,
        people: Mapping[str, Person],
        customers: list[Text],
    ) -> None:
        self._item, self._names, self._fields, self._people = item, names, fields, people
        self._cache: dict[str, list[Text]] = {"customer": customers}
        self._firsts: dict[tuple[str, str, str], tuple[int, str]] | None = None

    def texts(self, attr: str) -> list[Text]:
        """The texts of an attribute, as it is now."""
        if attr not in self._cache:
            self._cache[attr] = self._compute(attr)
        return self._cache[attr]

    def _compute(self, attr: str) -> list[Text]:
        item = self._item
        if attr == "key":
            return [Text(item.key, item.opened_at, f"{item.id}:0")]
        if attr == "links":
            said = [t for a in ("body", "comments", "remote_links") for t in self.texts(a)]
            return [Text(url, t.since, t.event_id) for t in said for url in _URL.findall(t.val)]
        if attr in ("reporter_role", "reporter_team"):
            return self._reporter(attr.removeprefix("reporter_"))
        if role := _ROLES.get(attr):
            return self._custom(getattr(self._fields, role))
        if attr.startswith("field."):
            return self._custom(attr.removeprefix("field."))
        return self._values(_RENAMED.get(attr, attr))

    def _values(self, attr: str) -> list[Text]:
        firsts = self._first()
        found = []
        for key, val in self._item.state.get(attr, {}).items():
            since, event_id = firsts.get((attr, key, val)) or (self._item.opened_at, "")
            text = shown(val, self._item) if attr in LONG else val
            found.append(Text(text, at_creation(self._item, since), event_id))
        return found

    def _custom(self, name: str | None) -> list[Text]:
        if not name:
            return []
        return [
            text
            for attr in self._item.state
            if attr.startswith(("customfield_", "field_")) and self._names.of("field", attr) == name
            for text in self._values(attr)
        ]

    def _reporter(self, what: str) -> list[Text]:
        account = self._item.reporter or self._item.one("reporter") or ""
        person = self._people.get(account) or self._people.get(self._names.of("user", account))
        value = getattr(person, what) if person else ""
        return [Text(value, self._item.opened_at, f"{self._item.id}:0")] if value else []

    def _first(self) -> dict[tuple[str, str, str], tuple[int, str]]:
        if self._firsts is None:
            self._firsts = {}
            for step in self._item.steps:
                e = step.event
                if isinstance(e, Added | Changed | Commented) and e.val is not None:
                    self._firsts.setdefault((e.attr, e.key, e.val), (step.ts, e.id))
        return self._firsts
