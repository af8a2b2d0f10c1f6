"""Texts, numbers and queries on their way to PostgreSQL and back, so that they are as SQLite has them."""

import re
from decimal import Decimal
from functools import cache
from typing import Any

from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader
from psycopg.types.numeric import Int4Dumper
from psycopg.types.string import StrDumper, TextLoader

_MARK = re.compile(r"'[^']*'|\"[^\"]*\"|\?|%")


def escaped(text: str) -> str:
    """A text without NUL, which PostgreSQL does not keep; the order of texts stays what it is."""
    if "\0" in text or "\1" in text:
        return text.replace("\1", "\1\2").replace("\0", "\1\1")
    return text


def unescaped(text: str) -> str:
    """What `escaped` was given."""
    return text.replace("\1\1", "\0").replace("\1\2", "\1") if "\1" in text else text


@cache
def translated(sql: str) -> str:
    """A query with `?` for its arguments as psycopg reads it: `%s`, and `%%` for `%`."""
    return _MARK.sub(lambda found: "%s" if found[0] == "?" else found[0].replace("%", "%%"), sql)


class _Text(StrDumper):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(escaped(obj))


class _Flag(Int4Dumper):
    def dump(self, obj: Any) -> Buffer | None:
        return super().dump(int(obj))


class _LoadedText(TextLoader):
    def load(self, data: Buffer) -> bytes | str:
        text = super().load(data)
        return unescaped(text) if isinstance(text, str) else text


class _LoadedFlag(Loader):
    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


class _LoadedNumber(Loader):
    """What a sum of BIGINT is: an integer."""

    def load(self, data: Buffer) -> int | float:
        number = Decimal(bytes(data).decode())
        return int(number) if number == number.to_integral_value() else float(number)


def adapt(connection: AdaptContext) -> None:
    """Have the connection take and give values as SQLite does."""
    adapters = connection.adapters
    adapters.register_dumper(str, _Text)
    adapters.register_dumper(bool, _Flag)
    adapters.register_loader("text", _LoadedText)
    adapters.register_loader("bool", _LoadedFlag)
    adapters.register_loader("numeric", _LoadedNumber)
