"""The members in SQL, the newest states that the worker has seen, and the gate between the worker and issuance.

Rows are collected and written in one statement; only a newer version replaces a row.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Select, and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.documents import OnConnection, put_newer
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.unit_of_work import SeenState
from isopolity.matching.domain.member import ENDORSED
from isopolity.persistence.portable_sql import arrays_of, lock_alone, lock_shared, pieces, rows_of_arrays

_GATE: Final = "isopolity.matching.issuing"


class SqlGate(OnConnection):
    """A Gate on one connection."""

    async def take_in(self) -> None:
        await lock_shared(self._connection, _GATE)

    async def issue(self) -> None:
        await lock_alone(self._connection, _GATE)


class SqlSeenStates(OnConnection):
    """SeenStates on one connection."""

    async def put(self, name: str, state: SeenState) -> bool:
        row = {"name": name, "version": state.version, "rules_out": state.rules_out}
        return await put_newer(self._connection, tables.seen_states, row, by="version")

    async def find(self, names: Collection[str]) -> Mapping[str, SeenState]:
        columns, found = tables.seen_states.c, dict[str, SeenState]()
        for piece in pieces(sorted(names)):
            query = select(columns.name, columns.version, columns.rules_out).where(columns.name.in_(piece))
            for row in await self._connection.execute(query):
                found[row.name] = SeenState(version=row.version, rules_out=row.rules_out)
        return found


_NAMES: Final = ("member_id", "kind", "version", "status", "capacities")
_MEMBER: Final = tables.members.c
_ROWS: Final = select(*(_MEMBER[name] for name in _NAMES)).order_by(_MEMBER.member_id)
_WAITS: Final = and_(_MEMBER.waits, _MEMBER.status == ENDORSED)


class SqlMemberRepository(OnConnection):
    """A MemberRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
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
        query = select(_MEMBER.version).where(_MEMBER.member_id == member_id)
        return (await self._connection.execute(query)).scalar_one_or_none() or 0

    async def find(self, member_ids: Collection[str]) -> Sequence[MemberRow]:
        return await self._found(member_ids, _ROWS)

    async def lock(self, rows: Sequence[MemberRow]) -> Sequence[MemberRow]:
        for row in rows:
            self.put(row)
        await self.write()
        return await self._found([row.member_id for row in rows], _ROWS.with_for_update())

    async def _found(self, member_ids: Collection[str], query: Select[Any]) -> Sequence[MemberRow]:
        found = list[MemberRow]()
        for piece in pieces(sorted(set(member_ids))):
            rows = await self._connection.execute(query.where(_MEMBER.member_id.in_(piece)))
            found += [MemberRow(**row) for row in rows.mappings()]
        return found

    async def suggest_once(self, member_id: str, version: int) -> bool:
        first = update(tables.members).where(_MEMBER.member_id == member_id, _MEMBER.suggested < version)
        return (await self._connection.execute(first.values(suggested=version, waits=False))).rowcount == 1

    async def let_wait(self, member_id: str) -> None:
        its_row = update(tables.members).where(_MEMBER.member_id == member_id)
        await self._connection.execute(its_row.values(waits=True))

    async def waiting(self) -> Sequence[str]:
        query = select(_MEMBER.member_id).where(_WAITS).order_by(_MEMBER.member_id)
        return list((await self._connection.execute(query)).scalars())

    async def end_wait(self, member_id: str) -> MemberRow | None:
        ended = update(tables.members).where(_MEMBER.member_id == member_id, _WAITS).values(waits=False)
        row = (await self._connection.execute(ended.returning(*(_MEMBER[name] for name in _NAMES)))).mappings().first()
        return None if row is None else MemberRow(**row)

    async def count(self) -> Mapping[str, int]:
        query = select(_MEMBER.kind, func.count()).where(_MEMBER.status == ENDORSED).group_by(_MEMBER.kind)
        return {row.kind: row[1] for row in await self._connection.execute(query)}


def _if_newer(insert: Any) -> Any:
    return insert.on_conflict_do_update(
        index_elements=[tables.members.c.member_id],
        set_={name: insert.excluded[name] for name in _NAMES if name != "member_id"},
        where=insert.excluded.version > tables.members.c.version,
    )


def _values(row: MemberRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _NAMES} | {"capacities": dict(row.capacities)}
