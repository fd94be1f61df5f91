"""Reads single entries and pages of them, without locks.

Invariant: pages follow the ids, or names and ids, so that an entry which stays, and keeps its name where they follow
names, is on exactly one page, whatever is added meanwhile.
"""

from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import Any, Final, Generic

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, or_, select, tuple_

from isopolity.identity.addresses import address_key
from isopolity.identity.folded_text import fold
from isopolity.machine.turns import Turns, each_in_turns
from isopolity.persistence.database import Database
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.directory.conditions import conditions
from isopolity.registry.adapters.sql.directory.known_members import known_in
from isopolity.registry.adapters.sql.rows import Mapping, contact_of
from isopolity.registry.application.directory import Filter, Position
from isopolity.registry.application.known_members import KnownMember
from isopolity.registry.application.ports import AggregateT
from isopolity.registry.domain.contact import Contact

_KEYS: Final = {"name": ("sort_name", "id"), "least": ("amount_min", "id"), "most": ("amount_max", "id")}
"""The columns of each order other than by id."""
_DESCENDING: Final = ("newest", "most")


class SqlDirectory(Generic[AggregateT]):
    """The entries of one table."""

    def __init__(self, database: Database, mapping: Mapping[AggregateT]) -> None:
        self._database = database
        self._mapping = mapping

    async def get(self, identifier: str) -> AggregateT | None:
        query = select(self._mapping.table).where(self._mapping.table.c.id == identifier)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else self._mapping.from_row(row)

    async def page(self, wanted: Filter, *, after: Position | None, limit: int) -> Sequence[AggregateT]:
        columns = self._mapping.table.c
        keys, is_descending = [columns[name] for name in _KEYS.get(wanted.order, ("id",))], wanted.order in _DESCENDING
        order = [key.desc() for key in keys] if is_descending else keys
        query = select(self._mapping.table).where(*conditions(columns, wanted)).order_by(*order).limit(limit)
        if after is not None:
            here, there = tuple_(*keys), tuple_(*(after if isinstance(after, tuple) else (after,)))
            query = query.where(here < there if is_descending else here > there)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return await each_in_turns(self._mapping.from_row, rows)

    async def total(self, wanted: Filter) -> int:
        table = self._mapping.table
        query = select(func.count()).select_from(table).where(*conditions(table.c, wanted))
        async with self._database.reading() as connection:
            return (await connection.execute(query)).scalar_one()

    async def counts(self) -> dict[str, int]:
        column = self._mapping.table.c.status
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(column, func.count()).group_by(column))).all()
        return {row[0]: row[1] for row in sorted(rows)}


class SqlMemberDirectory(SqlDirectory[AggregateT]):
    """The members of one table."""

    async def in_countries(self, countries: Collection[str]) -> Sequence[KnownMember]:
        async with self._database.reading() as connection:
            return await known_in(connection, self._mapping, countries)

    async def smallest(self, countries: Collection[str], most: int) -> Sequence[str]:
        columns, wanted = self._mapping.table.c, sorted(countries)
        is_present = columns.status != literal_column("'withdrawn'")  # written as in `ix_…_names`
        counted = select(columns.country, func.count()).where(is_present, columns.country.in_(wanted))
        async with self._database.reading() as connection:
            rows = (await connection.execute(counted.group_by(columns.country))).all()
        return _smallest(wanted, {row[0]: row[1] for row in rows}, most)


class SqlContactDirectory:
    """Reads contacts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, contact_id: str) -> Contact | None:
        found = await self._find(tables.contacts.c.id == contact_id)
        return found[0] if found else None

    async def of_member(self, member_id: str) -> Sequence[Contact]:
        return await self._find(tables.contacts.c.member_id == member_id)

    async def of_members(self, member_ids: Collection[str]) -> Sequence[Contact]:
        return await self._find(tables.contacts.c.member_id.in_(sorted(member_ids)))

    async def active(self, contact_ids: Sequence[str]) -> Sequence[Contact]:
        contacts = tables.contacts.c
        return await self._find(and_(contacts.id.in_(contact_ids), ~_of_withdrawn(contacts)))

    async def matching(self, text: str, limit: int) -> Sequence[Contact]:
        contacts = tables.contacts.c
        if "@" in text:
            return (await self._find(contacts.address == address_key(text)))[:limit]
        words, found, turns = fold(text).split(), list[str](), Turns()
        async with self._database.reading() as connection:
            named = (await connection.execute(select(contacts.id, contacts.name).order_by(contacts.id))).all()
        for contact_id, name in named if words else ():
            folded = fold(name)
            if all(word in folded for word in words):
                found.append(contact_id)
                if len(found) == limit:
                    break
            await turns.over()
        return await self._find(contacts.id.in_(found))

    async def was_erased(self, contact_id: str) -> bool:
        query = select(tables.erased_contacts.c.id).where(tables.erased_contacts.c.id == contact_id)
        async with self._database.reading() as connection:
            return (await connection.execute(query)).one_or_none() is not None

    async def _find(self, condition: ColumnElement[bool]) -> Sequence[Contact]:
        query = select(tables.contacts).where(condition).order_by(tables.contacts.c.id)
        async with self._database.reading() as connection:
            return [contact_of(row) for row in (await connection.execute(query)).all()]


def _smallest(countries: Sequence[str], members: dict[str, int], most: int) -> list[str]:
    """The smallest countries that together have at most `most` members."""
    order = sorted(countries, key=lambda country: members.get(country, 0))
    sums = accumulate(members.get(country, 0) for country in order)
    return [country for country, total in zip(order, sums, strict=True) if total <= most]


def _of_withdrawn(columns: Any) -> ColumnElement[bool]:
    """Condition that the member of a contact has left the network."""
    gone = [
        exists().where(table.c.id == columns.member_id, table.c.status == "withdrawn")
        for table in (tables.cities, tables.partners)
    ]
    return or_(*gone)
