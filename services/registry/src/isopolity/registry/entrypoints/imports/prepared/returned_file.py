"""Writes the rows of a prepared import to a file: its cells, after a column that says what to change.

Invariant: it has all rows, valid or not, with all their cells; it can be imported as it is, since imports ignore that
column.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from tempfile import TemporaryFile
from typing import BinaryIO, Final

from isopolity.csv_tables import Value, write_csv
from isopolity.registry.application.imports.prepared import PreparedImport, PreparedRow
from isopolity.row_files.rows import WHAT_TO_CHANGE

_MOST_BLANK: Final = 1_000
"""The most empty lines that are kept, so that line numbers in sentences stay valid."""


async def write_returned(prepared: PreparedImport, rows: AsyncIterator[PreparedRow], form: str, file: BinaryIO) -> None:
    """Write the rows into `file` as `csv` or `xlsx`."""
    with TemporaryFile() as spool:
        nameless: dict[str, None] = {}
        async for row in rows:
            nameless |= dict.fromkeys(name for name in row.values if name not in prepared.columns)
            spool.write(json.dumps([row.line, _sentences(row), dict(row.values)]).encode() + b"\n")
        spool.seek(0)
        columns = (*prepared.columns, *sorted(nameless, key=lambda name: int(name.rpartition(" ")[2])))
        await asyncio.to_thread(_write, prepared.kind, columns, form, spool, file)


def _write(kind: str, columns: Sequence[str], form: str, spool: BinaryIO, file: BinaryIO) -> None:
    heading = [WHAT_TO_CHANGE, *columns]
    rows = _rows(columns, spool, with_blank=form == "xlsx")
    if form == "csv":
        write_csv(file, heading, rows)
        return
    from isopolity.registry.entrypoints.exports.template import write_filled  # openpyxl is slow to import

    write_filled(kind, file, heading, rows)


def _rows(columns: Sequence[str], spool: BinaryIO, *, with_blank: bool) -> Iterator[list[Value]]:
    expected, blank = 2, 0
    no_cells: list[Value] = [None] * (len(columns) + 1)
    for text in spool:
        line, sentences, values = json.loads(text)
        gap = line - expected if with_blank else 0
        if 0 < gap <= _MOST_BLANK - blank:
            yield from ([*no_cells] for _ in range(gap))
            blank += gap
        yield [sentences or None, *(values.get(name) for name in columns)]
        expected = line + 1


def _sentences(row: PreparedRow) -> str:
    return "\n".join(f"{column}: {detail}" if column else detail for column, detail in row.problems)
