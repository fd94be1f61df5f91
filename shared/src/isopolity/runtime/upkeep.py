"""Upkeep of every service: it measures, lets audit and journal age, and keeps logs of SQLite short.

Invariant: data that was deleted stays in no file of SQLite for longer than an hour.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Final

import structlog
from sqlalchemy import and_

from isopolity.observability.metrics import ServiceMetrics
from isopolity.persistence.audit import age_audit
from isopolity.persistence.database import is_unavailable
from isopolity.persistence.journal.queries import forget_lines
from isopolity.persistence.retention import Kept
from isopolity.persistence.tables import MessagingTables
from isopolity.runtime.gauges import measure
from isopolity.web.operations.vitals import Vitals

_log = structlog.get_logger(__name__)
_SECONDS: Final = 15.0
_TRY_SECONDS: Final = 5.0
"""Half of the ten within which people are told; an idle disk sees each try."""
_LINES_AT_ONCE: Final = 5_000
_REWRITING_TURN: Final = 240
"""How many turns go by between two rewritings of a SQLite file: an hour, for writers wait meanwhile."""


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
    """Measure, and let audit and journal age, every 15 seconds; a database that is away is tried again."""
    for turn in count():
        try:
            await measure(vitals, metrics)
            await let_audit_age(vitals)
            await let_journal_age(vitals)
            await (vitals.database.truncate_log() if turn % _REWRITING_TURN else vitals.database.tidy())
        except Exception as error:
            if not is_unavailable(error):
                raise
            _log.warning("upkeep_postponed", service=vitals.service, error=type(error).__name__)
        await sleep(_SECONDS)


async def try_writing_for_ever(vitals: Vitals, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Try every five seconds whether the database takes changes, so that `Database.why_unwritable` knows it."""
    told = False
    while True:
        try:
            await vitals.database.try_writing(vitals.tables.outbox)
        except Exception as error:
            if not is_unavailable(error):
                raise
        problem = vitals.database.why_unwritable()
        if problem is not None and not told:
            _log.error("database_unwritable", service=vitals.service, problem=problem)
        told = problem is not None
        await sleep(_TRY_SECONDS)


async def let_audit_age(vitals: Vitals) -> None:
    """Delete entries of the audit, and the addresses in them, once their periods have passed."""
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
    """Delete lines of the journal once their period has passed, some thousands in each turn."""
    before = vitals.clock() - timedelta(days=vitals.journal_days)
    async with vitals.database.writing() as connection:
        await forget_lines(connection, vitals.tables.journal, before, _LINES_AT_ONCE)
        await connection.commit()
