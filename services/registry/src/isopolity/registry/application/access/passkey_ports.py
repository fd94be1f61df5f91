"""Ports of passkeys: a repository of passkeys and challenges, and a reader of devices' answers (WebAuthn)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.access.passkey import Challenge, Passkey


class PasskeyRepository(Protocol):
    """Stores passkeys, and challenges that wait for their answer."""

    async def keep_challenge(self, challenge: Challenge) -> None:
        """Store a new challenge."""

    async def take_challenge(self, digest: str) -> Challenge | None:
        """Delete the challenge with this digest and return it, or None; only one of two transactions gets it."""

    async def add(self, passkey: Passkey) -> bool:
        """Store a new passkey; False if its credential is stored already."""

    async def of_credential(self, credential_id: str) -> Passkey | None:
        """The passkey with this id of its credential, not locked; or None."""

    async def lock(self, passkey_id: str) -> Passkey | None:
        """The passkey with this id, locked until the transaction ends; or None."""

    async def of_accounts(self, account_ids: Collection[str]) -> Sequence[Passkey]:
        """Passkeys of the accounts, not locked, the oldest first."""

    async def save(self, passkey: Passkey) -> None:
        """Store the new state of a locked passkey."""

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
        """The challenge that the answer claims to be for; None if `credential` is malformed."""

    def id_of(self, credential: str) -> str | None:
        """The credential id of the passkey that signed; None if `credential` is malformed."""

    def made(self, credential: str, challenge: bytes) -> NewCredential | None:
        """The new passkey, after the device has verified its user; None if any check fails."""

    def signed(self, credential: str, challenge: bytes, passkey: Passkey) -> Signed | None:
        """The sign-in with this passkey, after the device has verified its user; None if any check fails."""
