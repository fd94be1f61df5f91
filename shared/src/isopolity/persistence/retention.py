"""Retention: the kinds of rows that each service keeps, how long, and the task that deletes rows that are due.

Invariant: nothing is deleted before its period is over; one transaction deletes a bounded number of rows; rows with
personal data are deleted so that no copy stays in a SQLite file.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Column, ColumnElement, Table, delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.messaging.broker import Message
from isopolity.persistence.health import postponing
from isopolity.persistence.lease import Lease, lease
from isopolity.persistence.unit_of_work import SqlUnitOfWork, Storage

_log = structlog.get_logger(__name__)
_EVERY: Final = 3600.0
_AT_ONCE: Final = 500
"""The most rows that one transaction deletes."""

Due = Callable[[datetime], ColumnElement[bool]]
"""Returns the condition on rows that became due before that moment."""
Delete = Callable[[AsyncConnection, Sequence[Any]], Awaitable[None]]
"""Deletes the rows with these keys; each is the first part of a row's primary key."""
Forget = Callable[[datetime, int], Awaitable[int]]
"""Deletes in one transaction at most that many rows that became due before that moment; returns how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A kind of row or file, and how long it is kept: for a number of days, or as long as `stays` says.

    `setting` names the setting that holds the days; without one `days` is fixed. `due` is about rows of the first of
    the `tables`; rows of the others go with them.
    """

    name: str
    tables: tuple[Table, ...] = ()
    place: str = ""
    """Where it is kept, if not in a table."""
    personal: str = ""
    """Personal data in it; empty if there is none."""
    since: str = ""
    """The event from which the days count."""
    setting: str = ""
    days: int | None = None
    stays: str = ""
    due: Due | None = None
    topic: str | None = None
    """A compacted topic on which each deleted row leaves a tombstone, so that the topic forgets it too."""
    guards: bool = False
    """Whether its rows keep a consumer from doing an event's effect twice."""
    referring: tuple[Column[Any], ...] = ()
    """Columns of other tables that hold the keys of deleted rows: rows with them are deleted too."""
    delete: Delete | None = None
    """The function that deletes rows and updates other data, such as counts; None: the rows are just deleted."""

    @property
    def where(self) -> str:
        """The tables or the place, in words."""
        return self.place or ", ".join(table.name for table in self.tables)

    @property
    def variable(self) -> str:
        """The environment variable with the days; empty if they are fixed."""
        return f"ISOPOLITY_{self.setting.upper()}" if self.setting else ""

    def period(self, settings: object) -> timedelta | None:
        """How long it is kept under these settings; None without a number of days."""
        days = getattr(settings, self.setting) if self.setting else self.days
        return None if days is None else timedelta(days=days)

    async def overdue(self, connection: AsyncConnection, settings: object, now: datetime) -> int:
        """How many rows still exist though their period is over."""
        period = self.period(settings)
        if self.due is None or period is None:
            return 0
        query = select(func.count()).select_from(self.tables[0]).where(self.due(now - period))
        return (await connection.execute(query)).scalar_one()


def shortest_period(kinds: Iterable[Kept], settings: object) -> timedelta | None:
    """The shortest period of the kinds with `guards`; None if these are all kept forever."""
    return min((period for kept in kinds if kept.guards and (period := kept.period(settings))), default=None)


async def delete_due(uow: SqlUnitOfWork, kept: Kept, before: datetime, limit: int) -> list[Any]:
    """Delete due rows of the kind, and return the first parts of their keys; skips rows that others have locked."""
    assert kept.due is not None  # noqa: S101  # only kinds that have it are deleted by it
    table, key = kept.tables[0], list(kept.tables[0].primary_key)
    found = select(*key).where(kept.due(before)).limit(limit).with_for_update(skip_locked=True)
    keys = [tuple(row) for row in await uow.connection.execute(found)]
    if keys:
        if kept.personal:
            await uow.erases_a_person()
        if kept.delete is not None:
            await kept.delete(uow.connection, [first for first, *_ in keys])
        else:
            await uow.connection.execute(delete(table).where(tuple_(*key).in_(keys)))
    return [first for first, *_ in keys]


def deleting_all(storage: Storage, kinds: Sequence[Kept]) -> dict[str, Forget]:
    """The functions that delete due rows, by the name of the kind, for each of the `kinds` that has `due`."""
    return {kept.name: deleting(storage, kept) for kept in kinds if kept.due is not None}


def deleting(storage: Storage, kept: Kept) -> Forget:
    """The function that deletes due rows of a kind."""

    async def forget(before: datetime, limit: int) -> int:
        async with SqlUnitOfWork(storage) as uow:
            gone = await delete_due(uow, kept, before, limit)
            for column in kept.referring:
                await uow.connection.execute(delete(column.table).where(column.in_(gone)))
            publish_tombstones(uow, kept.topic, gone)
            await uow.commit()
        return len(gone)

    return forget


def publish_tombstones(uow: SqlUnitOfWork, topic: str | None, keys: list[Any]) -> None:
    """Publish a tombstone for each key when the transaction commits."""
    for key in keys if topic is not None else ():
        uow.outbox.forward(Message(str(topic), key, None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Deletes the rows that are due, every hour, in one instance of a service at a time."""

    storage: Storage
    service: str
    chores: Mapping[str, tuple[timedelta, Forget]]
    """The period and the deleting function of each kind, by its name."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    at_once: int = _AT_ONCE

    async def run(self) -> None:
        """Delete until cancelled; while the database is away, try again."""
        while True:
            with postponing(_log, "retention_postponed", service=self.service):
                async with lease(self.storage.database, f"isopolity.{self.service}.retention") as held:
                    await self.forget(held)
            await self.sleep(_EVERY)

    async def forget(self, held: Lease) -> Mapping[str, int]:
        """Delete all due rows; returns and logs how many there were, by kind."""
        now = self.storage.events.clock()
        counts: dict[str, int] = {}
        for name, (period, forget) in self.chores.items():
            count = last = await forget(now - period, self.at_once)
            while last >= self.at_once:
                await held.check()
                last = await forget(now - period, self.at_once)
                count += last
            if count:
                counts[name] = count
        if counts:
            _log.info("forgotten", service=self.service, counts=counts)
        return counts


def chores(
    kinds: tuple[Kept, ...], settings: object, forget: Mapping[str, Forget]
) -> Mapping[str, tuple[timedelta, Forget]]:
    """The chores of a service: its kinds whose rows a function deletes, with their periods."""
    periods = {kept.name: kept.period(settings) for kept in kinds}
    return {name: (period, forget[name]) for name in forget if (period := periods[name]) is not None}
