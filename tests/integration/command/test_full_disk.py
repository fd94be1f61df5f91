"""A running instance whose files can no longer grow: told everywhere, refused in a sentence, over by itself."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support.hosting.running_command import isopolity, up
from tests.support.polling import until
from tests.support.registry.service import CITY
from tests.support.shared.storage import no_file_grows

pytestmark = pytest.mark.slow


async def test_full_disk_is_told_within_ten_seconds_and_ends_by_itself(loaded: Callable[[], Path]) -> None:
    with up(loaded()) as running:
        data = running.data
        made = isopolity("token", "create", "--scope", "staff", "--data", str(data))
        staff = {"Authorization": f"Bearer {made.stdout.strip()}"}

        def register() -> httpx.Response:
            return httpx.post(f"{running.url}/registry/v1/cities", json=CITY, headers=staff, timeout=60)

        def wrong() -> dict[str, str]:
            parts = httpx.get(f"{running.url}/registry/health/ready", timeout=60).json()["parts"]
            return {name: problem for name, problem in parts.items() if problem != "ok"}

        def is_told() -> bool:
            parts.update(wrong())
            return {"database", "broker"} <= {*parts}

        def is_well() -> bool:  # each service sees by itself that its stores can be written again
            return isopolity("status", "--data", str(data)).returncode == 0

        parts: dict[str, str] = {}
        with no_file_grows(running.process.pid):
            began = time.monotonic()
            await until(is_told)
            assert time.monotonic() - began < 10
            status = isopolity("status", "--data", str(data))
            doctor = isopolity("doctor", "--data", str(data), COLUMNS="400")
            refused = register()
        assert f"{data / 'registry.db'} cannot be written" in parts["database"]
        assert f"{data / 'broker.db'} cannot be written" in parts["broker"]
        assert status.returncode in (1, 3)
        assert f"registry: {data / 'registry.db'} cannot be written" in status.stdout
        assert doctor.returncode == 1
        assert f"{running.url}, the address of process {running.process.pid}" in doctor.stdout
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:isopolity:problem:unwritable")
        assert "because a store cannot be written" in refused.json()["detail"]
        await until(lambda: not wrong())
        assert register().status_code == 201
        await until(is_well)
        assert running.stop()[0] == 0
