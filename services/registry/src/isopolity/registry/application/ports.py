"""Ports of registry's handlers: repositories in one transaction, and the outbox.

Invariant: by default a unit of work returns locked aggregates, so that the version that was read is the version that is
changed.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, Self, TypeVar

from isopolity.machine.clock import Clock, IdFactory, system_clock
from isopolity.persistence.audit import Audit
from isopolity.persistence.idempotency_keys import IdempotencyKeys
from isopolity.persistence.unit_of_work import Outbox
from isopolity.registry.application import repositories
from isopolity.registry.application.access.ports import AccessRepositories
from isopolity.registry.application.access.rules import SignInRules
from isopolity.registry.application.imports.done_rows import DoneImports
from isopolity.registry.application.imports.repositories import ImportRepositories
from isopolity.registry.application.known_members import KnownMember
from isopolity.registry.application.limits import ApplicationLimits, Counters
from isopolity.registry.domain.access.session import Revocation
from isopolity.registry.domain.change import Change
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.handover import Handover
from isopolity.registry.domain.joining.application import Application
from isopolity.registry.domain.member import City, Partner
from isopolity.registry.domain.request import Request
from isopolity.registry.domain.review import Reviewed
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
    """Stores the aggregates of one kind."""

    async def get(self, identifier: str) -> AggregateT | None:
        """The aggregate with this id, or None."""

    async def get_many(self, identifiers: Collection[str]) -> Mapping[str, AggregateT]:
        """The existing aggregates, by id."""

    async def peek_many(self, identifiers: Collection[str]) -> Mapping[str, AggregateT]:
        """The existing aggregates, by id; they are not locked."""

    async def by_keys(self, keys: Collection[str]) -> Mapping[str, AggregateT]:
        """The existing aggregates, by natural key."""

    def add(self, aggregate: AggregateT) -> None:
        """Add a new aggregate; the flush raises ConcurrentChange if its natural key was taken meanwhile."""

    def save(self, aggregate: AggregateT) -> None:
        """Store the new version of an aggregate read from this repository."""


class MemberRepository(Repository[AggregateT], Protocol):
    """Members, also by country."""

    async def in_countries(self, countries: Collection[str]) -> Sequence[KnownMember]:
        """The identities of all members of these countries, whatever their status; they are not locked."""

    async def merged_into(self, member_id: str) -> Sequence[AggregateT]:
        """The entries that were merged into this member, locked until the transaction ends."""


class RequestRepository(Repository[Request], Protocol):
    """Requests, also by city."""

    async def of_city(self, city_id: str) -> Sequence[Request]:
        """All requests of the city."""


class ChangeRepository(Repository[Change], Protocol):
    """Changes that staff decides about; those of requests are found by city, too."""

    async def of_city(self, city_id: str) -> Sequence[Change]:
        """All changes of requests of the city, whatever their status."""


class TwinningRepository(Repository[Twinning], Protocol):
    """Twinnings, also by city and by claiming city."""

    async def of_city(self, city_id: str) -> Sequence[Twinning]:
        """All twinnings of the city, whatever their status."""

    async def claimed_by(self, city_id: str) -> Sequence[Twinning]:
        """All twinnings that the city claims, including refused claims."""


class ApplicationRepository(Repository[Application], Protocol):
    """Applications, also by the secret of their link."""

    async def by_secret(self, digest: str) -> Application | None:
        """The application whose open link has a secret of this digest, or None."""

    async def waiting_in(self, member_kind: str, countries: Collection[str]) -> Sequence[Application]:
        """The confirmed applications of cities or partners in these countries that are not decided; not locked."""


class ContactRepository(Protocol):
    """Contacts. `erase` deletes the row; only id and version remain."""

    async def get(self, contact_id: str) -> Contact | None: ...

    async def peek(self, contact_id: str) -> Contact | None:
        """The contact with this id, not locked; or None."""

    async def get_many(self, contact_ids: Collection[str]) -> Mapping[str, Contact]: ...

    async def remember_erased(self, tombstones: Mapping[str, int]) -> Collection[str]:
        """Remember contacts as erased, by id and version; returns the ids that were unknown before."""

    async def of_members(self, member_ids: Collection[str]) -> Sequence[Contact]: ...

    async def peek_of_mail(self, confirmation_id: str) -> Contact | None:
        """The contact whose confirmation has this id, not locked; or None."""

    async def peek_by_secret(self, digest: str) -> Contact | None:
        """The contact whose link has a secret with this digest, not locked; or None."""

    async def unasked(self, limit: int) -> Sequence[Contact]:
        """Up to `limit` unconfirmed contacts without a confirmation mail so far."""

    async def peek_of_address(self, address: str) -> Sequence[Contact]:
        """All contacts with this folded address, in the order of their ids; they are not locked."""

    async def peek_of_addresses(self, addresses: Collection[str]) -> Sequence[Contact]:
        """All contacts with one of these folded addresses; they are not locked."""

    def add(self, contact: Contact) -> None: ...

    def save(self, contact: Contact) -> None: ...

    def erase(self, contact: Contact) -> None: ...


class HandoverRepository(Protocol):
    """Stores pending handovers, at most one for each member; reads without a lock."""

    async def put(self, handover: Handover) -> None:
        """Store the handover, in place of an earlier one of its member."""

    async def get(self, handover_id: str) -> Handover | None:
        """The handover with this id, or None."""

    async def of_member(self, member_id: str) -> Handover | None:
        """The handover of the member, or None."""

    async def by_secret(self, digest: str) -> Handover | None:
        """The handover whose link has a secret with this digest, or None."""

    async def remove(self, handover_id: str) -> bool:
        """Delete the handover; returns whether it existed. Only one of two transactions gets True."""


class RevocationRepository(Protocol):
    """Stores revocations of bearer tokens."""

    async def revoke(self, revocation_ids: Collection[str], life: timedelta | None = None) -> Sequence[Revocation]:
        """Revoke the named tokens issued until now; a repeated call moves the time and version on.

        `life` is the longest life of these tokens; None means that of any token.
        """

    async def page(self, after: str | None, limit: int) -> Sequence[Revocation]:
        """Up to `limit` revocations whose ids follow `after`, in the order of their ids."""

    async def adopt(self, revocation: Revocation) -> bool:
        """Store a revocation from a topic; returns whether it was unknown at that version."""


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
    def drafts(self) -> repositories.DraftRepository: ...

    @property
    def letters(self) -> repositories.LetterRepository: ...

    @property
    def commissions(self) -> repositories.CommissionRepository: ...

    @property
    def consultations(self) -> repositories.ConsultationRepository: ...

    @property
    def changes(self) -> ChangeRepository: ...

    @property
    def contacts(self) -> ContactRepository: ...

    @property
    def contact_changes(self) -> repositories.ContactChangeRepository: ...

    @property
    def invitations(self) -> repositories.InvitationRepository: ...

    @property
    def office_notes(self) -> repositories.OfficeNoteRepository: ...

    @property
    def done_imports(self) -> DoneImports: ...

    @property
    def saved_lists(self) -> repositories.SavedListRepository: ...

    @property
    def mergers(self) -> repositories.MergerRepository: ...

    @property
    def handovers(self) -> HandoverRepository: ...

    @property
    def desk(self) -> repositories.DeskRepository: ...

    @property
    def revocations(self) -> RevocationRepository: ...

    @property
    def choices(self) -> repositories.ChoiceRepository: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def audit(self) -> Audit: ...

    async def flush(self) -> None:
        """Write collected changes, so that memory does not grow with the work. Raises ConcurrentChange."""


class RegistryUnitOfWork(RegistryRepositories, ImportRepositories, Protocol):
    """One transaction of registry; only `commit` makes changes durable."""

    @property
    def idempotency(self) -> IdempotencyKeys: ...

    @property
    def counters(self) -> Counters: ...

    async def begin_bulk(self) -> None:
        """Prepare for the rows of a whole file, which the audit records together."""

    def look(self) -> Self:
        """The transaction for a preview: a flush drops all changes, and nothing is published."""

    async def commit(self) -> None:
        """Flush and commit. Raises ConcurrentChange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Dependencies of handlers besides the transaction: new ids, regions of countries, the clock, limits."""

    ids: IdFactory
    regions: Mapping[str, str]
    clock: Clock = system_clock
    limits: ApplicationLimits = field(default_factory=ApplicationLimits)
    sign_in_rules: SignInRules = field(default_factory=SignInRules)
    reviewed: Reviewed = field(default_factory=Reviewed)


class UnitOfWorkFactory(Protocol):
    """Opens a transaction."""

    def __call__(self) -> AbstractAsyncContextManager[RegistryUnitOfWork]: ...
