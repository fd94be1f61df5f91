"""What `make dist` builds is whole: installed without the sources, it runs a demo network."""

import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
PACKAGES: Final = ("shared", "services/registry", "services/matching", "services/notify", "services/portal", "command")
VERSION: Final = tomllib.loads((ROOT / "shared" / "pyproject.toml").read_text("utf-8"))["project"]["version"]
pytestmark = [pytest.mark.long, pytest.mark.slow]


def built(package: str, folder: Path) -> None:
    """A source distribution of a package in `folder`, and the wheel that is built from it."""
    command: list[str | Path] = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT / package]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1764547200"}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    for package in PACKAGES:
        built(package, folder)
    return folder


@pytest.fixture(scope="module")
def environment(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with our wheels and, as links, all packages of others that this one has; no source of ours."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=120)
    (target,) = folder.glob("lib/python*/site-packages")
    for entry in Path(pytest.__file__).parents[1].iterdir():
        if "isopolity" not in entry.name:
            (target / entry.name).symlink_to(entry)
    wheels = sorted(distributions.glob("*.whl"))
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        folder / "bin" / "python",
        "install",
        "--no-index",
        "--no-deps",
    ]
    subprocess.run([*pip, *wheels], check=True, capture_output=True, timeout=300)
    return folder


def run(environment: Path, command: Sequence[str | Path], folder: Path) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ISOPOLITY_", "PYTHON"))}
    done = subprocess.run(
        [environment / "bin" / command[0], *command[1:]],
        cwd=folder,
        env={**clean, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def test_an_installed_network_runs_once(environment: Path, tmp_path: Path) -> None:
    home = run(environment, ["python", "-c", "import isopolity.matching; print(isopolity.matching.__file__)"], tmp_path)
    assert Path(home.strip()).is_relative_to(environment)
    assert f" {VERSION} " in run(environment, ["isopolity", "--version"], tmp_path)
    told = json.loads(run(environment, ["isopolity", "up", "--once", "--json", "--data", tmp_path / "var"], tmp_path))
    assert told


def test_the_environment_lacks_nothing_that_we_ask_for(environment: Path) -> None:
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", environment / "bin" / "python", "check"]
    done = subprocess.run(pip, capture_output=True, text=True, check=False, timeout=120)
    assert [line for line in done.stdout.splitlines() if line.startswith("isopolity")] == []


def test_one_commit_gives_the_same_files(distributions: Path, tmp_path: Path) -> None:
    built("services/portal", tmp_path)
    again = {path.name: sha256(path.read_bytes()).hexdigest() for path in tmp_path.iterdir()}
    assert len(again) == 2
    assert again == {name: sha256((distributions / name).read_bytes()).hexdigest() for name in again}


def test_no_distribution_has_what_was_compiled_or_pictured_here(distributions: Path) -> None:
    names = list[str]()
    for path in distributions.iterdir():
        if path.suffix == ".whl":
            names += zipfile.ZipFile(path).namelist()
        else:
            with tarfile.open(path) as archive:
                names += archive.getnames()
    assert len(names) > 500
    assert [name for name in names if name.endswith((".pyc", ".nbi", ".nbc", ".png"))] == []


def test_every_package_has_one_version(distributions: Path) -> None:
    assert len({path.name.split("-")[1].removesuffix(".tar.gz") for path in distributions.iterdir()}) == 1
    assert len(list(distributions.iterdir())) == 2 * len(PACKAGES)
