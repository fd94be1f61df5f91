"""Requests of a keeper of the office's list that wait for a second keeper: the table and its repository.

Invariant: a person has at most one request. A new one replaces it under a new id, so that a keeper confirms exactly the
request that the keeper has read.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, String, Table, Text, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import UtcDateTime, inserting
from isopolity.registry.adapters.sql.access.sessions import ErasesAPerson
from isopolity.registry.adapters.sql.tables import metadata
from isopolity.registry.domain.access.account import OfficePerson, OfficeRequest

office_requests = Table(
    "office_requests",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("address", Text, nullable=False, unique=True),  # the key of the e-mail address
    Column("wants", String(16), nullable=False),
    Column("person_id", String(128), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("scopes", String(200), nullable=False),
    Column("asked_by", String(300), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False, index=True),
)
_PERSON: Final = ("person_id", "name", "email", "language")
_SAME: Final = ("wants", "asked_by", "asked_at")


class SqlOfficeRequests:
    """An OfficeRequestRepository on one connection."""

    def __init__(self, connection: AsyncConnection, erases: ErasesAPerson) -> None:
        self._connection = connection
        self._erases = erases

    async def all(self) -> Sequence[OfficeRequest]:
        query = select(office_requests).order_by(office_requests.c.asked_at, office_requests.c.id)
        return [_request(row) for row in await self._connection.execute(query)]

    async def get(self, request_id: str) -> OfficeRequest | None:
        query = select(office_requests).where(office_requests.c.id == request_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _request(row)

    async def put(self, request: OfficeRequest) -> None:
        values = _row(request)
        new = inserting(self._connection, office_requests).values(values)
        upsert = new.on_conflict_do_update(index_elements=[office_requests.c.address], set_=values)
        await self._connection.execute(upsert)
        await self._erases()  # it may replace another one, which names a person

    async def remove(self, request_id: str) -> bool:
        return await self._delete(office_requests.c.id == request_id)

    async def remove_of(self, person: OfficePerson) -> None:
        asked = office_requests.c.asked_by == person.person_id
        await self._delete(or_(asked, office_requests.c.address == person.address))

    async def _delete(self, which: ColumnElement[bool]) -> bool:
        gone = (await self._connection.execute(delete(office_requests).where(which))).rowcount > 0
        if gone:
            await self._erases()
        return gone


def _row(request: OfficeRequest) -> Mapping[str, Any]:
    return {
        "id": request.request_id,
        "address": request.person.address,
        "scopes": " ".join(request.person.scopes),
        **{name: getattr(request.person, name) for name in _PERSON},
        **{name: getattr(request, name) for name in _SAME},
    }


def _request(row: Any) -> OfficeRequest:
    person = OfficePerson(**{name: getattr(row, name) for name in _PERSON}, scopes=tuple(row.scopes.split()))
    return OfficeRequest(request_id=row.id, person=person, **{name: getattr(row, name) for name in _SAME})
