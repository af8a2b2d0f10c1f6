"""What a demo tracker is asked and what it answers, apart from how bytes travel."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from msgspec import Struct, field


class Request(Struct, frozen=True):
    """One request as the sites see it; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Any
    base: str

    def first(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]

    def number(self, name: str, default: int) -> int:
        """A query parameter as a number; nonsense counts as not given."""
        text = self.first(name)
        return int(text) if text.isdecimal() else default

    def address(self, **changes: object) -> str:
        """This request's own URL with some query parameters changed."""
        query = {**self.query, **{name: [str(value)] for name, value in changes.items()}}
        return f"{self.base}{self.path}?{urlencode(query, doseq=True)}"


class Answer(Struct, frozen=True):
    """A status, a JSON body (None: no body) and extra headers."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


class Site(Protocol):
    """A tracker to serve: `origin` is the host prefix inside its JSON that gets replaced."""

    origin: str
    hits: list[str]

    def answer(self, request: Request) -> Answer:
        """The tracker's reaction to a request."""


def presents(headers: Mapping[str, str], token: str) -> bool:
    """Whether the Authorization header carries the token, as bearer, `token` or password."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() in {"bearer", "token"}:
        return credentials.strip() == token
    if scheme.lower() != "basic":
        return False
    try:
        decoded = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return decoded.partition(":")[2] == token
