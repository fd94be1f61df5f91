"""Members and the sides of proposals, as staff's lists need them.

Invariant: a member never goes back to an older version; the day of a side's answer stays when its proposal changes.
"""

from dataclasses import asdict
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.contracts.matching import OPEN_STAGES
from isopolity.identity.folded_text import fold, sort_key
from isopolity.notify.adapters.sql import tables
from isopolity.notify.domain.listed_member import Member
from isopolity.notify.domain.proposal import Answer, Proposal
from isopolity.persistence.portable_sql import inserting

_KEYS: Final = ("proposal_id", "side")


class SqlMembers:
    """A MemberRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, member: Member) -> None:
        row = {**asdict(member), "sort_name": sort_key(member.name), "search": fold(member.name)}
        statement = inserting(self._connection, tables.members).values(row)
        newer = {name: statement.excluded[name] for name in row if name != "member_id"}
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["member_id"],
                set_=newer,
                where=tables.members.c.version < statement.excluded.version,
            )
        )

    async def remove(self, member_id: str, version: int) -> None:
        its = tables.members.c
        older = delete(tables.members).where(its.member_id == member_id, its.version < version)
        await self._connection.execute(older)


async def put_sides(connection: AsyncConnection, proposal: Proposal) -> None:
    """Store which member each side is, and whether the proposal is open."""
    is_open = proposal.stage in OPEN_STAGES
    rows = [
        {"proposal_id": proposal.proposal_id, "side": side.side, "member_id": side.member_id, "is_open": is_open}
        for side in proposal.sides
    ]
    statement = inserting(connection, tables.sides).values(rows)
    newer = {name: statement.excluded[name] for name in ("member_id", "is_open")}
    await connection.execute(statement.on_conflict_do_update(index_elements=_KEYS, set_=newer))


async def note_answer_day(connection: AsyncConnection, answer: Answer) -> None:
    """Store the day of a side's last answer."""
    its = [tables.sides.c[name] == getattr(answer, name) for name in _KEYS]
    await connection.execute(update(tables.sides).where(*its).values(answered_on=answer.answered_at.date()))
