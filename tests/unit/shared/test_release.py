"""The release that runs is told alike by every program."""

import subprocess
import sys
from platform import python_version

import pytest
from typer.testing import CliRunner

from isopolity.command.main import app
from isopolity.configuration.setting_names import BUILD, Release, release_line, release_of


def test_a_release_is_its_version_with_the_build_where_one_is_named() -> None:
    assert str(Release(version="0.1.0")) == "0.1.0"
    assert str(Release(version="0.1.0", build="3f2a91c")) == "0.1.0+3f2a91c"
    assert release_line("isopolity", {BUILD: "3f2a91c"}).endswith(f"+3f2a91c (Python {python_version()})")


def test_the_command_tells_its_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BUILD, "3f2a91c")
    told = CliRunner().invoke(app, ["--version"])
    assert (told.exit_code, told.output) == (0, f"{release_line('isopolity')}\n")
    assert "+3f2a91c" in told.output


def test_a_service_tells_its_release() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "isopolity.portal", "--version"], check=True, capture_output=True, text=True
    )
    assert told.stdout.startswith(f"isopolity-portal {release_of().version}")
