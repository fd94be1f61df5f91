"""Reads the identities of members from their documents, without the rest of these."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.turns import each_in_turns
from isopolity.persistence.portable_sql import pieces
from isopolity.registry.adapters.sql.rows import Mapping
from isopolity.registry.application.known_members import IDENTITIES, KnownMember

_IDENTITIES: Final[dict[str, TypeAdapter[Any]]] = {kind: TypeAdapter(one) for kind, one in IDENTITIES.items()}
_AT_ONCE: Final = 5000
"""The most countries in one statement."""


async def known_in(
    connection: AsyncConnection, mapping: Mapping[Any], countries: Collection[str]
) -> Sequence[KnownMember]:
    """The identities of all members of these countries, whatever their status; they are not locked."""
    columns, identity = mapping.table.c, _IDENTITIES[mapping.kind]
    read = select(columns.id, columns.status, columns.document)
    rows: list[Any] = []
    for some in pieces(sorted(countries), _AT_ONCE):
        rows += (await connection.execute(read.where(columns.country.in_(some)))).all()
    return await each_in_turns(
        lambda row: KnownMember(member_id=row.id, status=row.status, profile=identity.validate_json(row.document)), rows
    )
