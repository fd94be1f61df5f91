"""One network for all attacks of a module."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.access.network import Known, known_network


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def known(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Known]:
    folder: Path = tmp_path_factory.mktemp("network")
    async with known_network(folder) as opened:
        yield opened
