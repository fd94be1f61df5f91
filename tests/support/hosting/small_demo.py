"""A seventh of the demo network: its files, and copies of a network that was loaded once."""

import csv
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from unittest.mock import patch

import pytest

from tests.support.demo_files import DEMO, Row, demo_file, read, read_lines
from tests.support.hosting.running_command import Running, isopolity, up
from tests.support.servers.ports import lasting_port

VARIABLE: Final = "ISOPOLITY_TEST_DEMO"
"""Names the folder of the files for the program."""
ON_KAFKA: Final = "ISOPOLITY_TEST_DEMO_KAFKA"
"""Names the bootstrap servers of a Kafka that takes the place of the embedded broker."""
FEW: Final[Mapping[str, str]] = MappingProxyType({"ISOPOLITY_MINIMUM_SCORE": "0.1"})
"""The settings of a network of so few cities that hardly two find in each other what both look for."""
_EACH: Final = 7
_PROGRAMMES: Final = 15


def write_small_demo(folder: Path) -> None:
    """Write each seventh city of the demo files, the rows that belong to these cities only, and some partners."""
    cities = read_lines(DEMO / "cities.jsonl")[::_EACH]
    known = {str(city["geonames_id"]) for city in cities if "geonames_id" in city}
    lines = "".join(f"{json.dumps(city)}\n" for city in cities)
    (folder / "cities.jsonl").write_text(lines, encoding="utf-8")
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
    demo_network.demo_file = lambda kind: Path(os.environ[VARIABLE]) / demo_file(kind).name
    app(prog_name="isopolity")


if __name__ == "__main__":
    main()


SmallRun = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The environment in which the command loads a seventh of the demo network."""
    folder = tmp_path_factory.mktemp("small")
    write_small_demo(folder)
    return {VARIABLE: str(folder), **FEW}


@pytest.fixture(scope="session")
def small_run(small_demo: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """The data folder and the print-out of an `up --once --json` of the small demo network."""
    data = tmp_path_factory.mktemp("small-run") / "data"
    done = isopolity("up", "--once", "--json", "--data", str(data), "--port", str(lasting_port()), **small_demo)
    assert done.returncode == 0, done.stderr
    return data, json.loads(done.stdout)


@contextmanager
def up_again(small_run: SmallRun, folder: Path, **environment: str) -> Iterator[Running]:
    """A running instance on a copy of the loaded network, at the port that its mails name."""
    data = Path(shutil.copytree(small_run[0], folder / "data"))
    with up(data, port=lasting_port(), **{**FEW, **environment}) as running:
        yield running
