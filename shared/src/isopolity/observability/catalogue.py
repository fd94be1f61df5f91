"""The catalogue of metrics: every name, what it means and its labels; each has the label `service` besides."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class MetricKind(StrEnum):
    """The metric's type in Prometheus."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric."""

    name: str
    kind: MetricKind
    help: str
    labels: tuple[str, ...] = ()


def _counter(name: str, text: str, *labels: str) -> Metric:
    return Metric(name=name, kind=MetricKind.COUNTER, help=text, labels=labels)


def _gauge(name: str, text: str, *labels: str) -> Metric:
    return Metric(name=name, kind=MetricKind.GAUGE, help=text, labels=labels)


def _histogram(name: str, text: str, *labels: str) -> Metric:
    return Metric(name=name, kind=MetricKind.HISTOGRAM, help=text, labels=labels)


CONSUMED: Final = _counter(
    "isopolity_events_consumed_total", "Records settled: handled, skipped or dead-lettered", "group", "topic"
)
FAILED: Final = _counter(
    "isopolity_handler_failures_total",
    "Attempts to handle events that raised, by the class of the error",
    "group",
    "topic",
    "error",
)
DEAD_LETTERS: Final = _counter(
    "isopolity_dead_letters_total", "Records given up, by reason", "group", "topic", "reason"
)
HANDLER_SECONDS: Final = _histogram(
    "isopolity_handler_seconds",
    "Seconds that handling one batch of events took, its transaction included",
    "group",
    "topic",
)
LAG: Final = _gauge(
    "isopolity_consumer_lag",
    "Records after the committed offset, of the partitions that this process holds",
    "group",
    "topic",
)
PUBLISHED: Final = _counter("isopolity_events_published_total", "Events that the relay published")
RELAY_STALLS: Final = _counter(
    "isopolity_relay_stalls_total", "Times the relay lost broker, database or its place, by reason", "reason"
)
OUTBOX_DEPTH: Final = _gauge("isopolity_outbox_depth", "Events committed and not yet published")
OUTBOX_AGE: Final = _gauge("isopolity_outbox_age_seconds", "Age of the oldest event in the outbox; 0 when it is empty")
PARKED: Final = _gauge("isopolity_events_parked", "Events that wait for another aggregate to arrive")
CANARY_AGE: Final = _gauge("isopolity_canary_age_seconds", "How long ago the canary sounded that this service saw last")
ANSWERS_AGE: Final = _gauge(
    "isopolity_answers_complete_age_seconds", "How long ago the moment was up to which matching has all answers"
)
MAILS: Final = _counter("isopolity_mails_total", "Attempts to hand over a mail, by outcome", "outcome")
ROUND_SECONDS: Final = _histogram(
    "isopolity_round_seconds", "Seconds that a round took, by what became of it", "status"
)
ROUND_PAIRS: Final = _gauge("isopolity_round_pairs", "Proposals of the last round that this process computed")
ROUND_GAP: Final = _gauge(
    "isopolity_round_gap", "What the last round that this process computed may miss of the best possible, as a share"
)
REQUEST_SECONDS: Final = _histogram(
    "isopolity_http_request_seconds", "Seconds that answering an HTTP request took", "method", "route", "status"
)

METRICS: Final[tuple[Metric, ...]] = (
    CONSUMED,
    FAILED,
    DEAD_LETTERS,
    HANDLER_SECONDS,
    LAG,
    PUBLISHED,
    RELAY_STALLS,
    OUTBOX_DEPTH,
    OUTBOX_AGE,
    PARKED,
    CANARY_AGE,
    ANSWERS_AGE,
    MAILS,
    ROUND_SECONDS,
    ROUND_PAIRS,
    ROUND_GAP,
    REQUEST_SECONDS,
)
