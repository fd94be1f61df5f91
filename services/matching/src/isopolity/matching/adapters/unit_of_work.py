"""matching's unit of work: its repositories on one connection, with outbox, inbox and parking."""

from isopolity.matching.adapters.sql_members import SqlMemberRepository
from isopolity.matching.adapters.sql_partnerships import SqlPartnershipRepository
from isopolity.matching.adapters.sql_proposals import SqlProposalRepository
from isopolity.matching.adapters.sql_reservations import SqlReservationRepository
from isopolity.matching.adapters.sql_rounds import SqlRoundRepository, SqlSightings
from isopolity.persistence.unit_of_work import SqlUnitOfWork


class SqlMatchingUnitOfWork(SqlUnitOfWork):
    """One transaction of matching."""

    members: SqlMemberRepository
    proposals: SqlProposalRepository
    reservations: SqlReservationRepository
    partnerships: SqlPartnershipRepository
    rounds: SqlRoundRepository
    sightings: SqlSightings

    def _open(self) -> None:
        self.members = SqlMemberRepository(self.connection)
        self.proposals = SqlProposalRepository(self.connection)
        self.reservations = SqlReservationRepository(self.connection)
        self.partnerships = SqlPartnershipRepository(self.connection)
        self.rounds = SqlRoundRepository(self.connection)
        self.sightings = SqlSightings(self.connection)

    async def _flush(self) -> None:
        await self.members.write()
