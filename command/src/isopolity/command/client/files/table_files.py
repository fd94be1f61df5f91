"""Lists as files: CSV, XLSX or JSON, as the name of the file says."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from isopolity.command.atomic_file import atomic_file
from isopolity.command.client.files.listings import Columns, Item, rows
from isopolity.command.console import messages, plain
from isopolity.command.failure import ExitCode, Failure
from isopolity.csv_tables import write_csv

_FORMS: Final = {".csv": "csv", ".xlsx": "xlsx", ".json": "json"}
_WIDTH: Final = 24


def form_of(file: Path) -> str:
    """The form that the name of `file` says: `csv`, `xlsx` or `json`. Raises Failure for another one."""
    form = _FORMS.get(file.suffix.lower())
    if form is None:
        raise Failure(f"{file} is no table; name a file that ends with .csv, .xlsx or .json.", ExitCode.USAGE)
    return form


def save_list(file: Path, found: Sequence[Item], columns: Columns[Item]) -> None:
    """Write what was found into `file`, a row each, and say so; JSON holds the documents whole. Raises Failure."""
    form = form_of(file)
    table = rows(found, columns)
    with atomic_file(file) as part, part.open("wb") as written:
        if form == "json":
            written.write(json.dumps(plain(found), ensure_ascii=False, indent=2).encode() + b"\n")
        elif form == "csv":
            write_csv(written, list(columns), table)
        else:
            from isopolity.workbooks import Sheet, write_workbook  # openpyxl is slow to import

            widths = [_WIDTH] * len(columns)
            write_workbook(written, Sheet(name="list", heading=list(columns), rows=table, widths=widths))
    messages().print(f"{len(found):,} rows written to {file}.", markup=False)
