"""Measuring: gauges of a process, of its service's database, and of the sample of streams, for Prometheus.

Invariant: what this process knows by itself is told first, so that it is right while the database is away; what is
read tells moments, and `isopolity_measured_timestamp_seconds` when it was read.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from isopolity.messaging.consuming.health import RunnerState
from isopolity.observability import catalogue
from isopolity.observability.metrics import ServiceMetrics
from isopolity.persistence.parking import parked_status
from isopolity.persistence.relay import outbox_backlog
from isopolity.web.operations.kept_samples import Sample, samples_of
from isopolity.web.operations.stream_samples import STREAMS, GroupSample, ProcessSample, StreamsSample
from isopolity.web.operations.streams import missing_processes
from isopolity.web.operations.vitals import Vitals

_SHARE: Final = "strangers_share_"
"""Start of the names of registry's counts of strangers."""


async def measure(vitals: Vitals, metrics: ServiceMetrics) -> None:
    """Set the gauges."""
    _measure_process(vitals, metrics)
    depth, oldest = await outbox_backlog(vitals.database, vitals.tables.outbox)
    metrics.set(catalogue.OUTBOX_DEPTH, to=depth)
    metrics.replace(catalogue.OUTBOX_OLDEST, _moment(oldest))
    async with vitals.database.reading() as connection:
        parked = await parked_status(connection, vitals.tables.parked)
        samples = await samples_of(connection, vitals.tables.samples)
    metrics.set(catalogue.PARKED, to=sum(status.count for status in parked))
    metrics.replace(catalogue.PARKED_OLDEST, _moment(min((status.since for status in parked), default=None)))
    metrics.replace(catalogue.CANARY, _moment(await vitals.canary() if vitals.canary else None))
    returned = await vitals.canary_returned() if vitals.canary_returned else None
    metrics.replace(catalogue.CANARY_RETURNED, _moment(returned))
    metrics.set(catalogue.PROCESSES_MISSING, to=len(_missing(samples, vitals.clock())))
    for sample in samples:
        if sample.name == STREAMS:
            metrics.set(catalogue.SAMPLED, to=sample.at.timestamp())
            _tell_streams(StreamsSample.model_validate(sample.document), vitals, metrics)
    metrics.set(catalogue.MEASURED, to=vitals.clock().timestamp())


def _measure_process(vitals: Vitals, metrics: ServiceMetrics) -> None:
    """What is known without asking the database."""
    health = {group.name: group.health() for group in vitals.groups}
    metrics.set(catalogue.LIVE, to=all(each.live for each in health.values()))
    metrics.replace(catalogue.GROUP_READY, {(name,): each.ready for name, each in health.items()})
    metrics.replace(
        catalogue.GROUP_PAUSED, {(name,): each.state is RunnerState.PAUSED for name, each in health.items()}
    )
    metrics.set(catalogue.STORE_WRITABLE, to=vitals.database.why_unwritable() is None)


def _tell_streams(sample: StreamsSample, vitals: Vitals, metrics: ServiceMetrics) -> None:
    """What one process of the service saw of broker, groups and dead letters."""
    metrics.set(catalogue.BROKER_ANSWERS, to=not sample.problem)
    metrics.set(catalogue.STORE_WRITABLE, to=not sample.unwritable and vitals.database.why_unwritable() is None)
    told = [group for group in sample.groups if not group.problem]
    metrics.replace(catalogue.GROUP_WAITING, {(g.group, each.topic): each.records for g in told for each in g.topics})
    metrics.replace(catalogue.GROUP_MEMBERS_WAITING, {(group.group,): group.members_waiting for group in told})
    metrics.replace(
        catalogue.GROUP_OLDEST, {(g.group,): at.timestamp() for g in told if (at := _oldest(g)) is not None}
    )
    for gauge, counts in (
        (catalogue.DEAD_LETTERS_WAITING, sample.dead_letters),
        (catalogue.DEAD_LETTER_MEMBERS, sample.dead_letter_members),
    ):
        metrics.replace(gauge, {(reason,): count for reason, count in counts.items()})
    shares = {(name.removeprefix(_SHARE),): each for name, each in sample.counts.items() if name.startswith(_SHARE)}
    metrics.replace(catalogue.STRANGERS, {what: each for what, each in shares.items() if isinstance(each, int | float)})
    unknown = sample.counts.get("mails_unknown")
    if isinstance(unknown, int):
        metrics.set(catalogue.MAILS_UNKNOWN, to=unknown)
    metrics.replace(catalogue.MAIL_SERVER_AWAY, _waiting_since(sample, "mail_server_away_seconds"))
    metrics.replace(catalogue.MAILS_LATE, _waiting_since(sample, "mails_late_seconds"))


def _missing(samples: Sequence[Sample], now: datetime) -> Sequence[str]:
    processes = ((each, ProcessSample.model_validate(each.document)) for each in samples if each.name != STREAMS)
    return missing_processes([(each.name, each.at, process.started_at) for each, process in processes], now)


def _oldest(group: GroupSample) -> datetime | None:
    return min((topic.oldest_at for topic in group.topics if topic.oldest_at is not None), default=None)


def _waiting_since(sample: StreamsSample, age: str) -> Mapping[tuple[str, ...], float]:
    """The moment from which a count tells its age; none where nothing waits."""
    seconds = sample.counts.get(age)
    if sample.counted_at is None or not isinstance(seconds, int | float):
        return {}
    return _moment(sample.counted_at - timedelta(seconds=seconds))


def _moment(moment: datetime | None) -> Mapping[tuple[str, ...], float]:
    """The moment as a gauge's only value; none where there is no moment."""
    return {} if moment is None else {(): moment.timestamp()}
