"""CI forgives a test that failed beside others only if it passes alone (`.ci/once-more`)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ONCE_MORE = Path(__file__).parents[2] / ".ci" / "once-more"

UNSTEADY = """
from pathlib import Path
def test_{name}():
    first = not Path("{name}").exists()
    Path("{name}").touch()
    assert not first
"""
BROKEN = "def test_{name}(): assert False\n"
RIGHT = "def test_{name}(): pass\n"


def ended(folder: Path, *tests: str, status: int = 2) -> subprocess.CompletedProcess[str]:
    """The script's end, after pytest, without the plugins of others, has run a file of these tests."""
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    (folder / "test_all.py").write_text("".join(test.format(name=number) for number, test in enumerate(tests)))
    pytest_itself = folder / "pytest"
    pytest_itself.write_text(f'#!/bin/sh\nexec {sys.executable} -m pytest --rootdir . "$@"\n')
    pytest_itself.chmod(0o755)
    subprocess.run([pytest_itself], cwd=folder, check=False, capture_output=True, env=environment)
    return subprocess.run(
        [ONCE_MORE, str(status), pytest_itself],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )


def test_what_passes_alone_is_forgiven_and_named(tmp_path: Path) -> None:
    end = ended(tmp_path, RIGHT, UNSTEADY)
    assert end.returncode == 0
    assert "test_all.py::test_1" in end.stdout.split("UNSTEADY")[1]


@pytest.mark.parametrize(
    ("tests", "status"),
    [
        pytest.param([RIGHT, BROKEN], 2, id="fails twice"),
        pytest.param([UNSTEADY, BROKEN], 2, id="one of two fails twice"),
        pytest.param([UNSTEADY] * 4, 2, id="too many"),
        pytest.param([UNSTEADY], 124, id="out of time"),
        pytest.param([RIGHT], 2, id="no test failed"),
        pytest.param(["no test", RIGHT], 2, id="cannot be read"),
    ],
)
def test_nothing_else_is(tests: list[str], status: int, tmp_path: Path) -> None:
    end = ended(tmp_path, *tests, status=status)
    assert end.returncode != 0
    assert "UNSTEADY" not in end.stdout
