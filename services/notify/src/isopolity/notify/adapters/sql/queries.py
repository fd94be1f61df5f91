"""Queries for people and for operators: pages of mails and of feedback, one mail, counts.

Invariant: they change nothing and lock nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final

from pydantic import JsonValue
from sqlalchemy import func, select

from isopolity.notify.adapters.sql import tables
from isopolity.notify.adapters.sql.contacts import KNOWN, SqlContactRepository
from isopolity.notify.adapters.sql.interests import SqlInterestRepository
from isopolity.notify.adapters.sql.mails import MAIL_COLUMNS, to_mail
from isopolity.notify.adapters.sql.partnerships import SqlPartnershipRepository
from isopolity.notify.adapters.sql.proposals import SqlProposalRepository
from isopolity.notify.domain.interest import EndedInterest
from isopolity.notify.domain.mail import OPEN, Mail, MailState, Purpose
from isopolity.notify.domain.partnership import EndedPartnership
from isopolity.notify.domain.people import Contact
from isopolity.notify.domain.proposal import Proposal
from isopolity.persistence.database import Database

MailSubject = Proposal | EndedPartnership | EndedInterest
"""Something that a mail is about."""
_LATE: Final = timedelta(minutes=1)
"""How long after it was due a mail that nobody has tried counts as late."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailQueries:
    """The ledger of mails, for reading."""

    database: Database

    async def page(
        self, *, state: MailState | None, before: str | None, limit: int, occasions: Sequence[str] | None = None
    ) -> Sequence[Mail]:
        """Mails, the newest first, those before the id `before`; with `occasions` only those about these."""
        query = select(*MAIL_COLUMNS).order_by(tables.mails.c.mail_id.desc()).limit(limit)
        if state is not None:
            query = query.where(tables.mails.c.state == state)
        if occasions is not None:
            query = query.where(tables.mails.c.occasion_id.in_(occasions))
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
        """The known proposal, partnership or interest that is over, that each mail is about, by the mail's id."""
        occasions = sorted({mail.occasion_id for mail in mails})
        async with self.database.reading() as connection:
            proposals = await SqlProposalRepository(connection).get(occasions)
            others: Mapping[Purpose, Mapping[str, MailSubject]] = {
                Purpose.ENDING: await SqlPartnershipRepository(connection).get(occasions),
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
class Feedback:
    """The words that one side wrote with its answer; never published, never shown to the other side."""

    response_id: str
    proposal_id: str
    side: str
    choice: str
    reason: str
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackQueries:
    """The words that people wrote with their answers, for reading."""

    database: Database

    async def page(self, *, before: str | None, limit: int) -> Sequence[Feedback]:
        """Feedback, the newest first, that before the response id `before`."""
        columns = tables.answers.c
        query = select(tables.answers).where(columns.reason != "").order_by(columns.response_id.desc()).limit(limit)
        if before is not None:
            query = query.where(columns.response_id < before)
        async with self.database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return [Feedback(**{each.name: getattr(row, each.name) for each in fields(Feedback)}) for row in rows]


async def counts(database: Database, now: datetime, *, is_rehearsal: bool = False) -> dict[str, JsonValue]:
    """How many mails are in each state, since when the oldest open one waits, when the last went out, and contacts.

    Mails *without a server* are those that were put off since it cannot be reached, after the last that it took; the
    *late* ones were due minutes ago, and nobody has tried them. In a rehearsal every mail goes to one address instead.
    """
    columns = tables.mails.c
    is_in_a_day = columns.updated_at > now - _DAY
    sent = select(func.max(columns.updated_at), func.count().filter(is_in_a_day)).where(columns.state == MailState.SENT)
    without_server = select(func.count(), func.min(columns.created_at)).where(
        columns.state == MailState.DEFERRED, columns.reason.startswith("connect")
    )
    late = select(func.count(), func.min(columns.due_at)).where(
        columns.state.in_([MailState.QUEUED, MailState.DEFERRED]), columns.due_at < now - _LATE
    )
    by_state = select(tables.mails.c.state, func.count()).group_by(tables.mails.c.state)
    oldest_open = select(func.min(tables.mails.c.created_at)).where(tables.mails.c.state.in_(sorted(OPEN)))
    known = select(func.count()).select_from(tables.contacts).where(KNOWN)
    async with database.reading() as connection:
        found = {str(state): count for state, count in await connection.execute(by_state)}
        oldest: datetime | None = (await connection.execute(oldest_open)).scalar_one()
        last, in_a_day = (await connection.execute(sent)).one()
        if last is not None:
            without_server = without_server.where(columns.updated_at > last)
        contacts: int = (await connection.execute(known)).scalar_one()
        waiting = {
            name: (await connection.execute(query)).one()
            for name, query in (("without_server", without_server), ("late", late))
        }
    return {
        **{f"mails_{name}": count for name, (count, _) in waiting.items()},
        **{
            f"mails_{name}_seconds": None if since is None else (now - since).total_seconds()
            for name, (_, since) in waiting.items()
        },
        **{f"mails_{state}": found.get(state, 0) for state in MailState},
        "contacts": contacts,
        "rehearsal": int(is_rehearsal),
        "last_mail_sent_at": last.isoformat() if last else None,
        "mails_sent_in_a_day": in_a_day,
        "oldest_mail_waiting_since": oldest.isoformat() if oldest else None,
    }
