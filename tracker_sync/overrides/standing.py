"""Which of people's words about an item stand, and how one is taken back or undone."""

from collections.abc import Collection, Iterator

from tracker_sync.events import Tagged
from tracker_sync.items import Item
from tracker_sync.overrides.words import UNDOING, Word


def standing(item: Item) -> dict[str, list[Tagged]]:
    """What was said of the item and not undone, by dimension, in the order in which it was said.

    The events are read in the order of the log. Each adds what it says (also a taking back), but one that
    undoes removes the last of its dimension; so the last one left is what holds, and to undo twice goes two
    words back, whatever was undone in between.
    """
    found: dict[str, list[Tagged]] = {}
    for event in item.judged:
        if isinstance(event, Tagged):
            words = found.setdefault(event.attr, [])
            if event.id.startswith(UNDOING):
                del words[-1:]
            else:
                words.append(event)
    return {attr: words for attr, words in found.items() if words}


def is_new(word: Word) -> bool:
    """Whether it is not what stands already, with the same reason."""
    said = standing(word.item).get(word.attr)
    return said is None or (said[-1].val, said[-1].reason) != (word.val, word.reason)


def taking_back(item: Item, attrs: Collection[str], reason: str) -> list[Word]:
    """The words that take back what people said of these dimensions of the item, where they did."""
    said = standing(item)
    return [Word(item, a, None, reason) for a in attrs if a in said and said[a][-1].val is not None]


def undoing(item: Item, attrs: Collection[str], reason: str | None) -> list[Word]:
    """The words that undo what was said last of these dimensions of the item: what stood before is said
    again, or taken back where there is none. What was said in one go is undone in one go. None, where
    nothing stands."""
    said = {attr: words for attr, words in standing(item).items() if attr in attrs}
    if not said:
        return []
    last = max((words[-1] for words in said.values()), key=item.judged.index)
    return [
        Word(item, attr, before.val if before else None, _why(undone, before, reason), undoes=True)
        for attr, undone, before in _last_two(said)
        if undone.ts == last.ts
    ]


def _last_two(said: dict[str, list[Tagged]]) -> Iterator[tuple[str, Tagged, Tagged | None]]:
    """(dimension, what was said last, what before that)."""
    for attr, words in said.items():
        yield attr, words[-1], words[-2] if len(words) > 1 else None


def _why(undone: Tagged, before: Tagged | None, reason: str | None) -> str:
    was = undone.reason if undone.val is None else f"{undone.val} ({undone.reason})"
    again = f"; said before: {before.reason}" if before and before.val is not None else ""
    return f"undone: {reason or was}{again}"
