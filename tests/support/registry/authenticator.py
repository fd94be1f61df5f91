"""A device with passkeys, in software: it makes real keys and signs real answers (WebAuthn, with no attestation).

Arguments make it differ from the right device at the right site.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any, Final

import cbor2
import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.registry.access import FACTOR, SIGN_INS, continuing, holder
from tests.support.registry.service import RegistryUnderTest

ORIGIN: Final = "http://localhost:8000"
HOST: Final = "localhost"
PRESENT, VERIFIED, SYNCED, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
USUAL: Final = PRESENT | VERIFIED


def base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(slots=True)
class SoftwareAuthenticator:
    """One passkey of one person."""

    origin: str = ORIGIN
    host: str = HOST
    sign_count: int = 0
    counts: bool = True
    """Whether it counts how often it has signed."""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: token_bytes(32))
    user_handle: bytes = b""

    def make(self, options: str, *, flags: int = USUAL, **changes: str) -> str:
        """The answer to options of `navigator.credentials.create`."""
        wanted = json.loads(options)
        self.user_handle = from_base64url(wanted["user"]["id"])
        client_data = self._client_data("webauthn.create", wanted["challenge"], **changes)
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._public_key()
        authenticator_data = self._authenticator_data(flags | ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": authenticator_data})
        return self._answer({"clientDataJSON": base64url(client_data), "attestationObject": base64url(attestation)})

    def sign(self, options: str, *, flags: int = USUAL, **changes: str) -> str:
        """The answer to options of `navigator.credentials.get`."""
        if self.counts:
            self.sign_count += 1
        client_data = self._client_data("webauthn.get", json.loads(options)["challenge"], **changes)
        authenticator_data = self._authenticator_data(flags)
        signature = self.key.sign(authenticator_data + sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": base64url(client_data),
                "authenticatorData": base64url(authenticator_data),
                "signature": base64url(signature),
                "userHandle": base64url(self.user_handle),
            }
        )

    def _client_data(self, kind: str, challenge: str, **changes: str) -> bytes:
        values = {"type": kind, "challenge": challenge, "origin": self.origin} | changes
        return json.dumps({**values, "crossOrigin": False}).encode()

    def _authenticator_data(self, flags: int) -> bytes:
        return sha256(self.host.encode()).digest() + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})

    def _answer(self, response: dict[str, Any]) -> str:
        named = base64url(self.credential_id)
        answer = {"id": named, "rawId": named, "type": "public-key", "clientExtensionResults": {}}
        return json.dumps({**answer, "response": response})


PASSKEYS = "/registry/v1/passkeys"
BROWSER = "a-browser-that-nobody-else-can-guess"


async def asked_to_sign(registry: RegistryUnderTest, binding: str = BROWSER) -> str:
    """Options to sign in with any passkey, for one browser."""
    answer = await registry.client.post(f"{SIGN_INS}/passkey", json={"binding": binding})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["options"])


async def come_in(registry: RegistryUnderTest, credential: str, binding: str = BROWSER) -> httpx.Response:
    """Sign in with a device's answer."""
    return await registry.client.post(f"{SIGN_INS}/from-passkey", json={"binding": binding, "credential": credential})


async def signed_in_with(registry: RegistryUnderTest, device: SoftwareAuthenticator, **changes: Any) -> httpx.Response:
    """Ask, have the device sign, and sign in."""
    return await come_in(registry, device.sign(await asked_to_sign(registry), **changes))


async def asked_to_make(registry: RegistryUnderTest, session: dict[str, Any]) -> httpx.Response:
    """Options for a new passkey."""
    return await registry.client.post(f"{PASSKEYS}/options", headers=holder(session))


async def keep(registry: RegistryUnderTest, session: dict[str, Any], credential: str) -> httpx.Response:
    """Add the passkey that a device made."""
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
    """Enrol it as the second factor."""
    body = continuing(session) | {"credential": credential, "name": "My key"}
    return await registry.client.post(f"{FACTOR}/passkey", json=body)
