"""Which field of a Jira probably says what: guessed by its name, and held against its type."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from msgspec import Struct

CHOICES = ("option", "array:option", "string", "array:string", "option-with-child", "array:")
NUMBER = ("number",)
_CUSTOMER = r"customers?|accounts?|clients?|organi[sz]ations?"


class Named(Protocol):
    """What a guess needs to know of a field."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def kind(self) -> str:
        """The type of its values."""


class Guess(NamedTuple):
    """A field, and why it is taken for what it is taken for."""

    name: str
    why: str


class Pattern(Struct, frozen=True):
    """A name that a field for something has, the surest first."""

    name: str
    """A regular expression for the whole of it, in any case."""
    kinds: tuple[str, ...] = CHOICES


PATTERNS: Mapping[str, tuple[Pattern, ...]] = {
    "intent": (
        Pattern(r"strategic intents?"),
        Pattern(r"intents?|strategy|strategic (?:theme|goal|objective|pillar|priority|initiative)s?"),
        Pattern(r"(?:product |company )?(?:pillar|objective|okr)s?|investment (?:category|theme|area|type)"),
        Pattern(r"(?:roadmap |product )?themes?"),
    ),
    "customer": (
        Pattern(r"customers?|customer[ /_-]?names?|customers? accounts?"),
        Pattern(rf"(?:requesting|requested by|requestor|reporting|affected|key) (?:{_CUSTOMER})"),
        Pattern(rf"(?:{_CUSTOMER})(?: names?)?"),
    ),
    "origin": (
        Pattern(r"(?:request |work |ticket |idea )?origin"),
        Pattern(r"(?:request|requested|feature|idea) source|source of (?:the )?request"),
        Pattern(r"(?:requested|requesting|raised) (?:by )?(?:team|department|role)"),
    ),
    "points": (
        Pattern(r"story points?", NUMBER),
        Pattern(r"story point estimate", NUMBER),
        Pattern(r"(?:estimated? |effort )?points|point estimate", NUMBER),
    ),
    "paid": (Pattern(r"(?:deal|contract) (?:value|size|amount)|customer pays|price paid", NUMBER),),
}
"""By role, as `fields` of a source names them."""


def jira_fields(fields: Iterable[Named]) -> dict[str, Guess]:
    """The likeliest field for each role; a role for which none is likely is left out."""
    every = list(fields)
    return {role: found for role, patterns in PATTERNS.items() if (found := _likeliest(every, patterns))}


def candidates(fields: Iterable[Named], role: str) -> list[str]:
    """The names of all fields that could hold it by their type, each once."""
    kinds = {k for p in PATTERNS[role] for k in p.kinds}
    return sorted({f.name for f in fields if f.kind in kinds}, key=str.casefold)


def _likeliest(fields: list[Named], patterns: tuple[Pattern, ...]) -> Guess | None:
    for pattern in patterns:
        for field in fields:
            if field.kind in pattern.kinds and re.fullmatch(pattern.name, field.name.strip(), re.I):
                return Guess(field.name, f"by its name and type: {_WORDS[field.kind]}")
    return None


_WORDS = {
    "option": "one choice",
    "array:option": "several choices",
    "option-with-child": "one choice",
    "string": "text",
    "array:string": "labels",
    "array:": "several values",
    "number": "a number",
}
STARTED = re.compile(
    r"(?:status|state|stage|workflow)?\s*[:/-]*\s*(?:in[ _-]?progress|doing|started|in[ _-]?development|wip|"
    r"work[ _-]in[ _-]progress)",
    re.I,
)


def started_labels(labels: Iterable[str]) -> list[str]:
    """The labels that probably say that an open issue is being worked on."""
    return sorted({label for label in labels if STARTED.fullmatch(label.strip())})
