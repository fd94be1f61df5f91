"""Contacts in notify's database.

Invariant: in PostgreSQL a transaction that finds no contact of a member, and one that brings the first, exclude each
other, so that an event cannot be parked for a contact that has just come.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.notify.adapters.tables import CONTACTS
from isopolity.notify.domain.contact import Contact, first_choice
from isopolity.persistence.database import Database

_NAMES = tuple(field.name for field in fields(Contact))
_COLUMNS = [CONTACTS.c[name] for name in _NAMES]
_LOCK_FOR_READING = text(
    "SELECT pg_advisory_xact_lock_shared(hashtextextended(member_id, 0)) FROM unnest(CAST(:ids AS text[])) AS member_id"
)
_LOCK_FOR_WRITING = text("SELECT pg_advisory_xact_lock(hashtextextended(:member_id, 0))")


def _upsert(dialect: Any) -> Any:
    statement = dialect.insert(CONTACTS)
    newer = {name: statement.excluded[name] for name in _NAMES[1:]}
    return statement.on_conflict_do_update(
        index_elements=["contact_id"], set_=newer, where=CONTACTS.c.version < statement.excluded.version
    )


_UPSERT: Final = {"postgresql": _upsert(postgresql), "sqlite": _upsert(sqlite)}


class SqlContactRepository:
    """Contacts, read and written in one transaction; what is put is written together, before the next reading."""

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

    async def remove(self, contact_id: str) -> None:
        self.erases = True
        self._pending.pop(contact_id, None)
        await self._connection.execute(delete(CONTACTS).where(CONTACTS.c.contact_id == contact_id))

    async def get(self, contact_ids: Sequence[str]) -> Mapping[str, Contact]:
        found = await self._find(CONTACTS.c.contact_id.in_(contact_ids))
        return {contact.contact_id: contact for contact in found}

    async def first_choices(self, member_ids: Sequence[str]) -> Mapping[str, Contact]:
        if self._has_locks:
            await self._connection.execute(_LOCK_FOR_READING, {"ids": sorted(member_ids)})
        candidates: defaultdict[str, list[Contact]] = defaultdict(list)
        for contact in await self._find(CONTACTS.c.member_id.in_(member_ids)):
            candidates[contact.member_id].append(contact)
        return {member_id: first_choice(contacts) for member_id, contacts in candidates.items()}

    async def flush(self) -> None:
        """Write what has been put."""
        pending, self._pending = list(self._pending.values()), {}
        if pending:
            statement = _UPSERT[self._connection.dialect.name]
            await self._connection.execute(statement, [asdict(contact) for contact in pending])

    async def _find(self, condition: ColumnElement[bool]) -> list[Contact]:
        await self.flush()
        rows = await self._connection.execute(select(*_COLUMNS).where(condition))
        return [Contact(**row._mapping) for row in rows]


async def count_contacts(database: Database) -> int:
    """How many contacts are known."""
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(CONTACTS))).scalar_one()
