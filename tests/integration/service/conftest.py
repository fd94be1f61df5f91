"""The small service on SQLite and the embedded broker, running in this process."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from isopolity.messaging.scanning.scan import ScanLimits
from isopolity.runtime.process import running
from isopolity.runtime.scan_process import ProcessBounds
from isopolity.runtime.scanner import ChildScanner
from isopolity.runtime.service import Service
from tests.support.shared.note_service import NoteSettings, open_notes


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_notes(NoteSettings(data=tmp_path)) as service:
        scanner = service.vitals.scanner
        assert isinstance(scanner, ChildScanner)
        scanner.limits = ScanLimits(seconds=90.0)  # a slow machine stops no scan
        scanner.bounds = ProcessBounds(seconds=100.0, cpu_seconds=100)
        async with running(service.tasks):
            yield service


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(service.app), base_url="http://matching.example"
    ) as client:
        yield client
