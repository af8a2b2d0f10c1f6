"""Who asked in a mail that was passed on: who wrote the innermost one, not those who forwarded it."""

import re
from collections.abc import Iterable, Iterator

from tracker_sync.tagging.rules import NAMED, Text
from tracker_sync.tagging.view import View

_SENDER = re.compile(r"^[>\s*]*(?:from|von|de|da)\s*:\**[ \t]*(.*)$", re.IGNORECASE | re.MULTILINE)
_ACCOUNT = re.compile("«([^«»]+)»")
_TALK = (f"{NAMED}body", f"{NAMED}comments")


def passed_on(view: View, event_ids: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """(event, account, by whom it was written) for each account that only forwarded a mail in one of these
    events: a forwarded thread is one account's demand, however many took part."""
    wanted = set(event_ids)
    for text in (t for attr in _TALK for t in view.texts(attr) if t.event_id in wanted):
        senders = list(_senders(text))
        for account in sorted(set(senders[:-1]) - set(senders[-1:])):
            yield text.event_id, account, senders[-1]


def _senders(text: Text) -> Iterator[str]:
    """The accounts that wrote the mails in a text, the last to forward it first."""
    for line in _SENDER.finditer(text.val):
        if found := _ACCOUNT.search(line[1]):
            yield found[1]
