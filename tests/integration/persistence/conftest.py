"""Every test of this folder that takes `storage` runs on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from isopolity.contracts.catalogue import REGISTRY_CANARY
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.persistence.unit_of_work import Storage
from tests.support.messaging.hooked_broker import HookedBroker
from tests.support.shared.storage import open_storage


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    return str(request.getfixturevalue("postgres"))


@pytest.fixture
async def storage(url: str) -> AsyncIterator[Storage]:
    async with open_storage(url) as opened:
        yield opened


@pytest.fixture
async def postgres_storage(postgres: str) -> AsyncIterator[Storage]:
    async with open_storage(postgres) as opened:
        yield opened


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[HookedBroker]:
    async with EmbeddedBroker.opened(tmp_path / "log.db") as embedded:
        await embedded.ensure_topics([REGISTRY_CANARY])
        yield HookedBroker(embedded)
