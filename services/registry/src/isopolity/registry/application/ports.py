"""Ports of registry's handlers: repositories in one transaction, and the outbox.

Invariant: whatever a unit of work hands out is locked until its transaction ends, so that a version read is the version
that is changed.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, TypeVar

from isopolity.clock import Clock, IdFactory, system_clock
from isopolity.persistence.audit import Audit
from isopolity.persistence.outbox import Outbox
from isopolity.registry.application.access.rules import SignInRules
from isopolity.registry.application.idempotency import IdempotencyKeys
from isopolity.registry.application.joining.ports import DraftRepository
from isopolity.registry.application.limits import ApplicationLimits, Counters
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.access.session import Session
from isopolity.registry.domain.access.sign_in import SignIn
from isopolity.registry.domain.change import Change
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.joining.application import Application
from isopolity.registry.domain.member import City, Partner
from isopolity.registry.domain.request import Request
from isopolity.registry.domain.revocation import Revocation
from isopolity.registry.domain.twinning import Twinning


class Aggregate(Protocol):
    """An aggregate: it has an id, a natural key and a version."""

    @property
    def identifier(self) -> str: ...

    @property
    def key(self) -> str: ...

    @property
    def version(self) -> int: ...


AggregateT = TypeVar("AggregateT", bound=Aggregate)


class Repository(Protocol[AggregateT]):
    """The aggregates of one kind."""

    async def get(self, identifier: str) -> AggregateT | None:
        """The one with this id, or None."""

    async def get_many(self, identifiers: Collection[str]) -> Mapping[str, AggregateT]:
        """Those that exist, by id."""

    async def peek_many(self, identifiers: Collection[str]) -> Mapping[str, AggregateT]:
        """Those that exist, by id, as they are stored; they are not locked."""

    async def by_keys(self, keys: Collection[str]) -> Mapping[str, AggregateT]:
        """Those that exist, by natural key."""

    def add(self, aggregate: AggregateT) -> None:
        """Keep a new one; the flush raises ConcurrentChange if its natural key was taken meanwhile."""

    def save(self, aggregate: AggregateT) -> None:
        """Keep a new version of one that was got here."""


class MemberRepository(Repository[AggregateT], Protocol):
    """Members, also by country."""

    async def in_countries(self, countries: Collection[str]) -> Sequence[AggregateT]:
        """All members of these countries, whatever their status, as they are stored; they are not locked."""


class RequestRepository(Repository[Request], Protocol):
    """Requests, also by city."""

    async def of_city(self, city_id: str) -> Sequence[Request]:
        """All requests of the city."""


class TwinningRepository(Repository[Twinning], Protocol):
    """Twinnings, also by city and by who claims them."""

    async def of_city(self, city_id: str) -> Sequence[Twinning]:
        """All twinnings of the city, whatever their status."""

    async def claimed_by(self, city_id: str) -> Sequence[Twinning]:
        """All twinnings that the city claims, or whose claim by it was refused."""


class ApplicationRepository(Repository[Application], Protocol):
    """Applications, also by the secret of their link."""

    async def by_secret(self, digest: str) -> Application | None:
        """The application whose open link has a secret of this digest, or None."""


class ContactRepository(Protocol):
    """People. `erase` deletes the row; what remains is the id and the version."""

    async def get(self, contact_id: str) -> Contact | None: ...

    async def peek(self, contact_id: str) -> Contact | None:
        """The contact as it is stored; it is not locked."""

    async def get_many(self, contact_ids: Collection[str]) -> Mapping[str, Contact]: ...

    async def remember_erased(self, tombstones: Mapping[str, int]) -> Collection[str]:
        """Keep that contacts of these ids and versions are no more; returns the ids of which nothing was known."""

    async def of_members(self, member_ids: Collection[str]) -> Sequence[Contact]: ...

    async def peek_of_address(self, address: str) -> Sequence[Contact]:
        """All with this folded address, as they are stored, in the order of their ids; they are not locked."""

    def add(self, contact: Contact) -> None: ...

    def save(self, contact: Contact) -> None: ...

    def erase(self, contact: Contact) -> None: ...


class RevocationRepository(Protocol):
    """Revocations of bearer tokens."""

    async def revoke(self, revocation_id: str, life: timedelta | None = None) -> Revocation:
        """Keep that what is named is revoked from now on; again: the moment moves on, and the version with it.

        `life` is how long what is named lives at most; None: as long as any token may.
        """

    async def page(self, after: str | None, limit: int) -> Sequence[Revocation]:
        """Up to `limit` revocations whose ids follow `after`, in the order of their ids."""

    async def adopt(self, revocation: Revocation) -> bool:
        """Keep a revocation that a topic knows; returns whether it was not known at that version."""


class SignInRepository(Protocol):
    """Sign-ins that wait for their mail, or for who got it. What changes one says so in its own statement."""

    async def add(self, sign_in: SignIn) -> None:
        """Keep a new one."""

    async def of_address(self, address: str) -> Sequence[SignIn]:
        """All of the address, locked until the transaction ends."""

    async def address_of(self, sign_in_id: str) -> str | None:
        """The address of the sign-in with this id; None where there is none."""

    async def save(self, sign_in: SignIn) -> None:
        """Keep a new state of one that `of_address` gave."""

    async def count_try(self, sign_in_id: str) -> SignIn | None:
        """Count a try of its code; returns it with that, locked, or None where there is none with this id."""

    async def by_secret(self, digest: str) -> SignIn | None:
        """The one whose link has a secret of this digest, locked, or None."""

    async def spend(self, sign_in_id: str) -> bool:
        """Delete it; returns whether it was there. Of two transactions one deletes it."""

    async def forget(self, address: str) -> None:
        """Delete those of the address, but for one that is being spent at this moment."""

    async def forget_all(self) -> None:
        """Delete all."""


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

    async def get(self, person_id: str, *, locked: bool = True) -> OfficePerson | None:
        """The person with this id, or None; locked until the transaction ends unless told otherwise."""

    async def by_address(self, address: str, *, locked: bool = True) -> OfficePerson | None:
        """The person with this folded address, or None; locked until the transaction ends unless told otherwise."""

    async def put(self, person: OfficePerson) -> None:
        """Keep a new one, or the new state of one. Raises ConcurrentChange if somebody else took the address."""

    async def remove(self, person_id: str) -> None:
        """Delete the person."""


class RegistryRepositories(Protocol):
    """The repositories, the outbox and the audit of one transaction."""

    @property
    def cities(self) -> MemberRepository[City]: ...

    @property
    def partners(self) -> MemberRepository[Partner]: ...

    @property
    def requests(self) -> RequestRepository: ...

    @property
    def twinnings(self) -> TwinningRepository: ...

    @property
    def applications(self) -> ApplicationRepository: ...

    @property
    def drafts(self) -> DraftRepository: ...

    @property
    def changes(self) -> Repository[Change]: ...

    @property
    def contacts(self) -> ContactRepository: ...

    @property
    def revocations(self) -> RevocationRepository: ...

    @property
    def sign_ins(self) -> SignInRepository: ...

    @property
    def sessions(self) -> SessionRepository: ...

    @property
    def office(self) -> OfficeRepository: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def audit(self) -> Audit: ...

    async def flush(self) -> None:
        """Write what was collected so far, so that memory does not grow with the work. Raises ConcurrentChange."""


class RegistryUnitOfWork(RegistryRepositories, Protocol):
    """One transaction; only `commit` makes anything durable."""

    @property
    def idempotency(self) -> IdempotencyKeys: ...

    @property
    def counters(self) -> Counters: ...

    async def commit(self) -> None:
        """Flush and make everything durable. Raises ConcurrentChange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Surroundings of handlers besides the transaction: new ids, each country's region, the time, limits."""

    ids: IdFactory
    regions: Mapping[str, str]
    clock: Clock = system_clock
    limits: ApplicationLimits = field(default_factory=ApplicationLimits)
    sign_in_rules: SignInRules = field(default_factory=SignInRules)


class UnitOfWorkFactory(Protocol):
    """Opens a transaction."""

    def __call__(self) -> AbstractAsyncContextManager[RegistryUnitOfWork]: ...
