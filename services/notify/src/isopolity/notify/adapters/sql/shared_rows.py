"""Rows that all instances share: the state of the mail server, the latest canary, and the watermark of answers.

Invariant: an answer that a transaction records under `answer_time` is never older than a watermark that was committed
before that transaction took its time, and while the transaction is open `answers_are_over` returns False.
"""

from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.clock import Clock
from isopolity.notify.adapters.sql import tables
from isopolity.notify.domain.mail_server import MailServer
from isopolity.persistence.database import Database
from isopolity.persistence.portable_sql import inserting, is_free, lock_shared

_LOCK: Final = "isopolity.notify.answers"
_ANSWERS: Final = "answers"
_CANARY: Final = "canary"


class SqlSightings:
    """Sightings, written in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def saw_canary(self, sounded_at: datetime, seen_at: datetime) -> bool:
        statement = inserting(self._connection, tables.sightings).values(
            name=_CANARY, sounded_at=sounded_at, seen_at=seen_at
        )
        newer = {name: statement.excluded[name] for name in ("sounded_at", "seen_at")}
        result = await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_=newer, where=tables.sightings.c.sounded_at < statement.excluded.sounded_at
            )
        )
        return result.rowcount == 1


class SqlWatermark:
    """A Watermark on one connection."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def answer_time(self) -> datetime:
        await lock_shared(self._connection, _LOCK)
        return await self._later()  # read after the lock: an earlier value could be older than a watermark

    async def announce(self) -> datetime:
        before = await self._later()
        insert = inserting(self._connection, tables.watermarks).values(name=_ANSWERS, at=before)
        newer = insert.excluded.at > tables.watermarks.c.at
        await self._connection.execute(
            insert.on_conflict_do_update(index_elements=["name"], set_={"at": insert.excluded.at}, where=newer)
        )
        return before

    async def _later(self) -> datetime:
        """SQL for the later of the watermark and now, in case this process's clock is slow."""
        query = select(tables.watermarks.c.at).where(tables.watermarks.c.name == _ANSWERS)
        known = (await self._connection.execute(query)).scalar_one_or_none()
        now = self._clock()
        return now if known is None else max(now, known)


async def answers_are_over(database: Database) -> bool:
    """Whether every transaction that had taken the time of an answer before this call has ended."""
    return await is_free(database, _LOCK)


async def canary_sounded(database: Database) -> datetime | None:
    """When the newest canary that was seen here had sounded; None if none has come yet."""
    query = select(tables.sightings.c.sounded_at).where(tables.sightings.c.name == _CANARY)
    async with database.reading() as connection:
        sounded: datetime | None = (await connection.execute(query)).scalar_one_or_none()
    return sounded


_NAME: Final = "server"
_COLUMNS: Final = [tables.mail_servers.c[field.name] for field in fields(MailServer)]


class SqlMailServerState:
    """A MailServerState on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.wanted = False
        """Whether this transaction wants the server to be tried at once."""

    async def get(self) -> MailServer:
        return await mail_server(self._connection)

    async def change(self, how: Callable[[MailServer], MailServer]) -> MailServer:
        known = select(*_COLUMNS).where(tables.mail_servers.c.name == _NAME).with_for_update()
        row = (await self._connection.execute(known)).one_or_none()
        before = MailServer() if row is None else MailServer(**row._mapping)
        after = how(before)
        if after == before and row is not None:
            return after
        values = asdict(after)
        insert = inserting(self._connection, tables.mail_servers).values(name=_NAME, **values)
        await self._connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))
        self.wanted |= after.away_since is not None and after.try_at is not None and before.try_at != after.try_at
        return after


async def mail_server(connection: AsyncConnection) -> MailServer:
    """The stored state of the mail server, or the initial state if there is no row."""
    row = (await connection.execute(select(*_COLUMNS).where(tables.mail_servers.c.name == _NAME))).one_or_none()
    return MailServer() if row is None else MailServer(**row._mapping)
