"""The small service on SQLite and the embedded broker, running in this process."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from isopolity.runtime.process import running
from isopolity.runtime.service import Service
from tests.support.shared.note_service import NoteSettings, open_notes
from tests.support.shared.storage import give_scans_time


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_notes(NoteSettings(data=tmp_path)) as service:
        give_scans_time(service)
        async with running(service.tasks):
            yield service


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(service.app), base_url="http://matching.example"
    ) as client:
        yield client
