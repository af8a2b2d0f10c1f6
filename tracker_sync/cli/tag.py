"""`tracker-sync tag`: people's judgements about items, kept as events."""

import getpass
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker_sync.cli.session import configuration, find_item, now, opened
from tracker_sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker_sync.config import Config
    from tracker_sync.items import Item
    from tracker_sync.log import EventLog
    from tracker_sync.overrides.words import Word
    from tracker_sync.tagging import Judgement


@click.command()
@click.argument("key", required=False)
@click.option("--intent", metavar="ID", is_flag=False, flag_value="", help="The strategic intent it serves.")
@click.option("--customer", "customers", metavar="NAME", multiple=True, is_flag=False, flag_value="",
              help="Who asked for it (repeatable).")  # fmt: skip
@click.option("--origin", metavar="WORD", is_flag=False, flag_value="",
              help="Where the decisive demand came from.")  # fmt: skip
@click.option("--reason", help="Why; others will read it.")
@click.option("--from", "sheet", metavar="FILE", help="Many at once, from CSV; `-` is standard input.")
@click.option("--clear", is_flag=True, help="Take back what people said, of all or of the options named.")
@click.option("--undo", is_flag=True, help="Take back only what was said last: what was before holds again.")
@click.pass_context
def tag(
    context: click.Context, key: str | None, intent: str | None, customers: tuple[str, ...],
    origin: str | None, reason: str | None, sheet: str | None, clear: bool, undo: bool,
) -> None:  # fmt: skip
    """Say which intent an item serves, who asked for it, or where the demand came from.

    \b
    Example: tracker-sync tag acme:PAY-12 --intent reliability --reason "agreed in planning"
             tracker-sync tag acme:PAY-12 --undo --intent
             tracker-sync tag --from proposals.csv
    """
    from tracker_sync.overrides.words import names

    customer = names(";".join(customers)) if customers else None
    given = {"intent": intent, "customer": customer, "origin": origin}
    said = {attr: val.strip() for attr, val in given.items() if val is not None}
    reason = (reason or "").strip() or None
    _readable(*said.values(), reason or "")
    config = configuration(context)
    if sheet is not None:
        if key is not None or said or clear or undo:
            raise ConfigError("--from takes --reason and nothing else: the file says which items are what")
        _say_all(config, sheet, reason)
    elif key is None:
        raise ConfigError("say which item: tracker-sync tag KEY, or --from FILE.csv for many")
    elif clear and undo:
        raise ConfigError("--clear takes back what people said, --undo only the last of it: choose one")
    elif clear or undo:
        _take_back(config, key, list(said), reason, undo=undo)
    else:
        _say(config, key, said, reason)


def _say(config: "Config", key: str, said: dict[str, str], reason: str | None) -> None:
    from tracker_sync.overrides.standing import is_new
    from tracker_sync.overrides.telling import disagreeing, unheard_of
    from tracker_sync.overrides.words import Word, problem

    if not said:
        raise ConfigError("say what it is: --intent, --customer or --origin (or --clear, or --undo)")
    if empty := [attr for attr, val in said.items() if not val]:
        raise ConfigError(f"--{empty[0]} is empty: say what it is, or take it back with --clear --{empty[0]}")
    if reason is None:
        raise ConfigError("--reason is missing: say why, for those who will argue over it")
    with _writing(config) as (log, judged):
        item = _finder(log, [key])(key)
        for attr, val in said.items():
            if what := problem(attr, val, judged):
                raise ConfigError(f"--{attr}: {what}")
        words = [Word(item, attr, val, reason) for attr, val in said.items()]
        if not (new := [w for w in words if is_new(w)]):
            _tell(f"{item.ref}: said before with the same reason; nothing was written")
        _write(log, new)
        _tell(*unheard_of(judged, new), *disagreeing(log, judged, new))


def _take_back(config: "Config", key: str, attrs: list[str], reason: str | None, *, undo: bool) -> None:
    from tracker_sync.overrides.standing import taking_back, undoing
    from tracker_sync.overrides.telling import disagreeing, undone
    from tracker_sync.overrides.words import DIMENSIONS

    named = attrs or DIMENSIONS
    with _writing(config) as (log, judged):
        item = _finder(log, [key])(key)
        words = undoing(item, named, reason) if undo else taking_back(item, named, reason or "taken back")
        of = f"the {' or '.join(attrs)} of " if attrs else ""
        if undo and not words:
            raise ConfigError(f"nothing that people said of {of}{item.ref} is left to undo")
        if not words:
            _tell(f"people said nothing of {of}{item.ref} that holds; nothing was written")
        _write(log, words)
        _tell(*(undone(w) for w in words if undo), *disagreeing(log, judged, words))


def _say_all(config: "Config", name: str, reason: str | None) -> None:
    from tracker_sync.overrides import sheet
    from tracker_sync.overrides.standing import is_new
    from tracker_sync.overrides.telling import disagreeing, unheard_of, written

    path = Path("standard input" if name == "-" else name)
    table = sheet.read(_bytes(name, path), path)
    with _writing(config) as (log, judged):
        find = _finder(log, [row.cells["key"] for row in table.rows])
        rows, wrong = sheet.words(table.rows, find, judged, reason)
        if mistakes := sorted([*table.wrong, *wrong]):
            _tell(*(f"{path}:{line}: {text}" for line, text in mistakes))
            raise ConfigError("nothing was written; mend the lines above and run it again", path)
        new = [[w for w in row if is_new(w)] for row in rows]
        words = [w for row in new for w in row]
        _write(log, words)
        _tell(written(words, skipped=new.count([])), *unheard_of(judged, words))
        _tell(*disagreeing(log, judged, words))


def _bytes(name: str, path: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else path.read_bytes()
    except OSError as e:
        raise ConfigError(f"cannot be read: {e.strerror}", path) from None


def _readable(*typed: str) -> None:
    try:
        "".join(typed).encode()
    except UnicodeEncodeError:
        raise ConfigError("what was typed is not UTF-8 text; set the terminal to UTF-8") from None


@contextmanager
def _writing(config: "Config") -> "Iterator[tuple[EventLog, Judgement]]":
    """The log, in which nobody else says anything meanwhile, and what tags rest on. Raises LogBusy."""
    from tracker_sync.inputs import judgement, now_stated, told
    from tracker_sync.log import PEOPLE

    with opened(config, write=True) as log, log.lease(PEOPLE):
        yield log, judgement(config, told(log), now_stated(config))


def _finder(log: "EventLog", keys: "Sequence[str]") -> "Callable[[str], Item]":
    """What finds the items that go by these keys, without the rest of the log."""
    from tracker_sync.items import fold
    from tracker_sync.states.lookup import around

    return partial(find_item, fold(around(log, keys)))


def _write(log: "EventLog", words: "Sequence[Word]") -> None:
    from tracker_sync.events import validate
    from tracker_sync.log import PEOPLE
    from tracker_sync.overrides.words import events

    if words:
        at = now()
        log.append(PEOPLE, validate(events(words, at, getpass.getuser())), now=at)


def _tell(*lines: str) -> None:
    from tracker_sync.render import clean

    for line in lines:
        click.echo(clean(line), err=True)
