"""A small copy of where each source's chain stood, to be kept where whoever can write the log cannot.

With a key it is signed (HMAC-SHA256 over its canonical JSON): then it may be kept anywhere.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tracker_sync.errors import MALFORMED, ConfigError
from tracker_sync.events import canonical
from tracker_sync.log import Head

VERSION = 1
SIGNATURE = "hmac-sha256"


class Checkpoint(NamedTuple):
    """What a checkpoint file says."""

    heads: dict[str, Head]
    unchecked: bool
    """It is signed, and no key was given to check that with."""


def written(heads: Mapping[str, Head], key: bytes | None = None) -> str:
    """The checkpoint as JSON: by source, the number of its events and the hash of the last of them."""
    sources = {name: {"events": h.events, "hash": h.hash} for name, h in heads.items() if h.events}
    told: dict[str, Any] = {"checkpoint": VERSION, "sources": sources}
    if key is not None:
        told[SIGNATURE] = _signature(told, key)
    return json.dumps(told, sort_keys=True, indent=2)


def read(path: Path, key: bytes | None = None) -> Checkpoint:
    """What a checkpoint says. Raises ConfigError for a file that is none, or not as it was signed."""
    try:
        text = path.read_bytes().decode()
        told = json.loads(text)
        signed = SIGNATURE in told
        if told["checkpoint"] != VERSION:
            raise ConfigError(f"is a checkpoint of version {told['checkpoint']}, not {VERSION}", path)
        heads = heads_of(told["sources"])
    except OSError as e:
        raise ConfigError(f"cannot be read: {e.strerror}", path) from None
    except MALFORMED:
        raise ConfigError("is not a checkpoint: `tracker-sync log checkpoint` writes one", path) from None
    if key is not None:
        _check(text, signed, written(heads, key), path)
    return Checkpoint(heads, unchecked=key is None and signed)


def heads_of(sources: Mapping[str, Any]) -> dict[str, Head]:
    """The heads in what a checkpoint or an export says of its sources; one of `MALFORMED` for others."""
    heads = {name: Head(told["events"], told["hash"]) for name, told in sources.items()}
    for head in heads.values():
        # A head of no events, or one that is no number, would find nothing.
        if type(head.events) is not int or head.events < 1 or len(bytes.fromhex(head.hash)) != 32:
            raise ValueError
    return heads


def _check(text: str, signed: bool, expected: str, path: Path) -> None:
    """Raises ConfigError for a text that is not, to the byte, what the key makes of the heads in it."""
    if not signed:
        # To take the signature away would be the easiest forgery.
        raise ConfigError("is not signed, and a key to check it with is set; take a signed one", path)
    if not hmac.compare_digest(text.removesuffix("\n").encode(), expected.encode()):
        raise ConfigError("was changed after it was signed, or signed with another key", path)


def _signature(told: Mapping[str, Any], key: bytes) -> str:
    return hmac.new(key, canonical(told).encode(), hashlib.sha256).hexdigest()
