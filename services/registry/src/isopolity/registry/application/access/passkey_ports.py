"""Ports of passkeys: where they and their challenges are kept, and what reads a device's answers (WebAuthn)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.access.passkey import Challenge, Passkey


class PasskeyRepository(Protocol):
    """Passkeys, and challenges that wait for their answer."""

    async def keep_challenge(self, challenge: Challenge) -> None:
        """Keep a new one."""

    async def take_challenge(self, digest: str) -> Challenge | None:
        """Delete the one with this digest and return it; None where there is none. Of two transactions one gets it."""

    async def add(self, passkey: Passkey) -> bool:
        """Keep a new one; False where this credential is kept already."""

    async def of_credential(self, credential_id: str) -> Passkey | None:
        """The one that a device calls so, not locked; or None."""

    async def lock(self, passkey_id: str) -> Passkey | None:
        """The one with this id, locked until the transaction ends; or None."""

    async def of_accounts(self, account_ids: Collection[str]) -> Sequence[Passkey]:
        """Those of the accounts, not locked, the oldest first."""

    async def save(self, passkey: Passkey) -> None:
        """Keep the new state of one that is locked."""

    async def remove(self, passkey_id: str) -> None:
        """Delete one."""

    async def forget(self, account_id: str) -> None:
        """Delete all of the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredential:
    """What a device tells of a passkey that it has made."""

    credential_id: str
    public_key: str
    sign_count: int
    is_synced: bool
    is_backed_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a device tells as it signs in."""

    sign_count: int
    is_backed_up: bool


class PasskeyReader(Protocol):
    """Reads what a browser sends of a device: JSON, as `PublicKeyCredential.toJSON` makes it. Nothing raises."""

    def creation(self, challenge: bytes, account: Account, known: Sequence[str]) -> str:
        """The options with which a browser has a passkey made, as JSON; not by a device with one of `known`."""

    def request(self, challenge: bytes) -> str:
        """The options with which a browser has any passkey of this network sign, as JSON."""

    def challenge_of(self, credential: str) -> bytes | None:
        """The challenge that the answer says it is for; None where it is no answer."""

    def id_of(self, credential: str) -> str | None:
        """What the device calls the passkey that signed; None where it is no answer."""

    def made(self, credential: str, challenge: bytes) -> NewCredential | None:
        """The passkey that was made, its person verified by the device; None where anything does not fit."""

    def signed(self, credential: str, challenge: bytes, passkey: Passkey) -> Signed | None:
        """What was signed by this passkey, its person verified by the device; None where anything does not fit."""
