"""Invitations of cities to make a request, in registry's database.

Invariant: a city has at most one invitation for a programme, whatever happens at the same moment.
"""

from collections.abc import Sequence

from sqlalchemy import Column, Index, String, Table, and_, select

from isopolity.persistence.portable_sql import UtcDateTime, inserting
from isopolity.registry.adapters.sql.records import SqlRecords
from isopolity.registry.adapters.sql.tables import metadata
from isopolity.registry.domain.request import Invitation

invitations = Table(
    "invitations",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("partner_id", String(128), nullable=False),
    Column("programme_id", String(128), nullable=False),
    Column("city_id", String(128), nullable=False),
    Column("invited_at", UtcDateTime, nullable=False),
    Column("outcome", String(16)),
    Column("request_id", String(128)),
    Column("requested_at", UtcDateTime),
    Index("uq_invitations_city", "city_id", "partner_id", "programme_id", unique=True),
    Index("ix_invitations_programme", "partner_id", "programme_id"),
)


class SqlInvitations(SqlRecords[Invitation]):
    """An InvitationRepository on one connection."""

    table, kind = invitations, Invitation

    async def add(self, invitation: Invitation) -> bool:
        new = inserting(self._connection, invitations).values(self._row(invitation)).on_conflict_do_nothing()
        return (await self._connection.execute(new)).rowcount == 1

    async def get(self, invitation_id: str) -> Invitation | None:
        return await self._one(invitations.c.id == invitation_id)

    async def of_programme(self, partner_id: str, programme_id: str) -> Sequence[Invitation]:
        columns = invitations.c
        its = and_(columns.partner_id == partner_id, columns.programme_id == programme_id)
        return await self._all(select(invitations).where(its).order_by(columns.invited_at.desc(), columns.id.desc()))

    async def of_city(self, city_id: str) -> Sequence[Invitation]:
        columns = invitations.c
        its = select(invitations).where(columns.city_id == city_id)
        return await self._all(its.order_by(columns.invited_at.desc(), columns.id.desc()))

    async def save(self, invitation: Invitation) -> None:
        await self._update(invitation)

    async def delete(self, invitation_id: str) -> None:
        await self._delete(invitations.c.id == invitation_id)
