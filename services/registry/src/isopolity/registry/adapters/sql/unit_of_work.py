"""registry's unit of work on SQLAlchemy: its repositories and the outbox in one transaction.

Invariant: aggregates are written before their events, so that rows of the outbox stand in the order of versions.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from isopolity.persistence.unit_of_work import SqlUnitOfWork, Storage
from isopolity.registry.adapters.sql.counters import SqlCounters
from isopolity.registry.adapters.sql.idempotency_keys import SqlIdempotency
from isopolity.registry.adapters.sql.repositories import (
    SqlApplicationRepository,
    SqlContactRepository,
    SqlRepository,
    SqlRequestRepository,
    SqlTwinningRepository,
)
from isopolity.registry.adapters.sql.revocations import SqlRevocations
from isopolity.registry.adapters.sql.rows import APPLICATIONS, CHANGES, CITIES, PARTNERS, REQUESTS, TWINNINGS
from isopolity.registry.domain.change import Change
from isopolity.registry.domain.errors import ConcurrentChange
from isopolity.registry.domain.member import City, Partner
from isopolity.web.tokens import LONGEST_LIFE


class SqlRegistryUnitOfWork(SqlUnitOfWork):
    """One transaction of registry."""

    cities: SqlRepository[City]
    partners: SqlRepository[Partner]
    requests: SqlRequestRepository
    twinnings: SqlTwinningRepository
    applications: SqlApplicationRepository
    changes: SqlRepository[Change]
    contacts: SqlContactRepository
    idempotency: SqlIdempotency
    counters: SqlCounters
    revocations: SqlRevocations

    def __init__(self, storage: Storage, longest_token: timedelta = LONGEST_LIFE) -> None:
        super().__init__(storage)
        self._longest_token = longest_token

    def _open(self) -> None:
        self.cities = SqlRepository(self.connection, CITIES, self.audit, self.clock)
        self.partners = SqlRepository(self.connection, PARTNERS, self.audit, self.clock)
        self.requests = SqlRequestRepository(self.connection, REQUESTS, self.audit, self.clock)
        self.twinnings = SqlTwinningRepository(self.connection, TWINNINGS, self.audit, self.clock)
        self.applications = SqlApplicationRepository(self.connection, APPLICATIONS, self.audit, self.clock)
        self.changes = SqlRepository(self.connection, CHANGES, self.audit, self.clock)
        self.contacts = SqlContactRepository(self.connection, self.audit)
        self.idempotency = SqlIdempotency(self.connection, self._storage.events.clock)
        self.counters = SqlCounters(self.connection)
        self.revocations = SqlRevocations(self.connection, self.clock, self._longest_token)
        self._published = False

    async def flush(self) -> None:
        await self._flush()
        self._published |= await self.outbox.flush(self.connection)
        await self.audit.flush(self.connection)

    async def commit(self) -> None:
        await self.flush()
        await self.audit.finish(self.connection)
        await self.connection.commit()
        if self._published:
            self._storage.wake()

    async def _flush(self) -> None:
        if self.contacts.erases:
            await self.erases_a_person()
        try:
            for repository in self._repositories():
                await repository.flush()
        except IntegrityError as error:
            raise ConcurrentChange(
                "Somebody else registered the same at this moment; send the request again."
            ) from error

    def _repositories(self) -> tuple[SqlRepository[Any] | SqlContactRepository, ...]:
        members = (self.cities, self.partners, self.requests, self.twinnings)
        return (*members, self.applications, self.changes, self.contacts)
