"""What a person is told about the words that they said: how many, what was undone, and who disagrees."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from tracker_sync.items import fold, natural
from tracker_sync.log import EventLog
from tracker_sync.overrides.standing import standing
from tracker_sync.overrides.words import Word
from tracker_sync.render.conflicts import line
from tracker_sync.render.rules import count, quoted
from tracker_sync.states.lookup import around
from tracker_sync.tagging import Judgement, tag

MOST = 20
"""So many disagreements are told."""


def written(words: Sequence[Word], skipped: int) -> str:
    """How many words were written, of how many items; `skipped` rows said nothing new."""
    items = count(len({w.item.ref for w in words}), "item")
    done = f"{items} tagged, {count(len(words), 'tag')} written" if words else "nothing was written"
    return done + (f"; {count(skipped, 'row')} skipped, said before with the same reason" if skipped else "")


def undone(word: Word) -> str:
    """What a word undoes, and what holds then."""
    last = standing(word.item)[word.attr][-1].val
    what = f"taking back the {word.attr}" if last is None else f"{word.attr} {quoted(last)}"
    again = "the rules decide again" if word.val is None else f"{quoted(word.val)} holds again"
    return f"{word.item.ref}: {what} is undone; {again}"


def unheard_of(judged: Judgement, words: Sequence[Word]) -> Iterator[str]:
    """The customers that the customers file has not, where there is one: a typing error looks the same."""
    named = {n for w in words if w.attr == "customer" for n in (w.val or "").split(";") if n}
    new = sorted(n for n in named if judged.customers.find(n) is None)
    if new and judged.customers.accounts:
        yield f"not in the customers file, so taken for further accounts: {', '.join(map(quoted, new))}"


def disagreeing(log: EventLog, judged: Judgement, words: Sequence[Word]) -> Iterator[str]:
    """Who says otherwise than these words, which the log has by now. It reads only what is around their
    items."""
    said = {(w.item.ref, w.attr) for w in words if w.val is not None}
    refs = sorted({ref for ref, _ in said}, key=natural)
    if not refs:
        return
    tags = tag(fold(around(log, refs)), judged)
    zone = ZoneInfo(judged.calendar.timezone)
    found = [(ref, one) for ref in refs for one in tags[ref].conflicts if (ref, one.dimension) in said]
    for ref, one in found[:MOST]:
        of = f"{ref}: " if len(refs) > 1 else ""
        yield f"{of}{line(one, zone)}; what you said holds"
    if len(found) > MOST:
        yield f"and {len(found) - MOST} more: `tracker-sync items --conflicts` lists them"
