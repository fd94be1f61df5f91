"""Running networks in which members ask for introductions."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.introductions import Introductions, introductions


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Introductions]:
    async with introductions(tmp_path) as running:
        yield running


@pytest.fixture
async def holding(tmp_path: Path) -> AsyncIterator[Introductions]:
    async with introductions(tmp_path, SendingPolicy.HOLD) as running:
        yield running
