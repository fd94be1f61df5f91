"""A seventh of the demo network, and `isopolity` as a program that loads it in place of the whole.

Invariant: but for the files that are loaded and, where one is named, the Kafka, the program is the user's.
"""

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from unittest.mock import patch

from tests.support.demo_files import DEMO, Row, read

VARIABLE: Final = "ISOPOLITY_TEST_DEMO"
"""Names the folder of the files for the program."""
ON_KAFKA: Final = "ISOPOLITY_TEST_DEMO_KAFKA"
"""Names the bootstrap servers of a Kafka that takes the place of the embedded broker."""
_EACH: Final = 7
_PROGRAMMES: Final = 15


def write_small_demo(folder: Path) -> None:
    """Write each seventh city of the demo files, what belongs to these alone, and some partners."""
    cities = read(DEMO / "cities.csv")[::_EACH]
    known = {row["geonames_id"] for row in cities} - {""}
    _write(folder / "cities.csv", cities)
    _write(folder / "partners.csv", read(DEMO / "partners.csv")[:_PROGRAMMES])
    _write(folder / "requests.csv", (row for row in read(DEMO / "requests.csv") if row["city_geonames_id"] in known))
    _write(
        folder / "twinnings.csv",
        (row for row in read(DEMO / "twinnings.csv") if {row["a_geonames_id"], row["b_geonames_id"]} <= known),
    )


def _write(path: Path, rows: Iterable[Row]) -> None:
    written = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(written[0]))
        table.writeheader()
        table.writerows(written)


def main() -> None:
    """`isopolity` with the files, and on the Kafka, that the environment names."""
    from isopolity.command.client import demo_network
    from isopolity.command.main import app

    if kafka := os.environ.pop(ON_KAFKA, None):
        # importing all services takes three seconds, which most commands do without
        from isopolity.command.hosting import network
        from isopolity.runtime.connections import open_broker

        there = {"broker": kafka}
        opened = patch(
            f"{network.__name__}.open_broker", lambda settings: open_broker(settings.model_copy(update=there))
        )
        opened.start()
    demo_network.demo_file = lambda kind: Path(os.environ[VARIABLE]) / f"{kind}.csv"
    app(prog_name="isopolity")


if __name__ == "__main__":
    main()
