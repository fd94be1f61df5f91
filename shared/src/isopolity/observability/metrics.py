"""One service's metrics, in a registry of their own, so that several services fit into one process.

It observes consumers, the relay, requests, mails and rounds. Invariant: every metric is in the catalogue.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from isopolity.messaging.broker import TopicPartition
from isopolity.observability import catalogue
from isopolity.observability.catalogue import Metric, MetricKind

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class ServiceMetrics:
    """Implements ConsumerObserver and RelayObserver, and sets the gauges."""

    def __init__(self, service: str, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._service = service
        self._held: defaultdict[str, set[str]] = defaultdict(set)
        self._counters = {metric: Counter(**_options(metric, self.registry)) for metric in _of(MetricKind.COUNTER)}
        self._gauges = {metric: Gauge(**_options(metric, self.registry)) for metric in _of(MetricKind.GAUGE)}
        self._histograms = {
            metric: Histogram(**_options(metric, self.registry), buckets=_SECONDS)
            for metric in _of(MetricKind.HISTOGRAM)
        }

    def text(self) -> bytes:
        """All metrics in the text format that Prometheus scrapes."""
        return generate_latest(self.registry)

    def count(self, metric: Metric, *labels: str, by: int = 1) -> None:
        """Add to a counter."""
        self._counters[metric].labels(self._service, *labels).inc(by)

    def set(self, metric: Metric, *labels: str, to: float) -> None:
        """Set a gauge."""
        self._gauges[metric].labels(self._service, *labels).set(to)

    def replace(self, metric: Metric, values: Mapping[tuple[str, ...], float]) -> None:
        """Set a gauge for these labels, and remove its values for all others."""
        self._gauges[metric].clear()
        for labels, value in values.items():
            self.set(metric, *labels, to=value)

    def expect(self, metric: Metric, *labels: str) -> None:
        """Export a histogram at 0 before the first observation, so that Prometheus sees the first one as growth."""
        self._histograms[metric].labels(self._service, *labels)

    def observe(self, metric: Metric, *labels: str, seconds: float) -> None:
        """Add to a histogram."""
        self._histograms[metric].labels(self._service, *labels).observe(seconds)

    def consumed(self, group: str, topic: str, count: int) -> None:
        self.count(catalogue.CONSUMED, group, topic, by=count)

    def handled(self, group: str, topic: str, count: int, seconds: float) -> None:
        self.observe(catalogue.HANDLER_SECONDS, group, topic, seconds=seconds)

    def failed(self, group: str, topic: str, error: str) -> None:
        self.count(catalogue.FAILED, group, topic, error)

    def dead_lettered(self, group: str, topic: str, reason: str) -> None:
        self.count(catalogue.DEAD_LETTERS, group, topic, reason)

    def lag(self, group: str, lag: Mapping[TopicPartition, int]) -> None:
        topics = dict.fromkeys(self._held[group], 0)  # partitions that went to another process have no lag here
        for place, behind in lag.items():
            topics[place.topic] = topics.get(place.topic, 0) + behind
        self._held[group].update(topics)
        for topic, behind in topics.items():
            self.set(catalogue.LAG, group, topic, to=behind)

    def published(self, count: int) -> None:
        self.count(catalogue.PUBLISHED, by=count)

    def stalled(self, reason: str) -> None:
        self.count(catalogue.RELAY_STALLS, reason)

    def mailed(self, outcome: str) -> None:
        """Count a mail by the outcome of handing it to the mail server."""
        self.count(catalogue.MAILS, outcome)

    def round_ended(self, status: str, seconds: float) -> None:
        """Record how long a round was computed, and its final status."""
        self.observe(catalogue.ROUND_SECONDS, status, seconds=seconds)

    def round_done(self, pairs: int, gap: float) -> None:
        """Record the number of a round's proposals, and the share by which it may be below the best possible."""
        self.set(catalogue.ROUND_PAIRS, to=pairs)
        self.set(catalogue.ROUND_GAP, to=gap)

    def answers_complete(self, before: datetime) -> None:
        """Record that all answers from before that moment have been handled."""
        self.set(catalogue.ANSWERS_COMPLETE, to=before.timestamp())

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Record an answered request and its duration."""
        self.observe(catalogue.REQUEST_SECONDS, method, route, str(status), seconds=seconds)


def _of(kind: MetricKind) -> list[Metric]:
    return [metric for metric in catalogue.METRICS if metric.kind is kind]


def _options(metric: Metric, registry: CollectorRegistry) -> dict[str, Any]:
    return {
        "name": metric.name,
        "documentation": metric.help,
        "labelnames": ("service", *metric.labels),
        "registry": registry,
    }
