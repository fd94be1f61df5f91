"""Choices of staff in registry's database, a row for each choice."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.persistence.portable_sql import inserting
from isopolity.registry.adapters.sql.tables import choices
from isopolity.registry.domain.errors import StaleEntry
from isopolity.registry.domain.member import CapacityDefaults, Choice


class SqlChoices:
    """A ChoiceRepository on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def last(self, limit: int) -> Sequence[Choice]:
        query = select(choices).order_by(choices.c.number.desc()).limit(limit)
        return [
            Choice(
                number=row.number,
                chosen_at=row.chosen_at,
                chosen_by=row.chosen_by,
                defaults=CapacityDefaults(city=row.city, programme=row.programme),
            )
            for row in await self._connection.execute(query)
        ]

    async def add(self, choice: Choice) -> None:
        row = {
            **{name: getattr(choice, name) for name in ("number", "chosen_at", "chosen_by")},
            "city": choice.defaults.city,
            "programme": choice.defaults.programme,
        }
        new = inserting(self._connection, choices).values(row).on_conflict_do_nothing()
        if (await self._connection.execute(new)).rowcount != 1:
            raise StaleEntry("Somebody else has chosen at this moment; look again, then choose.")
