"""Finds accounts with similar or equal addresses, for people to check; nothing is merged automatically.

Invariant: results contain ids, never names or addresses.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.identity.addresses import address_key
from isopolity.registry.adapters.sql.tables import contacts, people


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalikes:
    """The accounts found, each as `contact <id>` or `person <id>`."""

    alike: Sequence[Sequence[str]]
    """Groups of accounts with different mail boxes whose addresses counted as one before 0042."""
    unreachable: Sequence[str]
    """Accounts that cannot sign in, since another contact of the member or person of the list has the mail box."""


async def lookalikes(connection: AsyncConnection) -> Lookalikes:
    """All lookalikes of the database, in the order of their ids."""
    folded = defaultdict[str, list[tuple[str, str]]](list)
    unreachable = []
    for row in await _accounts(connection):
        account, key = f"{row.kind} {row.id}", address_key(row.email)
        folded[row.email.casefold()].append((account, key))
        if row.address != key:
            unreachable.append(account)
    return Lookalikes(alike=_of_several_boxes(folded), unreachable=unreachable)


def _of_several_boxes(folded: Mapping[str, Sequence[tuple[str, str]]]) -> Sequence[Sequence[str]]:
    return [
        [account for account, _ in accounts] for accounts in folded.values() if len({key for _, key in accounts}) > 1
    ]


async def _accounts(connection: AsyncConnection) -> Sequence[Any]:
    kinds = (("contact", contacts), ("person", people))
    each = (select(literal(kind).label("kind"), table.c.id, table.c.email, table.c.address) for kind, table in kinds)
    return (await connection.execute(union_all(*each).order_by("kind", "id"))).all()
