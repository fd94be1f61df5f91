"""National Commissions, and consultations about applications, in registry's database.

Invariant: a country has at most one commission, and an application at most one consultation.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import inserting
from isopolity.registry.adapters.sql.access import ErasesAPerson
from isopolity.registry.adapters.sql.joining.joining_tables import commissions, consultations
from isopolity.registry.domain.joining.commission import Commission, Consultation


class SqlCommissions:
    """A CommissionRepository on one connection."""

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases

    async def all(self) -> Sequence[Commission]:
        rows = await self._connection.execute(select(commissions).order_by(commissions.c.country))
        return [Commission(**row._mapping) for row in rows]

    async def get(self, country: str) -> Commission | None:
        query = select(commissions).where(commissions.c.country == country)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Commission(**row._mapping)

    async def put(self, commission: Commission) -> None:
        values = asdict(commission)
        statement = inserting(self._connection, commissions).values(values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[commissions.c.country], set_=values)
        )
        await self._erases()

    async def remove(self, country: str) -> bool:
        gone = await self._connection.execute(delete(commissions).where(commissions.c.country == country))
        await self._erases()
        return gone.rowcount == 1


class SqlConsultations:
    """A ConsultationRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, consultation: Consultation) -> None:
        values = asdict(consultation)
        statement = inserting(self._connection, consultations).values(values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[consultations.c.application_id], set_=values)
        )

    async def of_application(self, application_id: str) -> Consultation | None:
        query = select(consultations).where(consultations.c.application_id == application_id).with_for_update()
        return await self._one(query)

    async def of_applications(self, application_ids: Collection[str]) -> Mapping[str, Consultation]:
        query = select(consultations).where(consultations.c.application_id.in_(sorted(application_ids)))
        return {row.application_id: _consultation(row) for row in await self._connection.execute(query)}

    async def by_secret(self, digest: str) -> Consultation | None:
        return await self._one(select(consultations).where(consultations.c.secret_digest == digest))

    async def asked_by(self, letter_id: str) -> str | None:
        query = select(consultations.c.application_id).where(consultations.c.letter_id == letter_id)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def _one(self, query: Select[Any]) -> Consultation | None:
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _consultation(row)


def _consultation(row: Any) -> Consultation:
    return Consultation(**row._mapping)
