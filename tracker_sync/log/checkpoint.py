"""A small copy of where each source's chain stood, to be kept where whoever can write the log cannot."""

import json
from collections.abc import Mapping
from pathlib import Path

from tracker_sync.errors import MALFORMED, ConfigError
from tracker_sync.log import Head

VERSION = 1


def written(heads: Mapping[str, Head]) -> str:
    """The checkpoint as JSON: by source, the number of its events and the hash of the last of them."""
    sources = {name: {"events": h.events, "hash": h.hash} for name, h in heads.items() if h.events}
    return json.dumps({"checkpoint": VERSION, "sources": sources}, sort_keys=True, indent=2)


def read(path: Path) -> dict[str, Head]:
    """The heads that a checkpoint holds. Raises ConfigError for a file that is none."""
    try:
        found = json.loads(path.read_text())
        if found["checkpoint"] != VERSION:
            raise ConfigError(f"is a checkpoint of version {found['checkpoint']}, not {VERSION}", path)
        heads = {str(s): Head(h["events"], h["hash"]) for s, h in found["sources"].items()}
        if any(not isinstance(h.events, int) or len(bytes.fromhex(h.hash)) != 32 for h in heads.values()):
            raise TypeError
    except OSError as e:
        raise ConfigError(f"cannot be read: {e.strerror}", path) from None
    except MALFORMED:
        raise ConfigError("is not a checkpoint: `tracker-sync log checkpoint` writes one", path) from None
    return heads
