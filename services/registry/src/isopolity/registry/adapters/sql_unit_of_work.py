"""registry's unit of work on SQLAlchemy: its repositories and the outbox in one transaction.

Invariant: aggregates are written before their events, so that rows of the outbox stand in the order of versions.
"""

from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from isopolity.persistence.unit_of_work import SqlUnitOfWork, Storage
from isopolity.registry.adapters.rows import CITIES, PARTNERS, REQUESTS, TWINNINGS
from isopolity.registry.adapters.sql_idempotency import SqlIdempotency
from isopolity.registry.adapters.sql_repositories import SqlContactRepository, SqlRepository, SqlRequestRepository
from isopolity.registry.adapters.sql_revocations import SqlRevocations
from isopolity.registry.domain.errors import ConcurrentChange
from isopolity.registry.domain.member import City, Partner
from isopolity.registry.domain.twinning import Twinning
from isopolity.web.tokens import LONGEST_LIFE


class SqlRegistryUnitOfWork(SqlUnitOfWork):
    """One transaction of registry."""

    cities: SqlRepository[City]
    partners: SqlRepository[Partner]
    requests: SqlRequestRepository
    twinnings: SqlRepository[Twinning]
    contacts: SqlContactRepository
    idempotency: SqlIdempotency
    revocations: SqlRevocations

    def __init__(self, storage: Storage, longest_token: timedelta = LONGEST_LIFE) -> None:
        super().__init__(storage)
        self._longest_token = longest_token

    def _open(self) -> None:
        self.cities = SqlRepository(self.connection, CITIES, self.audit)
        self.partners = SqlRepository(self.connection, PARTNERS, self.audit)
        self.requests = SqlRequestRepository(self.connection, REQUESTS, self.audit)
        self.twinnings = SqlRepository(self.connection, TWINNINGS, self.audit)
        self.contacts = SqlContactRepository(self.connection, self.audit)
        self.idempotency = SqlIdempotency(self.connection, self._storage.events.clock)
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
        try:
            for repository in (self.cities, self.partners, self.requests, self.twinnings, self.contacts):
                await repository.flush()
        except IntegrityError as error:
            raise ConcurrentChange(
                "Somebody else registered the same at this moment; send the request again."
            ) from error
