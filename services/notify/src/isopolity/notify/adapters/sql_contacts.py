"""Contacts in notify's database.

Invariant: in PostgreSQL a transaction that finds no contact of a member, and one that brings the first, exclude each
other, so that an event cannot be parked for a contact that has just come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

from isopolity.notify.adapters.tables import CONTACTS
from isopolity.notify.domain.contact import Contact, first_choice
from isopolity.persistence.database import Database
from sqlalchemy import ColumnElement, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

_NAMES = tuple(field.name for field in fields(Contact))
_COLUMNS = [CONTACTS.c[name] for name in _NAMES]
_LOCK_FOR_READING = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:member_id, 0))")
_LOCK_FOR_WRITING = text("SELECT pg_advisory_xact_lock(hashtextextended(:member_id, 0))")


class SqlContactRepository:
    """Contacts, read and written in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._shared_locks = connection.dialect.name == "postgresql"
        self._choices: dict[str, Contact] = {}

    async def version(self, contact_id: str) -> int:
        query = select(CONTACTS.c.version).where(CONTACTS.c.contact_id == contact_id)
        return (await self._connection.execute(query)).scalar_one_or_none() or 0

    async def put(self, contact: Contact) -> None:
        if self._shared_locks:
            await self._connection.execute(_LOCK_FOR_WRITING, {"member_id": contact.member_id})
        self._choices.pop(contact.member_id, None)
        dialect = postgresql if self._shared_locks else sqlite
        statement = dialect.insert(CONTACTS).values(asdict(contact))
        newer = {name: statement.excluded[name] for name in _NAMES[1:]}
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["contact_id"], set_=newer, where=CONTACTS.c.version < statement.excluded.version
            )
        )

    async def remove(self, contact_id: str) -> None:
        self._choices.clear()
        await self._connection.execute(delete(CONTACTS).where(CONTACTS.c.contact_id == contact_id))

    async def get(self, contact_ids: Sequence[str]) -> Mapping[str, Contact]:
        found = await self._find(CONTACTS.c.contact_id.in_(contact_ids))
        return {contact.contact_id: contact for contact in found}

    async def first_choice(self, member_id: str) -> Contact | None:
        known = self._choices.get(member_id)
        if known is not None:
            return known
        if self._shared_locks:
            await self._connection.execute(_LOCK_FOR_READING, {"member_id": member_id})
        chosen = first_choice(await self._find(CONTACTS.c.member_id == member_id))
        if chosen is not None:
            self._choices[member_id] = chosen
        return chosen

    async def _find(self, condition: ColumnElement[bool]) -> list[Contact]:
        rows = await self._connection.execute(select(*_COLUMNS).where(condition))
        return [Contact(**row._mapping) for row in rows]


async def count_contacts(database: Database) -> int:
    """How many contacts are known."""
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(CONTACTS))).scalar_one()
