"""The switch that makes CI fail on a skipped test works, and CI leaves no test out."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (folder / "test_it.py").write_text("import pytest\ndef test_it() -> None:\n    pytest.skip('no broker here')\n")
    clean = {name: value for name, value in os.environ.items() if name != "ISOPOLITY_TEST_NO_SKIPS"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, env=clean | environment, check=False)


def test_a_skipped_test_passes_where_services_may_be_missing(tmp_path: Path) -> None:
    assert _run(tmp_path).returncode == 0


def test_a_skipped_test_fails_where_nothing_may_be_skipped(tmp_path: Path) -> None:
    result = _run(tmp_path, ISOPOLITY_TEST_NO_SKIPS="1")
    assert result.returncode == 1
    assert "no broker here" in result.stdout


def test_ci_runs_the_long_tests_too() -> None:
    assert "make test LONG=1" in (ROOT / ".ci" / "run").read_text()
