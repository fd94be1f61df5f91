"""National Commissions for tests: entered by staff, consulted about an application, and the links for their answers."""

from typing import Any

import httpx

from isopolity.contracts.registry import ConfirmationRequested
from tests.support.registry.applications import APPLICATIONS
from tests.support.registry.service import RegistryUnderTest, bearer, staff

COMMISSIONS = "/registry/v1/commissions"
CONSULTATIONS = "/registry/v1/consultations"
BRAZIL = {"name": "National Commission of Brazil", "email": "natcom@brazil.example", "language": "pt"}


async def enter(registry: RegistryUnderTest, country: str = "BR", **changes: str) -> dict[str, Any]:
    """The entry of the commission of this country."""
    answer = await registry.client.put(f"{COMMISSIONS}/{country}", json=BRAZIL | changes, headers=staff())
    assert answer.status_code == 200, answer.text
    entered: dict[str, Any] = answer.json()
    return entered


async def consult(registry: RegistryUnderTest, application_id: str) -> httpx.Response:
    """Ask the commission about an application."""
    return await registry.client.post(f"{APPLICATIONS}/{application_id}/consult", headers=staff())


async def mailed(registry: RegistryUnderTest) -> httpx.Response:
    """The last requested letter, as notify reads it just before it writes the mail."""
    asked = [one.data for one in await registry.events() if isinstance(one.data, ConfirmationRequested)]
    told = [data for data in asked if data.about != "welcome"][-1]
    assert told.about == "consultation"
    path = f"/registry/v1/letters/{told.confirmation_id}/issue"
    return await registry.client.post(path, headers=bearer("contacts:read"))


async def post(registry: RegistryUnderTest, what: str, secret: str, **body: Any) -> httpx.Response:
    """The answer to a request with the secret: `look` or `say`."""
    return await registry.client.post(f"{CONSULTATIONS}/{what}", json={"secret": secret, **body})
