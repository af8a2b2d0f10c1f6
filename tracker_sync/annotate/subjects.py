"""Which items are to carry our label and comment, and which carry one that is out of date by now."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from tracker_sync.annotate.wanted import Subject, Voice
from tracker_sync.annotate.words import (
    OPT_OUT,
    OPT_OUT_LINE,
    Choice,
    Ways,
    left_out,
    missing,
    no_epic,
    settled,
)
from tracker_sync.config import Config, JiraConfig
from tracker_sync.errors import ConfigError
from tracker_sync.items import Item, Names
from tracker_sync.log import EventLog
from tracker_sync.render.letter import Letter
from tracker_sync.sources.notes import MARK, Spot
from tracker_sync.tagging.judgement import Judgement
from tracker_sync.tagging.own import Own

if TYPE_CHECKING:
    from tracker_sync.reports.org import Org
    from tracker_sync.strategies import Version

LONGEST_LABEL = 50
"""Characters that GitHub takes."""


def is_left_out(item: Item) -> bool:
    """Whether its people said that nobody is to be asked about it."""
    labels = {label.casefold() for label in item.many("labels")}
    lines = {line.strip().casefold() for line in (item.one("body") or "").splitlines()}
    return OPT_OUT in labels or OPT_OUT_LINE in lines


def annotated(log: EventLog, label: str) -> set[str]:
    """The items that ever had the label, or a comment like ours: those that may have to be put right."""
    rows = log.query(
        "SELECT DISTINCT s.name, i.ext_id FROM event e JOIN item i ON i.item_id = e.item_id"
        " JOIN source s ON s.source_id = e.source_id"
        " WHERE (e.attr = 'labels' AND LOWER(e.val) = ?) OR (e.attr = 'comment' AND e.val LIKE ?)",
        (label.lower(), f"%{MARK}%"),
    )
    found: dict[str, set[str]] = {}
    for source, item in rows:
        found.setdefault(source, set()).add(item)
    return {
        f"{source}:{key}" for source, ids in found.items() for i, key in log.keys(source).items() if i in ids
    }


def firsts(log: EventLog, label: str) -> dict[tuple[str, str | None], int]:
    """By source and account: when it first put the label on an item, in microseconds UTC."""
    rows = log.query(
        "SELECT s.name, e.actor, MIN(e.ts) FROM event e JOIN source s ON s.source_id = e.source_id"
        " WHERE e.kind = 'added' AND e.attr = 'labels' AND LOWER(e.val) = ? GROUP BY s.name, e.actor",
        (label.lower(),),
    )
    return {(source, actor): at for source, actor, at in rows}


def began(
    first: Mapping[tuple[str, str | None], int], source: str, me: Collection[str], names: Names
) -> int | None:
    """Since when we write in a source; None: not yet. Where it does not say who we are, since when anybody
    used the label."""
    times = [
        at
        for (name, actor), at in first.items()
        if name == source and (not me or (actor and (actor in me or names.of("user", actor) in me)))
    ]
    return min(times, default=None)


def check_label(config: Config, judged: Judgement, label: str) -> None:
    """Raises ConfigError for a label that a tracker refuses, or that says an intent: it would heal what it
    complains of."""
    if not label.strip() or len(label) > LONGEST_LABEL or not label.isprintable() or "," in label:
        raise ConfigError(
            f"--label: {label!r} is not the name of a label ({LONGEST_LABEL} characters at most)"
        )
    for source in config.sources:
        if isinstance(source, JiraConfig) and " " in label:
            raise ConfigError(f"--label: {label!r} has a space, which no label of Jira ({source.name}) has")
        for one in (label, OPT_OUT):
            if said := intents_said(judged, source.name, one):
                other = "take another with --label, or " if one == label else ""
                raise ConfigError(
                    f"the label {one!r} says the intent {said[0]!r} by one of your rules, so it cannot mark "
                    f"epics without one; {other}change the rule (`tracker-sync rules list`)"
                )


def intents_said(judged: Judgement, source: str, label: str) -> list[str]:
    """The intents that the label alone says by the rules."""
    item = Item(source, "", "", "", 0, None, {"labels": {label: label}}, ())
    return [tag.value for tag in Own(item, Names(), judged, ()).tags([], []).intents]


def ways(config: Config, org: "Org", version: "Version | None", now: int) -> dict[str, Ways]:
    """By source: the intents that stand, and how one is said there."""
    stand = [i for i in version.strategy.intents if version.stands(i, now)] if version else []
    found = {}
    for source in config.sources:
        choices = []
        for intent in stand:
            label = f"intent/{intent.id}"
            fits = len(label) <= LONGEST_LABEL and not (isinstance(source, JiraConfig) and " " in label)
            works = fits and intents_said(org.judged, source.name, label) == [intent.id]
            choices.append(Choice(intent.id, intent.mission, label if works else None))
        found[source.name] = Ways(choices, source.fields.intent)
    return found


class Checked(Struct, frozen=True):
    """Items that were looked at, and what is known about them."""

    org: "Org"
    open_epics: Collection[str]
    asked: Collection[str]
    """Those that were named in the command."""
    annotated: Collection[str]
    ways: Mapping[str, Ways]
    began: Mapping[str, int | None]
    """By source: since when we write there."""
    label: str

    def subjects(self, refs: Iterable[str]) -> Iterator[Subject]:
        """Those of the items on which something of ours is to stand, or may stand."""
        for ref in refs:
            item = self.org.world.items[ref]
            if item.source not in self.ways:
                continue  # a source that is not configured any more
            lacks = lacks_intent(self.org, ref) and ref in self.open_epics
            if lacks or ref in self.annotated:
                letter = self._letter(item, ref, lacks=lacks)
                if letter is not None:
                    spot = Spot(item.id, item.key)
                    yield Subject(ref, item.source, spot, lacks, letter, self._voice(item, ref))

    def _letter(self, item: Item, ref: str, *, lacks: bool) -> Letter | None:
        """What is to be said of it; None for an epic that is closed, which stays as it is."""
        if lacks:
            return missing(self.ways[item.source], self.label, ref)
        if ref not in self.org.epics:
            return no_epic()
        if ref not in self.open_epics:
            return None
        if intents := self.org.tags[ref].intents:
            return settled([t.value for t in intents])
        return left_out()

    def _voice(self, item: Item, ref: str) -> Voice:
        if ref in self.asked:
            return "asked"
        since = self.began.get(item.source)
        return "new" if since is not None and item.opened_at >= since else "backlog"


def lacks_intent(org: "Org", ref: str) -> bool:
    """Whether the item says no intent, and may be asked for one."""
    return not org.tags[ref].intents and not is_left_out(org.world.items[ref])
