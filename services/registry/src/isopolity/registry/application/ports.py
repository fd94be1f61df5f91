"""Ports of registry's handlers: repositories in one transaction, and the outbox.

Invariant: whatever a unit of work hands out is locked until its transaction ends, so that a version read is the version
that is changed.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, Self, TypeVar

from isopolity.clock import Clock, IdFactory, system_clock
from isopolity.idempotency.keys import IdempotencyKeys
from isopolity.persistence.audit import Audit
from isopolity.persistence.outbox import Outbox
from isopolity.registry.application.access.ports import AccessRepositories
from isopolity.registry.application.access.rules import SignInRules
from isopolity.registry.application.imports.prepared import PreparedImports
from isopolity.registry.application.joining.ports import (
    CommissionRepository,
    ConsultationRepository,
    DraftRepository,
    LetterRepository,
)
from isopolity.registry.application.limits import ApplicationLimits, Counters
from isopolity.registry.application.partners.ports import DeskRepository
from isopolity.registry.application.replacement.ports import ContactChangeRepository
from isopolity.registry.application.settings.ports import ChoiceRepository
from isopolity.registry.domain.change import Change
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.handover import Handover
from isopolity.registry.domain.joining.application import Application
from isopolity.registry.domain.member import City, Partner
from isopolity.registry.domain.request import Request
from isopolity.registry.domain.review.changes import Reviewed
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

    async def merged_into(self, member_id: str) -> Sequence[AggregateT]:
        """The entries that were merged into this member, locked until the commit."""


class RequestRepository(Repository[Request], Protocol):
    """Requests, also by city."""

    async def of_city(self, city_id: str) -> Sequence[Request]:
        """All requests of the city."""


class ChangeRepository(Repository[Change], Protocol):
    """Changes that staff decides about; those of requests are found by city, too."""

    async def of_city(self, city_id: str) -> Sequence[Change]:
        """All changes of requests of the city, whatever their status."""


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

    async def peek_of_mail(self, confirmation_id: str) -> Contact | None:
        """The contact that the mail of this id asks to confirm its address, as it is stored; it is not locked."""

    async def peek_by_secret(self, digest: str) -> Contact | None:
        """The contact whose link has a secret of this digest, as it is stored; it is not locked."""

    async def unasked(self, limit: int) -> Sequence[Contact]:
        """Up to `limit` contacts that are not confirmed and that no mail has asked to confirm their address."""

    async def peek_of_address(self, address: str) -> Sequence[Contact]:
        """All with this folded address, as they are stored, in the order of their ids; they are not locked."""

    def add(self, contact: Contact) -> None: ...

    def save(self, contact: Contact) -> None: ...

    def erase(self, contact: Contact) -> None: ...


class HandoverRepository(Protocol):
    """Handovers that wait, one a member at most; read without a lock."""

    async def put(self, handover: Handover) -> None:
        """Keep it, in place of the one that its member has."""

    async def get(self, handover_id: str) -> Handover | None:
        """The one with this id, or None."""

    async def of_member(self, member_id: str) -> Handover | None:
        """The one of the member, or None."""

    async def by_secret(self, digest: str) -> Handover | None:
        """The one whose link has a secret of this digest, or None."""

    async def remove(self, handover_id: str) -> bool:
        """Delete it; returns whether it was there. Of two transactions one deletes it."""


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


class RegistryRepositories(AccessRepositories, Protocol):
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
    def letters(self) -> LetterRepository: ...

    @property
    def commissions(self) -> CommissionRepository: ...

    @property
    def consultations(self) -> ConsultationRepository: ...

    @property
    def changes(self) -> ChangeRepository: ...

    @property
    def contacts(self) -> ContactRepository: ...

    @property
    def contact_changes(self) -> ContactChangeRepository: ...

    @property
    def handovers(self) -> HandoverRepository: ...

    @property
    def desk(self) -> DeskRepository: ...

    @property
    def revocations(self) -> RevocationRepository: ...

    @property
    def choices(self) -> ChoiceRepository: ...

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

    @property
    def prepared(self) -> PreparedImports: ...

    async def begin_bulk(self) -> None:
        """Make ready for the rows of a whole file: the audit tells of them together."""

    def look(self) -> Self:
        """The transaction for handlers whose changes are only looked at: a flush forgets them, nothing is published."""

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
    reviewed: Reviewed = field(default_factory=Reviewed)


class UnitOfWorkFactory(Protocol):
    """Opens a transaction."""

    def __call__(self) -> AbstractAsyncContextManager[RegistryUnitOfWork]: ...
