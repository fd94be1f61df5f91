"""The time zones of places that name none come from the gazetteer."""

import lzma
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from isopolity.machine.clock import is_zone
from isopolity.matching.adapters.nearest_zones import NearestZones

SCRIPT = Path(__file__).parents[3] / "data/build_zones.py"


def test_the_file_is_made_from_the_gazetteer(tmp_path: Path) -> None:
    made = tmp_path / "zones.txt.xz"
    subprocess.run([sys.executable, SCRIPT, made], check=True)
    kept = files("isopolity.matching").joinpath("zones", "zones.txt.xz").read_bytes()
    assert lzma.decompress(made.read_bytes()) == lzma.decompress(kept)


def test_each_zone_of_the_file_is_known_here() -> None:
    kept = lzma.decompress(files("isopolity.matching").joinpath("zones", "zones.txt.xz").read_bytes()).decode()
    assert all(is_zone(line.split("\t")[1]) for line in kept.splitlines())


def test_the_nearest_place_may_lie_beyond_the_date_line() -> None:
    nearest = NearestZones()
    assert nearest("RU", 66.2, -169.0) == "Asia/Anadyr"  # in Chukotka, in the western hemisphere
    assert nearest("XX", 0.0, 0.0) is None
