"""Passkeys for tests: people add them and sign in with them, with a device in software."""

from typing import Any

import httpx

from tests.support.registry.access import FACTOR, SIGN_INS, continuing, holder
from tests.support.registry.authenticator import SoftwareAuthenticator
from tests.support.registry.service import RegistryUnderTest

PASSKEYS = "/registry/v1/passkeys"
BROWSER = "a-browser-that-nobody-else-can-guess"


async def asked_to_sign(registry: RegistryUnderTest, binding: str = BROWSER) -> str:
    """Options to sign in with any passkey, for one browser."""
    answer = await registry.client.post(f"{SIGN_INS}/passkey", json={"binding": binding})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["options"])


async def come_in(registry: RegistryUnderTest, credential: str, binding: str = BROWSER) -> httpx.Response:
    """Sign in with what a device signed."""
    return await registry.client.post(f"{SIGN_INS}/from-passkey", json={"binding": binding, "credential": credential})


async def signed_in_with(registry: RegistryUnderTest, device: SoftwareAuthenticator, **changes: Any) -> httpx.Response:
    """Ask, have the device sign, and sign in."""
    return await come_in(registry, device.sign(await asked_to_sign(registry), **changes))


async def asked_to_make(registry: RegistryUnderTest, session: dict[str, Any]) -> httpx.Response:
    """Options for a new passkey."""
    return await registry.client.post(f"{PASSKEYS}/options", headers=holder(session))


async def keep(registry: RegistryUnderTest, session: dict[str, Any], credential: str) -> httpx.Response:
    """Add what a device made."""
    body = {"credential": credential, "name": "My telephone"}
    return await registry.client.post(PASSKEYS, json=body, headers=holder(session))


async def added(
    registry: RegistryUnderTest, session: dict[str, Any], **values: Any
) -> tuple[SoftwareAuthenticator, str]:
    """A device whose passkey is added, and the passkey's id."""
    device = SoftwareAuthenticator(**values)
    options = (await asked_to_make(registry, session)).json()["options"]
    answer = await keep(registry, session, device.make(options))
    assert answer.status_code == 201, answer.text
    return device, str(answer.json()["passkey_id"])


async def asked_to_enrol(registry: RegistryUnderTest, session: dict[str, Any], code: str) -> httpx.Response:
    """Options for the first passkey of somebody of the office."""
    return await registry.client.post(f"{FACTOR}/passkey-options", json=continuing(session) | {"code": code})


async def enrol(registry: RegistryUnderTest, session: dict[str, Any], credential: str) -> httpx.Response:
    """Bring it as the second factor."""
    body = continuing(session) | {"credential": credential, "name": "My key"}
    return await registry.client.post(f"{FACTOR}/passkey", json=body)
