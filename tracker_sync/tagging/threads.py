"""Who asked in a mail that was passed on: who wrote the innermost one, not those who forwarded it."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from tracker_sync.tagging.rules import NAMED, Text
from tracker_sync.tagging.view import View

_SENDER = re.compile(
    r"^([> \t*]*)(?:from|reply-to|sender)[ \t]*:\**[ \t]*(.*)$", re.IGNORECASE | re.MULTILINE
)
_FORWARDED = re.compile(
    r"^[> \t*-]*(?:(?:begin )?forwarded message|original message|subject\**:\**[ \t]*(?:fwd?|wg|tr)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_ACCOUNT = re.compile("«([^«»]+)»")
_TALK = (f"{NAMED}body", f"{NAMED}comments")


class Sender(NamedTuple):
    """A mail in a text."""

    account: str
    depth: int
    """How deep it is quoted."""
    end: int
    """Where the line that names its sender ends."""


def passed_on(view: View, event_ids: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """(event, account, by whom it was written) for each account that only forwarded a mail in one of these
    events: a forwarded thread is one account's demand, however many took part.

    A mail is inside another where it is quoted deeper, or where something says that it was forwarded; else
    two mails lie one below the other, and each is a demand.
    """
    wanted = set(event_ids)
    for text in (t for attr in _TALK for t in view.texts(attr) if t.event_id in wanted):
        senders = list(_senders(text))
        for outer, inner in pairwise(senders):
            forwarded = inner.depth > outer.depth or _FORWARDED.search(text.val, outer.end, inner.end)
            if forwarded and outer.account != senders[-1].account:
                yield text.event_id, outer.account, senders[-1].account


def _senders(text: Text) -> Iterator[Sender]:
    """The accounts that wrote the mails in a text, the last to forward it first."""
    for line in _SENDER.finditer(text.val):
        if found := _ACCOUNT.search(line[2]):
            yield Sender(found[1], line[1].count(">"), line.end())
