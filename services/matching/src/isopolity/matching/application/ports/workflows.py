"""Ports of the workflows: one transaction, and who computes or watches rounds."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from isopolity.matching.application.ports.repositories import (
    Deliveries,
    Gate,
    MemberRepository,
    PartnershipRepository,
    ProposalRepository,
    ReservationRepository,
    RoundRepository,
    SeenStates,
    Sightings,
    Watermarks,
)
from isopolity.persistence.audit import Audit
from isopolity.persistence.lease import Lease
from isopolity.persistence.outbox import Outbox


class UnitOfWork(Protocol):
    """One transaction of matching."""

    @property
    def outbox(self) -> Outbox: ...

    @property
    def audit(self) -> Audit: ...

    @property
    def members(self) -> MemberRepository: ...

    @property
    def proposals(self) -> ProposalRepository: ...

    @property
    def reservations(self) -> ReservationRepository: ...

    @property
    def partnerships(self) -> PartnershipRepository: ...

    @property
    def rounds(self) -> RoundRepository: ...

    @property
    def sightings(self) -> Sightings: ...

    @property
    def watermarks(self) -> Watermarks: ...

    @property
    def deliveries(self) -> Deliveries: ...

    @property
    def seen_states(self) -> SeenStates: ...

    @property
    def gate(self) -> Gate: ...

    async def commit(self) -> None: ...


UnitOfWorkFactory = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
RoundLease = Callable[[], AbstractAsyncContextManager[Lease]]
"""Held while a round is computed; in the whole network one at a time."""


class RoundObserver(Protocol):
    """Who watches rounds."""

    def round_ended(self, status: str, seconds: float) -> None:
        """A round was computed for so long and came to this end."""

    def round_done(self, pairs: int, gap: float) -> None:
        """A round chose so many pairs, and may be this share of the bound below the best."""
