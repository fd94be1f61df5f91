"""notify's unit of work: its repositories on one connection, with outbox and parking."""

from collections.abc import Callable

from isopolity.notify.adapters.sql.calls import SqlTelephoneAnswers
from isopolity.notify.adapters.sql.contacts import SqlContactRepository
from isopolity.notify.adapters.sql.mails import SqlEndedLetters, SqlMailLedger
from isopolity.notify.adapters.sql.members import SqlMembers
from isopolity.notify.adapters.sql.proposals import (
    SqlAnswerBook,
    SqlInterestRepository,
    SqlPartnershipRepository,
    SqlProposalRepository,
)
from isopolity.notify.adapters.sql.shared_rows import SqlMailServerState, SqlSightings, SqlWatermark
from isopolity.persistence.unit_of_work import SqlUnitOfWork, Storage


class SqlNotifyUnitOfWork(SqlUnitOfWork):
    """One transaction of notify; `mails_waiting` is called after a commit that leaves mails to be sent."""

    def __init__(
        self, storage: Storage, mails_waiting: Callable[[], None] = lambda: None, *, for_reading: bool = False
    ) -> None:
        super().__init__(storage, for_reading=for_reading)
        self._mails_waiting = mails_waiting

    async def _flush(self) -> None:
        await self.contacts.flush()
        await self.mails.flush()
        if self.contacts.erases:
            await self.erases_a_person()

    async def commit(self) -> None:
        await super().commit()
        if self.mails.waiting or self.mail_server.wanted:
            self._mails_waiting()

    def _open(self) -> None:
        self.contacts = SqlContactRepository(self.connection)
        self.members = SqlMembers(self.connection)
        self.proposals = SqlProposalRepository(self.connection)
        self.partnerships = SqlPartnershipRepository(self.connection)
        self.interests = SqlInterestRepository(self.connection)
        self.mails = SqlMailLedger(self.connection)
        self.mail_server = SqlMailServerState(self.connection)
        self.ended_letters = SqlEndedLetters(self.connection)
        self.answers = SqlAnswerBook(self.connection)
        self.calls = SqlTelephoneAnswers(self.connection)
        self.sightings = SqlSightings(self.connection)
        self.watermark = SqlWatermark(self.connection, self.clock)
