"""Applications for tests: a visitor applies, and the address is confirmed as by the mailed link."""

from typing import Any

import httpx

from tests.support.registry.service import CITY, CONTACT, RegistryUnderTest, bearer

CITIES = "/registry/v1/cities"
APPLICATIONS = "/registry/v1/applications"
CONFIRMATIONS = "/registry/v1/confirmations"


async def apply(registry: RegistryUnderTest, contact: dict[str, Any] = CONTACT, **changes: Any) -> str:
    """A stranger's application; returns its id."""
    answer = await registry.client.post(CITIES, json=CITY | {"contact": contact} | changes)
    assert answer.status_code == 202, answer.text
    assert set(answer.json()) == {"application_id"}
    return str(answer.json()["application_id"])


async def issue(registry: RegistryUnderTest, application_id: str) -> httpx.Response:
    """Issue the secret, as notify does just before it writes the letter."""
    return await registry.client.post(f"{CONFIRMATIONS}/{application_id}/issue", headers=bearer("contacts:read"))


async def confirm(registry: RegistryUnderTest, secret: str) -> int:
    """The status that the link of this secret gets."""
    return (await registry.client.post(CONFIRMATIONS, json={"secret": secret})).status_code


async def apply_and_confirm(registry: RegistryUnderTest, contact: dict[str, Any] = CONTACT, **changes: Any) -> str:
    """An application whose address is confirmed; returns its id."""
    application_id = await apply(registry, contact, **changes)
    assert await confirm(registry, (await issue(registry, application_id)).json()["secret"]) == 204
    return application_id
