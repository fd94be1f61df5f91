"""The committed demo files as the tests read them."""

import csv
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data/demo"
COUNTRIES = ROOT / "shared/src/isopolity/contracts/countries.csv"
Row = dict[str, str]


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def split(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def key(row: Row) -> tuple[str, ...]:
    return (row["kind"], row["geonames_id"]) if row["geonames_id"] else (row["kind"], row["country"], row["name"])
