"""Matching's unit of work: its repositories on one connection, with the outbox, the parking and the audit."""

from isopolity.matching.adapters.sql.answers.counts import SqlAnswers
from isopolity.matching.adapters.sql.choices import SqlChoices
from isopolity.matching.adapters.sql.drafts import SqlDraftRepository
from isopolity.matching.adapters.sql.interests import SqlInterestRepository
from isopolity.matching.adapters.sql.members import SqlGate, SqlMemberRepository, SqlSeenStates
from isopolity.matching.adapters.sql.money import SqlMoneyRepository
from isopolity.matching.adapters.sql.proposals import SqlProposalRepository
from isopolity.matching.adapters.sql.reports import SqlDeliveries, SqlSightings, SqlWatermarks
from isopolity.matching.adapters.sql.reservations import SqlPartnershipRepository, SqlReservationRepository
from isopolity.matching.adapters.sql.round_templates import SqlTemplateRepository
from isopolity.matching.adapters.sql.rounds import SqlPublicationRepository, SqlRoundRepository
from isopolity.matching.adapters.sql.tables import idempotency
from isopolity.persistence.idempotency_keys import SqlIdempotency
from isopolity.persistence.unit_of_work import SqlUnitOfWork


class SqlMatchingUnitOfWork(SqlUnitOfWork):
    """One transaction of matching; only `commit` makes its changes permanent."""

    def _open(self) -> None:
        self.gate = SqlGate(self.connection)
        self.members = SqlMemberRepository(self.connection)
        self.answers = SqlAnswers(self.connection)
        self.proposals = SqlProposalRepository(self.connection, self.answers)
        self.interests = SqlInterestRepository(self.connection)
        self.reservations = SqlReservationRepository(self.connection)
        self.partnerships = SqlPartnershipRepository(self.connection)
        self.money = SqlMoneyRepository(self.connection)
        self.rounds = SqlRoundRepository(self.connection)
        self.drafts = SqlDraftRepository(self.connection)
        self.publications = SqlPublicationRepository(self.connection)
        self.templates = SqlTemplateRepository(self.connection)
        self.choices = SqlChoices(self.connection)
        self.idempotency = SqlIdempotency(idempotency, self.connection, self.clock)
        self.sightings = SqlSightings(self.connection)
        self.watermarks = SqlWatermarks(self.connection)
        self.deliveries = SqlDeliveries(self.connection, self.answers)
        self.seen_states = SqlSeenStates(self.connection)

    async def _flush(self) -> None:
        await self.members.write()
        await self.answers.write()
