"""Read-only queries for staff and operators: pages of mails and feedback, and single mails.

Invariant: queries neither change nor lock rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from isopolity.notify.adapters.sql import tables
from isopolity.notify.adapters.sql.calls import SqlTelephoneAnswers
from isopolity.notify.adapters.sql.contacts import SqlContactRepository
from isopolity.notify.adapters.sql.mails import MAIL_COLUMNS, to_mail
from isopolity.notify.adapters.sql.proposals import (
    SqlInterestRepository,
    SqlPartnershipRepository,
    SqlProposalRepository,
    to_answer,
)
from isopolity.notify.domain.mail import Mail, MailState, Purpose
from isopolity.notify.domain.people import Contact
from isopolity.notify.domain.proposal import Answer, EndedInterest, EndedPartnership, Proposal
from isopolity.persistence.database import Database

MailSubject = Proposal | EndedPartnership | EndedInterest
"""Something that a mail is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailQueries:
    """Read access to the ledger of mails."""

    database: Database

    async def page(
        self,
        *,
        state: MailState | None,
        before: str | None,
        limit: int,
        occasions: Sequence[str] | None = None,
        contact_ids: Sequence[str] | None = None,
    ) -> Sequence[Mail]:
        """Mails, the newest first, with ids below `before`; if given, only about `occasions` or to `contact_ids`."""
        query = select(*MAIL_COLUMNS).order_by(tables.mails.c.mail_id.desc()).limit(limit)
        if state is not None:
            query = query.where(tables.mails.c.state == state)
        if occasions is not None:
            query = query.where(tables.mails.c.occasion_id.in_(occasions))
        if contact_ids is not None:
            query = query.where(tables.mails.c.contact_id.in_(contact_ids))
        if before is not None:
            query = query.where(tables.mails.c.mail_id < before)
        async with self.database.reading() as connection:
            return [to_mail(row) for row in await connection.execute(query)]

    async def get(self, mail_id: str) -> Mail | None:
        """The mail with this id, or None."""
        query = select(*MAIL_COLUMNS).where(tables.mails.c.mail_id == mail_id)
        async with self.database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else to_mail(row)

    async def subjects(self, mails: Sequence[Mail]) -> Mapping[str, MailSubject]:
        """The proposal, ended partnership or ended interest that each mail is about, by the mail's id; unknown ones are
        left out.
        """
        occasions = sorted({mail.occasion_id for mail in mails})
        async with self.database.reading() as connection:
            calls = await SqlTelephoneAnswers(connection).get(occasions)
            of_calls = {call.proposal_id for call in calls.values()}
            proposals = await SqlProposalRepository(connection).get(sorted({*occasions, *of_calls}))
            others: Mapping[Purpose, Mapping[str, MailSubject]] = {
                Purpose.ENDING: await SqlPartnershipRepository(connection).get(occasions),
                Purpose.TELEPHONE: {
                    call_id: proposals[call.proposal_id]
                    for call_id, call in calls.items()
                    if call.proposal_id in proposals
                },
                Purpose.NOT_INTRODUCED: await SqlInterestRepository(connection).get(occasions),
            }
        return {
            mail.mail_id: known[mail.occasion_id]
            for mail in mails
            if mail.occasion_id in (known := others.get(mail.purpose, proposals))
        }

    async def recipient(self, mail: Mail) -> Contact | None:
        """The contact that the mail goes to; None once the contact is erased."""
        async with self.database.reading() as connection:
            return (await SqlContactRepository(connection).get([mail.contact_id])).get(mail.contact_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackQueries:
    """Read access to the words that people wrote with their answers."""

    database: Database

    async def page(self, *, before: str | None, limit: int) -> Sequence[Answer]:
        """Answers with words, the newest first, with response ids below `before`."""
        columns = tables.answers.c
        query = select(tables.answers).where(columns.reason != "").order_by(columns.response_id.desc()).limit(limit)
        if before is not None:
            query = query.where(columns.response_id < before)
        async with self.database.reading() as connection:
            return [to_answer(row) for row in await connection.execute(query)]

    async def proposals(self, found: Sequence[Answer]) -> Mapping[str, Proposal]:
        """The known proposals that the answers belong to, by their ids."""
        async with self.database.reading() as connection:
            return await SqlProposalRepository(connection).get(sorted({each.proposal_id for each in found}))
