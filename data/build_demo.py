"""Build the demo network's files from a folder of public data: `python data/build_demo.py FOLDER`.

Pure standard library and deterministic: the same folder gives the same bytes, so the committed files can be checked.
"""

import argparse
import sys
from pathlib import Path

from demo_builder import asks, countries, partners, profiles
from demo_builder.files import Line, Table, read_table, write_lines, write_table
from demo_builder.members import merge_members, pair_twins
from demo_builder.wordings import Drawn

PLACES = Path(__file__).with_name("places.csv")
COUNTRY_REGIONS = Path("shared/src/isopolity/contracts/countries.csv")


def build(folder: Path) -> tuple[dict[Path, Table], dict[Path, list[Line]]]:
    """Return every table and every file of lines that the folder gives, by its path in the repository."""
    nations = countries.read_nations(read_table(folder / "countries.csv"))
    members = merge_members(
        learning=read_table(folder / "learning_cities.csv"),
        creative=read_table(folder / "creative_cities.csv"),
        places=[*read_table(folder / "cities.csv"), *read_table(PLACES)],
    )
    drawn = Drawn()
    cities = [profiles.draw_profile(member, nations[member.country], drawn) for member in members]
    lines = {Path("data/demo/cities.jsonl"): profiles.city_lines(cities)}
    tables = {
        Path("data/demo/partners.csv"): partners.partner_table(read_table(folder / "foundations.csv"), nations),
        Path("data/demo/requests.csv"): asks.request_table(cities, nations),
        Path("data/demo/twinnings.csv"): pair_twins(members, read_table(folder / "twinnings.csv")),
        COUNTRY_REGIONS: countries.country_table(nations),
    }
    return tables, lines


def main() -> int:
    """Write the tables below the repository's root and say how many rows each has."""
    parser = argparse.ArgumentParser(description="Build data/demo and registry's country table.")
    parser.add_argument("folder", type=Path, help="where learning_cities.csv, cities.csv, … lie")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1], help="write below this folder")
    arguments = parser.parse_args()
    if not (arguments.folder / "learning_cities.csv").is_file():
        parser.error(f"{arguments.folder} has no learning_cities.csv: name the folder that holds the source files")
    tables, lines = build(arguments.folder)
    for path, table in tables.items():
        write_table(arguments.root / path, table)
        sys.stdout.write(f"{path}: {len(table)} rows\n")
    for path, objects in lines.items():
        write_lines(arguments.root / path, objects)
        sys.stdout.write(f"{path}: {len(objects)} lines\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
