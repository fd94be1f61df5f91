"""Contacts that mails do not reach: their latest mails failed or came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, exists, select

from isopolity.notify.adapters.sql import tables
from isopolity.notify.adapters.sql.contacts import KNOWN
from isopolity.notify.domain.mail import MailState
from isopolity.persistence.database import Database

_LOST: Final = (MailState.BOUNCED, MailState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """A known contact that mails do not reach, with its losses since the last mail that arrived."""

    member_kind: str
    member_id: str
    contact_id: str
    role: str
    mail_id: str
    """The last mail that was lost."""
    purpose: str
    reason: str | None
    since: datetime
    mails: int
    """The number of mails lost since the last one that arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreachedContacts:
    """Read access to contacts that mails do not reach."""

    database: Database

    async def all(self, limit: int) -> Sequence[Unreached]:
        """The contacts of the first `limit` lost mails, the longest unreached first."""
        mails, later, contacts = tables.mails.c, tables.mails.alias("later").c, tables.contacts.c
        has_arrived = exists().where(
            later.contact_id == mails.contact_id, later.state == MailState.SENT, later.updated_at > mails.updated_at
        )
        query = (
            select(tables.mails, contacts.member_kind, contacts.member_id, contacts.role)
            .join(tables.contacts, contacts.contact_id == mails.contact_id)
            .where(mails.state.in_(_LOST), KNOWN, ~has_arrived)
            .order_by(mails.updated_at, mails.mail_id)
            .limit(limit)
        )
        async with self.database.reading() as connection:
            rows = (await connection.execute(query)).all()
        lost: dict[str, list[Row[Any]]] = {}
        for row in rows:
            lost.setdefault(row.contact_id, []).append(row)
        return [_unreached(of_contact) for of_contact in lost.values()]


def _unreached(rows: Sequence[Row[Any]]) -> Unreached:
    first, last = rows[0], rows[-1]
    return Unreached(
        member_kind=last.member_kind,
        member_id=last.member_id,
        contact_id=last.contact_id,
        role=last.role,
        mail_id=last.mail_id,
        purpose=last.purpose,
        reason=last.reason,
        since=first.updated_at,
        mails=len(rows),
    )
