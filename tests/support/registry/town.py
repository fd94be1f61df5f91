"""A city with a coordinator, and a deputy whose mail box an attacker reads, for tests of changes of contacts."""

from typing import Any, Final

import httpx

from isopolity.contracts.registry import ConfirmationRequested
from isopolity.registry.entrypoints.http.merge_patch import MERGE_PATCH
from tests.support.registry.access import add_contact, holder, signed_in
from tests.support.registry.service import CONTACT, RegistryUnderTest, bearer, staff

CONTACTS: Final = "/registry/v1/contacts"
CHANGES: Final = "/registry/v1/contact-changes"
MAILER: Final = bearer("contacts:read")
DEPUTY: Final = "dep@city.example"


class Town:
    """A city with a coordinator and a deputy, in whose name an attacker has signed in."""

    def __init__(self, registry: RegistryUnderTest, city_id: str, coordinator: str, deputy: str, thief: Any) -> None:
        self.registry, self.city_id, self.coordinator, self.deputy = registry, city_id, coordinator, deputy
        self.thief = holder(thief)

    async def patch(self, contact_id: str, headers: dict[str, str], **changes: Any) -> httpx.Response:
        """Change a contact at its present version."""
        patching = headers | {"Content-Type": MERGE_PATCH, "If-Match": "*"}
        return await self.registry.client.patch(f"{CONTACTS}/{contact_id}", json=changes, headers=patching)

    async def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        """Post below the changes of contacts."""
        return await self.registry.client.post(f"{CHANGES}{path}", json=body, headers=headers)

    async def people(self) -> dict[str, str]:
        """The roles of the contacts by their addresses."""
        found = await self.registry.client.get(CONTACTS, params={"member_id": self.city_id}, headers=staff())
        return {each["email"]: each["role"] for each in found.json()["items"]}

    async def changes(self) -> list[dict[str, Any]]:
        """Pending and recent changes."""
        found = await self.registry.client.get(CHANGES, params={"member_id": self.city_id}, headers=staff())
        return list(found.json()["items"])

    async def mails(self, outcome: str = "sent") -> list[dict[str, Any]]:
        """The letters about contacts that wait, written and out; each only once."""
        return await letters_out(self.registry, outcome)


async def letters_out(registry: RegistryUnderTest, outcome: str = "sent") -> list[dict[str, Any]]:
    """The letters about contacts that wait, written and out; each only once."""
    found = []
    for event in await registry.events():
        if isinstance(event.data, ConfirmationRequested) and event.data.about == "contact-change":
            place = f"/registry/v1/letters/{event.data.confirmation_id}"
            letter = await registry.client.post(f"{place}/issue", headers=MAILER)
            if letter.status_code == 200:
                await registry.client.post(f"{place}/forget", json={"outcome": outcome}, headers=MAILER)
                found.append(letter.json())
    return found


async def town(registry: RegistryUnderTest) -> Town:
    """A city whose contacts are confirmed, since they have signed in; no mail is pending."""
    city_id = await registry.add_city(contact=CONTACT)
    deputy = await add_contact(registry, city_id, email=DEPUTY, role="deputy", name="Bo Berg")
    coordinator = (await signed_in(registry))["account_id"]
    made = Town(registry, city_id, coordinator, deputy, await signed_in(registry, DEPUTY))
    await made.mails()
    return made
