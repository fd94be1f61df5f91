"""The members in SQL, the newest states that the worker has seen, and the gate between the worker and issuance.

Rows are collected and written in one statement; only a newer version replaces a row.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.unit_of_work import SeenState
from isopolity.matching.domain.member import ENDORSED
from isopolity.persistence.portable_sql import arrays_of, inserting, lock_alone, lock_shared, pieces, rows_of_arrays

_GATE: Final = "isopolity.matching.issuing"


class SqlGate:
    """A Gate on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take_in(self) -> None:
        await lock_shared(self._connection, _GATE)

    async def issue(self) -> None:
        await lock_alone(self._connection, _GATE)


class SqlSeenStates:
    """SeenStates on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, name: str, state: SeenState) -> bool:
        insert = inserting(self._connection, tables.seen_states).values(
            name=name, version=state.version, rules_out=state.rules_out
        )
        changed = {column: insert.excluded[column] for column in ("version", "rules_out")}
        newer = insert.excluded.version > tables.seen_states.c.version
        upsert = insert.on_conflict_do_update(index_elements=["name"], set_=changed, where=newer)
        return (await self._connection.execute(upsert)).rowcount == 1

    async def find(self, names: Collection[str]) -> Mapping[str, SeenState]:
        columns, found = tables.seen_states.c, dict[str, SeenState]()
        for piece in pieces(sorted(names)):
            query = select(columns.name, columns.version, columns.rules_out).where(columns.name.in_(piece))
            for row in await self._connection.execute(query):
                found[row.name] = SeenState(version=row.version, rules_out=row.rules_out)
        return found


_NAMES: Final = ("member_id", "kind", "version", "status", "capacities")
_WAITS: Final = and_(tables.members.c.waits, tables.members.c.status == ENDORSED)


class SqlMemberRepository:
    """A MemberRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._waiting: dict[str, MemberRow] = {}

    def put(self, row: MemberRow) -> None:
        known = self._waiting.get(row.member_id)
        if known is None or row.version > known.version:
            self._waiting[row.member_id] = row

    async def write(self) -> None:
        rows = [_values(row) for _, row in sorted(self._waiting.items())]
        self._waiting.clear()
        if not rows:
            return
        await SqlGate(self._connection).take_in()
        if self._connection.dialect.name == "postgresql":
            names = list(rows[0])
            insert = postgresql.insert(tables.members).from_select(names, rows_of_arrays(tables.members, names))
            await self._connection.execute(_if_newer(insert), arrays_of(rows))
        else:
            await self._connection.execute(_if_newer(sqlite.insert(tables.members)), rows)

    async def version(self, member_id: str) -> int:
        query = select(tables.members.c.version).where(tables.members.c.member_id == member_id)
        return (await self._connection.execute(query)).scalar_one_or_none() or 0

    async def find(self, member_ids: Collection[str]) -> Sequence[MemberRow]:
        columns, found = tables.members.c, list[MemberRow]()
        for piece in pieces(sorted(set(member_ids))):
            query = select(*(columns[name] for name in _NAMES)).where(columns.member_id.in_(piece))
            rows = await self._connection.execute(query.order_by(columns.member_id))
            found += [MemberRow(**row) for row in rows.mappings()]
        return found

    async def lock(self, rows: Sequence[MemberRow]) -> Sequence[MemberRow]:
        for row in rows:
            self.put(row)
        await self.write()
        columns, locked = tables.members.c, list[MemberRow]()
        for piece in pieces(sorted(row.member_id for row in rows)):
            query = select(*(columns[name] for name in _NAMES)).where(columns.member_id.in_(piece))
            found = await self._connection.execute(query.order_by(columns.member_id).with_for_update())
            locked += [MemberRow(**row) for row in found.mappings()]
        return locked

    async def suggest_once(self, member_id: str, version: int) -> bool:
        columns = tables.members.c
        first = update(tables.members).where(columns.member_id == member_id, columns.suggested < version)
        return (await self._connection.execute(first.values(suggested=version, waits=False))).rowcount == 1

    async def let_wait(self, member_id: str) -> None:
        waits = update(tables.members).where(tables.members.c.member_id == member_id).values(waits=True)
        await self._connection.execute(waits)

    async def waiting(self) -> Sequence[str]:
        query = select(tables.members.c.member_id).where(_WAITS).order_by(tables.members.c.member_id)
        return list((await self._connection.execute(query)).scalars())

    async def end_wait(self, member_id: str) -> MemberRow | None:
        columns = tables.members.c
        ended = update(tables.members).where(columns.member_id == member_id, _WAITS).values(waits=False)
        row = (await self._connection.execute(ended.returning(*(columns[name] for name in _NAMES)))).mappings().first()
        return None if row is None else MemberRow(**row)

    async def count(self) -> Mapping[str, int]:
        query = (
            select(tables.members.c.kind, func.count().label("members"))
            .where(tables.members.c.status == ENDORSED)
            .group_by(tables.members.c.kind)
        )
        return {row.kind: row.members for row in await self._connection.execute(query)}


def _if_newer(insert: Any) -> Any:
    return insert.on_conflict_do_update(
        index_elements=[tables.members.c.member_id],
        set_={name: insert.excluded[name] for name in _NAMES if name != "member_id"},
        where=insert.excluded.version > tables.members.c.version,
    )


def _values(row: MemberRow) -> dict[str, Any]:
    return {
        "member_id": row.member_id,
        "kind": row.kind,
        "version": row.version,
        "status": row.status,
        "capacities": dict(row.capacities),
    }
