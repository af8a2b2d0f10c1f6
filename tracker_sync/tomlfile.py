"""Reads a TOML file into a typed value; what is wrong with it is told by file and line."""

import re
import tomllib
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from tracker_sync.errors import ConfigError
from tracker_sync.plain import printable

T = TypeVar("T")
_DEEPEST = 20


def read(path: Path, shape: type[T]) -> T:
    """The file's content as `shape` (a msgspec struct). Raises ConfigError with file and line."""
    return parse(text_of(path), shape, path)


def text_of(path: Path) -> str:
    """The file's text. Raises ConfigError where it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as e:
        line = e.object[: e.start].count(b"\n") + 1
        raise ConfigError("is not UTF-8 text; save it in UTF-8", path, line) from None
    except OSError as e:
        raise ConfigError(f"cannot be read: {e.strerror}", path) from None


def parse(text: str, shape: type[T], path: Path) -> T:
    """The text as `shape`; `path` is for error messages."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(f"is not valid TOML: {_plain(str(e))}", path, _line_in(str(e), text)) from None
    except RecursionError:
        raise ConfigError("is nested too deeply", path) from None
    if _depth(data) > _DEEPEST:
        raise ConfigError("is nested too deeply", path)
    try:
        return msgspec.convert(data, shape, strict=True)
    except msgspec.ValidationError as e:
        message, _, where = str(e).partition(" - at ")
        field = re.search(r"field `([^`]+)`", message)
        unknown = field.group(1) if field and "unknown" in message else ""
        at = line_of(text, where.strip("`") or "$", unknown)
        raise ConfigError(_friendly(message, where.strip("`")) + _choice(shape, where), path, at) from None


def line_of(text: str, where: str, key: str = "") -> int | None:
    """The 1-based line of a place like `$.intents[1].target` (and a key in it), as near as known.

    A scan of headers and keys, enough to point a person at the spot; TOML parsers keep no lines.
    """
    steps = re.findall(r"[^.\[\]$`]+|\[\d+\]|\[\.\.\.\]", where) + ([key] if key else [])
    wanted = [s for s in steps if s != "[...]"]
    members: dict[str, int] = {}
    prefix: list[str] = []
    best: tuple[int, int] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*(\[\[?)\s*([\w.\"' -]+?)\s*\]", line):
            names = [p.strip().strip("\"'") for p in header.group(2).split(".")]
            if header.group(1) == "[[":
                members[".".join(names)] = members.get(".".join(names), -1) + 1
            prefix = _path(names, members)
            path = prefix
        elif pair := re.match(r"\s*([\w\"'-]+)\s*=", line):
            path = [*prefix, pair.group(1).strip("\"'")]
        else:
            continue
        if path == wanted[: len(path)] and (best is None or len(path) > best[0]):
            best = (len(path), number)
    return best[1] if best else None


def _path(names: list[str], members: dict[str, int]) -> list[str]:
    """The steps to a table; one inside an array of tables belongs to the array's newest member."""
    steps: list[str] = []
    for n, name in enumerate(names, 1):
        array = ".".join(names[:n])
        steps += [name, f"[{members[array]}]"] if array in members else [name]
    return steps


def _line_in(message: str, text: str) -> int:
    found = re.search(r"line (\d+)", message)
    return int(found.group(1)) if found else len(text.splitlines())


def _plain(message: str) -> str:
    return re.sub(r"\s*\(at (line \d+, column \d+|end of document)\)", "", message)


def _friendly(message: str, where: str) -> str:
    at = re.sub(r"^\$\.?", "", where)
    text = message.replace("Object contains", "has an").replace("Object missing", "lacks the")
    return printable(f"{at + ': ' if at else ''}{text[0].lower()}{text[1:]}")


def _choice(shape: Any, where: str) -> str:
    """What may stand at a place that takes one of a few words, as the end of a sentence."""
    for step in re.findall(r"\.(\w+)", where):
        shape = get_type_hints(shape).get(step) if isinstance(shape, type) else None
        if get_origin(shape) is list:
            (shape,) = get_args(shape)
    words = [w for w in get_args(shape) if isinstance(w, str)] if get_origin(shape) is Literal else []
    return f"; it is one of: {', '.join(words)}" if words else ""


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0
