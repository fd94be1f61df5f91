"""Ports of signing in: sign-ins, sessions and the office in one transaction, apps that show codes, and an issuer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from isopolity.registry.application.access.passkey_ports import PasskeyRepository
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.access.office_request import OfficeRequest
from isopolity.registry.domain.access.session import Session
from isopolity.registry.domain.access.sign_in import SignIn


class SignInRepository(Protocol):
    """Sign-ins that wait for their mail, or for who got it. What changes one says so in its own statement."""

    async def add(self, sign_in: SignIn) -> None:
        """Keep a new one."""

    async def of_address(self, address: str, since: datetime) -> Sequence[SignIn]:
        """All of the address that were asked for after `since`, locked until the transaction ends."""

    async def mailed(self, address: str, now: datetime) -> Sequence[SignIn]:
        """The newest sign-ins of the address whose mails let in now, not locked."""

    async def address_of(self, sign_in_id: str) -> str | None:
        """The address of the sign-in with this id; None where there is none."""

    async def save(self, sign_in: SignIn) -> None:
        """Keep a new state of one that `of_address` gave."""

    async def by_secret(self, digest: str) -> SignIn | None:
        """The one whose link has a secret of this digest, locked, or None."""

    async def spend(self, sign_in_id: str) -> bool:
        """End the sign-in's right to let in; returns whether it had it. Of two transactions one spends it."""

    async def forget(self, address: str) -> None:
        """Delete those of the address, but for one that is being spent at this moment."""

    async def forget_all(self) -> None:
        """Delete all."""


class KnownBrowserRepository(Protocol):
    """Digests of browsers from which holders of accounts have signed in."""

    async def has(self, digest: str) -> bool:
        """Whether somebody has signed in from the browser with this digest."""

    async def keep(self, digest: str, account_ids: Collection[str], now: datetime) -> None:
        """Keep that the holder of these accounts has signed in from this browser now."""

    async def forget(self, account_ids: Collection[str], but: str | None = None) -> None:
        """Delete the browsers of the accounts, except the one with the digest `but`."""

    async def forget_all(self) -> None:
        """Delete all known browsers."""


class SessionRepository(Protocol):
    """Sessions. What ends one deletes it."""

    async def add(self, session: Session) -> None:
        """Keep a new one."""

    async def by_family(self, digest: str) -> Session | None:
        """The one whose refresh tokens have this digest in common, not locked; or None."""

    async def lock(self, session_id: str) -> Session | None:
        """The session as it is, locked until the transaction ends; or None."""

    async def save(self, session: Session) -> None:
        """Keep a new state of one that is locked."""

    async def of_accounts(self, account_ids: Collection[str]) -> Sequence[Session]:
        """Those of the accounts, not locked, the oldest first."""

    async def end(self, session_id: str) -> Sequence[str]:
        """Delete the session; returns its id if there was one."""

    async def end_of_account(self, account_id: str) -> Sequence[str]:
        """Delete all of the account; returns their ids."""

    async def end_of_member(self, member_id: str) -> Sequence[str]:
        """Delete all that speak for the member; returns their ids."""

    async def end_all(self) -> Sequence[str]:
        """Delete all; returns their ids."""


class OfficeRepository(Protocol):
    """The list of staff and operators."""

    async def all(self) -> Sequence[OfficePerson]:
        """Everybody, in the order of their ids, not locked."""

    async def lock(self) -> None:
        """Let nobody else change who is on the list until the transaction ends."""

    async def get(self, person_id: str, *, locked: bool = True) -> OfficePerson | None:
        """The person with this id, or None; locked until the transaction ends unless told otherwise."""

    async def by_address(self, address: str, *, locked: bool = True) -> OfficePerson | None:
        """The person with this folded address, or None; locked until the transaction ends unless told otherwise."""

    async def put(self, person: OfficePerson) -> None:
        """Keep a new one, or the new state of one. Raises ConcurrentChange if somebody else took the address."""

    async def remove(self, person_id: str) -> None:
        """Delete the person."""


class OfficeRequestRepository(Protocol):
    """Requests that wait for a second keeper of the list; the caller holds the lock of the list to change them."""

    async def all(self) -> Sequence[OfficeRequest]:
        """All requests, the oldest first."""

    async def get(self, request_id: str) -> OfficeRequest | None:
        """The request with this id, or None."""

    async def put(self, request: OfficeRequest) -> None:
        """Keep the request, in place of an earlier one for the same address."""

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
    """A secret for an app: as a person types it, as an address that a QR code can hold, and as it is kept."""

    secret: str
    address: str
    """`otpauth://totp/…`"""
    sealed: str


class Authenticator(Protocol):
    """Secrets of apps that show codes by the time (TOTP, RFC 6238)."""

    def make(self, name: str) -> NewSecret:
        """A new secret; the app shows it by this name."""

    def step(self, sealed: str, code: str, now: datetime) -> int | None:
        """The half minute, counted from 1970, that the code is of: now, the one before or the one after; or None."""

    def resealed(self, sealed: str) -> str:
        """The sealed secret, sealed with the newest key."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IssuerIdentity:
    """Whom an issuer has let in: who it is there, for good, and an address that it has verified, if it tells one."""

    subject: str
    email: str | None


class StaffIssuer(Protocol):
    """The OpenID Connect issuer of the office's organisation. Each method raises IssuerAway."""

    async def address(self, binding: str) -> str:
        """Where a browser signs in; `binding` stands for the browser, which alone comes back."""

    async def identity(self, state: str, code: str, binding: str) -> IssuerIdentity | None:
        """Who has come back with these; None where they do not count: used, too old, or of another browser."""
