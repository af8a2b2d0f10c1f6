"""How the sources stand, as Prometheus reads it: in a file for its node exporter, or from the daemon."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tracker_sync import __version__
from tracker_sync.status import Standing

__all__ = ["CONTENT_TYPE", "Metric", "counter", "gauge", "of_process", "of_standings", "page"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECOND = 1_000_000
"""In microseconds."""
PREFIX = "tracker_sync"
Rows = Iterable[tuple[Sequence[str], float | None]]
"""(values of the labels, value); None: nothing is known, and so nothing is said."""


def of_standings(found: Sequence[Standing]) -> Iterator[Metric]:
    """How the sources stand, as gauges."""
    passes = [((s.source,), s.last) for s in found if s.last is not None]
    yield gauge("info", "Which tracker-sync this is.", ["version"], [([__version__], 1)])
    yield _by_source(
        "last_success_timestamp_seconds", "When the last pass began that read the source to its end.",
        [(key, _seconds(last.succeeded)) for key, last in passes],
    )  # fmt: skip
    yield _by_source(
        "last_full_timestamp_seconds", "The same of the last one that also looked for deletions.",
        [(key, _seconds(last.full)) for key, last in passes],
    )  # fmt: skip
    yield _by_source(
        "last_pass_timestamp_seconds", "When the last pass ended, however it did.",
        [(key, _seconds(last.ended)) for key, last in passes],
    )  # fmt: skip
    yield _by_source(
        "last_pass_code", "The exit code that the last pass alone would have had.",
        [(key, last.code) for key, last in passes],
    )  # fmt: skip
    yield _by_source(
        "items", "Items that the tracker still had.", [((s.source,), s.items) for s in found]
    )  # fmt: skip
    yield _by_source(
        "set_aside", "Records that could not be understood, over all passes.",
        [((s.source,), s.set_aside) for s in found],
    )  # fmt: skip
    yield from _quotas(found)


def _quotas(found: Sequence[Standing]) -> Iterator[Metric]:
    quotas = [((s.source, q.resource), q) for s in found if s.last for q in s.last.quota]
    labels = ["source", "resource"]
    yield gauge(
        "quota_remaining", "Requests or points that the tracker said were left.", labels,
        [(key, q.remaining) for key, q in quotas],
    )  # fmt: skip
    yield gauge("quota_limit", "Of so many.", labels, [(key, q.limit) for key, q in quotas])
    yield gauge(
        "quota_reset_timestamp_seconds", "When the quota is full again.", labels,
        [(key, _seconds(q.resets_at)) for key, q in quotas],
    )  # fmt: skip


def _seconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / SECOND


def _by_source(name: str, what: str, rows: Rows) -> Metric:
    return gauge(name, what, ["source"], rows)


def gauge(name: str, what: str, labels: Sequence[str], rows: Rows) -> Metric:
    """A value that goes up and down."""
    family = GaugeMetricFamily(f"{PREFIX}_{name}", what, labels=labels)
    for values, value in rows:
        if value is not None:
            family.add_metric(values, value)
    return family


def counter(name: str, what: str, labels: Sequence[str], rows: Rows) -> Metric:
    """A value that only goes up, from the start of the process."""
    family = CounterMetricFamily(f"{PREFIX}_{name}", what, labels=labels)
    for values, value in rows:
        if value is not None:
            family.add_metric(values, value)
    return family


def of_process() -> Iterable[Metric]:
    """Memory, processor time and open files of this process."""
    return ProcessCollector(registry=None).collect()


class _Given(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def page(*metrics: Iterable[Metric]) -> str:
    """The metrics in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Given(chain(*metrics)))
    return generate_latest(registry).decode()
