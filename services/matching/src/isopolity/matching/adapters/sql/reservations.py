"""Slots of capacity in SQL, and the partnerships that hold some of them.

Invariant: (holder, slot) is the primary key, so that no slot is ever held twice.
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.documents import Documents, OnConnection
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import BINDING, Stage
from isopolity.matching.domain.rules.pair_rules import pair_key
from isopolity.persistence.portable_sql import inserting, object_of, pieces


def _is_scheduled() -> ColumnElement[bool]:
    columns = tables.proposals.c
    return exists().where(columns.proposal_id == tables.reservations.c.proposal_id, columns.stage == Stage.SCHEDULED)


class SqlReservationRepository(OnConnection):
    """A ReservationRepository on one connection."""

    async def taken(self, holders: Collection[str] | None = None, *, as_known: bool = False) -> Mapping[str, int]:
        """The slots in use, as in the port; with `as_known`, without those of proposals that have not gone out yet."""
        column = tables.reservations.c.holder
        query = select(column, func.count().label("slots")).group_by(column)
        if as_known:
            query = query.where(~_is_scheduled())
        if holders is None:  # one document, since reading tens of thousands of rows blocks the event loop
            counted = query.subquery().c
            whole = select(object_of(self._connection, counted.holder, counted.slots))
            document = (await self._connection.execute(whole)).scalar_one()
            return dict(await asyncio.to_thread(json.loads, document or "{}"))
        taken: dict[str, int] = {}
        for piece in pieces(sorted(set(holders))):
            taken.update((row[0], row[1]) for row in await self._connection.execute(query.where(column.in_(piece))))
        return taken

    async def bound_until(self) -> Mapping[str, datetime | None]:
        held, proposals = tables.reservations.c, tables.proposals.c
        query = (
            select(held.holder, func.min(proposals.answer_by, type_=proposals.answer_by.type))
            .join(tables.proposals, proposals.proposal_id == held.proposal_id)
            .where(proposals.stage.in_(BINDING))
            .group_by(held.holder)
        )
        return {row[0]: row[1] for row in await self._connection.execute(query)}

    async def reserve(
        self, wanted: Sequence[tuple[str, Sequence[str]]], capacities: Mapping[str, int]
    ) -> Collection[str]:
        used = await self._used({holder for _, holders in wanted for holder in holders})
        planned = _plan(wanted, used, capacities)
        got = Counter[str]()
        rows = [
            {"holder": holder, "slot": slot, "proposal_id": proposal_id}
            for holder, slot, proposal_id in sorted(planned)
        ]
        for piece in pieces(rows):
            insert = inserting(self._connection, tables.reservations).on_conflict_do_nothing()
            statement = insert.returning(tables.reservations.c.proposal_id)
            got.update((await self._connection.execute(statement, piece)).scalars())
        full = {proposal_id for proposal_id, holders in wanted if got[proposal_id] == len(holders)}
        await self.release([proposal_id for proposal_id in got if proposal_id not in full])
        return full

    async def release(self, proposal_ids: Collection[str]) -> None:
        held = tables.reservations
        for piece in pieces(sorted(proposal_ids)):
            await self._connection.execute(delete(held).where(held.c.proposal_id.in_(piece)))

    async def holding(self, ids: Collection[str]) -> Collection[str]:
        column, found = tables.reservations.c.proposal_id, set[str]()
        for piece in pieces(sorted(set(ids))):
            query = select(column).where(column.in_(piece)).distinct()
            found.update((await self._connection.execute(query)).scalars())
        return found

    async def pass_on(self, interest_id: str, proposal_id: str) -> None:
        held = tables.reservations
        its = held.alias("its")
        has_one = exists().where(its.c.proposal_id == proposal_id, its.c.holder == held.c.holder)
        passed_on = update(held).where(held.c.proposal_id == interest_id, ~has_one).values(proposal_id=proposal_id)
        await self._connection.execute(passed_on)
        await self.release([interest_id])

    async def move(self, identifier: str, holder: str, to: str) -> None:
        held = tables.reservations
        its = delete(held).where(held.c.proposal_id == identifier, held.c.holder == holder)
        if (await self._connection.execute(its)).rowcount:
            used = (await self._used([to]))[to]
            await self.reserve([(identifier, [to])], {to: len(used) + 1})

    async def _used(self, holders: Collection[str]) -> defaultdict[str, set[int]]:
        used: defaultdict[str, set[int]] = defaultdict(set)
        columns = tables.reservations.c
        for piece in pieces(sorted(holders)):
            query = select(columns.holder, columns.slot).where(columns.holder.in_(piece))
            for holder, slot in await self._connection.execute(query):
                used[holder].add(slot)
        return used


def _plan(
    wanted: Sequence[tuple[str, Sequence[str]]], used: defaultdict[str, set[int]], capacities: Mapping[str, int]
) -> list[tuple[str, int, str]]:
    """The lowest free slot of every holder, for the proposals whose holders all have one."""
    planned = []
    for proposal_id, holders in wanted:
        slots = [_free_slot(used[holder], capacities.get(holder, 0)) for holder in holders]
        if all(slot is not None for slot in slots):
            for holder, slot in zip(holders, slots, strict=True):
                if slot is not None:
                    used[holder].add(slot)
                    planned.append((holder, slot, proposal_id))
    return planned


def _free_slot(used: set[int], capacity: int) -> int | None:
    if len(used) >= capacity:
        return None
    return next(slot for slot in range(capacity) if slot not in used)


DOCUMENT: Final = TypeAdapter(Partnership)
_SAME: Final = ("version", "stage", "proposal_id", "ended_at", "is_shown")
"""Columns whose values are fields of the partnership."""


class SqlPartnershipRepository(OnConnection):
    """A PartnershipRepository on one connection."""

    async def add(self, partnership: Partnership) -> None:
        await self._connection.execute(insert(tables.partnerships).values(_row(partnership)))

    async def save(self, partnership: Partnership) -> None:
        names = (*_SAME, "a_member_id", "b_member_id", "document")
        await PARTNERSHIPS.save(self._connection, [partnership], names)

    async def find(self, partnership_ids: Collection[str]) -> Sequence[Partnership]:
        return await PARTNERSHIPS.find(self._connection, partnership_ids)

    async def active_of(self, member_id: str) -> Sequence[Partnership]:
        stands = tables.partnerships.c.stage != PartnershipStage.ENDED
        return await PARTNERSHIPS.lock(self._connection, PARTNERSHIPS.select(stands, partnership_of(member_id)))

    async def all_of(self, member_id: str) -> Sequence[Partnership]:
        return await PARTNERSHIPS.lock(self._connection, PARTNERSHIPS.select(partnership_of(member_id)))


async def pairs_of_ended(
    connection: AsyncConnection, since: datetime, member_ids: Collection[str] | None = None
) -> set[str]:
    """Keys of the pairs whose partnership ended after that moment; of all members, or those that one of some is in."""
    columns = tables.partnerships.c
    holders = (columns.document[side, "holder"].as_string() for side in ("a", "b"))
    query, found = select(*holders).where(columns.ended_at > since), list[Row[str, str]]()
    if member_ids is None:
        found += await connection.execute(query)
    for piece in pieces(sorted(set(member_ids or ()))):
        is_theirs = or_(columns.a_member_id.in_(piece), columns.b_member_id.in_(piece))
        found += await connection.execute(query.where(is_theirs))
    return {pair_key((a, b)) for a, b in found}


def partnership_of(member_id: str) -> ColumnElement[bool]:
    """The condition that the member is a side of a partnership."""
    columns = tables.partnerships.c
    return or_(columns.a_member_id == member_id, columns.b_member_id == member_id)


def _row(partnership: Partnership) -> dict[str, Any]:
    return {name: getattr(partnership, name) for name in ("partnership_id", *_SAME)} | {
        "a_member_id": partnership.a.member_id,
        "b_member_id": partnership.b.member_id,
        "document": DOCUMENT.dump_python(partnership, mode="json"),
    }


PARTNERSHIPS: Final = Documents(DOCUMENT, tables.partnerships, _row)
