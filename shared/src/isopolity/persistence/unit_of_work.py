"""The unit of work: one transaction, and with it everything that must commit together.

Invariant: only `commit` makes anything durable; leaving the block without it rolls everything back.
"""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.clock import Clock
from isopolity.persistence.audit import SqlAudit
from isopolity.persistence.database import Database
from isopolity.persistence.outbox import EventFactory, SqlOutbox, Wake
from isopolity.persistence.parking import SqlParking
from isopolity.persistence.sqlite_file import mark_for_rewriting
from isopolity.persistence.tables import MessagingTables


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Parts of which a service makes each unit of work."""

    database: Database
    tables: MessagingTables
    events: EventFactory
    wake: Wake


class SqlUnitOfWork:
    """A transaction with outbox, parking and audit; a service's own adds its repositories in `_open`."""

    connection: AsyncConnection
    outbox: SqlOutbox
    parking: SqlParking
    audit: SqlAudit

    def __init__(self, storage: Storage, *, for_reading: bool = False) -> None:
        """With `for_reading` it waits for no writer, in SQLite either, and cannot be committed."""
        self._storage = storage
        self._for_reading = for_reading
        self._stack = AsyncExitStack()
        self._erases = False

    @property
    def clock(self) -> Clock:
        return self._storage.events.clock

    async def __aenter__(self) -> Self:
        storage = self._storage
        opened = storage.database.reading() if self._for_reading else storage.database.writing()
        self.connection = await self._stack.enter_async_context(opened)
        self.outbox = SqlOutbox(storage.tables.outbox, storage.events)
        self.parking = SqlParking(storage.tables.parked, self.connection, storage.events.clock)
        self.audit = SqlAudit(storage.tables.audit, storage.events.clock)
        self._open()
        return self

    def _open(self) -> None:
        """Make the service's repositories on `self.connection`."""

    async def _flush(self) -> None:
        """Write what the service's repositories have collected."""

    async def erases_a_person(self) -> None:
        """Say that this transaction deletes a person's data; what a SQLite file has copies of follows its commit."""
        if self._storage.database.is_sqlite and not self._erases:
            await mark_for_rewriting(self.connection)
            self._erases = True

    async def commit(self) -> None:
        """Make everything durable, then wake the relay."""
        if self._for_reading:
            raise RuntimeError("what was opened for reading cannot be committed")
        await self._flush()
        published = await self.outbox.flush(self.connection)
        await self.audit.finish(self.connection)
        await self.connection.commit()
        if published:
            self._storage.wake()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, traceback)
        if self._erases and error is None:
            await self._storage.database.truncate_log()  # upkeep does the rest, and tries again where that failed
