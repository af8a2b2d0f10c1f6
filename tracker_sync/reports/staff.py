"""The people of the people file, by the words that stand for them in a log."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from msgspec import Struct

from tracker_sync.people import Person
from tracker_sync.states.columns import Array, Words


class Staff(Struct, frozen=True, eq=False, dict=True):
    """The same at every instant of a log."""

    people: Mapping[str, Person]
    """By login."""
    words: Words

    @cached_property
    def teams(self) -> tuple[list[str], Array]:
        """(the names of all teams in order, '' before them; for each word the place of the team of whom it
        stands for, 0 for nobody's)."""
        names = ["", *sorted({p.team for p in self.people.values()} - {""})]
        found = np.zeros(len(self.words.vals), dtype=np.int64)
        for login, person in self.people.items():
            if (code := self.words.find(login)) > 0:
                found[code] = names.index(person.team)
        return names, found
