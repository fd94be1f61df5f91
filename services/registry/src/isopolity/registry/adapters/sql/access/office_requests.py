"""Requests of a keeper of the office's list that wait for a second keeper: the table and its repository.

Invariant: a person has at most one request. A new one replaces it under a new id, so that a keeper confirms exactly the
request that the keeper has read.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Column, String, Table, Text, or_, select

from isopolity.persistence.portable_sql import UtcDateTime
from isopolity.registry.adapters.sql.records import SqlRecords
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


class SqlOfficeRequests(SqlRecords[OfficeRequest]):
    """An OfficeRequestRepository on one connection."""

    table, kind, apart = office_requests, OfficeRequest, ("person",)

    async def all(self) -> Sequence[OfficeRequest]:
        return await self._all(select(office_requests).order_by(office_requests.c.asked_at, office_requests.c.id))

    async def get(self, request_id: str) -> OfficeRequest | None:
        return await self._one(office_requests.c.id == request_id)

    async def put(self, request: OfficeRequest) -> None:
        await self._put(request, office_requests.c.address)
        await self._erases()  # it may replace another one, which names a person

    async def remove(self, request_id: str) -> bool:
        return await self._delete(office_requests.c.id == request_id)

    async def remove_of(self, person: OfficePerson) -> None:
        asked = office_requests.c.asked_by == person.person_id
        await self._delete(or_(asked, office_requests.c.address == person.address))

    def _row(self, request: OfficeRequest) -> dict[str, Any]:
        person = request.person
        named = {name: getattr(person, name) for name in _PERSON}
        return super()._row(request) | named | {"address": person.address, "scopes": " ".join(person.scopes)}

    def _value(self, row: Any, **apart: Any) -> OfficeRequest:
        person = OfficePerson(**{name: getattr(row, name) for name in _PERSON}, scopes=tuple(row.scopes.split()))
        return super()._value(row, person=person)
