"""How the daemon and its sources are, for whoever asks while it works."""

from collections import Counter
from collections.abc import Callable, Iterator

from tracker_sync.metrics import Metric, counter, gauge
from tracker_sync.status import Standing

LONGEST_SILENCE = 900.0
"""Seconds without any step after which the daemon is taken for stuck. A page that is asked for again and
again, with the pauses that its tracker wishes for, takes up to ten minutes."""


class Health:
    """What the loop notes and others read, from other threads: each part is replaced as a whole."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._beat = monotonic()
        self.stopping = False
        self.standings: tuple[Standing, ...] = ()
        self.failures: dict[str, int] = {}
        """In a row, by source."""
        self.passes: Counter[tuple[str, str]] = Counter()
        """By source and exit code, since the daemon was started."""
        self.events: Counter[str] = Counter()
        """New events by source, likewise."""
        self.items: Counter[tuple[str, str]] = Counter()
        """Pulls of one item that was announced, by source and exit code."""
        self.deliveries: Counter[tuple[str, str]] = Counter()
        """Webhooks by source and what became of them."""

    def beat(self) -> None:
        """A step was taken."""
        self._beat = self._monotonic()

    def is_alive(self) -> bool:
        """Whether a step was taken lately."""
        return self._monotonic() - self._beat < LONGEST_SILENCE

    def metrics(self) -> Iterator[Metric]:
        """What is counted here, for Prometheus."""
        yield counter(
            "passes", "Passes since the daemon was started, by their exit code.", ["source", "code"],
            list(self.passes.items()),
        )  # fmt: skip
        yield counter(
            "new_events", "New events since the daemon was started.", ["source"],
            [((source,), n) for source, n in list(self.events.items())],
        )  # fmt: skip
        yield gauge(
            "failures_in_a_row", "Passes that failed since the last that did not.", ["source"],
            [((source,), n) for source, n in list(self.failures.items())],
        )  # fmt: skip
        yield counter(
            "item_pulls", "Items that a webhook announced and that were pulled, by exit code.",
            ["source", "code"], list(self.items.items()),
        )  # fmt: skip
        yield counter(
            "webhooks", "Webhooks, by what became of them.", ["source", "outcome"],
            list(self.deliveries.items()),
        )  # fmt: skip
