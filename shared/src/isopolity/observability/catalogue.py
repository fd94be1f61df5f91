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


CONSUMED: Final = Metric(
    name="isopolity_events_consumed_total",
    kind=MetricKind.COUNTER,
    help="Records settled: handled, skipped or dead-lettered",
    labels=("group", "topic"),
)
FAILED: Final = Metric(
    name="isopolity_handler_failures_total",
    kind=MetricKind.COUNTER,
    help="Attempts to handle events that raised, by the class of the error",
    labels=("group", "topic", "error"),
)
DEAD_LETTERS: Final = Metric(
    name="isopolity_dead_letters_total",
    kind=MetricKind.COUNTER,
    help="Records given up, by reason",
    labels=("group", "topic", "reason"),
)
HANDLER_SECONDS: Final = Metric(
    name="isopolity_handler_seconds",
    kind=MetricKind.HISTOGRAM,
    help="Seconds that handling one batch of events took, its transaction included",
    labels=("group", "topic"),
)
LAG: Final = Metric(
    name="isopolity_consumer_lag",
    kind=MetricKind.GAUGE,
    help="Records after the committed offset, of the partitions that this process holds",
    labels=("group", "topic"),
)
PUBLISHED: Final = Metric(
    name="isopolity_events_published_total", kind=MetricKind.COUNTER, help="Events that the relay published"
)
RELAY_STALLS: Final = Metric(
    name="isopolity_relay_stalls_total",
    kind=MetricKind.COUNTER,
    help="Times the relay lost broker, database or its place, by reason",
    labels=("reason",),
)
OUTBOX_DEPTH: Final = Metric(
    name="isopolity_outbox_depth", kind=MetricKind.GAUGE, help="Events committed and not yet published"
)
OUTBOX_AGE: Final = Metric(
    name="isopolity_outbox_age_seconds",
    kind=MetricKind.GAUGE,
    help="Age of the oldest event in the outbox; 0 when it is empty",
)
PARKED: Final = Metric(
    name="isopolity_events_parked", kind=MetricKind.GAUGE, help="Events that wait for another aggregate to arrive"
)
CANARY_AGE: Final = Metric(
    name="isopolity_canary_age_seconds",
    kind=MetricKind.GAUGE,
    help="How long ago the canary sounded that this service saw last",
)
ANSWERS_AGE: Final = Metric(
    name="isopolity_answers_complete_age_seconds",
    kind=MetricKind.GAUGE,
    help="How long ago the moment was up to which matching has all answers",
)
MAILS: Final = Metric(
    name="isopolity_mails_total",
    kind=MetricKind.COUNTER,
    help="Attempts to hand over a mail, by outcome",
    labels=("outcome",),
)
ROUND_SECONDS: Final = Metric(
    name="isopolity_round_seconds",
    kind=MetricKind.HISTOGRAM,
    help="Seconds that a round took, by what became of it",
    labels=("status",),
)
ROUND_PAIRS: Final = Metric(
    name="isopolity_round_pairs", kind=MetricKind.GAUGE, help="Proposals of the last round that this process computed"
)
ROUND_GAP: Final = Metric(
    name="isopolity_round_gap",
    kind=MetricKind.GAUGE,
    help="What the last round that this process computed may miss of the best possible, as a share",
)
REQUEST_SECONDS: Final = Metric(
    name="isopolity_http_request_seconds",
    kind=MetricKind.HISTOGRAM,
    help="Seconds that answering an HTTP request took",
    labels=("method", "route", "status"),
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
