"""Secrets that can be recognised wherever they turn up, and how to look for them."""

import base64
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from ahocorasick_rs import BytesAhoCorasick

PREFIX = "canary-"
"""How every secret of the tests begins: the folders of all tests are searched for it when they are over."""


def canary(name: str, end: str = "") -> str:
    """A secret of its own; `end`: signs in it that have to be quoted somewhere."""
    own = sha256(f"{name} {os.getpid()}".encode()).hexdigest()[:24]  # tests next to these have others
    return f"{PREFIX}{own}-{name}{end}"


def in_base64(piece: bytes) -> Iterator[bytes]:
    """What is always there of a text within a larger one that is in base64, wherever in it it begins."""
    for before, left_out in ((0, 0), (1, 2), (2, 3)):
        shifted = b"\0" * before + piece
        whole = base64.b64encode(shifted)[left_out : len(shifted) * 8 // 6]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


def forms(piece: str) -> set[bytes]:
    """A text as it is, and as protocols and files write it."""
    plain = piece.encode()
    return {
        plain, quote(piece, safe="").encode(), json.dumps(piece)[1:-1].encode(),
        piece.replace("/", "\\/").encode(), plain.hex().encode(), plain.hex().upper().encode(),
        *in_base64(plain),
    }  # fmt: skip


def halves(secret: str) -> tuple[str, str]:
    """A part of a secret is a leak too, such as one cut off after so many signs."""
    middle = len(secret) // 2
    return secret[:middle], secret[middle:]


class Cat:
    """Looks for canaries."""

    def __init__(self, canaries: Mapping[str, str]) -> None:
        """`canaries`: name → secret."""
        self._pieces = [
            (name, form)
            for name, secret in canaries.items()
            for half in halves(secret)
            for form in forms(half)
        ]

    @cached_property
    def _automaton(self) -> BytesAhoCorasick:
        return BytesAhoCorasick([form for _, form in self._pieces])

    def seen(self, content: bytes | str) -> set[str]:
        """The names of those that are in it."""
        content = content.encode(errors="surrogateescape") if isinstance(content, str) else content
        found = self._automaton.find_matches_as_indexes(content, overlapping=True)
        return {self._pieces[n][0] for n, _, _ in found}


_any = BytesAhoCorasick(sorted(forms(PREFIX)))


def has_any(content: bytes) -> bool:
    """Whether there is a canary in it, whichever."""
    return bool(_any.find_matches_as_indexes(content))


def files(folder: Path, without: Iterable[Path] = ()) -> Iterator[Path]:
    """All files below a folder but these, and those below these; links are not followed."""
    apart = {*without}
    for path in sorted(folder.resolve().rglob("*")):
        if path.is_file() and not path.is_symlink() and not apart & {path, *path.parents}:
            yield path
