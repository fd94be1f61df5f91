"""registry's unit of work on SQLAlchemy: its repositories and the outbox in one transaction; counters.

Invariant: aggregates are written before their events, so that rows of the outbox are in the order of versions. Two
transactions never get the same count: the second waits for the first, in PostgreSQL on the unique index, in SQLite for
the single writer.
"""

from datetime import datetime, timedelta
from typing import Any, Final, Self

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.idempotency_keys import SqlIdempotency
from isopolity.persistence.portable_sql import inserting
from isopolity.persistence.unit_of_work import NoOutbox, SqlUnitOfWork, Storage
from isopolity.registry.adapters.sql import repositories
from isopolity.registry.adapters.sql.access.office_requests import SqlOfficeRequests
from isopolity.registry.adapters.sql.access.passkeys import SqlPasskeys
from isopolity.registry.adapters.sql.access.revocations import SqlRevocations
from isopolity.registry.adapters.sql.access.sessions import SqlKnownBrowsers, SqlOffice, SqlSessions, SqlSignIns
from isopolity.registry.adapters.sql.choices import SqlChoices
from isopolity.registry.adapters.sql.contact_changes import SqlContactChanges, SqlHandovers
from isopolity.registry.adapters.sql.desk import SqlDesk
from isopolity.registry.adapters.sql.done_imports import SqlDoneImports
from isopolity.registry.adapters.sql.imports.layouts import SqlKnownLayouts
from isopolity.registry.adapters.sql.imports.works import SqlImportWorks
from isopolity.registry.adapters.sql.invitations import SqlInvitations
from isopolity.registry.adapters.sql.joining import SqlCommissions, SqlConsultations, SqlDrafts, SqlLetters
from isopolity.registry.adapters.sql.office.mergers import SqlMergers
from isopolity.registry.adapters.sql.office.notes import SqlOfficeNotes
from isopolity.registry.adapters.sql.office.saved_lists import SqlSavedLists
from isopolity.registry.adapters.sql.prepared_imports import SqlPreparedImports
from isopolity.registry.adapters.sql.rows import APPLICATIONS, CHANGES, CITIES, PARTNERS, REQUESTS, TWINNINGS
from isopolity.registry.adapters.sql.tables import counters, idempotency
from isopolity.registry.domain.errors import ConcurrentChange
from isopolity.registry.domain.member import City, Partner
from isopolity.web.tokens import LONGEST_LIFE

_log = structlog.get_logger(__name__)
_MANY: Final = 5_000
"""A table is analysed after this many new rows in a transaction; after fewer autovacuum is early enough."""
_PATIENCE: Final = "10s"


class SqlCounters:
    """Counters in registry's own database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count(self, subject: str, day: datetime) -> int:
        first = inserting(self._connection, counters).values(subject=subject, day=day, count=1)
        counted = first.on_conflict_do_update(
            index_elements=[counters.c.subject, counters.c.day], set_={"count": counters.c.count + 1}
        )
        return int((await self._connection.execute(counted.returning(counters.c.count))).scalar_one())

    async def counted(self, subject: str, day: datetime) -> int:
        query = select(counters.c.count).where(counters.c.subject == subject, counters.c.day == day)
        return int((await self._connection.execute(query)).scalar_one_or_none() or 0)


class SqlRegistryUnitOfWork(SqlUnitOfWork):
    """One transaction of registry."""

    cities: repositories.SqlMemberRepository[City]
    partners: repositories.SqlMemberRepository[Partner]
    requests: repositories.SqlRequestRepository
    twinnings: repositories.SqlTwinningRepository
    applications: repositories.SqlApplicationRepository
    drafts: SqlDrafts
    letters: SqlLetters
    commissions: SqlCommissions
    consultations: SqlConsultations
    changes: repositories.SqlChangeRepository
    contacts: repositories.SqlContactRepository
    idempotency: SqlIdempotency
    counters: SqlCounters
    prepared: SqlPreparedImports
    done_imports: SqlDoneImports
    import_works: SqlImportWorks
    known_layouts: SqlKnownLayouts
    revocations: SqlRevocations
    sign_ins: SqlSignIns
    known_browsers: SqlKnownBrowsers
    sessions: SqlSessions
    passkeys: SqlPasskeys
    handovers: SqlHandovers
    contact_changes: SqlContactChanges
    invitations: SqlInvitations
    office_notes: SqlOfficeNotes
    saved_lists: SqlSavedLists
    mergers: SqlMergers
    desk: SqlDesk
    office: SqlOffice
    office_requests: SqlOfficeRequests
    choices: SqlChoices

    def __init__(self, storage: Storage, longest_token: timedelta = LONGEST_LIFE, *, for_reading: bool = False) -> None:
        super().__init__(storage, for_reading=for_reading)
        self._longest_token = longest_token

    def _open(self) -> None:
        self.cities = repositories.SqlMemberRepository(self.connection, CITIES, self.audit, self.clock)
        self.partners = repositories.SqlMemberRepository(self.connection, PARTNERS, self.audit, self.clock)
        self.requests = repositories.SqlRequestRepository(self.connection, REQUESTS, self.audit, self.clock)
        self.twinnings = repositories.SqlTwinningRepository(self.connection, TWINNINGS, self.audit, self.clock)
        self.applications = repositories.SqlApplicationRepository(self.connection, APPLICATIONS, self.audit, self.clock)
        self.drafts = SqlDrafts(self.connection, self.erases_a_person)
        self.letters = SqlLetters(self.connection, self.erases_a_person)
        self.commissions = SqlCommissions(self.connection, self.erases_a_person)
        self.consultations = SqlConsultations(self.connection, self.erases_a_person)
        self.changes = repositories.SqlChangeRepository(self.connection, CHANGES, self.audit, self.clock)
        self.contacts = repositories.SqlContactRepository(self.connection, self.audit)
        self.idempotency = SqlIdempotency(idempotency, self.connection, self.clock)
        self.counters = SqlCounters(self.connection)
        self.prepared = SqlPreparedImports(self.connection, self.erases_a_person)
        self.done_imports = SqlDoneImports(self.connection, self.erases_a_person)
        self.import_works = SqlImportWorks(self.connection, self.erases_a_person)
        self.known_layouts = SqlKnownLayouts(self.connection)
        self.revocations = SqlRevocations(self.connection, self.clock, self._longest_token)
        self.sign_ins = SqlSignIns(self.connection, self.erases_a_person)
        self.known_browsers = SqlKnownBrowsers(self.connection)
        self.sessions = SqlSessions(self.connection, self.erases_a_person)
        self.passkeys = SqlPasskeys(self.connection, self.erases_a_person)
        self.handovers = SqlHandovers(self.connection, self.erases_a_person)
        self.contact_changes = SqlContactChanges(self.connection, self.erases_a_person)
        self.invitations = SqlInvitations(self.connection, self.erases_a_person)
        self.office_notes = SqlOfficeNotes(self.connection, self.erases_a_person)
        self.saved_lists = SqlSavedLists(self.connection, self.erases_a_person)
        self.mergers = SqlMergers(self.connection, self.erases_a_person)
        self.desk = SqlDesk(self.connection, self.erases_a_person)
        self.office = SqlOffice(self.connection, self.erases_a_person)
        self.office_requests = SqlOfficeRequests(self.connection, self.erases_a_person)
        self.choices = SqlChoices(self.connection)
        self._published = False
        self._looks = False

    async def begin_bulk(self) -> None:
        self.audit.is_bulk = True
        if self.connection.dialect.name == "postgresql":
            # a plan that PostgreSQL cached for an empty table scans it completely once it is large
            await self.connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")

    def look(self) -> Self:
        """The transaction for a preview: a flush drops all changes, and nothing is published.

        This costs a fraction of writing and rolling back.
        """
        self._looks = True
        self.outbox = NoOutbox()  # type: ignore[assignment] # handlers see the port
        return self

    async def flush(self) -> None:
        if self._looks:
            for repository in self._repositories():
                repository.forget()
            return
        await self._flush()
        self._published |= await self.outbox.flush(self.connection)
        await self.audit.flush(self.connection)

    async def commit(self) -> None:
        if self._looks:
            raise RuntimeError("a transaction that only looks has nothing to commit")
        await self.flush()
        await self.audit.finish(self.connection)
        await self.connection.commit()
        if self._published:
            self._storage.wake()
        if self.connection.dialect.name == "postgresql":
            await self._analyse_tables()

    async def _analyse_tables(self) -> None:
        """Analyse tables with many new rows, as autovacuum would a minute later.

        Until then the server scans a whole table for a page of a list. An error here does not affect the rows.
        """
        written = [
            each
            for each in self._repositories()
            if isinstance(each, repositories.SqlRepository) and each.written >= _MANY
        ]
        if not written:
            return
        for each in written:
            each.written = 0
        try:
            await self.connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{_PATIENCE}'")
            await self.connection.exec_driver_sql(f"ANALYZE {', '.join(each.table.name for each in written)}")
            await self.connection.commit()
        except SQLAlchemyError as error:
            _log.warning("tables_not_analyzed", error=str(error))

    async def _flush(self) -> None:
        if self.contacts.erases:
            await self.erases_a_person()
            await self.done_imports.forget_people(self.contacts.erases)
            await self.prepared.forget_people({one.person.email for one in self.contacts.erases.values()})
        try:
            for repository in self._repositories():
                await repository.flush()
        except IntegrityError as error:
            raise ConcurrentChange(
                "Somebody else registered the same at this moment; send the request again."
            ) from error

    def _repositories(self) -> tuple[repositories.SqlRepository[Any] | repositories.SqlContactRepository, ...]:
        members = (self.cities, self.partners, self.requests, self.twinnings)
        return (*members, self.applications, self.changes, self.contacts)
