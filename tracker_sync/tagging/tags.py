"""What can be said of an item, and what each saying rests on."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.tagging.rules import Basis
from tracker_sync.work import Span


class Tag(Struct, frozen=True):
    """One judgement about an item, and what it rests on."""

    dimension: str
    value: str
    rule: str
    """The rule's name, or `person`."""
    why: str
    event_id: str
    since: int
    """When the tracker first showed what the tag rests on, in microseconds UTC."""
    known_since: int
    """When the judgement itself was made: a person's tag can be years younger than the request."""
    by: str | None = None
    """The person, for a person's judgement."""
    inherited: str | None = None
    """The ancestor it was taken from."""
    fallback: bool = False
    stated: bool = True
    """For an intent: whether it may stand although no strategy names it."""
    basis: Basis = "text"
    """What kind of sign it rests on; the stronger kind decides."""
    follows: bool = False
    """For an origin: it follows from who asked; nobody said of the origin itself."""
    first: "Tag | None" = None
    """What named the same before it, and does not decide: a weaker sign, or a word that was said before."""

    @property
    def settled(self) -> bool:
        """Whether a person said this very thing."""
        return self.by is not None and not self.follows


class Tags(Struct, frozen=True):
    """Everything said of one item."""

    customers: tuple[Tag, ...] = ()
    origin: Tag | None = None
    origins: tuple[Tag, ...] = ()
    """Every sign of an origin, deciding or not."""
    intents: tuple[Tag, ...] = ()
    """One; several where the item's own marks contradict each other, which nobody has settled."""
    marks: tuple[Tag, ...] = ()
    """Planning marks that no strategy names: shown, and deciding nothing."""
    commitment: tuple[Tag, ...] = ()
    requester: tuple[Tag, ...] = ()
    """In what role those who asked did so."""
    evidence: tuple[Tag, ...] = ()
    """On what evidence the item rests."""
    unclear: tuple[Tag, ...] = ()
    """Names that may stand for more than one account: whom they mean is asked, not guessed."""
    conflicts: tuple[Tag, ...] = ()
    """What says something else than was decided, and was overruled by a stronger or nearer sign."""
    committed_at: int | None = None
    spans: tuple[Span, ...] = ()

    @property
    def intent(self) -> str | None:
        """The intent, where there is exactly one."""
        return self.intents[0].value if len(self.intents) == 1 else None

    @property
    def requested_at(self) -> int | None:
        """The first moment that a customer or a deal was named."""
        times = [t.since for t in (*self.customers, *([self.origin] if self.origin else []))]
        return min(times, default=None)

    @property
    def disputed(self) -> tuple[Tag, ...]:
        """What the item's signs disagree about: what was overruled, and intents of which none was."""
        return (*(self.intents if len(self.intents) > 1 else ()), *self.conflicts)


def with_first(tag: Tag, signs: Iterable[Tag]) -> Tag:
    """The tag with what named the same first, of all signs of the item."""
    before = [t for t in signs if t.value == tag.value and t.known_since < tag.known_since]
    return replace(tag, first=min(before, key=lambda t: t.known_since)) if before else tag
