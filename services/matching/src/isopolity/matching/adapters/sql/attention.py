"""Members that need attention from staff: those that never answer, those without capacity left, and those on which
something rests before an import is taken back.

Invariant: these queries change nothing; only staff may read them, since they reveal acts of single members.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.reservations import SqlReservationRepository
from isopolity.matching.domain.acceptance import Reply
from isopolity.matching.domain.interest import InterestStage
from isopolity.matching.domain.member import ENDORSED, owner
from isopolity.matching.domain.proposal import OPEN, Stage
from isopolity.persistence.database import Database
from isopolity.persistence.portable_sql import pieces

_IDS_AT_ONCE: Final = 5000
LOOKED_BACK: Final = timedelta(days=730)
"""The age from which settled proposals are ignored, as they say nothing about a member today."""
SILENCES: Final = 2
"""A member is silent after this number of proposals without any answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """A member that needs attention, with its number of unanswered proposals or of slots in use."""

    member_kind: str
    member_id: str
    number: int
    of: int | None = None
    """The number of slots of its exhausted capacities; None if the number is of proposals."""


@dataclass(frozen=True, slots=True)
class AttentionQueries:
    """Lists of members that need attention from staff, in the order of their ids."""

    database: Database

    async def silent(self, now: datetime) -> Sequence[Noticed]:
        """Members that were mailed several proposals and have answered none of them."""
        async with self.database.reading() as connection:
            silent = {row.member: row.number for row in await connection.execute(_silent(now))}
        return await self._endorsed(silent)

    async def at_capacity(self) -> Sequence[Noticed]:
        """Members with a capacity whose slots are all in use."""
        async with self.database.reading() as connection:
            taken = await SqlReservationRepository(connection).taken()
        by_member: dict[str, dict[str, int]] = defaultdict(dict)
        for holder, number in taken.items():
            by_member["/".join(owner(holder).split("/")[:2])][holder] = number
        rows = await self._members(by_member)
        found = []
        for key, holders in sorted(by_member.items(), key=lambda each: each[0].partition("/")[2]):
            member_id = key.partition("/")[2]
            kind, capacities = rows.get(member_id, ("", {}))
            full = {holder: n for holder, n in holders.items() if 0 < capacities.get(holder, 0) <= n}
            if full:
                number, slots = sum(full.values()), sum(capacities[holder] for holder in full)
                found.append(Noticed(member_kind=kind, member_id=member_id, number=number, of=slots))
        return found

    async def _endorsed(self, numbers: Mapping[str, int]) -> Sequence[Noticed]:
        rows = await self._members(numbers)
        found = {key.partition("/")[2]: number for key, number in numbers.items()}
        return [
            Noticed(member_kind=rows[member_id][0], member_id=member_id, number=found[member_id])
            for member_id in sorted(rows)
        ]

    async def _members(self, keys: Mapping[str, object]) -> Mapping[str, tuple[str, Mapping[str, int]]]:
        """Kind and capacities of the endorsed members among these keys, by id."""
        columns = tables.members.c
        query = select(columns.member_id, columns.kind, columns.capacities).where(columns.status == ENDORSED)
        found: dict[str, tuple[str, Mapping[str, int]]] = {}
        async with self.database.reading() as connection:
            for piece in pieces(sorted({key.partition("/")[2] for key in keys})):
                rows = await connection.execute(query.where(columns.member_id.in_(piece)))
                found |= {row.member_id: (row.kind, row.capacities) for row in rows}
        return found


def _silent(now: datetime) -> Select[Any]:
    columns = tables.answers.c
    lately = or_(columns.settled_at.is_(None), columns.settled_at > now - LOOKED_BACK)
    return (
        select(columns.member, func.count().label("number"))
        .where(lately)
        .group_by(columns.member)
        .having(func.count() >= SILENCES, func.max(columns.reply) == Reply.SILENT)
    )


async def members_in_use(database: Database, member_ids: Collection[str], since: datetime) -> Mapping[str, str]:
    """Those of the members on which something rests since then: a partnership, else a proposal, else an introduction.

    A proposal that is open counts whenever it was made.
    """
    proposals, interests = tables.proposals.c, tables.interests.c
    sides, settled = (proposals.a_member_id, proposals.b_member_id), proposals.settled_at >= since
    waits = or_(interests.stage == InterestStage.OPEN, interests.hear_by >= since)
    kinds: tuple[tuple[str, tuple[ColumnElement[str], ...], ColumnElement[bool]], ...] = (
        ("partnership", sides, and_(proposals.stage == Stage.AGREED, settled)),
        ("proposal", sides, or_(proposals.stage.in_(sorted(OPEN)), settled)),
        ("introduction", (interests.member_id, interests.other_id), waits),
    )
    found: dict[str, str] = {}
    async with database.reading() as connection:
        for what, columns, rests in kinds:
            for column in columns:
                for some in pieces(sorted(member_ids), _IDS_AT_ONCE):
                    query = select(column).where(column.in_(some), rests).distinct()
                    for member_id in (await connection.execute(query)).scalars():
                        found.setdefault(member_id, what)
    return found
