"""A log as a folder of Parquet files, by source and month, for whoever analyses it elsewhere.

`source=NAME/month=YYYY-MM/part-0.parquet`: the month is that of the event's own time, in UTC. Rows are in the
order of the log. Beside the files is a checkpoint of what they hold; readers pass over its name.

`ts` and `rec_ts` are the log's own integers, exact whatever they are; `happened` and `recorded` are the same
moments as timestamps, null outside the years 1 to 9999, which many readers cannot show.

Events come in the order in which they were learned, so those of one month are scattered over the log. They
are first dealt out to one file for each partition, some thousand at a time, and then each such file is
written anew as Parquet: memory is bounded by `HELD`, whatever the log holds.
"""

import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from tracker_sync.errors import ConfigError, LogError
from tracker_sync.events import Row, to_row
from tracker_sync.log import Entry, EventLog, Head
from tracker_sync.log.chain import GENESIS, hash_of
from tracker_sync.log.checkpoint import written

if TYPE_CHECKING:
    import pyarrow as pa

CHECKPOINT = "_checkpoint.json"
DEALT = "_dealt"
"""The folder of what is not Parquet yet; gone at the end."""
HELD = 64 * 1024 * 1024
"""Bytes of events held in memory, roughly."""
PER_ROW = 1024
"""Bytes that an event takes there, beside four for each character."""
GROUP = 32 * 1024 * 1024
"""Bytes of a row group; a file has several where it is larger."""
NOWHERE = "__HIVE_DEFAULT_PARTITION__"
"""What Hive, Spark, DuckDB and pyarrow read as null: the month of a time outside the years 1 to 9999."""
LONGEST = 250
"""Bytes of a folder's name; most file systems take 255."""
NULLABLE = ("val", "actor", "happened", "recorded")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Partition(NamedTuple):
    """What one file is about."""

    source: str
    month: str

    @property
    def path(self) -> str:
        """Its place, with names spelt as pyarrow does. Raises LogError for a source that can have none."""
        folder = f"source={quote(self.source, safe='')}"
        if self.source in ("", NOWHERE) or len(folder) > LONGEST:
            raise LogError(f"no folder can be named for the source {self.source!r}. No export was made")
        return f"{folder}/month={self.month}/part-0.parquet"


def export(log: EventLog, to: Path, key: bytes | None = None) -> int:
    """Write the log's events into a new folder, whole or not at all; how many there were.

    `key` signs the checkpoint. Raises ConfigError where there is something in the folder already or pyarrow
    is not installed; LogError where it cannot be written, or the events are not those that were recorded.
    """
    arrow = _pyarrow()
    if to.is_symlink() or (to.exists() and (not to.is_dir() or any(to.iterdir()))):
        raise ConfigError("is there already; name a new folder", to)
    to = to.absolute()
    part = to.with_name(f"{to.name}.part")
    with _told(to):
        _make(part)
        try:
            heads = _fill(arrow, log, part)
            _put(part / CHECKPOINT, written(heads, key) + "\n")
            _sync(part)
            part.rename(to)
            _sync(to.parent)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    return sum(head.events for head in heads.values())


def month_of(ts: int) -> str:
    """The month of a time in microseconds, as YYYY-MM in UTC."""
    try:
        when = EPOCH + timedelta(microseconds=ts)
    except OverflowError:
        return NOWHERE
    return f"{when.year:04}-{when.month:02}"


def schema(arrow: Any) -> "pa.Schema":
    """The columns of every file; source and month are in its path."""
    text, time = arrow.string(), arrow.timestamp("us", tz="UTC")
    columns = [
        ("seq", arrow.int64()), ("rec_ts", arrow.int64()), ("event_id", text), ("item", text),
        ("kind", text), ("attr", text), ("key", text), ("val", text), ("ts", arrow.int64()), ("actor", text),
        ("body", text), ("hash", arrow.binary()), ("happened", time), ("recorded", time),
    ]  # fmt: skip
    return arrow.schema([arrow.field(n, kind, nullable=n in NULLABLE) for n, kind in columns])


def _fill(arrow: Any, log: EventLog, folder: Path) -> dict[str, Head]:
    """Write the files into the folder; the heads of what it now holds."""
    chains = _Chains(log.heads())  # asked before the events: some may come in between
    dealt = _Dealer(arrow, folder / DEALT)
    for entry in log.read():
        row = to_row(entry.event)
        dealt.add(entry, row, chains.next(entry, row))
    dealt.put_down()
    chains.check()
    for partition in sorted(dealt.files):
        _write(arrow, dealt.batches(partition), folder / partition.path)
    shutil.rmtree(folder / DEALT)
    return chains.heads


class _Chains:
    """Each source's chain, followed from event to event."""

    def __init__(self, recorded: Mapping[str, Head]) -> None:
        self.heads: dict[str, Head] = {}
        self._not_met = {name: head for name, head in recorded.items() if head.events}

    def next(self, entry: Entry, row: Row) -> bytes:
        """The hash of the event that comes next."""
        before = self.heads.get(entry.source, Head(0, GENESIS.hex()))
        found = hash_of(bytes.fromhex(before.hash), row, entry.recorded_at)
        head = self.heads[entry.source] = Head(before.events + 1, found.hex())
        if self._not_met.get(entry.source) == head:
            del self._not_met[entry.source]
        return found

    def check(self) -> None:
        """Raises LogError where a chain was not met as it was recorded."""
        if self._not_met:
            raise LogError(
                f"the events of source {min(self._not_met)!r} are not those that were recorded: "
                "`tracker-sync log verify` names the first"
            )


class _Dealer:
    """Events by partition: a bounded number in memory, and the rest in a file for each partition."""

    def __init__(self, arrow: Any, folder: Path) -> None:
        self.files: dict[Partition, Path] = {}
        self._arrow, self._folder, self._schema = arrow, folder, schema(arrow)
        self._held: dict[Partition, list[tuple[object, ...]]] = {}
        self._size = 0
        folder.mkdir()

    def add(self, entry: Entry, r: Row, link: bytes) -> None:
        month = month_of(r.ts)
        happened = None if month == NOWHERE else r.ts
        recorded = None if month_of(entry.recorded_at) == NOWHERE else entry.recorded_at
        row = (
            entry.seq, entry.recorded_at, r.event_id, r.item, r.kind, r.attr, r.key, r.val, r.ts, r.actor,
            r.body, link, happened, recorded,
        )  # fmt: skip
        self._held.setdefault(Partition(entry.source, month), []).append(row)
        self._size += PER_ROW + 4 * (len(r.event_id) + len(r.key) + len(r.val or "") + len(r.body))
        if self._size >= HELD:
            self.put_down()

    def put_down(self) -> None:
        """Write what is held behind what the files of its partitions have already."""
        for partition, rows in self._held.items():
            path = self.files.setdefault(partition, self._folder / str(len(self.files)))
            columns = [
                self._arrow.array(values, field.type)
                for values, field in zip(zip(*rows, strict=True), self._schema, strict=True)
            ]
            with open(path, "ab", opener=_opener) as file:
                file.write(self._arrow.record_batch(columns, self._schema).serialize())
        self._held.clear()
        self._size = 0

    def batches(self, partition: Partition) -> "Iterator[pa.RecordBatch]":
        """What was put down of a partition, as it came."""
        ipc = self._arrow.ipc
        with self.files[partition].open("rb") as file:
            for message in ipc.MessageReader.open_stream(file):
                yield ipc.read_record_batch(message, self._schema)


def _write(arrow: Any, batches: "Iterable[pa.RecordBatch]", path: Path) -> None:
    """Write the batches as Parquet, several to a row group where they are small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "xb", opener=_opener) as file:
        with arrow.parquet.ParquetWriter(file, schema(arrow), compression="zstd") as writer:
            for group in _groups(batches):
                table = arrow.Table.from_batches(group)
                writer.write_table(table, len(table))
        file.flush()
        os.fsync(file.fileno())


def _groups(batches: "Iterable[pa.RecordBatch]") -> "Iterator[list[pa.RecordBatch]]":
    group: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        group.append(batch)
        size += batch.nbytes
        if size >= GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ConfigError("Parquet needs pyarrow: `pip install 'tracker_sync[parquet]'`") from None
    return pyarrow


def _make(part: Path) -> None:
    """An empty folder, to be given its name when it is full; what a killed run left of it is removed."""
    if part.is_symlink():
        raise LogError(f"{part} is a symbolic link, and in the way of the export; remove it")
    if part.exists():
        for name in sorted(p.name for p in part.iterdir()):
            if name not in (CHECKPOINT, DEALT) and not name.startswith("source="):
                raise LogError(f"{part} is in the way, and {name!r} in it is no export's; move it elsewhere")
        shutil.rmtree(part)
    part.mkdir(mode=stat.S_IRWXU)


def _put(path: Path, text: str) -> None:
    with open(path, "x", encoding="utf-8", opener=_opener) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags, stat.S_IRUSR | stat.S_IWUSR)


def _sync(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def _told(to: Path) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        raise LogError(f"cannot write {to}: {e.strerror or e}. No export was made") from None
