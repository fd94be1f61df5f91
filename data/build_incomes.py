"""Writes the income of each country: GDP per head at purchasing power, from a table of countries.

`python data/build_incomes.py countries.csv`; the table has the columns iso2, population and gdp_ppp_usd, as the Unicode
CLDR gives them. Countries without a figure are left out.
"""

import csv
import sys
from pathlib import Path

TARGET = Path(__file__).parents[1] / "shared/src/isopolity/contracts/country_incomes.csv"


def main(source: Path) -> None:
    """Write the table beside the regions of countries."""
    with source.open(newline="", encoding="utf-8") as file:
        found = {row["iso2"]: _per_head(row) for row in csv.DictReader(file)}
    with TARGET.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("iso2", "gdp_ppp_per_head"))
        rows.writerows((code, f"{per_head:.0f}") for code, per_head in sorted(found.items()) if per_head)


def _per_head(row: dict[str, str]) -> float:
    people, product = float(row["population"] or 0), float(row["gdp_ppp_usd"] or 0)
    return product / people if people else 0.0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
