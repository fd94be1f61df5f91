"""CSV and JSON Lines in and out; written with one line ending and in the order given, so that builds repeat bytes."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

Row = dict[str, str]
Table = Sequence[Row]
Line = dict[str, object]


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


def write_lines(path: Path, lines: Sequence[Line]) -> None:
    """Write one JSON object a line, without spaces between its parts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8", newline="")
