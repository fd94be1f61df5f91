"""The newest states of requests and twinnings that the worker has seen, and the gate between it and issuance."""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.application.ports.repositories import SeenState
from isopolity.persistence.advisory_locks import lock_alone, lock_shared
from isopolity.persistence.portable_sql import inserting, pieces

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
