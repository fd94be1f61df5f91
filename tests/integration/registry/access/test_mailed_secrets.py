"""What a mail lets in with is told to notify alone: a program that may read contacts cannot sign in as one of them."""

from typing import Final

import pytest

from isopolity.identity.network_keys import NOTIFY
from tests.support.registry.access import SIGN_INS, add_contact, ask, exchange
from tests.support.registry.service import CONTACT, RegistryUnderTest, bearer, staff

READER: Final = bearer("contacts:read", subject="crm")
"""A program to which the office gave the right to read contacts."""
ISSUING: Final = (
    "/registry/v1/sign-ins/{}/issue",
    "/registry/v1/confirmations/{}/issue",
    "/registry/v1/drafts/{}/issue",
    "/registry/v1/letters/{}/issue",
    "/registry/v1/letters/{}/forget",
)


async def test_who_reads_contacts_cannot_sign_in_as_one(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    await add_contact(registry, city_id)
    sign_in_id = await ask(registry, CONTACT["email"])
    stolen = await registry.client.post(f"{SIGN_INS}/{sign_in_id}/issue", headers=READER)
    assert stolen.status_code == 403, stolen.text
    assert "secret" not in stolen.json()
    mailed = await registry.client.post(f"{SIGN_INS}/{sign_in_id}/issue", headers=bearer("contacts:read"))
    assert (await exchange(registry, secret=mailed.json()["secret"])).status_code == 200


@pytest.mark.parametrize("path", ISSUING)
async def test_nothing_that_is_mailed_is_told_to_others(registry: RegistryUnderTest, path: str) -> None:
    refused = await registry.client.post(path.format("nobody"), headers=READER)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-notify")
    of_notify = await registry.client.post(path.format("nobody"), headers=bearer("contacts:read", subject=NOTIFY))
    assert of_notify.status_code in (204, 404, 410)


async def test_who_reads_contacts_confirms_none(registry: RegistryUnderTest) -> None:
    contact_id = await add_contact(registry, await registry.add_city(), email="anna@city.org")
    path = f"/registry/v1/contacts/{contact_id}"
    refused = await registry.client.post(f"{path}/answered", json={"version": 1}, headers=READER)
    assert refused.status_code == 403
    assert not (await registry.client.get(path, headers=staff())).json()["confirmed"]
    assert (await registry.client.get(path, headers=READER)).status_code == 200
