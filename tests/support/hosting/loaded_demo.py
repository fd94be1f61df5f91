"""The small demo network, loaded once in a process of tests; who changes it copies it.

Mails name the port at which the network was loaded: a copy that answers there can be visited by the links in them.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosting.running_command import Running, isopolity, up
from tests.support.hosting.small_demo import VARIABLE, write_small_demo
from tests.support.servers.ports import lasting_port

SmallRun = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The environment in which the command loads a seventh of the demo network."""
    folder = tmp_path_factory.mktemp("small")
    write_small_demo(folder)
    return {VARIABLE: str(folder)}


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
    with up(Path(shutil.copytree(small_run[0], folder / "data")), port=lasting_port(), **environment) as running:
        yield running
