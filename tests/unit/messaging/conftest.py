"""The broker of the runner's tests: the embedded one, in a temporary folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from isopolity.contracts.catalogue import CITY
from isopolity.messaging.embedded.broker import EmbeddedBroker
from tests.support.messaging.runner import DEAD


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[EmbeddedBroker]:
    async with EmbeddedBroker.opened(tmp_path / "log.db") as embedded:
        await embedded.ensure_topics([CITY, DEAD])
        yield embedded
