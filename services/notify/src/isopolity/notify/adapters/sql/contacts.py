"""Contacts in notify's database.

Invariant: in PostgreSQL a transaction that finds no contact of a member excludes one that adds the first contact, so
that no event is parked for a contact that has just been added. A forgotten contact leaves a row with its id and its
last version, without personal data. The writing statement compares versions, so older data cannot bring the contact
back.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final

from sqlalchemy import ColumnElement, case, false, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.notify.adapters.sql import tables
from isopolity.notify.domain.people import Contact, first_choice

_NAMES = tuple(field.name for field in fields(Contact))
_COLUMNS = [tables.contacts.c[name] for name in _NAMES]
KNOWN: Final = ~tables.contacts.c.forgotten
"""Whether a row holds a known contact, not the remains of a forgotten one."""
_LOCK_FOR_READING = text(
    "SELECT pg_advisory_xact_lock_shared(hashtextextended(member_id, 0)) FROM unnest(CAST(:ids AS text[])) AS member_id"
)
_LOCK_FOR_WRITING = text("SELECT pg_advisory_xact_lock(hashtextextended(:member_id, 0))")


def _upsert(dialect: Any) -> Any:
    statement = dialect.insert(tables.contacts)
    newer: dict[str, Any] = {name: statement.excluded[name] for name in (*_NAMES[1:], "forgotten")}
    is_same = tables.contacts.c.email == statement.excluded.email
    newer["answered"] = case((is_same, tables.contacts.c.answered), else_=false())
    return statement.on_conflict_do_update(
        index_elements=["contact_id"], set_=newer, where=tables.contacts.c.version < statement.excluded.version
    )


def _tombstone(dialect: Any) -> Any:
    statement = dialect.insert(tables.contacts)
    nothing: dict[str, Any] = dict.fromkeys(_NAMES[2:], "")
    nothing |= {"confirmed": False, "answered": False, "moved": False}
    return statement.values(**nothing, forgotten=True).on_conflict_do_update(
        index_elements=["contact_id"],
        set_={**nothing, "version": statement.excluded.version, "forgotten": True},
        where=tables.contacts.c.version <= statement.excluded.version,
    )


_UPSERT: Final = {"postgresql": _upsert(postgresql), "sqlite": _upsert(sqlite)}
_TOMBSTONE: Final = {"postgresql": _tombstone(postgresql), "sqlite": _tombstone(sqlite)}


class SqlContactRepository:
    """Contacts, read and written in one transaction; added contacts are written together before the next read."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._has_locks = connection.dialect.name == "postgresql"
        self._pending: dict[str, Contact] = {}
        self.erases = False
        """Whether a person was removed."""

    async def put(self, contact: Contact) -> None:
        if self._has_locks:
            await self._connection.execute(_LOCK_FOR_WRITING, {"member_id": contact.member_id})
        self._pending[contact.contact_id] = contact

    async def forget(self, contact_id: str, version: int) -> bool:
        self.erases = True
        await self.flush()
        statement = _TOMBSTONE[self._connection.dialect.name]
        result = await self._connection.execute(statement, {"contact_id": contact_id, "version": version})
        return result.rowcount == 1

    async def hold(self, contact_id: str) -> Contact | None:
        await self.flush()
        query = select(*_COLUMNS).where(tables.contacts.c.contact_id == contact_id, KNOWN).with_for_update(read=True)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Contact(**row._mapping)

    async def get(self, contact_ids: Sequence[str]) -> Mapping[str, Contact]:
        found = await self._find(tables.contacts.c.contact_id.in_(contact_ids))
        return {contact.contact_id: contact for contact in found}

    async def of_member(self, member_id: str) -> Sequence[Contact]:
        return await self._find(tables.contacts.c.member_id == member_id)

    async def first_choices(self, member_ids: Sequence[str]) -> Mapping[str, Contact]:
        if self._has_locks:
            await self._connection.execute(_LOCK_FOR_READING, {"ids": sorted(member_ids)})
        candidates: defaultdict[str, list[Contact]] = defaultdict(list)
        for contact in await self._find(tables.contacts.c.member_id.in_(member_ids)):
            candidates[contact.member_id].append(contact)
        chosen = {member_id: first_choice(contacts) for member_id, contacts in candidates.items()}
        return {member_id: contact for member_id, contact in chosen.items() if contact is not None}

    async def note_answer(self, contact_id: str) -> None:
        columns = tables.contacts.c
        noted = update(tables.contacts).where(columns.contact_id == contact_id, KNOWN, ~columns.confirmed)
        await self._connection.execute(noted.values(answered=True))

    async def answered(self, limit: int) -> Mapping[str, int]:
        columns = tables.contacts.c
        query = select(columns.contact_id, columns.version).where(tables.ANSWERED).order_by(columns.contact_id)
        return {row.contact_id: row.version for row in await self._connection.execute(query.limit(limit))}

    async def flush(self) -> None:
        """Write the contacts that were put."""
        pending, self._pending = list(self._pending.values()), {}
        if pending:
            statement = _UPSERT[self._connection.dialect.name]
            await self._connection.execute(statement, [{**asdict(contact), "forgotten": False} for contact in pending])

    async def _find(self, condition: ColumnElement[bool]) -> list[Contact]:
        await self.flush()
        rows = await self._connection.execute(select(*_COLUMNS).where(condition, KNOWN))
        return [Contact(**row._mapping) for row in rows]
