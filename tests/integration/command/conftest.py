"""The demo network, loaded once for all tests of this folder, and copies of the small one for those that change it."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from tests.support.hosting.registry_behind import registry_behind
from tests.support.hosting.running_command import AS_USERS_DO, isopolity
from tests.support.registry.service import RegistryUnderTest


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The data folder of an `up --once --json`, and what it printed."""
    data = tmp_path_factory.mktemp("first") / "data"
    done = isopolity("up", "--once", "--json", "--data", str(data), **AS_USERS_DO)
    assert done.returncode == 0, done.stderr
    return data, json.loads(done.stdout)


@pytest.fixture
def loaded(small_run: tuple[Path, dict[str, Any]], tmp_path: Path) -> Callable[[], Path]:
    """Makes a copy of the small loaded data folder."""

    def copy() -> Path:
        return Path(shutil.copytree(small_run[0], tmp_path / "data"))

    return copy


@pytest.fixture
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture
def registry(portal: BlockingPortal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RegistryUnderTest]:
    """A registry to which all commands of this process speak."""
    with registry_behind(portal, tmp_path, monkeypatch) as opened:
        yield opened
