"""Upkeep of every service: sets gauges, deletes old rows of audit and journal, and keeps SQLite's logs short.

Gauges for Prometheus cover a process, its service's database, and the sample of streams. Invariant: deleted data stays
in no file of SQLite for longer than an hour. The process's own numbers are measured first, so that they are right while
the database is away; numbers from the database are moments, and `isopolity_measured_timestamp_seconds` says when they
were read.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Final

import structlog
from sqlalchemy import and_

from isopolity.messaging.consuming.health import RunnerState
from isopolity.observability import catalogue
from isopolity.observability.metrics import ServiceMetrics
from isopolity.persistence.audit import age_audit
from isopolity.persistence.health import is_unavailable, postponing
from isopolity.persistence.journal.table import forget_lines
from isopolity.persistence.relay import outbox_backlog
from isopolity.persistence.retention import Kept
from isopolity.persistence.tables import MessagingTables
from isopolity.persistence.unit_of_work import parked_status
from isopolity.web.operations.stream_samples import (
    STREAMS,
    GroupSample,
    ProcessSample,
    Sample,
    StreamsSample,
    samples_of,
)
from isopolity.web.operations.streams import missing_processes
from isopolity.web.operations.vitals import Vitals

_log = structlog.get_logger(__name__)
_SECONDS: Final = 15.0
_TRY_SECONDS: Final = 5.0
"""Half of the ten seconds within which a fault is reported; each try is a write to the disk."""
_LINES_AT_ONCE: Final = 5_000
_REWRITING_TURN: Final = 240
"""Turns between two rewritings of a SQLite file: an hour, since writers wait during one."""


def common_kinds(tables: MessagingTables) -> tuple[Kept, ...]:
    """Kinds of rows that every service keeps; upkeep deletes those that are due."""
    audit = tables.audit
    return (
        Kept(name="events to publish", tables=(tables.outbox,), stays="until they are published, in seconds"),
        Kept(
            name="ids of events that had their effect",
            tables=(tables.inbox,),
            stays="until a later release drops the table; nothing writes to it",
        ),
        Kept(
            name="where a restoration stands",
            tables=(tables.restorations,),
            stays="while `isopolity republish --restored` is under way",
        ),
        Kept(
            name="samples of streams",
            tables=(tables.samples, tables.sample_history),
            since="being taken",
            days=1,
            due=lambda before: tables.samples.c.at < before,
        ),
        Kept(
            name="switches of consumer groups: paused, or resumed when",
            tables=(tables.group_switches,),
            stays="for good: a row for each group that was ever paused or resumed",
        ),
        Kept(
            name="journal: events that were published",
            tables=(tables.journal,),
            since="the event",
            setting="journal_days",
            due=lambda before: tables.journal.c["at"] < before,
        ),
        Kept(name="events that wait", tables=(tables.parked,), stays="until what they wait for arrives"),
        Kept(
            name="audit: who did what",
            tables=(audit,),
            personal="the subject and id of a token, the id of a contact; of a contact's data the names of fields",
            since="the act",
            setting="audit_days",
            due=lambda before: audit.c.at < before,
        ),
        Kept(
            name="audit: from where",
            tables=(audit,),
            personal="network address",
            since="the act",
            setting="audit_address_days",
            due=lambda before: and_(audit.c.address.is_not(None), audit.c.at < before),
        ),
    )


async def keep_up(
    vitals: Vitals, metrics: ServiceMetrics, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Measure, and delete old rows of audit and journal, every 15 seconds; a database that is away is tried again."""
    for turn in count():
        with postponing(_log, "upkeep_postponed", service=vitals.service):
            await measure(vitals, metrics)
            await let_audit_age(vitals)
            await let_journal_age(vitals)
            await (vitals.database.truncate_log() if turn % _REWRITING_TURN else vitals.database.tidy())
        await sleep(_SECONDS)


async def try_writing_for_ever(vitals: Vitals, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Try a write to the database every five seconds, for `Database.why_unwritable`."""
    logged = False
    while True:
        try:
            await vitals.database.try_writing(vitals.tables.outbox)
        except Exception as error:
            if not is_unavailable(error):
                raise
        problem = vitals.database.why_unwritable()
        if problem is not None and not logged:
            _log.error("database_unwritable", service=vitals.service, problem=problem)
        logged = problem is not None
        await sleep(_TRY_SECONDS)


async def let_audit_age(vitals: Vitals) -> None:
    """Delete the audit's entries, and addresses in entries, once their periods are over."""
    now = vitals.clock()
    async with vitals.database.writing() as connection:
        await age_audit(
            connection,
            vitals.tables.audit,
            addresses_until=now - timedelta(days=vitals.audit_address_days),
            entries_until=now - timedelta(days=vitals.audit_days),
        )
        await connection.commit()


async def let_journal_age(vitals: Vitals) -> None:
    """Delete lines of the journal once their period is over, some thousands at a time."""
    before = vitals.clock() - timedelta(days=vitals.journal_days)
    async with vitals.database.writing() as connection:
        await forget_lines(connection, vitals.tables.journal, before, _LINES_AT_ONCE)
        await connection.commit()


_SHARE: Final = "strangers_share_"
"""Prefix of the names of registry's counts of strangers."""


async def measure(vitals: Vitals, metrics: ServiceMetrics) -> None:
    """Set the gauges of the process, its database, and the last sample of streams."""
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
            _set_stream_gauges(StreamsSample.model_validate(sample.document), vitals, metrics)
    metrics.set(catalogue.MEASURED, to=vitals.clock().timestamp())


def _measure_process(vitals: Vitals, metrics: ServiceMetrics) -> None:
    """Set the gauges that need no database."""
    health = {group.name: group.health() for group in vitals.groups}
    metrics.set(catalogue.LIVE, to=all(each.live for each in health.values()))
    metrics.replace(catalogue.GROUP_READY, {(name,): each.ready for name, each in health.items()})
    metrics.replace(
        catalogue.GROUP_PAUSED, {(name,): each.state is RunnerState.PAUSED for name, each in health.items()}
    )
    metrics.set(catalogue.STORE_WRITABLE, to=vitals.database.why_unwritable() is None)


def _set_stream_gauges(sample: StreamsSample, vitals: Vitals, metrics: ServiceMetrics) -> None:
    """Set the gauges of broker, groups and dead letters from a sample."""
    metrics.set(catalogue.BROKER_ANSWERS, to=not sample.problem)
    metrics.set(catalogue.STORE_WRITABLE, to=not sample.unwritable and vitals.database.why_unwritable() is None)
    reported = [group for group in sample.groups if not group.problem]
    metrics.replace(
        catalogue.GROUP_WAITING, {(g.group, each.topic): each.records for g in reported for each in g.topics}
    )
    metrics.replace(catalogue.GROUP_MEMBERS_WAITING, {(group.group,): group.members_waiting for group in reported})
    metrics.replace(
        catalogue.GROUP_OLDEST, {(g.group,): at.timestamp() for g in reported if (at := _oldest(g)) is not None}
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
    """The moment since which the count `age` runs, as a gauge's only value; empty without that count."""
    seconds = sample.counts.get(age)
    if sample.counted_at is None or not isinstance(seconds, int | float):
        return {}
    return _moment(sample.counted_at - timedelta(seconds=seconds))


def _moment(moment: datetime | None) -> Mapping[tuple[str, ...], float]:
    """The moment as a gauge's only value; empty for None."""
    return {} if moment is None else {(): moment.timestamp()}
