"""What was worked out for one report and is kept in the log for the next: disposable, and never a fact."""

import hashlib
from collections.abc import Iterator

from msgspec import Struct, field

from tracker_sync.events import canonical
from tracker_sync.log import EventLog

FOUND = "found "
"""What the names of such rows of the table `projection` begin with. The table is emptied whenever lives are
judged again, and so are they."""
_SELECT, _INSERT = "SELECT val FROM projection WHERE name = ?", "INSERT INTO projection VALUES (?, ?)"
_DELETE = "DELETE FROM projection WHERE name = ?"


class Kept(Struct, frozen=True):
    """What is kept for reports by one judgement of one log."""

    log: EventLog
    basis: str
    """What tells this judgement of this log from others."""
    new: dict[str, str] = field(default_factory=dict)
    """By name, what is not in the log yet."""

    def _name(self, what: str) -> str:
        return FOUND + hashlib.sha256(canonical([self.basis, what]).encode()).hexdigest()

    def find(self, what: str) -> str | None:
        """What is kept under a name; None where nothing is."""
        name = self._name(what)
        return self.new.get(name) or next((val for (val,) in self.log.query(_SELECT, (name,))), None)

    def keep(self, what: str, val: str) -> None:
        """Have it kept, as soon as the log is written to."""
        self.new[self._name(what)] = val

    def statements(self) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
        """What writes the news into the log."""
        yield _DELETE, [(name,) for name in self.new]
        yield _INSERT, [*self.new.items()]
