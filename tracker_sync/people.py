"""The people file: which account belongs to which role and team."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from tracker_sync import tomlfile
from tracker_sync.errors import ConfigError

Role = Literal["sales", "support", "product", "engineering", "executive"]


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One person, by all their accounts."""

    logins: list[str]
    """Account ids or login names, of any source."""
    role: Role
    team: str = ""
    rate: tuple[int, int] | None = None
    """What a day costs: lowest and highest, in whole units of currency."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    people: list[Person] = []


def parse(text: str, path: Path) -> Mapping[str, Person]:
    """Login → person, of the text of the file at `path`. Raises ConfigError with file and line."""
    found: dict[str, Person] = {}
    for n, person in enumerate(tomlfile.parse(text, _File, path).people):
        for login in person.logins:
            if found.setdefault(login, person) is not person:
                line = tomlfile.line_of(text, f"$.people[{n}].logins")
                raise ConfigError(f"login {login!r} belongs to two people", path, line)
    return found
