"""`.ci/run` needs nothing outside the repository but what is given to it, and the workflow runs the same script."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[2]
WORKFLOW: Final = ROOT / ".github" / "workflows" / "ci.yml"
ADDRESSES: Final = {"ISOPOLITY_TEST_KAFKA": "kafka:9092", "ISOPOLITY_TEST_POSTGRES": "postgresql://postgres@postgres"}
PROGRAMS: Final = ("apt-get", "npm", "chromium", "promtool", "eatmydata", "node", "psql")
MAKE: Final = """#!/bin/sh
[ "$1" = test ] && env | grep ISOPOLITY_TEST_
exit 0
"""
EATMYDATA: Final = """#!/bin/sh
exec "$@"
"""


def executable(path: Path, text: str = "#!/bin/sh\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of which `.ci/run` finds make and all tools to do nothing but print what tests are given."""
    for name in PROGRAMS:
        executable(tmp_path / "bin" / name)
    executable(tmp_path / "bin" / "make", MAKE)
    executable(tmp_path / "bin" / "eatmydata", EATMYDATA)
    executable(tmp_path / "repository" / ".ci" / "run", (ROOT / ".ci" / "run").read_text())
    return tmp_path / "repository"


def given(checkout: Path, **variables: str) -> Mapping[str, str]:
    """The variables that `.ci/run` gives to the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ISOPOLITY_", "CI_"))}
    environment = {**clean, "PATH": f"{checkout.parent / 'bin'}:{os.environ['PATH']}", **variables}
    done = subprocess.run(
        [checkout / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if line.startswith("ISOPOLITY_TEST_"))


def shared(folder: Path) -> Path:
    """A folder with programs that drive a Kafka and a PostgreSQL, and write down what they are asked."""
    for name in ("kafka", "postgres"):
        executable(folder / name / name, f'#!/bin/sh\necho "{name} $*" >> {folder}/asked\n')
    return folder


@pytest.mark.parametrize("name", ["shared", "elsewhere"])
def test_servers_come_from_the_folder_beside_the_checkout_or_the_one_that_is_named(checkout: Path, name: str) -> None:
    folder = shared(checkout.parent / name)
    found = given(checkout, **({} if name == "shared" else {"ISOPOLITY_SHARED": str(folder)}))
    assert found["ISOPOLITY_TEST_KAFKA"] == "127.0.0.1:29092"
    assert found["ISOPOLITY_TEST_POSTGRES"] == "postgresql://postgres@127.0.0.1:25432/postgres"
    assert found["ISOPOLITY_TEST_KAFKA_CONTROL"] == str(folder / "kafka" / "kafka")
    assert found["ISOPOLITY_TEST_NO_SKIPS"] == "1"
    asked = (folder / "asked").read_text().splitlines()
    assert sorted(asked[:2]) == ["kafka start --port 29092", "postgres start --port 25432"]
    assert asked[2:] == ["kafka stop", "postgres stop"]


def test_addresses_that_are_given_are_used_and_nothing_is_started(checkout: Path) -> None:
    folder = shared(checkout.parent / "shared")
    found = given(checkout, **ADDRESSES)
    assert {name: found[name] for name in ADDRESSES} == ADDRESSES
    assert not (folder / "asked").exists()


def test_with_neither_the_tests_start_what_they_need_and_may_skip(checkout: Path) -> None:
    found = given(checkout)
    assert found.keys().isdisjoint({*ADDRESSES, "ISOPOLITY_TEST_NO_SKIPS"})
    assert {"ISOPOLITY_TEST_CHROMIUM", "ISOPOLITY_TEST_PROMTOOL", "ISOPOLITY_TEST_NODE"} <= found.keys()


def test_an_empty_variable_means_that_the_folder_beside_is_not_looked_at(checkout: Path) -> None:
    shared(checkout.parent / "shared")
    assert given(checkout, ISOPOLITY_SHARED="").keys().isdisjoint(ADDRESSES)


def test_the_workflow_runs_the_same_script_against_servers_beside_it() -> None:
    job = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]["all"]
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert commands[-1] == ".ci/run"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert shutil.which("bash")
    assert job["env"]["ISOPOLITY_TEST_KAFKA"].split(":")[0] in job["services"]
    assert "@postgres:" in job["env"]["ISOPOLITY_TEST_POSTGRES"]
    images = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    assert {name: each["image"] for name, each in job["services"].items()} == {
        name: images[name]["image"] for name in ("kafka", "postgres")
    }
