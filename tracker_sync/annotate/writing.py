"""Makes the writes, as many as are allowed, and keeps account of what was made, left and refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from msgspec import Struct
from tenacity import nap

from tracker_sync.annotate.wanted import Comment, Subject, Write, writes
from tracker_sync.errors import Doubtful, Missing, NotAllowed, SourceError, Unavailable
from tracker_sync.render.letter import written
from tracker_sync.render.prose import counted
from tracker_sync.sources.notes import Notes, Shown

AGAIN = 3
"""How often an item is looked at once more after a write that may not have been made."""
ENOUGH = 3
"""Items in a row that the token may not write to, before it is taken to be no good for the others either."""

UNSEEN = (
    "its tracker does not show it: it is gone, which `tracker-sync sync --full` finds out, or not allowed"
)


class Terms(Struct, frozen=True):
    """How to write."""

    label: str
    comment: Comment = "always"
    most: int = 30
    """The most writes of one run."""
    dry: bool = False
    """Only say what would be written."""


@dataclass
class Account:
    """What a run came to."""

    made: list[Write] = field(default_factory=list)
    """Written; of a dry run, what would be."""
    left: list[Write] = field(default_factory=list)
    """For another run, since this one had made all that it may."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Items that could not be written to, each with the reason."""
    stopped: list[SourceError] = field(default_factory=list)
    """Why a tracker was given up."""
    tried: int = 0
    """Requests that may have written something."""


def annotate(
    subjects: Sequence[Subject], notes: Callable[[str], Notes], terms: Terms, account: Account
) -> None:
    """Write what is missing, tracker by tracker: first what is wrong by now, then what is new, at last the
    backlog, which may take many runs."""
    in_order = sorted(subjects, key=lambda s: (s.source, s.lacks, s.voice == "backlog"))
    for source, of_it in groupby(in_order, key=lambda s: s.source):
        try:
            _Pen(notes(source), terms, account).write(list(of_it))
        except SourceError as e:
            account.stopped.append(e)


class _Pen:
    """Writes in one tracker."""

    def __init__(self, notes: Notes, terms: Terms, account: Account) -> None:
        self._notes, self._terms, self._account = notes, terms, account
        self._refusals = 0

    def write(self, subjects: list[Subject]) -> None:
        shown = dict(self._notes.look([s.spot for s in subjects], self._terms.label))
        for subject in subjects:
            if subject.spot not in shown:
                self._account.refused.append((subject.ref, UNSEEN))
                continue
            try:
                self._settle(subject, shown[subject.spot])
            except Unavailable:
                raise
            except SourceError as e:
                self._refused(subject, e)
            else:
                self._refusals = 0

    def _refused(self, subject: Subject, error: SourceError) -> None:
        self._account.refused.append((subject.ref, str(error)))
        self._refusals += isinstance(error, NotAllowed) and not isinstance(error, Missing)
        if self._refusals >= ENOUGH:
            raise error

    def _settle(self, subject: Subject, shown: Shown) -> None:
        """Write what is missing; after a write that may not have been made, look again at what is."""
        for again in range(AGAIN + 1):
            todo = writes(subject, shown, self._terms.comment)
            try:
                self._each(subject, todo)
                return
            except Doubtful:
                if again == AGAIN:
                    raise
            nap.sleep(2**again)
            doubted = next(w for w in todo if w not in self._account.made)
            found = dict(self._notes.look([subject.spot], self._terms.label))
            if subject.spot not in found:
                self._account.refused.append((subject.ref, UNSEEN))
                return
            shown = found[subject.spot]
            if doubted not in writes(subject, shown, self._terms.comment):
                self._account.made.append(doubted)

    def _each(self, subject: Subject, todo: list[Write]) -> None:
        account = self._account
        for nth, write in enumerate(todo):
            if account.tried >= self._terms.most:
                account.left += todo[nth:]
                return
            account.tried += 1
            if not self._terms.dry:
                self._one(subject, write)
            account.made.append(write)

    def _one(self, subject: Subject, write: Write) -> None:
        notes = self._notes
        match write.what:
            case "label":
                notes.add_label(subject.spot, self._terms.label)
            case "unlabel":
                notes.drop_label(subject.spot, self._terms.label)
            case "comment":
                notes.say(subject.spot, written(subject.letter, notes.form))
            case "edit":
                notes.edit(subject.spot, write.comment, written(subject.letter, notes.form))


def told(account: Account, terms: Terms) -> list[str]:
    """What the run came to, in sentences."""
    said = [f"{counted(len(account.made), 'write')} {'would be made' if terms.dry else 'made'}"]
    if account.left:
        items = counted(len({w.ref for w in account.left}), "item")
        said.append(
            f"{counted(len(account.left), 'write')} on {items} left for the next run, since --max-writes is "
            f"{terms.most}"
        )
    if account.refused:
        said.append(f"{counted(len(account.refused), 'item')} could not be written to")
    return said
