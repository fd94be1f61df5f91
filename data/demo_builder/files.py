"""CSV in and out; written with one line ending and in the order given, so that a build repeats byte for byte."""

import csv
from collections.abc import Sequence
from pathlib import Path

Row = dict[str, str]
Table = Sequence[Row]


def read_table(path: Path) -> list[Row]:
    """Return the file's rows by column name."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_table(path: Path, table: Table) -> None:
    """Write the rows under the first row's column names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
