"""Restoration: a matching restored from a backup takes newer state from the topics before it publishes all again.

Events carry whole proposals and partnerships: those of after the backup are adopted from matching's own topics, answers
and deliveries from notify's. Held proposals, interests, drafts and rounds are lost, since they are on no topic; what
was scheduled in the backup goes back to its draft, since it may have been undone.

Invariant: an adopted proposal holds slots as it did, whatever the capacities say by now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter

from isopolity.contracts import matching as contracts
from isopolity.contracts.catalogue import PARTNERSHIP, PROPOSAL, RESPONSE
from isopolity.contracts.event import Event
from isopolity.contracts.notify import DeliveryState, ResponseReceived
from isopolity.machine.clock import Clock, IdFactory
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.drafts.publication import undo_publication
from isopolity.matching.application.workflows.handlers import delivered
from isopolity.matching.application.workflows.settlement import take_answer
from isopolity.matching.domain.member import TWINNING, programme_holder, sponsorship_holder, twinning_holder
from isopolity.matching.domain.merger import pair_key_of
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import OUT, Proposal, Stage
from isopolity.matching.domain.scores.weights import Part
from isopolity.matching.domain.side import Side
from isopolity.persistence.republication import Finding

_NO_LIMIT: Final = 1_000_000
"""More slots than any holder has; adopted proposals hold theirs whatever the capacities say."""
_SIDE: Final = TypeAdapter(Side)
_CHANGING: Final = ("version", "issued_at", "answer_by", "lapsed_by", "asked_by", "asked_openly")
"""Fields of a proposal's event that are taken as they are."""
_STAGES: Final = frozenset(stage.value for stage in Stage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Content of the topics: the newest event by key, and all answers."""

    proposals: Mapping[str, Event[contracts.ProposalState]]
    partnerships: Mapping[str, Event[contracts.PartnershipState]]
    deliveries: Mapping[str, Event[DeliveryState]]
    answers: Sequence[ResponseReceived]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Adopting:
    """One restoration, in one transaction."""

    known: Known
    uow: UnitOfWork
    findings: list[Finding] = field(default_factory=list)

    async def proposals(self) -> None:
        """Adopt proposals that are newer than those in the database, or not there."""
        events = {key: event for key, event in self.known.proposals.items() if event.data.stage in _STAGES}
        stored = {one.proposal_id: one for one in await self.uow.proposals.find(events)}
        given = {(one.proposal_id, one.side, one.answer): one.answered_at for one in self.known.answers}
        newer = [
            _proposal(event, stored.get(key), given)
            for key, event in events.items()
            if key not in stored or stored[key].version < event.data.version
        ]
        known = [one for one in newer if one.proposal_id in stored]
        fresh = [one for one in newer if one.proposal_id not in stored]
        await self.uow.proposals.save(known)
        await self._make_room(fresh)
        added = await self.uow.proposals.add(fresh)
        adopted = [one for one in newer if one.proposal_id in stored or one.proposal_id in added]
        await self._reserve(adopted)
        for one in newer:
            outcome = "adopted" if one in adopted else "lost"
            self.findings.append(Finding(topic=PROPOSAL.name, key=one.proposal_id, outcome=outcome, detail=one.stage))

    async def partnerships(self) -> None:
        """Adopt partnerships that are newer than those in the database, or not there."""
        stored = {one.partnership_id: one for one in await self.uow.partnerships.find(self.known.partnerships)}
        for key, event in self.known.partnerships.items():
            if key in stored and stored[key].version >= event.data.version:
                continue
            adopted = _partnership(event)
            await (self.uow.partnerships.save if key in stored else self.uow.partnerships.add)(adopted)
            self.findings.append(Finding(topic=PARTNERSHIP.name, key=key, outcome="adopted", detail=event.data.stage))

    async def answers(self, clock: Clock, ids: IdFactory) -> None:
        """Take in the answers that the database lacks, in the order in which they were given."""
        given = {answer.proposal_id for answer in self.known.answers}
        before = {one.proposal_id: one.version for one in await self.uow.proposals.find(given) if one.is_out}
        for answer in sorted(self.known.answers, key=lambda one: one.answered_at):
            if answer.proposal_id in before:
                await take_answer(answer, self.uow, clock, ids)
        self.findings.extend(
            Finding(topic=RESPONSE.name, key=one.proposal_id, outcome="adopted", detail=one.stage)
            for one in await self.uow.proposals.find(before)
            if one.version > before[one.proposal_id]
        )

    async def deliveries(self) -> None:
        """Take in which sides were mailed their proposals."""
        for event in self.known.deliveries.values():
            await delivered(event, self.uow)

    async def _make_room(self, fresh: Sequence[Proposal]) -> None:
        """A proposal of the same pair gives way to the proposal that is out."""
        for one in fresh:
            if one.is_out:
                held = [each for each in await self.uow.proposals.open_of(pair_key=one.pair_key) if not each.is_out]
                await self.uow.proposals.save([each.discard(one.created_at) for each in held])
                await self.uow.reservations.release([each.proposal_id for each in held])

    async def _reserve(self, adopted: Sequence[Proposal]) -> None:
        """Slots for those that are out and those whose partnership holds on; none for the others.

        Of a proposal that is out and that an interest in the backup asked for, that interest holds the asker's.
        """
        ended = {
            event.data.proposal_id
            for event in self.known.partnerships.values()
            if event.data.stage == PartnershipStage.ENDED
        }
        await self.uow.reservations.release([one.proposal_id for one in adopted])
        holding = [one for one in adopted if one.is_out or (one.stage is Stage.AGREED and one.proposal_id not in ended)]
        wanted = [(one.proposal_id, await self._to_be_held(one)) for one in holding]
        limits = dict.fromkeys((holder for _, holders in wanted for holder in holders), _NO_LIMIT)
        await self.uow.reservations.reserve(wanted, limits)

    async def _to_be_held(self, proposal: Proposal) -> Sequence[str]:
        """The holders whose slots the proposal takes; interests in its pair join it, or end in it."""
        interests = await self.uow.interests.open_of(pair_key=proposal.pair_key)
        linked = [each.put_into(proposal.proposal_id) for each in interests]
        holders = [side.holder for side in proposal.sides]
        if proposal.stage is Stage.AGREED:
            await self.uow.interests.save([each.agreed() for each in linked])
            await self.uow.reservations.release([each.interest_id for each in interests])
            return holders
        asker = next((side for side in proposal.sides if side.side == proposal.asked_by), None)
        asked = [each for each in linked if asker is not None and each.member_id == asker.member_id]
        await self.uow.interests.save(asked)
        bound = await self.uow.reservations.holding([each.interest_id for each in asked])
        return [holder for holder in holders if not bound or asker is None or holder != asker.holder]


async def take_in(known: Known, uow: UnitOfWork, clock: Clock, ids: IdFactory) -> Sequence[Finding]:
    """Adopt the newer state of the topics; returns a finding for each thing adopted or lost."""
    adopting = _Adopting(known=known, uow=uow)
    await uow.gate.issue()
    await adopting.proposals()
    for round_id in sorted({str(one.round_id) for one in await uow.proposals.scheduled()}):
        await undo_publication(round_id, uow, clock())
    await adopting.partnerships()
    await adopting.deliveries()
    await adopting.answers(clock, ids)
    return adopting.findings


def _proposal(
    event: Event[contracts.ProposalState], stored: Proposal | None, given: Mapping[tuple[str, str, str], datetime]
) -> Proposal:
    """The proposal of an event; other fields as stored. `given` is when each side gave each answer."""
    state = event.data
    a, b = (
        _side(side, state.kind, given.get((state.proposal_id, side.side, side.answer or ""))) for side in state.sides
    )
    stage = Stage(state.stage)
    changes: dict[str, Any] = {name: getattr(state, name) for name in _CHANGING}
    changes |= {"stage": stage, "a": a, "b": b, "pair_key": pair_key_of(a, b)}
    changes["settled_at"] = None if stage in OUT else event.envelope.time
    if stored is not None:
        return replace(stored, **changes)
    return Proposal(
        proposal_id=state.proposal_id,
        kind=state.kind,
        score=state.score,
        parts=tuple(Part(name=part.name, value=part.value, weight=part.weight) for part in state.parts),
        round_id=state.round_id,
        created_at=state.issued_at,
        **changes,
    )


def _partnership(event: Event[contracts.PartnershipState]) -> Partnership:
    state = event.data
    stage = PartnershipStage(state.stage)
    a, b = (_side(side, state.kind, None) for side in state.sides)
    ended_at = (state.ended_at or event.envelope.time) if stage is PartnershipStage.ENDED else None
    same = state.model_dump(exclude={"stage", "sides", "ended_at"})
    return Partnership(**same, stage=stage, a=a, b=b, ended_at=ended_at)


def _side(state: contracts.Side, kind: str, answered_at: datetime | None) -> Side:
    if state.programme_id is not None:
        holder = programme_holder(state.member_id, state.programme_id)
    else:
        holder = (twinning_holder if kind == TWINNING else sponsorship_holder)(state.member_id)
    return _SIDE.validate_python({**state.model_dump(), "holder": holder, "answered_at": answered_at})
