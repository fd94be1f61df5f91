"""Files that are read by registry, looked at, and imported, over HTTP."""

from typing import Any

import httpx

from tests.support.registry.service import RegistryUnderTest, staff

PATH = "/registry/v1/prepared-imports"


async def prepare(registry: RegistryUnderTest, content: bytes | str, kind: str = "cities", **query: Any) -> Any:
    body = content.encode() if isinstance(content, str) else content
    answer = await registry.client.post(PATH, params={"kind": kind, **query}, content=body, headers=staff())
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{PATH}/{answer.json()['import_id']}"
    return answer.json()


async def rows(registry: RegistryUnderTest, prepared: Any, **query: Any) -> list[Any]:
    answer = await registry.client.get(f"{PATH}/{prepared['import_id']}/rows", params=query, headers=staff())
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["items"]
    return found


async def take(registry: RegistryUnderTest, prepared: Any, **more: Any) -> httpx.Response:
    body = {"shown": prepared["shown"], **more}
    return await registry.client.post(f"{PATH}/{prepared['import_id']}/take", json=body, headers=staff())
