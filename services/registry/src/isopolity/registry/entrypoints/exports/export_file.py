"""Writes documents as an import file: CSV, a workbook, or a JSON array with one entry on each line."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final

from isopolity.csv_tables import Value, write_csv
from isopolity.registry.entrypoints.imports.cells.notation import cell
from isopolity.registry.entrypoints.imports.tables import TABLES

Document = dict[str, Any]

_WIDTH: Final = 20


async def write_export(kind: str, form: str, documents: AsyncIterator[Document], file: BinaryIO) -> None:
    """Write the documents of a `kind` of table into `file` as `csv`, `xlsx` or `json`."""
    with TemporaryFile() as spool:
        async for document in documents:
            spool.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")
        spool.seek(0)
        await asyncio.to_thread(_WRITERS[form], kind, spool, file)


def _write_csv(kind: str, spool: BinaryIO, file: BinaryIO) -> None:
    write_csv(file, list(TABLES[kind].columns), _rows(kind, spool))


def _write_xlsx(kind: str, spool: BinaryIO, file: BinaryIO) -> None:
    from isopolity.workbooks import Sheet, write_workbook  # openpyxl is slow to import

    columns = list(TABLES[kind].columns)
    write_workbook(file, Sheet(name=kind, heading=columns, rows=_rows(kind, spool), widths=[_WIDTH] * len(columns)))


def _write_json(_kind: str, spool: BinaryIO, file: BinaryIO) -> None:
    before = b"[\n"
    for line in spool:
        file.write(before + line.rstrip(b"\n"))
        before = b",\n"
    file.write(b"\n]\n" if before == b",\n" else b"[\n]\n")


def _rows(kind: str, spool: BinaryIO) -> Iterator[list[Value]]:
    table = TABLES[kind]
    for line in spool:
        for row in table.rows(json.loads(line)):
            yield [cell(row.get(name), column) for name, column in table.columns.items()]


_WRITERS: Final[Mapping[str, Callable[[str, BinaryIO, BinaryIO], None]]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
    "json": _write_json,
}
