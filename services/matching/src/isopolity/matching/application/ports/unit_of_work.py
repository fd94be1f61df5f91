"""Ports of the workflows: one transaction with its repositories, what opens one, and the lease of rounds.

Invariant: only `commit` makes anything durable.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from isopolity.idempotency.keys import IdempotencyKeys
from isopolity.matching.application.ports.answers import Answers
from isopolity.matching.application.ports.interests import InterestRepository
from isopolity.matching.application.ports.money import MoneyRepository
from isopolity.matching.application.ports.publications import PublicationRepository
from isopolity.matching.application.ports.reports import Deliveries, Sightings, Watermarks
from isopolity.matching.application.ports.repositories import (
    DraftRepository,
    Gate,
    MemberRepository,
    PartnershipRepository,
    ProposalRepository,
    ReservationRepository,
    RoundRepository,
    SeenStates,
)
from isopolity.matching.application.ports.settings import ChoiceRepository
from isopolity.persistence.audit import Audit
from isopolity.persistence.lease import Lease
from isopolity.persistence.outbox import Outbox
from isopolity.persistence.parking import Parking


class UnitOfWork(Protocol):
    """One transaction of matching."""

    @property
    def outbox(self) -> Outbox: ...

    @property
    def parking(self) -> Parking: ...

    @property
    def audit(self) -> Audit: ...

    @property
    def members(self) -> MemberRepository: ...

    @property
    def answers(self) -> Answers: ...

    @property
    def proposals(self) -> ProposalRepository: ...

    @property
    def interests(self) -> InterestRepository: ...

    @property
    def reservations(self) -> ReservationRepository: ...

    @property
    def partnerships(self) -> PartnershipRepository: ...

    @property
    def money(self) -> MoneyRepository: ...

    @property
    def rounds(self) -> RoundRepository: ...

    @property
    def drafts(self) -> DraftRepository: ...

    @property
    def publications(self) -> PublicationRepository: ...

    @property
    def sightings(self) -> Sightings: ...

    @property
    def watermarks(self) -> Watermarks: ...

    @property
    def deliveries(self) -> Deliveries: ...

    @property
    def seen_states(self) -> SeenStates: ...

    @property
    def choices(self) -> ChoiceRepository: ...

    @property
    def gate(self) -> Gate: ...

    @property
    def idempotency(self) -> IdempotencyKeys: ...

    async def commit(self) -> None: ...


UnitOfWorkFactory = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
RoundLease = Callable[[], AbstractAsyncContextManager[Lease]]
"""Held while a round is computed; in the whole network one at a time."""
