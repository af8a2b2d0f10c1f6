"""What a disk may hold after the power went: all that was synced, and of the rest any part.

The model is harder than any file system we know: of what was written to a file and not synced any sectors
may be there, and of the changes of names in a folder that was not synced, any first few.
"""

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tracing import Call

SECTOR = 512
"""Bytes that a disk writes whole or not at all."""


@dataclass(frozen=True)
class Piece:
    """Bytes that were written at a place in a file; without bytes: the file was cut off there."""

    at: int
    content: bytes | None

    def sectors(self) -> Iterator["Piece"]:
        """The parts that a disk may write one without the other."""
        if self.content is None:
            yield self
            return
        start, end = self.at, self.at + len(self.content)
        while start < end:
            stop = min(end, (start // SECTOR + 1) * SECTOR)
            yield Piece(start, self.content[start - self.at : stop - self.at])
            start = stop


@dataclass(eq=False)
class File:
    """A file, under whatever name."""

    synced: bytes = b""
    pending: list[Piece] = field(default_factory=list)

    def sync(self) -> None:
        """All of it is on the disk."""
        self.synced, self.pending = patched(self.synced, self.pending), []

    def left(self, pick: random.Random) -> bytes:
        """What the disk may have."""
        share = pick.choice([0, 0, 0.5, 0.9, 1])
        if pick.random() < 0.3:  # as a disk would that keeps the order
            return patched(self.synced, self.pending[: round(share * len(self.pending))])
        pieces = [s for piece in self.pending for s in piece.sectors()]
        return patched(self.synced, [s for s in pieces if pick.random() < share])


def patched(content: bytes, pieces: Iterable[Piece]) -> bytes:
    """The content with pieces written over it, in order; what lies between is zeros."""
    found = bytearray(content)
    for piece in pieces:
        if piece.content is None:
            del found[piece.at :]
            found.extend(bytes(piece.at - len(found)))
            continue
        found.extend(bytes(max(0, piece.at - len(found))))
        found[piece.at : piece.at + len(piece.content)] = piece.content
    return bytes(found)


Names = dict[str, File]


@dataclass
class Disk:
    """A folder's files, and which of their names it would still know without power."""

    names: Names = field(default_factory=dict)
    """As programs see them."""
    synced: Names = field(default_factory=dict)
    pending: list[Names] = field(default_factory=list)
    """What `names` was after each change that was not synced."""

    def done(self, call: Call) -> None:
        """Do to the folder what the call did."""
        paths, content = decoded(call.args)
        if call.result < 0 or not paths:
            return
        path = paths[0]
        match call.name:
            case "openat":
                if "O_CREAT" in call.args and path not in self.names:
                    self._renamed({**self.names, path: File()})
            case "pwrite64":
                self._written(path, int(call.args.rpartition(", ")[2]), content)
            case "write":
                self._written(path, len(patched(self.names[path].synced, self.names[path].pending)), content)
            case "ftruncate":
                self.names[path].pending.append(Piece(int(call.args.rpartition(", ")[2]), None))
            case "fsync" | "fdatasync":
                if path in self.names:
                    self.names[path].sync()
                else:
                    self.synced, self.pending = self.names, []
            case "unlink" | "unlinkat":
                self._renamed({name: file for name, file in self.names.items() if name != path})
            case "rename" | "renameat" | "renameat2":
                rest = {name: file for name, file in self.names.items() if name != path}
                self._renamed({**rest, paths[1]: self.names[path]})

    def left(self, pick: random.Random) -> dict[str, bytes]:
        """What may be there when the power is back."""
        names = pick.choice([self.synced, *self.pending, self.names])
        return {name: file.left(pick) for name, file in names.items()}

    def _written(self, path: str, at: int, content: bytes) -> None:
        assert path in self.names, f"{path} is written to and was never opened"
        self.names[path].pending.append(Piece(at, content))

    def _renamed(self, names: Names) -> None:
        self.names = names
        self.pending.append(names)


def decoded(args: str) -> tuple[list[str], bytes]:
    """The paths that a call is about, and the bytes that it wrote."""
    texts = [bytes.fromhex(t.replace("\\x", "")) for t in re.findall(r'"([^"]*)"', args)]
    about = re.match(r"\d+<([^>]*)>", args)
    if about:  # a descriptor, and bytes
        path = bytes.fromhex(about[1].replace("\\x", "")).decode()
        return [path], texts[0] if texts else b""
    return [t.decode() for t in texts], b""


def restored(folder: Path, left: dict[str, bytes]) -> None:
    """Put what is left into an empty folder."""
    for name, content in left.items():
        (folder / Path(name).name).write_bytes(content)
