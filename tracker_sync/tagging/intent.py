"""Which intent an item serves: what its strongest sign says."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from tracker_sync.strategy import normal
from tracker_sync.tagging.judgement import Judgement
from tracker_sync.tagging.rules import BASES
from tracker_sync.tagging.tags import Tag, with_first
from tracker_sync.tagging.view import View


def intents_of(
    view: View, said: Mapping[str, Sequence[Tag]], judgement: Judgement
) -> tuple[list[Tag], list[Tag], list[Tag]]:
    """(the intent, or the intents of one rule; planning marks nobody claims; what was overruled). A person's
    word decides, then the strongest sign, and of equal ones the rule that comes first."""
    resolve = judgement.strategies.resolve
    given, marks = list[list[Tag]](), list[Tag]()
    for rule, tags in judgement.signs("intent", view):
        known = [(resolve(t.value), t) for t in tags]
        marks += [t for intent, t in known if intent is None and rule.stated_only]
        given.append(
            [
                replace(t, value=intent or normal(t.value), stated=intent is not None)
                for intent, t in known
                if intent or not rule.stated_only
            ]
        )
    told = [replace(t, value=resolve(t.value) or normal(t.value)) for t in said.get("intent", ())]
    if told:
        given.append(told[-1:])
    given = [[t for t in tags if t.basis == kind] for tags in given for kind in BASES]
    ranked = sorted(filter(None, given), key=lambda tags: BASES.index(tags[0].basis))
    if not ranked:
        return [], marks, []
    unique = {t.value: t for t in reversed(ranked[0])}
    signs = [*told, *(t for tags in ranked for t in tags)]
    if len(signs) > len(unique):
        unique = {v: with_first(t, signs) for v, t in unique.items()}
    others = {t.value: t for tags in reversed(ranked[1:]) for t in tags if t.value not in unique}
    return [unique[v] for v in sorted(unique)], [] if told else marks, [others[v] for v in sorted(others)]
