"""Imports that were done: what taking one back would do, and taking it back, over HTTP."""

from typing import Any

import httpx

from tests.support.registry.service import RegistryUnderTest, staff

PATH = "/registry/v1/done-imports"


async def preview(registry: RegistryUnderTest, run_id: str, **order: Any) -> dict[str, Any]:
    answer = await registry.client.post(f"{PATH}/{run_id}/preview", json=order, headers=staff())
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def take_back(registry: RegistryUnderTest, run_id: str, seen: Any, **order: Any) -> httpx.Response:
    body = {"shown": seen["shown"], **order}
    return await registry.client.post(f"{PATH}/{run_id}/take-back", json=body, headers=staff())
