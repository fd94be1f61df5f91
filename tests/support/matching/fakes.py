"""matching's store and unit of work in memory, on `fake_repositories`.

Invariant: they pass the contract of those on a database, tests/integration/matching/repositories.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.event import Data
from isopolity.matching.domain.proposal import Proposal
from isopolity.persistence.lease import Lease
from tests.support.matching.fake_repositories.interests import (
    FakeInterestRepository,
    FakePartnershipRepository,
    FakeReservationRepository,
)
from tests.support.matching.fake_repositories.kept import Kept
from tests.support.matching.fake_repositories.proposals import FakeAnswers, FakeDeliveries, FakeProposalRepository
from tests.support.matching.fake_repositories.rounds import (
    FakeDraftRepository,
    FakePublicationRepository,
    FakeRoundRepository,
)
from tests.support.matching.fake_repositories.states import (
    FakeChoices,
    FakeMemberRepository,
    FakeMoneyRepository,
    FakeSeenStates,
    FakeSightings,
    FakeTemplates,
    FakeWatermarks,
)
from tests.support.shared.acts import FakeAudit
from tests.support.shared.idempotency import FakeIdempotencyKeys


class FakeGate:
    """A gate that is always open, since the fake store runs one transaction at a time."""

    async def take_in(self) -> None:
        return

    async def issue(self) -> None:
        return


@dataclass
class FakeOutbox:
    """Remembers what was published, by type."""

    published: list[tuple[str, Any]] = field(default_factory=list)

    def publish(self, event_type: str, data: Data) -> str:
        assert isinstance(data, EVENT_TYPES[event_type].data)
        self.published.append((event_type, data))
        return str(len(self.published))

    def publish_json(self, event_type: str, subject: str, value: bytes) -> str:
        return self.publish(event_type, EVENT_TYPES[event_type].data.model_validate_json(value))


class FakeParking:
    """A parking place that keeps nothing: a test handles a parked event again itself."""

    def arrived(self, awaited: str) -> None:
        return


class FakeUnitOfWork:
    """A transaction on a copy of the store."""

    def __init__(self, store: "FakeStore") -> None:
        self._store = store
        self._copy = store.kept.copied()
        self.members = FakeMemberRepository(self._copy)
        self.answers = FakeAnswers(self._copy)
        self.proposals = FakeProposalRepository(self._copy)
        self.interests = FakeInterestRepository(self._copy)
        self.reservations = FakeReservationRepository(self._copy)
        self.partnerships = FakePartnershipRepository(self._copy)
        self.money = FakeMoneyRepository(self._copy)
        self.rounds = FakeRoundRepository(self._copy)
        self.drafts = FakeDraftRepository(self._copy)
        self.publications = FakePublicationRepository(self._copy)
        self.sightings = FakeSightings(self._copy)
        self.watermarks = FakeWatermarks(self._copy)
        self.deliveries = FakeDeliveries(self._copy)
        self.seen_states = FakeSeenStates(self._copy)
        self.choices = FakeChoices(self._copy)
        self.templates = FakeTemplates(self._copy)
        self.idempotency = FakeIdempotencyKeys(self._copy.keys)
        self.gate = FakeGate()
        self.outbox = FakeOutbox()
        self.parking = FakeParking()
        self.audit = FakeAudit()

    async def commit(self) -> None:
        await self.members.write()
        self._store.kept = self._copy.copied()
        self._store.published += self.outbox.published
        self._store.noted += self.audit.noted
        self.outbox.published.clear()
        self.audit.noted.clear()


@dataclass
class FakeStore:
    """A database in memory: one transaction at a time."""

    kept: Kept = field(default_factory=Kept)
    published: list[tuple[str, Any]] = field(default_factory=list)
    noted: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _lease: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[FakeUnitOfWork]:
        """A transaction that keeps nothing unless it is committed."""
        async with self._turn:
            yield FakeUnitOfWork(self)

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Lease]:
        """The lease of rounds, which is never lost."""
        async with self._lease:
            yield _FakeLease()

    def proposals(self, stage: str | None = None) -> list[Proposal]:
        """The proposals of a stage, or all, the newest first."""
        found = [one for _, one in sorted(self.kept.proposals.items(), reverse=True)]
        return [one for one in found if stage in (None, one.stage)]

    def certificate(self, round_id: str, number: int = 1) -> bytes | None:
        return self.kept.certificates.get((round_id, number))

    async def sealed(self, round_id: str, number: int) -> bytes | None:
        return self.kept.sealed.get((round_id, number))


class _FakeLease:
    async def check(self) -> None:
        return
