"""Settings that staff has chosen, in SQL: a row a choice."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.documents import OnConnection
from isopolity.matching.domain.settings import Choice, ChosenSettings
from isopolity.matching.errors import ChosenMeanwhile
from isopolity.persistence.portable_sql import inserting


class SqlChoices(OnConnection):
    """A ChoiceRepository on one connection."""

    async def newest(self) -> Choice | None:
        found = await self.last(1)
        return found[0] if found else None

    async def last(self, limit: int) -> Sequence[Choice]:
        query = select(tables.choices).order_by(tables.choices.c.number.desc()).limit(limit)
        return [_choice(row) for row in await self._connection.execute(query)]

    async def add(self, choice: Choice) -> None:
        row = {
            "number": choice.number,
            "chosen_at": choice.chosen_at,
            "chosen_by": choice.chosen_by,
            "document": choice.settings.document(),
        }
        new = inserting(self._connection, tables.choices).values(row).on_conflict_do_nothing()
        if (await self._connection.execute(new)).rowcount != 1:
            raise ChosenMeanwhile("Somebody else has chosen settings at this moment; look again, then choose.")


def _choice(row: Row[Any]) -> Choice:
    return Choice(
        number=row.number, chosen_at=row.chosen_at, chosen_by=row.chosen_by, settings=ChosenSettings.of(row.document)
    )
