"""The stored rows of a prepared import, a batch at a time, also as the reading process would write them."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from tempfile import TemporaryFile
from typing import Any

from isopolity.registry.application.imports.prepared import PreparedImport, PreparedRow
from isopolity.registry.application.ports import UnitOfWorkFactory
from isopolity.registry.entrypoints.imports.row_effects import BATCH
from isopolity.tables.spool import Spool


async def stored_rows(unit_of_work: UnitOfWorkFactory, import_id: str) -> AsyncIterator[PreparedRow]:
    """All rows of an import, in their order."""
    after = 0
    while True:
        async with unit_of_work() as uow:
            batch = await uow.prepared.rows(import_id, after=after, limit=BATCH)
        if not batch:
            return
        for row in batch:
            yield row
        after = batch[-1].line


@asynccontextmanager
async def spooled_rows(
    unit_of_work: UnitOfWorkFactory,
    prepared: PreparedImport,
    values: Callable[[PreparedRow], Mapping[str, Any]] = lambda row: row.values,
) -> AsyncIterator[Spool]:
    """The stored rows in the format of the reading process, with the cells that `values` gives."""
    with TemporaryFile() as file:
        file.write(json.dumps(list(prepared.columns)).encode() + b"\n")
        async for row in stored_rows(unit_of_work, prepared.import_id):
            file.write(json.dumps([row.line, dict(values(row)), row.unreadable]).encode() + b"\n")
        file.flush()
        yield Spool(file)
