"""Ports of signing in: repositories of one transaction, apps that show codes, an issuer, and a reader of passkeys
(WebAuthn).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from isopolity.registry.domain.access.account import Account, OfficePerson, OfficeRequest
from isopolity.registry.domain.access.second_factor import Challenge, Passkey
from isopolity.registry.domain.access.session import Session, SignIn


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

    async def forget(self, account_ids: Collection[str]) -> None:
        """Delete all passkeys of the accounts."""


class SignInRepository(Protocol):
    """Stores pending sign-ins."""

    async def add(self, sign_in: SignIn) -> None:
        """Store a new sign-in."""

    async def of_address(self, address: str, since: datetime) -> Sequence[SignIn]:
        """Sign-ins of the address requested after `since`, locked until the transaction ends."""

    async def mailed(self, address: str, now: datetime) -> Sequence[SignIn]:
        """The newest sign-ins of the address with valid mails, not locked."""

    async def address_of(self, sign_in_id: str) -> str | None:
        """The address of the sign-in with this id, or None."""

    async def save(self, sign_in: SignIn) -> None:
        """Store the new state of a sign-in from `of_address`."""

    async def by_secret(self, digest: str) -> SignIn | None:
        """The sign-in whose link has a secret with this digest, locked; or None."""

    async def spend(self, sign_in_id: str) -> bool:
        """Use up the sign-in; returns whether it was still valid. Only one of two transactions succeeds."""

    async def forget(self, addresses: Collection[str]) -> None:
        """Delete the sign-ins of the addresses, except those that another transaction is using up."""

    async def forget_all(self) -> None:
        """Delete all sign-ins."""


class KnownBrowserRepository(Protocol):
    """Stores digests of browsers from which holders of accounts have signed in."""

    async def has(self, digest: str) -> bool:
        """Whether somebody has signed in from the browser with this digest."""

    async def keep(self, digest: str, account_ids: Collection[str], now: datetime) -> None:
        """Store that the holder of these accounts has signed in from this browser now."""

    async def forget(self, account_ids: Collection[str], but: str | None = None) -> None:
        """Delete the known browsers of the accounts, except the one with the digest `but`."""

    async def forget_all(self) -> None:
        """Delete all known browsers."""


class SessionRepository(Protocol):
    """Stores sessions; an ended session is deleted."""

    async def add(self, session: Session) -> None:
        """Store a new session."""

    async def by_family(self, digest: str) -> Session | None:
        """The session whose refresh tokens share this digest, not locked; or None."""

    async def lock(self, session_id: str) -> Session | None:
        """The session with this id, locked until the transaction ends; or None."""

    async def save(self, session: Session) -> None:
        """Store the new state of a locked session."""

    async def of_accounts(self, account_ids: Collection[str]) -> Sequence[Session]:
        """The sessions of the accounts, not locked, the oldest first."""

    async def end(self, session_id: str) -> Sequence[str]:
        """Delete the session; returns its id if there was one."""

    async def end_of_accounts(self, account_ids: Collection[str]) -> Sequence[str]:
        """Delete the sessions of the accounts; returns their ids."""

    async def end_of_member(self, member_id: str) -> Sequence[str]:
        """Delete the sessions that act for the member; returns their ids."""

    async def end_all(self) -> Sequence[str]:
        """Delete all sessions; returns their ids."""


class OfficeRepository(Protocol):
    """Stores the list of staff and operators."""

    async def all(self) -> Sequence[OfficePerson]:
        """All people on the list, in the order of their ids, not locked."""

    async def lock(self) -> None:
        """Lock the list against other changes until the transaction ends."""

    async def get(self, person_id: str, *, locked: bool = True) -> OfficePerson | None:
        """The person with this id, or None; by default locked until the transaction ends."""

    async def by_address(self, address: str, *, locked: bool = True) -> OfficePerson | None:
        """The person with this folded address, or None; by default locked until the transaction ends."""

    async def put(self, person: OfficePerson) -> None:
        """Store a person, new or changed. Raises ConcurrentChange if another transaction took the address."""

    async def remove(self, person_id: str) -> None:
        """Delete the person."""


class OfficeRequestRepository(Protocol):
    """Stores requests that wait for a second keeper; the caller must hold the lock of the list to change them."""

    async def all(self) -> Sequence[OfficeRequest]:
        """All requests, the oldest first."""

    async def get(self, request_id: str) -> OfficeRequest | None:
        """The request with this id, or None."""

    async def put(self, request: OfficeRequest) -> None:
        """Store the request, in place of an earlier one for the same address."""

    async def remove(self, request_id: str) -> bool:
        """Delete the request; returns whether it was there."""

    async def remove_of(self, person: OfficePerson) -> None:
        """Delete the requests that the person made, and those about the person."""


class AccessRepositories(Protocol):
    """Repositories of one transaction for signing in and for the office."""

    @property
    def sign_ins(self) -> SignInRepository: ...

    @property
    def known_browsers(self) -> KnownBrowserRepository: ...

    @property
    def sessions(self) -> SessionRepository: ...

    @property
    def passkeys(self) -> PasskeyRepository: ...

    @property
    def office(self) -> OfficeRepository: ...

    @property
    def office_requests(self) -> OfficeRequestRepository: ...


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NewSecret:
    """A secret for an app: as typed text, as the address in a QR code, and in its sealed form."""

    secret: str
    address: str
    """`otpauth://totp/…`"""
    sealed: str


class Authenticator(Protocol):
    """Secrets of apps that show codes by the time (TOTP, RFC 6238)."""

    def make(self, name: str) -> NewSecret:
        """A new secret; the app displays it under `name`."""

    def step(self, sealed: str, code: str, now: datetime) -> int | None:
        """The half minute, counted from 1970, of the code: the present, previous or next one; else None."""

    def resealed(self, sealed: str) -> str:
        """A new seal of the secret in `sealed`, made with the newest key."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IssuerIdentity:
    """An identity at an issuer: its permanent subject, and its verified e-mail address, if there is one."""

    subject: str
    email: str | None


class StaffIssuer(Protocol):
    """The OpenID Connect issuer of the office's organisation. Each method raises IssuerAway."""

    async def address(self, binding: str) -> str:
        """The address at which a browser signs in; the answer is valid only for the browser with this `binding`."""

    async def identity(self, state: str, code: str, binding: str) -> IssuerIdentity | None:
        """The identity that these belong to; None if they are used, too old, or of another browser."""


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
