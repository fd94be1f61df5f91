"""Sending proposals out: capacity is reserved in the transaction that issues, or the pair is skipped.

Its invariant: a proposal is out if and only if both sides hold a slot for it; a held one holds none.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.application.candidates.market import capacities_of
from isopolity.matching.application.candidates.visible_blockers import NO_CONTACT
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.workflows import UnitOfWork
from isopolity.matching.application.workflows.published_states import publish_proposal
from isopolity.matching.domain.member import ENDORSED
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
        skipped = {draft.proposal_id: why for draft in drafts if (why := self._against(draft)) is not None}
        standing = [draft for draft in drafts if draft.proposal_id not in skipped]
        if self.policy is SendingPolicy.HOLD:
            added = await uow.proposals.add(standing)
            skipped |= {draft.proposal_id: ALREADY_OPEN for draft in standing if draft.proposal_id not in added}
            return Outcome(held=[draft for draft in standing if draft.proposal_id in added], skipped=skipped)
        reserved, overtaken = await self._reserve(uow, standing)
        skipped |= dict.fromkeys(overtaken, OVERTAKEN)
        standing = [draft for draft in standing if draft.proposal_id not in skipped]
        issued = [self._issued(draft, now) for draft in standing if draft.proposal_id in reserved]
        added = await uow.proposals.add(issued)
        await uow.reservations.release([proposal_id for proposal_id in reserved if proposal_id not in added])
        skipped |= {draft.proposal_id: NO_CAPACITY for draft in standing if draft.proposal_id not in reserved}
        skipped |= {proposal_id: ALREADY_OPEN for proposal_id in reserved if proposal_id not in added}
        return self._published(uow, [proposal for proposal in issued if proposal.proposal_id in added], skipped)

    async def approve(self, uow: UnitOfWork, held: Sequence[Proposal], now: datetime) -> Outcome:
        """Issue held proposals, the best first; those overtaken are dropped.

        Those without capacity, or with a side that cannot be mailed, stay held.
        """
        skipped = {proposal.proposal_id: why for proposal in held if (why := self._against(proposal)) is not None}
        standing = (proposal for proposal in held if proposal.proposal_id not in skipped)
        ordered = sorted(standing, key=lambda proposal: (-proposal.score, proposal.proposal_id))
        reserved, overtaken = await self._reserve(uow, ordered)
        skipped |= dict.fromkeys(overtaken, OVERTAKEN)
        dropped = [proposal for proposal in held if skipped.get(proposal.proposal_id) == OVERTAKEN]
        await uow.proposals.save([proposal.supersede(now, OVERTAKEN) for proposal in dropped])
        issued = [self._issued(proposal, now) for proposal in ordered if proposal.proposal_id in reserved]
        await uow.proposals.save(issued)
        left = (proposal.proposal_id for proposal in ordered if proposal.proposal_id not in reserved)
        skipped |= {proposal_id: NO_CAPACITY for proposal_id in left if proposal_id not in skipped}
        return self._published(uow, issued, skipped)

    def _against(self, proposal: Proposal) -> str | None:
        """The code of what this instance's network says against a proposal; None if nothing does."""
        is_current = all(self.network.version(each) == version for each, version in proposal.rests_on.items())
        if not is_current or self.network.tied(proposal.a.member_id, proposal.b.member_id):
            return OVERTAKEN
        return NO_CONTACT if any(side.member_id in self.network.unmailable for side in proposal.sides) else None

    async def _reserve(self, uow: UnitOfWork, proposals: Sequence[Proposal]) -> tuple[Collection[str], Collection[str]]:
        """The ids of the proposals whose sides have a slot now, and of those overtaken by what the worker has seen."""
        if not proposals:
            return (), ()
        await uow.gate.issue()
        member_ids = sorted({side.member_id for proposal in proposals for side in proposal.sides})
        known = [found for member_id in member_ids if (found := self.network.member(member_id)) is not None]
        members = await uow.members.lock([_read(kind, state) for kind, state in known])
        overtaken = await _overtaken(uow, proposals, {row.member_id: row.version for row in members})
        able = (row.capacities for row in members if row.status == ENDORSED)
        capacities = {holder: number for entries in able for holder, number in entries.items()}
        standing = (proposal for proposal in proposals if proposal.proposal_id not in overtaken)
        wanted = [(proposal.proposal_id, [side.holder for side in proposal.sides]) for proposal in standing]
        return await uow.reservations.reserve(wanted, capacities), overtaken

    def _issued(self, proposal: Proposal, now: datetime) -> Proposal:
        assert proposal.stage is Stage.HELD  # noqa: S101 - callers hand over held ones only
        return proposal.issue(now, end_of_day(now + timedelta(days=self.answer_days)))

    @staticmethod
    def _published(uow: UnitOfWork, issued: Sequence[Proposal], skipped: Mapping[str, str]) -> Outcome:
        for proposal in issued:
            publish_proposal(uow.outbox, proposal)
        return Outcome(issued=issued, skipped=skipped)


async def _overtaken(uow: UnitOfWork, proposals: Sequence[Proposal], versions: Mapping[str, int]) -> Collection[str]:
    """The ids of those that rest on a state older than the worker has seen, or that such a state rules out.

    This instance's network may lag; what the worker has taken in stands in the database, and waits at the gate now.
    """
    named = {name for proposal in proposals for name in (proposal.pair_key, proposal.b.request_id) if name is not None}
    seen = await uow.seen_states.find(named)
    newest = {**versions, **{name: state.version for name, state in seen.items()}}
    out = {name for name, state in seen.items() if state.rules_out}
    return {
        proposal.proposal_id
        for proposal in proposals
        if proposal.pair_key in out
        or proposal.b.request_id in out
        or any(newest.get(name, 0) > version for name, version in proposal.rests_on.items())
    }


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
