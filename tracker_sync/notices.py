"""What a run says while it goes on: lines for people, or one JSON object a line for machines."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from msgspec import Struct, field

from tracker_sync.blots import LEAST, hidden
from tracker_sync.plain import disarmed_json, printable
from tracker_sync.reports.query import rfc3339

Format = Literal["text", "json"]


class Notice(Struct, frozen=True):
    """One thing that happened."""

    event: str
    """What kind of thing, in words that stay (docs/cron.md)."""
    text: str
    level: Literal["info", "warning", "error"] = "info"
    source: str | None = None
    figures: Mapping[str, int] = field(default_factory=dict)


class Voice(Struct):
    """Says notices, without the secrets that they must not carry."""

    write: Callable[[str], object]
    """Takes a line without its end."""
    form: Format = "text"
    clock: Callable[[], int] = lambda: 0
    """Microseconds UTC."""
    loud: bool = False
    """Whether text also says what is in order. JSON says everything."""
    secrets: tuple[str, ...] = ()

    def say(self, notice: Notice) -> None:
        """Write the notice, as one line."""
        if self.form == "json":
            self.write(self._hidden(self._json(notice)))
        elif self.loud or notice.level != "info":
            self.write(self._hidden(f"tracker-sync: {printable(notice.text)}"))

    def hide(self, secrets: Iterable[str]) -> None:
        """From now on, say none of these."""
        self.secrets = tuple(s for s in secrets if len(s) >= LEAST)

    def _json(self, notice: Notice) -> str:
        told = {"time": rfc3339(self.clock()), "level": notice.level, "event": notice.event}
        told |= {"source": notice.source} if notice.source else {}
        # ASCII: nothing steers a terminal.
        return disarmed_json(json.dumps({**told, **notice.figures, "text": notice.text}))

    def _hidden(self, line: str) -> str:
        # As it is, and as JSON writes it.
        return hidden(line, (form for s in self.secrets for form in (s, json.dumps(s)[1:-1])))
