"""Imports in the background, ordered and read over HTTP."""

from typing import Any

from isopolity.registry.entrypoints.imports.import_runner import ImportRunner
from tests.support.registry.done_imports import PATH as DONE_PATH
from tests.support.registry.prepared_files import PATH, prepare
from tests.support.registry.service import RegistryUnderTest, staff

HEADING = "kind,name,country,population,contact_name,contact_email\n"
GOOD = HEADING + "city,Turku,FI,195000,Aino,aino@turku.example\ncity,Oulu,FI,210000,,\n"


def runner(registry: RegistryUnderTest) -> ImportRunner:
    found: ImportRunner = registry.app.state.registry.imports
    return found


async def sent(registry: RegistryUnderTest, content: bytes | str = GOOD, **query: Any) -> Any:
    """A file that is to be looked at in the background."""
    return await prepare(registry, content, background=True, **query)


async def read(registry: RegistryUnderTest, prepared: Any) -> Any:
    answer = await registry.client.get(f"{PATH}/{prepared['import_id']}", headers=staff())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def order_take(registry: RegistryUnderTest, prepared: Any, **more: Any) -> Any:
    address, body = f"{PATH}/{prepared['import_id']}/take", {"shown": prepared["shown"], **more}
    return await registry.client.post(address, params={"background": True}, json=body, headers=staff())


async def order_take_back(registry: RegistryUnderTest, done: Any, seen: Any) -> Any:
    address, body = f"{DONE_PATH}/{done['import_id']}/take-back", {"shown": seen["shown"]}
    return await registry.client.post(address, params={"background": True}, json=body, headers=staff())


async def cities(registry: RegistryUnderTest) -> list[tuple[str, str]]:
    """The names of all cities with their states."""
    found = await registry.client.get("/registry/v1/cities?status=any", headers=staff())
    return sorted((each["name"], each["status"]) for each in found.json()["items"])
