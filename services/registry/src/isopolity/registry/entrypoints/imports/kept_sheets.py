"""The sheets of a file as they were sent, in registry's database beside its rows: another layout can be chosen later.

Invariant: they go with the rows of their import, at the latest after the same period.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count, islice
from tempfile import TemporaryFile
from typing import Final

from isopolity.registry.application.imports.prepared import FIRST_PART, SHEET, PreparedImport, PreparedRow
from isopolity.registry.application.ports import UnitOfWorkFactory
from isopolity.tables.spool import Sheets

_ROWS_OF_A_PART: Final = 500
_AT_ONCE: Final = 4
"""Parts that are in memory at a time."""


async def keep_sheets(unit_of_work: UnitOfWorkFactory, prepared: PreparedImport, sheets: Sheets) -> None:
    """Store the rows of all sheets as they are."""
    parts = _parts(sheets)
    async with unit_of_work() as uow:
        while batch := await asyncio.to_thread(lambda: list(islice(parts, _AT_ONCE))):
            await uow.prepared.add_rows(prepared, batch)
        await uow.commit()


@asynccontextmanager
async def kept_sheets(unit_of_work: UnitOfWorkFactory, prepared: PreparedImport) -> AsyncIterator[Sheets]:
    """The stored sheets in the format of the reading process."""
    assert prepared.layout is not None  # noqa: S101 - only files with a layout have sheets
    after = FIRST_PART - 1
    with TemporaryFile() as file:
        file.write(json.dumps(list(prepared.layout.sheets)).encode() + b"\n")
        while True:
            async with unit_of_work() as uow:
                batch = await uow.prepared.rows(prepared.import_id, states=(SHEET,), after=after, limit=_AT_ONCE)
            if not batch:
                break
            for part in batch:
                file.writelines(json.dumps(row).encode() + b"\n" for row in part.values["rows"])
            after = batch[-1].line
        file.write(json.dumps({"merged": list(prepared.layout.merged)}).encode() + b"\n")
        file.flush()
        yield Sheets(file)


def _parts(sheets: Sheets) -> Iterator[PreparedRow]:
    rows = iter(sheets)
    for number in count():
        part = [[row.sheet, row.line, row.cells, row.problem] for row in islice(rows, _ROWS_OF_A_PART)]
        if not part:
            return
        yield PreparedRow(line=FIRST_PART + number, state=SHEET, values={"rows": part})
