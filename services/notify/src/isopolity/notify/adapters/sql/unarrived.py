"""Queries for mails that did not arrive: their number by reason and by hour, and their ids.

Invariant: a mail is left out if another one for the same side and purpose arrived, is on its way, or is newer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, select

from isopolity.notify.adapters.sql import tables
from isopolity.notify.domain.mail import UNDELIVERABLE, Purpose
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
