"""Sending proposals out: capacity is reserved in the transaction that issues, or the pair is skipped.

Its invariant: a proposal is out if and only if both sides hold a slot for it; a held one holds none.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.application.market import capacities_of
from isopolity.matching.application.ports import MemberRow, UnitOfWork
from isopolity.matching.application.publishing import publish_proposal
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.proposal import Proposal, Stage

NO_CAPACITY: Final = "no-capacity"
ALREADY_OPEN: Final = "already-open"
OVERTAKEN: Final = "overtaken"
"""A side or the request has changed since it was drawn up, or the sides were tied: its sentences may be wrong."""


class SendingPolicy(StrEnum):
    """When proposals leave the house."""

    HOLD = "hold"
    ROUNDS_ONLY = "rounds-only"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of proposals: issued, held, or skipped with a code that says why."""

    issued: Sequence[Proposal] = ()
    held: Sequence[Proposal] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """Puts proposals out, by the network's policy."""

    network: Network
    policy: SendingPolicy
    answer_days: int

    async def add(self, uow: UnitOfWork, drafts: Sequence[Proposal], now: datetime) -> Outcome:
        """Add new proposals: held where the policy says hold, else issued."""
        standing = [draft for draft in drafts if self._stands(draft)]
        skipped = {draft.proposal_id: OVERTAKEN for draft in drafts if not self._stands(draft)}
        if self.policy is SendingPolicy.HOLD:
            added = await uow.proposals.add(standing)
            skipped |= {draft.proposal_id: ALREADY_OPEN for draft in standing if draft.proposal_id not in added}
            return Outcome(held=[draft for draft in standing if draft.proposal_id in added], skipped=skipped)
        reserved = await self._reserve(uow, standing)
        issued = [self._issued(draft, now) for draft in standing if draft.proposal_id in reserved]
        added = await uow.proposals.add(issued)
        await uow.reservations.release([proposal_id for proposal_id in reserved if proposal_id not in added])
        skipped |= {draft.proposal_id: NO_CAPACITY for draft in standing if draft.proposal_id not in reserved}
        skipped |= {proposal_id: ALREADY_OPEN for proposal_id in reserved if proposal_id not in added}
        return self._published(uow, [proposal for proposal in issued if proposal.proposal_id in added], skipped)

    async def approve(self, uow: UnitOfWork, held: Sequence[Proposal], now: datetime) -> Outcome:
        """Issue held proposals, the best first; those without capacity stay held, those overtaken are dropped."""
        overtaken = [proposal for proposal in held if not self._stands(proposal)]
        await uow.proposals.save([proposal.supersede(now, OVERTAKEN) for proposal in overtaken])
        standing = (proposal for proposal in held if self._stands(proposal))
        ordered = sorted(standing, key=lambda proposal: (-proposal.score, proposal.proposal_id))
        reserved = await self._reserve(uow, ordered)
        issued = [self._issued(proposal, now) for proposal in ordered if proposal.proposal_id in reserved]
        await uow.proposals.save(issued)
        skipped = {proposal.proposal_id: OVERTAKEN for proposal in overtaken}
        skipped |= {proposal.proposal_id: NO_CAPACITY for proposal in ordered if proposal.proposal_id not in reserved}
        return self._published(uow, issued, skipped)

    def _stands(self, proposal: Proposal) -> bool:
        is_current = all(self.network.version(each) == version for each, version in proposal.rests_on.items())
        return is_current and not self.network.tied(proposal.a.member_id, proposal.b.member_id)

    async def _reserve(self, uow: UnitOfWork, proposals: Sequence[Proposal]) -> Collection[str]:
        if not proposals:
            return ()
        member_ids = sorted({side.member_id for proposal in proposals for side in proposal.sides})
        known = [found for member_id in member_ids if (found := self.network.member(member_id)) is not None]
        capacities = await uow.members.lock([_read(kind, state) for kind, state in known])
        wanted = [(proposal.proposal_id, [side.holder for side in proposal.sides]) for proposal in proposals]
        return await uow.reservations.reserve(wanted, capacities)

    def _issued(self, proposal: Proposal, now: datetime) -> Proposal:
        assert proposal.stage is Stage.HELD  # noqa: S101 - callers hand over held ones only
        return proposal.issue(now, end_of_day(now + timedelta(days=self.answer_days)))

    @staticmethod
    def _published(uow: UnitOfWork, issued: Sequence[Proposal], skipped: Mapping[str, str]) -> Outcome:
        for proposal in issued:
            publish_proposal(uow.outbox, proposal)
        return Outcome(issued=issued, skipped=skipped)


def end_of_day(moment: datetime) -> datetime:
    """The last second of its day: whoever is told “by 16 December” may answer on that day."""
    return moment.replace(hour=23, minute=59, second=59, microsecond=0)


def _read(kind: str, state: bytes) -> MemberRow:
    model = CityState if kind == "city" else PartnerState
    return member_row(model.model_validate_json(state))


def member_row(state: CityState | PartnerState) -> MemberRow:
    """What the database keeps of a member's state."""
    kind, member_id = ("city", state.city_id) if isinstance(state, CityState) else ("partner", state.partner_id)
    return MemberRow(
        member_id=member_id,
        kind=kind,
        version=state.version,
        status=state.status,
        capacities=capacities_of(state),
    )
