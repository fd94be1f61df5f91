"""The committed demo files as the tests read them."""

import csv
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data/demo"
COUNTRIES = ROOT / "shared/src/isopolity/contracts/countries.csv"
Row = dict[str, str]


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON Lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def demo_file(kind: str) -> Path:
    """The file of one kind of rows: cities are JSON Lines, since their needs and offers have parts of their own."""
    return DEMO / (f"{kind}.jsonl" if kind == "cities" else f"{kind}.csv")


def split(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def key(row: dict[str, Any]) -> tuple[str, ...]:
    place = row.get("geonames_id")
    return (row["kind"], str(place)) if place else (row["kind"], row["country"], row["name"])
