"""The build script: the committed files are what it makes, from the sources that its README names.

Needs the folder of sources in ISOPOLITY_TEST_DATA; the sources are not part of the repository.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.demo_files import COUNTRIES, DEMO, ROOT, read

SCRIPT = ROOT / "data/build_demo.py"
FILES = [*sorted(DEMO.glob("*.csv")), COUNTRIES]


@pytest.fixture(scope="module")
def sources() -> Path:
    folder = os.environ.get("ISOPOLITY_TEST_DATA")
    if not folder:
        pytest.skip("set ISOPOLITY_TEST_DATA to the folder with learning_cities.csv and the other sources")
    return Path(folder)


def build(sources: Path, root: Path) -> "subprocess.CompletedProcess[str]":
    """Run the script without site packages: it promises to need the standard library alone."""
    command = [sys.executable, "-S", str(SCRIPT), str(sources), "--root", str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_script_reproduces_the_committed_files(sources: Path, tmp_path: Path) -> None:
    result = build(sources, tmp_path)
    assert result.returncode == 0, result.stderr
    for file in FILES:
        assert (tmp_path / file.relative_to(ROOT)).read_bytes() == file.read_bytes(), f"{file} is stale: run {SCRIPT}"


def test_no_real_grant_maker_is_named(sources: Path) -> None:
    table = (DEMO / "partners.csv").read_text(encoding="utf-8").lower()
    real = read(sources / "foundations.csv")
    assert len(real) == 45
    found = [row["funder"] for row in real if row["funder"].lower() in table and row["funder"] != "Anonymous"]
    assert found == []


def test_a_folder_without_sources_gets_one_sentence(tmp_path: Path) -> None:
    result = build(tmp_path, tmp_path)
    assert result.returncode == 2
    assert f"{tmp_path} has no learning_cities.csv" in result.stderr
    assert "Traceback" not in result.stderr
