"""The templates of rounds in SQL: the whole template as a document, beside it the name by which it is unique."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.documents import Documents, OnConnection
from isopolity.matching.domain.round import RoundTemplate
from isopolity.matching.errors import UnknownTemplate
from isopolity.persistence.database import Database
from isopolity.persistence.portable_sql import inserting, lock_alone

DOCUMENT: Final = TypeAdapter(RoundTemplate)
_TEMPLATE: Final = tables.round_templates.c
_NAMING: Final = "isopolity.matching.round-templates"


class SqlTemplateRepository(OnConnection):
    """A TemplateRepository on one connection."""

    async def alone(self) -> None:
        await lock_alone(self._connection, _NAMING)

    async def all(self) -> Sequence[RoundTemplate]:
        return await _all(self._connection)

    async def put(self, template: RoundTemplate) -> None:
        insert = inserting(self._connection, tables.round_templates).values(_row(template))
        changed = {name: insert.excluded[name] for name in ("name_key", "document")}
        await self._connection.execute(insert.on_conflict_do_update(index_elements=["template_id"], set_=changed))

    async def delete(self, template_id: str) -> None:
        gone = delete(tables.round_templates).where(_TEMPLATE.template_id == template_id)
        if (await self._connection.execute(gone)).rowcount != 1:
            raise UnknownTemplate("There is no template with this id.")


async def templates_in(database: Database) -> Sequence[RoundTemplate]:
    """All templates, by name."""
    async with database.reading() as connection:
        return await _all(connection)


async def _all(connection: AsyncConnection) -> Sequence[RoundTemplate]:
    found = await TEMPLATES.read(connection, TEMPLATES.select())
    return sorted(found, key=lambda template: (template.name_key, template.template_id))


def _row(template: RoundTemplate) -> dict[str, Any]:
    document = DOCUMENT.dump_python(template, mode="json")
    return {"template_id": template.template_id, "name_key": template.name_key, "document": document}


TEMPLATES: Final = Documents(DOCUMENT, tables.round_templates, _row)
