"""How far a sync is, as bars on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from tracker_sync.sources import Progress as Done


@contextmanager
def bars() -> Iterator[Callable[[str, Done], None]]:
    """A bar on stderr for each source that tells how far it is; they are gone at the end."""
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[said]}"),
        TimeElapsedColumn(),
    )  # fmt: skip
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:

        def show(source: str, done: Done) -> None:
            if source not in tasks:
                tasks[source] = progress.add_task(source, total=None, said="")
            of = f" of {done.total:,}" if done.total else ""
            said = f"{done.done:,}{of} items"
            progress.update(tasks[source], completed=done.done, total=done.total, said=said)

        yield show
