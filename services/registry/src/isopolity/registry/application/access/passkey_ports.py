"""Ports of passkeys: where they and their challenges are kept, and what reads a device's answers (WebAuthn)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.access.passkey import Challenge, Passkey


class PasskeyRepository(Protocol):
    """Passkeys, and challenges that wait for their answer."""

    async def keep_challenge(self, challenge: Challenge) -> None:
        """Keep a new challenge."""

    async def take_challenge(self, digest: str) -> Challenge | None:
        """Delete the challenge with this digest and return it, or None. Of two transactions one gets it."""

    async def add(self, passkey: Passkey) -> bool:
        """Keep a new passkey; False where its credential is kept already."""

    async def of_credential(self, credential_id: str) -> Passkey | None:
        """The passkey with this id of its credential, not locked; or None."""

    async def lock(self, passkey_id: str) -> Passkey | None:
        """The passkey with this id, locked until the transaction ends; or None."""

    async def of_accounts(self, account_ids: Collection[str]) -> Sequence[Passkey]:
        """Passkeys of the accounts, not locked, the oldest first."""

    async def save(self, passkey: Passkey) -> None:
        """Keep the new state of a locked passkey."""

    async def remove(self, passkey_id: str) -> None:
        """Delete the passkey with this id."""

    async def forget(self, account_id: str) -> None:
        """Delete all passkeys of the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredential:
    """A passkey that a device has made, as the device reports it."""

    credential_id: str
    public_key: str
    sign_count: int
    is_synced: bool
    is_backed_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A sign-in with a passkey, as the device reports it."""

    sign_count: int
    is_backed_up: bool


class PasskeyReader(Protocol):
    """Reads a device's answers as browsers send them: JSON of `PublicKeyCredential.toJSON`. No method raises."""

    def creation(self, challenge: bytes, account: Account, known: Sequence[str]) -> str:
        """Options, as JSON, with which a browser has a passkey made, on a device without any of the `known` ones."""

    def request(self, challenge: bytes) -> str:
        """Options, as JSON, with which a browser has any passkey of this network sign."""

    def challenge_of(self, credential: str) -> bytes | None:
        """The challenge that the answer says it is for; None where `credential` is no answer."""

    def id_of(self, credential: str) -> str | None:
        """The credential id of the passkey that signed; None where `credential` is no answer."""

    def made(self, credential: str, challenge: bytes) -> NewCredential | None:
        """The passkey that was made, its person verified by the device; None where anything does not fit."""

    def signed(self, credential: str, challenge: bytes, passkey: Passkey) -> Signed | None:
        """The sign-in with this passkey, its person verified by the device; None where anything does not fit."""
