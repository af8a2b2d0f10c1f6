"""What `check --annotate` writes in the trackers, and how a run of GitHub Actions is told."""

import os
import secrets
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct
from msgspec.structs import replace

from tracker_sync.errors import ConfigError, ExitCode, SourceError

if TYPE_CHECKING:
    from tracker_sync.annotate.writing import Account, Terms
    from tracker_sync.cli.check import Looked
    from tracker_sync.config import Config
    from tracker_sync.log import EventLog
    from tracker_sync.render.check import Written
    from tracker_sync.sources.notes import Notes


class Outcome(Struct, frozen=True):
    """What came of the writing."""

    told: "Written"
    account: "Account"

    def code(self, found: int) -> int:
        """The exit code: a tracker that could not be written to, else what was `found`, else 5 for items that
        could not."""
        if self.account.stopped:
            return self.account.stopped[0].exit_code
        return found or (ExitCode.IN_PART if self.account.refused else 0)


class Job:
    """The writing of one run: first what the log knows is read, then the trackers are written to."""

    def __init__(self, config: "Config", log: "EventLog", keys: Sequence[str], label: str) -> None:
        from tracker_sync.annotate.subjects import annotated, firsts

        self._config, self._named, self._label = config, bool(keys), label
        self._first = firsts(log, label)
        self.annotated: Collection[str] = annotated(log, label)
        """The items on which something of ours may stand."""

    def look(self, looked: "Looked", open_epics: Collection[str]) -> None:
        """Take in what is known of the items. Raises ConfigError for a label that will not do."""
        from tracker_sync.annotate.subjects import Checked, check_label, ways

        org = looked.org
        check_label(self._config, org.judged, self._label)
        known = ways(self._config, org, looked.version, looked.query.as_of)
        asked = looked.refs if self._named else ()
        self._checked = Checked(org, open_epics, asked, self.annotated, known, {}, self._label)
        there = [] if self._named else [r for r in sorted(self.annotated) if r in org.world.items]
        self._refs = list(dict.fromkeys([*looked.refs, *there]))

    def write(self, terms: "Terms", credentials: Mapping[str, str]) -> Outcome:
        """Put right what stands on the items, and say on stderr what came of it."""
        from tracker_sync.annotate.subjects import began
        from tracker_sync.annotate.writing import Account, annotate
        from tracker_sync.items import Names

        account, pens = Account(), _Pens(self._config, credentials)
        since: dict[str, int | None] = {}
        for source in sorted({s.source for s in self._checked.subjects(self._refs)}):
            try:
                names = self._checked.org.world.names.get(source, Names())
                since[source] = began(self._first, source, pens.of(source).me(), names)
            except SourceError as e:
                account.stopped.append(e)
        checked = replace(self._checked, began=since)
        annotate([s for s in checked.subjects(self._refs) if s.source in since], pens.of, terms, account)
        written = _told(account, terms)
        _say(account, written)
        return Outcome(written, account)


class _Pens:
    """The trackers, each opened when it is first written to."""

    def __init__(self, config: "Config", credentials: Mapping[str, str]) -> None:
        self._sources = {s.name: s for s in config.sources}
        self._credentials = credentials
        self._open: dict[str, Notes] = {}

    def of(self, source: str) -> "Notes":
        """A tracker to write to. Raises ConfigError without a token."""
        from tracker_sync.sources.notes import open_notes

        if source not in self._open:
            self._open[source] = open_notes(self._sources[source], self._credentials)
        return self._open[source]


def _told(account: "Account", terms: "Terms") -> "Written":
    from tracker_sync.annotate.writing import told
    from tracker_sync.render.check import Note, Written

    made, left = ([Note(w.ref, w.what) for w in writes] for writes in (account.made, account.left))
    refused = [Note(ref, why) for ref, why in account.refused]
    return Written(terms.dry, made, left, refused, told(account, terms))


def _say(account: "Account", written: "Written") -> None:
    from tracker_sync.render import clean

    for note in written.refused:
        click.echo(f"tracker-sync: {note.ref}: {clean(note.what)}", err=True)
    for error in account.stopped:
        click.echo(f"tracker-sync: {clean(str(error))}", err=True)
    click.echo("; ".join(written.told), err=True)


def tell_runner(summary: str, outputs: Mapping[str, str], environment: Mapping[str, str]) -> None:
    """Add to the summary of the step and to its outputs, where GitHub Actions gives files for them. Raises
    ConfigError."""
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        _append(Path(path), summary)
    if path := environment.get("GITHUB_OUTPUT"):
        _append(Path(path), "".join(_output(name, value) for name, value in outputs.items()))


def _output(name: str, value: str) -> str:
    """In the form for several lines: nobody can guess the end, and so end it and begin another output."""
    end = f"end_{secrets.token_hex(16)}"
    return f"{name}<<{end}\n{value}\n{end}\n"


def _append(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as e:
        raise ConfigError(f"cannot be written: {e.strerror}", path) from None
