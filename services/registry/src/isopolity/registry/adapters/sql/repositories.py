"""Repositories on SQLAlchemy Core, in one transaction; changes are written when the unit of work flushes.

Invariant: rows read here are locked (SQLite has a single writer anyway), and written in a few statements, however many.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Generic

from sqlalchemy import ColumnElement, Table, and_, bindparam, case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.clock import Clock
from isopolity.machine.turns import each_in_turns
from isopolity.persistence.audit import SqlAudit
from isopolity.persistence.portable_sql import insert_rows, pieces
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.changes import note_changes, note_contacts
from isopolity.registry.adapters.sql.directory.conditions import CITY_OF_CHANGE
from isopolity.registry.adapters.sql.directory.known_members import known_in
from isopolity.registry.adapters.sql.rows import Mapping as RowMapping
from isopolity.registry.adapters.sql.rows import contact_of, contact_row
from isopolity.registry.application.known_members import KnownMember
from isopolity.registry.application.ports import AggregateT
from isopolity.registry.domain.change import Change
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.joining.application import ASKED, CONFIRMED, Application
from isopolity.registry.domain.request import Request
from isopolity.registry.domain.twinning import Twinning

_AT_ONCE: Final = 5000
"""The most values in one statement, which drivers limit. Values are sorted, so that transactions lock in one order."""

_DATED: Final = ("status_since", "changed_at")
"""Columns with the time of the last change of the status, and of what others see."""


class SqlRepository(Generic[AggregateT]):
    """The aggregates of one table."""

    def __init__(
        self, connection: AsyncConnection, mapping: RowMapping[AggregateT], audit: SqlAudit, clock: Clock
    ) -> None:
        self.table = mapping.table
        self.written = 0
        """Rows that this transaction wrote since the server last looked at the table."""
        self._connection = connection
        self._mapping = mapping
        self._audit = audit
        self._clock = clock
        self._found: dict[str, AggregateT] = {}
        self._added: dict[str, AggregateT] = {}
        self._saved: dict[str, AggregateT] = {}

    async def get(self, identifier: str) -> AggregateT | None:
        return (await self.get_many([identifier])).get(identifier)

    async def get_many(self, identifiers: Collection[str]) -> Mapping[str, AggregateT]:
        column = self._mapping.table.c.id
        return {found.identifier: found for found in await self._find(column, identifiers)}

    async def peek_many(self, identifiers: Collection[str]) -> Mapping[str, AggregateT]:
        found: dict[str, AggregateT] = {}
        for some in pieces(sorted(identifiers), _AT_ONCE):
            rows = await self._connection.execute(select(self._mapping.table).where(self._mapping.table.c.id.in_(some)))
            found |= {row.id: self._mapping.from_row(row) for row in rows}
        return found

    async def by_keys(self, keys: Collection[str]) -> Mapping[str, AggregateT]:
        column = self._mapping.table.c.natural_key
        return {found.key: found for found in await self._find(column, keys)}

    def add(self, aggregate: AggregateT) -> None:
        self._added[aggregate.identifier] = aggregate

    def save(self, aggregate: AggregateT) -> None:
        pending = self._added if aggregate.identifier in self._added else self._saved
        pending[aggregate.identifier] = aggregate

    async def flush(self) -> None:
        """Write added and saved aggregates."""
        table = self._mapping.table
        self.written += len(self._added) + len(self._saved)
        await note_changes(self._audit, self._mapping.kind, self._found, self._added, self._saved)
        self._found.clear()
        dated = {name: self._clock() for name in _DATED if name in table.c}
        if self._added:
            rows = await each_in_turns(lambda one: self._mapping.to_row(one) | dated, self._added.values())
            await insert_rows(self._connection, table, rows)
            self._added.clear()
        if self._saved:
            values: dict[str, Any] = {column.name: bindparam(f"new_{column.name}") for column in table.c}
            for name in dated:
                now = bindparam(f"new_{name}", type_=table.c[name].type)
                values[name] = case((_stays(table, name), table.c[name]), else_=now)
            statement = update(table).where(table.c.id == bindparam("new_id")).values(values)
            rows = await each_in_turns(lambda one: self._mapping.to_row(one) | dated, self._saved.values())
            await self._connection.execute(
                statement, [{f"new_{name}": value for name, value in row.items()} for row in rows]
            )
            self._saved.clear()

    def forget(self) -> None:
        """Drop added and saved aggregates without writing them."""
        for pending in (self._found, self._added, self._saved):
            pending.clear()

    async def _find(self, column: ColumnElement[str], wanted: Collection[str]) -> list[AggregateT]:
        found: list[AggregateT] = []
        for some in pieces(sorted(wanted), _AT_ONCE):
            query = select(self._mapping.table).where(column.in_(some)).order_by(column).with_for_update()
            rows = (await self._connection.execute(query)).all()
            found += await each_in_turns(self._mapping.from_row, rows)
        self._found.update((one.identifier, one) for one in found)
        return found


def _stays(table: Table, name: str) -> ColumnElement[bool]:
    """Condition that the state that the column dates is unchanged; unseen versions do not change what others see."""
    if name == "status_since":
        return table.c.status == bindparam("new_status")
    new = bindparam("new_version", type_=table.c.version.type)
    if "unseen_changes" not in table.c:
        return table.c.version == new
    unseen = bindparam("new_unseen_changes", type_=table.c.unseen_changes.type)
    return table.c.version - table.c.unseen_changes == new - unseen


class SqlMemberRepository(SqlRepository[AggregateT]):
    """Members, also by country and by the entry that they were merged into."""

    async def in_countries(self, countries: Collection[str]) -> Sequence[KnownMember]:
        return await known_in(self._connection, self._mapping, countries)

    async def merged_into(self, member_id: str) -> Sequence[AggregateT]:
        return await self._find(self._mapping.table.c.merged_into, [member_id])


class SqlRequestRepository(SqlRepository[Request]):
    """Requests, also by city."""

    async def of_city(self, city_id: str) -> Sequence[Request]:
        return await self._find(tables.requests.c.city_id, [city_id])


class SqlChangeRepository(SqlRepository[Change]):
    """Changes that staff decides about, also by the city of a changed request."""

    async def of_city(self, city_id: str) -> Sequence[Change]:
        return await self._find(CITY_OF_CHANGE, [city_id])


class SqlTwinningRepository(SqlRepository[Twinning]):
    """Twinnings, also by city and by who claims them."""

    async def of_city(self, city_id: str) -> Sequence[Twinning]:
        columns = tables.twinnings.c
        return [*await self._find(columns.city_a, [city_id]), *await self._find(columns.city_b, [city_id])]

    async def claimed_by(self, city_id: str) -> Sequence[Twinning]:
        return await self._find(tables.twinnings.c.claimed_by, [city_id])


class SqlApplicationRepository(SqlRepository[Application]):
    """Applications, also by the secret of their link."""

    async def by_secret(self, digest: str) -> Application | None:
        found = await self._find(tables.applications.c.secret_digest, [digest])
        return found[0] if found else None

    async def waiting_in(self, member_kind: str, countries: Collection[str]) -> Sequence[Application]:
        columns, rows = tables.applications.c, list[Any]()
        for some in pieces(sorted(countries), _AT_ONCE):
            is_waiting = columns.status.in_((CONFIRMED, ASKED)) & (columns.member_kind == member_kind)
            query = select(tables.applications).where(is_waiting, columns.country.in_(some)).order_by(columns.id)
            rows += (await self._connection.execute(query)).all()
        return [self._mapping.from_row(row) for row in rows]


class SqlContactRepository:
    """Contacts; erasing one deletes the row and stores only its id and version."""

    def __init__(self, connection: AsyncConnection, audit: SqlAudit) -> None:
        self._connection = connection
        self._audit = audit
        self._found: dict[str, Contact] = {}
        self._added: dict[str, Contact] = {}
        self._saved: dict[str, Contact] = {}
        self._erased: dict[str, Contact] = {}

    async def get(self, contact_id: str) -> Contact | None:
        found = await self._find(tables.contacts.c.id == contact_id)
        return found[0] if found else None

    async def peek(self, contact_id: str) -> Contact | None:
        query = select(tables.contacts).where(tables.contacts.c.id == contact_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else contact_of(row)

    async def peek_of_mail(self, confirmation_id: str) -> Contact | None:
        return await self._peek(tables.contacts.c.asked == confirmation_id)

    async def peek_by_secret(self, digest: str) -> Contact | None:
        return await self._peek(tables.contacts.c.secret_digest == digest)

    async def unasked(self, limit: int) -> Sequence[Contact]:
        wanted = ~tables.contacts.c.confirmed & tables.contacts.c.asked.is_(None)
        query = select(tables.contacts).where(wanted).order_by(tables.contacts.c.id).limit(limit)
        found = [contact_of(row) for row in (await self._connection.execute(query.with_for_update())).all()]
        self._found.update((contact.contact_id, contact) for contact in found)
        return found

    async def _peek(self, condition: ColumnElement[bool]) -> Contact | None:
        row = (await self._connection.execute(select(tables.contacts).where(condition))).one_or_none()
        return None if row is None else contact_of(row)

    async def peek_of_address(self, address: str) -> Sequence[Contact]:
        query = select(tables.contacts).where(tables.contacts.c.address == address).order_by(tables.contacts.c.id)
        found = [contact_of(row) for row in await self._connection.execute(query)]
        return [one for one in found if one.person.address == address]  # the row may come from a release before 0042

    async def peek_of_addresses(self, addresses: Collection[str]) -> Sequence[Contact]:
        found: list[Contact] = []
        for some in pieces(sorted(addresses), _AT_ONCE):
            query = select(tables.contacts).where(tables.contacts.c.address.in_(some)).order_by(tables.contacts.c.id)
            found += [contact_of(row) for row in await self._connection.execute(query)]
        return found

    async def get_many(self, contact_ids: Collection[str]) -> Mapping[str, Contact]:
        found: dict[str, Contact] = {}
        for some in pieces(sorted(contact_ids), _AT_ONCE):
            found |= {one.contact_id: one for one in await self._find(tables.contacts.c.id.in_(some))}
        return found

    async def remember_erased(self, tombstones: Mapping[str, int]) -> Collection[str]:
        known = set[str]()
        for table in (tables.contacts, tables.erased_contacts):
            for some in pieces(sorted(tombstones), _AT_ONCE):
                known.update((await self._connection.execute(select(table.c.id).where(table.c.id.in_(some)))).scalars())
        new = [key for key in tombstones if key not in known]
        if new:
            rows = [{"id": key, "version": tombstones[key]} for key in new]
            await insert_rows(self._connection, tables.erased_contacts, rows)
        return new

    async def of_members(self, member_ids: Collection[str]) -> Sequence[Contact]:
        return await self._find(tables.contacts.c.member_id.in_(sorted(member_ids)))

    def add(self, contact: Contact) -> None:
        self._added[contact.contact_id] = contact

    def save(self, contact: Contact) -> None:
        self._saved[contact.contact_id] = contact

    def erase(self, contact: Contact) -> None:
        self._erased[contact.contact_id] = contact

    @property
    def erases(self) -> Mapping[str, Contact]:
        """The people whom the next flush deletes, by id."""
        return self._erased

    def forget(self) -> None:
        """Drop added, saved and erased contacts without writing them."""
        for pending in (self._found, self._added, self._saved, self._erased):
            pending.clear()

    async def flush(self) -> None:
        """Write added, saved and erased contacts."""
        table = tables.contacts
        note_contacts(self._audit, self._found, self._added, self._saved, self._erased)
        self._found.clear()
        if self._added:
            await insert_rows(self._connection, table, [contact_row(one) for one in self._added.values()])
        for contact in self._saved.values():
            changed = update(table).where(table.c.id == contact.contact_id).values(_changed_row(contact))
            await self._connection.execute(changed)
        if self._erased:
            tombstones = [{"id": one.contact_id, "version": one.version + 1} for one in self._erased.values()]
            await self._connection.execute(delete(table).where(table.c.id.in_(list(self._erased))))
            await self._connection.execute(insert(tables.erased_contacts), tombstones)
        for pending in (self._added, self._saved, self._erased):
            pending.clear()

    async def _find(self, condition: ColumnElement[bool]) -> list[Contact]:
        query = select(tables.contacts).where(condition).order_by(tables.contacts.c.id).with_for_update()
        found = [contact_of(row) for row in (await self._connection.execute(query)).all()]
        self._found.update((contact.contact_id, contact) for contact in found)
        return found


def _changed_row(contact: Contact) -> dict[str, Any]:
    """The row to save. A duplicate from before 0004 or 0042 has no `address` until its e-mail changes."""
    columns, row = tables.contacts.c, contact_row(contact)
    doubles = and_(columns.email == contact.person.email, columns.address.is_(None))
    kept = case((doubles, None), else_=contact.person.address)
    return row | {"address": kept}
