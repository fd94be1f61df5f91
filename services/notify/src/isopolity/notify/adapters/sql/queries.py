"""Reading the ledger for people: pages of mails, one mail, counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from isopolity.notify.adapters.sql.contacts import SqlContactRepository
from isopolity.notify.adapters.sql.mails import MAIL_COLUMNS, to_mail
from isopolity.notify.adapters.sql.tables import MAILS
from isopolity.notify.domain.contact import Contact
from isopolity.notify.domain.mail import OPEN, Mail, MailState
from isopolity.persistence.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class MailQueries:
    """Queries that change nothing and lock nothing."""

    database: Database

    async def page(self, *, state: MailState | None, before: str | None, limit: int) -> Sequence[Mail]:
        """Mails, the newest first, those before the id `before`."""
        query = select(*MAIL_COLUMNS).order_by(MAILS.c.mail_id.desc()).limit(limit)
        if state is not None:
            query = query.where(MAILS.c.state == state)
        if before is not None:
            query = query.where(MAILS.c.mail_id < before)
        async with self.database.reading() as connection:
            return [to_mail(row) for row in await connection.execute(query)]

    async def get(self, mail_id: str) -> Mail | None:
        """One mail."""
        query = select(*MAIL_COLUMNS).where(MAILS.c.mail_id == mail_id)
        async with self.database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else to_mail(row)

    async def recipient(self, mail: Mail) -> Contact | None:
        """To whom it went; None once the contact is erased."""
        async with self.database.reading() as connection:
            return (await SqlContactRepository(connection).get([mail.contact_id])).get(mail.contact_id)

    async def counts(self) -> dict[MailState, int]:
        """How many mails are in each state."""
        query = select(MAILS.c.state, func.count()).group_by(MAILS.c.state)
        async with self.database.reading() as connection:
            found = {MailState(state): count for state, count in (await connection.execute(query)).all()}
        return {state: found.get(state, 0) for state in MailState}

    async def oldest_waiting(self) -> datetime | None:
        """When the oldest mail was entered that still has to go."""
        query = select(func.min(MAILS.c.created_at)).where(MAILS.c.state.in_(sorted(OPEN)))
        async with self.database.reading() as connection:
            oldest: datetime | None = (await connection.execute(query)).scalar_one()
        return oldest
