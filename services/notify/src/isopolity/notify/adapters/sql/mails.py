"""The ledger of mails in notify's database, and the letters of registry's office whose mail has ended.

Invariant: rows are locked before their state is read, and rows that another instance has locked are skipped.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.notify.adapters.sql import tables
from isopolity.notify.adapters.sql.tables import ended_letters, mails
from isopolity.notify.domain.mail import CLAIMABLE, FROM_OFFICE, OPEN, OVER, Mail, MailState, Purpose
from isopolity.persistence.portable_sql import inserting, pieces

_NAMES = tuple(field.name for field in fields(Mail))
MAIL_COLUMNS = [tables.mails.c[name] for name in _NAMES]
_CHANGING = ("state", "version", "attempts", "owner", "reason", "due_at", "updated_at", "contact_id", "link_voided_at")
_SAVE = (
    update(tables.mails)
    .where(tables.mails.c.mail_id == bindparam("saved_id"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGING})
)
_INSERT: Final = {
    "postgresql": postgresql.insert(tables.mails).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(tables.mails).on_conflict_do_nothing(),
}


class SqlMailLedger:
    """Ledger entries in one transaction; added entries are written together before the next read."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._added: list[Mail] = []
        self.waiting = False
        """Whether this transaction leaves mails that can be sent at once."""

    async def add(self, mails: Sequence[Mail]) -> None:
        self._added.extend(mails)

    async def flush(self) -> None:
        """Write the mails that were added."""
        added, self._added = self._added, []
        if added:
            self.waiting = True
            rows = [{name: getattr(mail, name) for name in _NAMES} for mail in added]
            await self._connection.execute(_INSERT[self._connection.dialect.name], rows)

    async def due(self, now: datetime, limit: int) -> Sequence[Mail]:
        return await self._locked(_in_states(CLAIMABLE, now).limit(limit), skip_locked=True)

    async def abandoned(self, now: datetime) -> Sequence[Mail]:
        return await self._locked(_in_states({MailState.TRANSMITTING}, now), skip_locked=True)

    async def held(self) -> Sequence[Mail]:
        states = [MailState.CLAIMED, MailState.TRANSMITTING]
        return await self._locked(select(*MAIL_COLUMNS).where(tables.mails.c.state.in_(states)), skip_locked=True)

    async def held_by(self, owner: str) -> Sequence[Mail]:
        return await self._locked(select(*MAIL_COLUMNS).where(tables.mails.c.owner == owner))

    async def open(self) -> Sequence[Mail]:
        return await self._locked(select(*MAIL_COLUMNS).where(tables.mails.c.state.in_(sorted(OPEN))))

    async def find(self, mail_ids: Sequence[str]) -> Sequence[Mail]:
        found = list[Mail]()
        for piece in pieces(sorted(mail_ids)):  # always in the same order, so that transactions do not deadlock
            query = select(*MAIL_COLUMNS).where(tables.mails.c.mail_id.in_(piece))
            found += await self._locked(query.order_by(tables.mails.c.mail_id))
        return found

    async def get(self, mail_id: str) -> Mail | None:
        found = await self.find([mail_id])
        return found[0] if found else None

    async def hand_on(self, contact_id: str, to: str) -> None:
        await self.flush()
        mails = tables.mails
        has = mails.alias("has")
        same = (has.c[name] == mails.c[name] for name in ("occasion_id", "side", "purpose"))
        has_it = exists().where(has.c.contact_id == to, *same)
        handed = update(mails).where(mails.c.contact_id == contact_id, ~has_it).values(contact_id=to)
        await self._connection.execute(handed)

    async def of_proposals(self, proposal_ids: Sequence[str], purpose: Purpose) -> Sequence[Mail]:
        await self.flush()
        query = select(*MAIL_COLUMNS).where(
            tables.mails.c.occasion_id.in_(proposal_ids), tables.mails.c.purpose == purpose
        )
        rows = await self._connection.execute(query.order_by(tables.mails.c.created_at, tables.mails.c.mail_id))
        return [to_mail(row) for row in rows]

    async def save(self, mails: Sequence[Mail]) -> None:
        self.waiting |= any(mail.state is MailState.QUEUED for mail in mails)
        if mails:
            await self._connection.execute(_SAVE, [_changes(mail) for mail in mails])

    async def _locked(self, query: Select[Any], *, skip_locked: bool = False) -> Sequence[Mail]:
        await self.flush()
        rows = await self._connection.execute(query.with_for_update(skip_locked=skip_locked))
        return [to_mail(row) for row in rows]


def to_mail(row: Row[Any]) -> Mail:
    """The ledger entry in a row that holds MAIL_COLUMNS."""
    values: dict[str, Any] = {name: row._mapping[name] for name in _NAMES}
    return Mail(**{**values, "purpose": Purpose(values["purpose"]), "state": MailState(values["state"])})


def _in_states(states: Set[MailState], now: datetime) -> Select[Any]:
    columns = tables.mails.c
    query = select(*MAIL_COLUMNS).where(columns.state.in_(sorted(states)), columns.due_at <= now)
    return query.order_by(columns.due_at, columns.mail_id)


def _changes(mail: Mail) -> dict[str, Any]:
    return {"saved_id": mail.mail_id, **{f"new_{name}": getattr(mail, name) for name in _CHANGING}}


class SqlEndedLetters:
    """An EndedLetters on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, ended: Mapping[str, datetime]) -> None:
        rows = [{"letter_id": letter_id, "ended_at": ended_at} for letter_id, ended_at in ended.items()]
        await self._connection.execute(inserting(self._connection, ended_letters).on_conflict_do_nothing(), rows)

    async def some(self, limit: int) -> Mapping[str, MailState]:
        columns, its_mail = ended_letters.c, mails.c.occasion_id == ended_letters.c.letter_id
        joined = ended_letters.join(mails, its_mail & mails.c.purpose.in_(sorted(FROM_OFFICE)))
        # a mail that is sent again has not ended
        query = select(columns.letter_id, mails.c.state).select_from(joined).where(mails.c.state.in_(sorted(OVER)))
        rows = await self._connection.execute(query.order_by(columns.ended_at, columns.letter_id).limit(limit))
        return {row.letter_id: MailState(row.state) for row in rows}

    async def remove(self, letter_id: str) -> None:
        await self._connection.execute(delete(ended_letters).where(ended_letters.c.letter_id == letter_id))
