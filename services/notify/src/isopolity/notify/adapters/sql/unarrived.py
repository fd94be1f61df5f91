"""Queries for mails that did not arrive, and for contacts whose latest mails failed or came back.

Invariant: a mail is left out if another one for the same side and purpose arrived, is on its way, or is newer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, exists, func, literal_column, select

from isopolity.notify.adapters.sql import tables
from isopolity.notify.adapters.sql.contacts import KNOWN
from isopolity.notify.domain.mail import UNDELIVERABLE, MailState, Purpose
from isopolity.notify.domain.mail_reasons import NO_REASON, STALE
from isopolity.persistence.database import Database

COUNTED: Final = 10_000
"""The number of mails that are counted by hour, the newest first."""
_reason: Final = func.coalesce(tables.mails.c.reason, literal_column(f"'{NO_REASON}'"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A selection of mails that did not arrive; by default all. Stale mails are found by their reason only."""

    reason: str | None = None
    purpose: Purpose | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Only mails that ended before this moment."""
    after: str | None = None
    """Only mails whose ids follow this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnarrivedMails:
    """Read access to the mails of the ledger that did not arrive."""

    database: Database

    async def by_reason(self, wanted: Wanted) -> Mapping[str, int]:
        """The number of mails by reason, including stale ones."""
        query = select(_reason, func.count()).where(_is_unarrived(), *_chosen(wanted)).group_by(_reason)
        async with self.database.reading() as connection:
            found = {str(reason): int(count) for reason, count in await connection.execute(query)}
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))

    async def by_hour(self, wanted: Wanted) -> Mapping[datetime, int]:
        """The number of mails that ended in each hour, the newest hour first; of the newest `COUNTED` mails."""
        columns = tables.mails.c
        query = select(columns.updated_at).where(_is_unarrived(), *_chosen(wanted), *_not_stale(wanted))
        async with self.database.reading() as connection:
            moments = (await connection.execute(query.order_by(columns.updated_at.desc()).limit(COUNTED))).scalars()
            return dict(Counter(moment.replace(minute=0, second=0, microsecond=0) for moment in moments))

    async def ids(self, wanted: Wanted, limit: int) -> Sequence[str]:
        """The ids of at most `limit` selected mails, the oldest first."""
        columns = tables.mails.c
        query = select(columns.mail_id).where(_is_unarrived(), *_chosen(wanted), *_not_stale(wanted))
        async with self.database.reading() as connection:
            return list((await connection.execute(query.order_by(columns.mail_id).limit(limit))).scalars())

    async def count(self, wanted: Wanted) -> int:
        """The number of selected mails."""
        query = select(func.count()).select_from(tables.mails)
        async with self.database.reading() as connection:
            found = await connection.execute(query.where(_is_unarrived(), *_chosen(wanted), *_not_stale(wanted)))
            return int(found.scalar_one())


def _is_unarrived() -> ColumnElement[bool]:
    mails, other = tables.mails.c, tables.mails.alias("other").c
    is_served = exists().where(
        other.occasion_id == mails.occasion_id,
        other.side == mails.side,
        other.purpose == mails.purpose,
        other.mail_id != mails.mail_id,
        other.state.not_in(sorted(UNDELIVERABLE)) | (other.mail_id > mails.mail_id),
    )
    return and_(mails.state.in_(sorted(UNDELIVERABLE)), ~is_served)


def _chosen(wanted: Wanted) -> list[ColumnElement[bool]]:
    columns = tables.mails.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.reason is not None:
        conditions.append(_reason == wanted.reason)
    if wanted.purpose is not None:
        conditions.append(columns.purpose == wanted.purpose)
    if wanted.since is not None:
        conditions.append(columns.updated_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(columns.updated_at < wanted.until)
    if wanted.after is not None:
        conditions.append(columns.mail_id > wanted.after)
    return conditions


def _not_stale(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [] if wanted.reason is not None else [_reason.not_in(sorted(STALE))]


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


def is_lost_since() -> ColumnElement[bool]:
    """Whether a mail to a known contact was lost, and no later one has arrived."""
    mails, later = tables.mails.c, tables.mails.alias("later").c
    has_arrived = exists().where(
        later.contact_id == mails.contact_id, later.state == MailState.SENT, later.updated_at > mails.updated_at
    )
    return and_(mails.state.in_(_LOST), KNOWN, ~has_arrived)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreachedContacts:
    """Read access to contacts that mails do not reach."""

    database: Database

    async def all(self, limit: int) -> Sequence[Unreached]:
        """The contacts of the first `limit` lost mails, the longest unreached first."""
        mails, contacts = tables.mails.c, tables.contacts.c
        query = (
            select(tables.mails, contacts.member_kind, contacts.member_id, contacts.role)
            .join(tables.contacts, contacts.contact_id == mails.contact_id)
            .where(is_lost_since())
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
    names = ("member_kind", "member_id", "contact_id", "role", "mail_id", "purpose", "reason")
    return Unreached(since=first.updated_at, mails=len(rows), **{name: getattr(last, name) for name in names})
