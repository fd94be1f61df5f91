"""Ports of the workflows: one transaction with its repositories; the gate, the answers, and what other services report.

Invariant: only `commit` makes anything durable. Counts of answers are for the weights of a round; no event, log line or
page of another member shows them.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from isopolity.matching.application.ports.repositories import (
    InterestRepository,
    MemberRepository,
    PartnershipRepository,
    ProposalRepository,
    ReservationRepository,
)
from isopolity.matching.application.ports.rounds import (
    ChoiceRepository,
    DraftRepository,
    MoneyRepository,
    PublicationRepository,
    RoundRepository,
    TemplateRepository,
)
from isopolity.matching.domain.acceptance import Counts
from isopolity.persistence.audit import Audit
from isopolity.persistence.idempotency_keys import IdempotencyKeys
from isopolity.persistence.lease import Lease
from isopolity.persistence.unit_of_work import Outbox, Parking


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenState:
    """The version of a request or a twinning, and whether it rules out proposals: closed, or declared."""

    version: int
    rules_out: bool


class SeenStates(Protocol):
    """The newest states of requests and twinnings that the worker has seen, by name."""

    async def put(self, name: str, state: SeenState) -> bool:
        """Keep `state` if it is newer than what is known; returns whether it is."""

    async def find(self, names: Collection[str]) -> Mapping[str, SeenState]:
        """The known states among `names`, by name."""


class Gate(Protocol):
    """Separates transactions that issue proposals from those that record what could rule them out.

    So each sees all that the other did. One transaction issues at a time, so no two wait for each other's members.
    """

    async def take_in(self) -> None:
        """Wait for a transaction that issues; none issues until this one ends, others may take in meanwhile."""

    async def issue(self) -> None:
        """Wait for all that issue or take in; none does until this one ends, which must not have taken in before."""


class Answers(Protocol):
    """How members answered; for the weights of a round only, and on no page."""

    async def counts(self, now: datetime, members: Collection[str] | None = None) -> Counts:
        """The counts of all answers at `now`, those to open proposals included. Raises AnswersNotCounted.

        With `members`, keys of members, only theirs, and the moments of all members: as much as a single pair needs.
        """

    async def move(self, from_key: str, to_key: str, of: Collection[str] | None = None) -> None:
        """Give all answers of one member to another, as the merge of two entries does; both are members' keys.

        With `of`, only its answers in these proposals, as undoing the merger does.

        Call it in the transaction of the merge. Answers to open proposals go too. An answer that is given or changed
        later counts for the member that its proposal names by then.
        """


class Sightings(Protocol):
    """When canaries were last seen."""

    async def saw_canary(self, name: str, sounded_at: datetime, seen_at: datetime) -> bool:
        """Remember the newest canary of this name; returns whether this one is newer than the known one."""


class Watermarks(Protocol):
    """The moments before which all answers have been recorded, by partition."""

    async def reach(self, partition: int, before: datetime) -> None:
        """Note that all answers before that moment, in this partition of the response topic, have been taken in."""

    async def answers_complete_before(self) -> datetime | None:
        """The moment before which all answers have been taken in; None until each partition has a moment."""


class Deliveries(Protocol):
    """The mails that put proposals to sides."""

    async def put(self, message_id: str, version: int, proposal_id: str, side: str, mailed_at: datetime | None) -> None:
        """Keep a mail's state if it is newer than the known one; `mailed_at` is None unless the mail was sent."""

    async def reached(self, proposal_ids: Collection[str]) -> Collection[tuple[str, str]]:
        """The sides of these proposals that a mail about them has reached, each with the proposal's id first."""


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
    def templates(self) -> TemplateRepository: ...

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
