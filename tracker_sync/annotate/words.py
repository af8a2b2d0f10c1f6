"""What our comment on an epic says: which intents there are and how to choose one, or that all is well."""

from collections.abc import Sequence
from typing import NamedTuple

from tracker_sync.render.letter import Bullets, Code, Letter, Part, Strong

OPT_OUT = "no-strategic-intent"
"""The label of an epic that nobody is to be asked about."""
OPT_OUT_LINE = "tracker-sync: ignore"
"""The line of a description that says the same."""
MOST = 30
"""Intents that are listed."""


class Choice(NamedTuple):
    """An intent to choose from."""

    id: str
    mission: str
    label: str | None
    """The label that says it; None where no rule here reads one."""


class Ways(NamedTuple):
    """How an epic of one source can be told which intent it serves."""

    choices: Sequence[Choice]
    field: str | None = None
    """The tracker's field for it."""


def missing(ways: Ways, label: str, ref: str) -> Letter:
    """Asks for the intent."""
    blocks: list[tuple[Part, ...] | Bullets] = [
        (
            Strong("This epic names no strategic intent"),
            ", so nobody can see whether it serves the strategy.",
        )
    ]
    if ways.choices:
        blocks += [_how(ways, ref), Bullets(tuple(map(_row, ways.choices[:MOST])))]
        if left := len(ways.choices) - MOST:
            blocks += [(f"And {left} more in the strategy file.",)] if left > 0 else []
        blocks.append(
            ("None of them fits? Then say so here before the work starts: it is outside the strategy.",)
        )
    else:
        blocks.append(("The strategy states no intents yet, so there is none to choose.",))
    blocks.append(
        (
            "Not to be asked about this epic: add the label ", Code(OPT_OUT), " or put the line ",
            Code(OPT_OUT_LINE), " into its description. The label ", Code(label),
            " goes with the next check, and this comment then says how it stands.",
        )
    )  # fmt: skip
    return Letter(tuple(blocks))


def _how(ways: Ways, ref: str) -> tuple[Part, ...]:
    labels = any(c.label for c in ways.choices)
    if ways.field and labels:
        return ("Choose the one that it serves, in the field ", Strong(ways.field), " or by its label:")
    if ways.field:
        return ("Choose the one that it serves, in the field ", Strong(ways.field), ":")
    if labels:
        return ("Choose the one that it serves by adding its label:",)
    return (
        "Choose the one that it serves with ",
        Code(f'tracker-sync tag {ref} --intent ID --reason "…"'),
        ":",
    )


def _row(choice: Choice) -> tuple[Part, ...]:
    name: Part = Code(choice.label) if choice.label else Strong(choice.id)
    return (name, f" – {choice.mission}") if choice.mission.strip() else (name,)


def settled(intents: Sequence[str]) -> Letter:
    """Nothing is missing any more."""
    names = [part for i in intents for part in (", ", Code(i))][1:]
    return Letter(((Strong("This epic names its strategic intent: "), *names, ". Nothing is missing."),))


def left_out() -> Letter:
    """Nobody is asked."""
    how: tuple[Part, ...] = (Code(OPT_OUT), " or the line ", Code(OPT_OUT_LINE), " in its description")
    return Letter(
        ((Strong("Nobody is asked about this epic's strategic intent"), ": it has the label ", *how, "."),)
    )


def no_epic() -> Letter:
    """It was an epic."""
    return Letter((("This is no epic any more, so it is not asked for a strategic intent.",),))
