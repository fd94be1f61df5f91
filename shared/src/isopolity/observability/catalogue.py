"""The catalogue of metrics: name, meaning and labels of each; all have the label `service` too.

Invariant: a gauge holds a moment (a Unix time, `…_timestamp_seconds`), never an age, which would stop growing when its
process stops.
"""

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
    """A metric, with its type, labels and help text."""

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


BUILD_INFO: Final = _gauge("isopolity_build_info", "1, with the release that this process runs", "version", "build")
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
OUTBOX_OLDEST: Final = _gauge(
    "isopolity_outbox_oldest_timestamp_seconds",
    "When the oldest event in the outbox was committed; missing while it is empty",
)
PARKED: Final = _gauge("isopolity_events_parked", "Events that wait for another aggregate to arrive")
PARKED_OLDEST: Final = _gauge(
    "isopolity_events_parked_oldest_timestamp_seconds",
    "Since when the oldest parked event waits; missing while no event is parked",
)
CANARY: Final = _gauge("isopolity_canary_timestamp_seconds", "When the canary sounded that this service saw last")
CANARY_RETURNED: Final = _gauge(
    "isopolity_canary_returned_timestamp_seconds", "When the canary sounded that last came back from notify"
)
ANSWERS_COMPLETE: Final = _gauge(
    "isopolity_answers_complete_timestamp_seconds", "The moment up to which matching has all answers"
)
LIVE: Final = _gauge("isopolity_live", "1, or 0 when only a restart or a person can help")
PROCESSES_MISSING: Final = _gauge(
    "isopolity_processes_missing",
    "Processes of the service that answer no more, did not end in order, and whose place no other has taken",
)
GROUP_READY: Final = _gauge(
    "isopolity_group_ready", "1 while this process reads for the group, or would if it were not paused; else 0", "group"
)
GROUP_PAUSED: Final = _gauge("isopolity_group_paused", "1 while an operator has paused the group, else 0", "group")
STORE_WRITABLE: Final = _gauge("isopolity_store_writable", "0 while a store of the service takes no changes, else 1")
MEASURED: Final = _gauge(
    "isopolity_measured_timestamp_seconds", "When this process last read its gauges from its database"
)
SAMPLED: Final = _gauge("isopolity_sampled_timestamp_seconds", "When the service's streams were last sampled")
BROKER_ANSWERS: Final = _gauge(
    "isopolity_broker_answers", "1 if the broker answered when the streams were last sampled, else 0"
)
GROUP_WAITING: Final = _gauge(
    "isopolity_group_waiting", "Records that wait for the group, as far as they were counted", "group", "topic"
)
GROUP_OLDEST: Final = _gauge(
    "isopolity_group_oldest_timestamp_seconds",
    "When the oldest record that waits for the group was written; missing while no record waits",
    "group",
)
GROUP_MEMBERS_WAITING: Final = _gauge(
    "isopolity_group_members_waiting", "Members of the network that the records are about that wait", "group"
)
DEAD_LETTERS_WAITING: Final = _gauge(
    "isopolity_dead_letters_waiting", "Dead letters that nobody has redriven or settled", "reason"
)
DEAD_LETTER_MEMBERS: Final = _gauge(
    "isopolity_dead_letter_members", "Members of the network whose change lies in a dead letter", "reason"
)
MAILS_UNKNOWN: Final = _gauge("isopolity_mails_unknown", "Mails of which a person must say whether they went out")
MAIL_SERVER_AWAY: Final = _gauge(
    "isopolity_mail_server_away_timestamp_seconds",
    "When the mail server stopped taking mails; missing while it takes them",
)
MAILS_LATE: Final = _gauge(
    "isopolity_mails_late_timestamp_seconds",
    "When the first late mail that was never tried was due; missing while there is no such mail",
)
MAILS: Final = _counter("isopolity_mails_total", "Attempts to hand over a mail, by outcome", "outcome")
STRANGERS: Final = _gauge(
    "isopolity_strangers_share",
    "Sign-ins, wrong codes and applications of strangers today, as a share of the number that slows them down",
    "what",
)
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

METRICS: Final[tuple[Metric, ...]] = tuple(each for each in globals().values() if isinstance(each, Metric))
"""All of the above."""
