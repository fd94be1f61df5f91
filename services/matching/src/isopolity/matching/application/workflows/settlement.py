"""Answers, deadlines, and what ends a proposal before its time.

Its invariant: whatever settles a proposal frees what it held, except for an agreement, whose partnership holds on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from isopolity.clock import Clock, IdFactory
from isopolity.matching.application.ports.workflows import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.published_states import publish_partnership, publish_proposal
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import Answer, Proposal, Stage

MEMBER_WITHDREW: Final = "member-withdrew"
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """Settles proposals, within the caller's transaction or, for deadlines, in its own."""

    clock: Clock
    ids: IdFactory

    async def answer(
        self,
        uow: UnitOfWork,
        proposal_id: str,
        side: str,
        answer: Answer,
        answered_at: datetime,
        pending_until: date | None,
    ) -> None:
        """Take in one side's answer; one that comes too late changes nothing."""
        proposal = await uow.proposals.get(proposal_id)
        changed = None if proposal is None else proposal.answered(side, answer, answered_at, pending_until)
        if changed is None:
            return
        await uow.proposals.save([changed])
        publish_proposal(uow.outbox, changed)
        if changed.stage is Stage.AGREED:
            partnership = Partnership.established(self.ids(), changed, self.clock())
            await uow.partnerships.add(partnership)
            publish_partnership(uow.outbox, partnership)

    async def settle_due(self, unit_of_work: UnitOfWorkFactory, now: datetime) -> Sequence[Proposal]:
        """Settle every proposal whose deadline has passed at `now`, and return them.

        All answers given before `now` must have been taken in.
        """
        settled: list[Proposal] = []
        while True:
            async with unit_of_work() as uow:
                due = await uow.proposals.due(now, _AT_ONCE)
                changed = [over for proposal in due if (over := proposal.settle(now))]
                await self._finish(uow, changed)
                await uow.commit()
            settled += changed
            if len(due) < _AT_ONCE:
                return settled

    async def supersede(self, uow: UnitOfWork, proposals: Sequence[Proposal], cause: str) -> None:
        """End open proposals because what they rest on is gone."""
        now = self.clock()
        await self._finish(uow, [proposal.supersede(now, cause) for proposal in proposals])

    async def withdraw_member(self, uow: UnitOfWork, member_id: str) -> None:
        """A member has left: its open proposals and its partnerships end."""
        await self.supersede(uow, await uow.proposals.open_of(member_id=member_id), MEMBER_WITHDREW)
        for partnership in await uow.partnerships.active_of(member_id):
            ended = partnership.end(MEMBER_WITHDREW, self.clock())
            if ended is not None:
                await uow.partnerships.save(ended)
                await uow.reservations.release([partnership.proposal_id])
                publish_partnership(uow.outbox, ended)

    async def _finish(self, uow: UnitOfWork, changed: Sequence[Proposal]) -> None:
        await uow.proposals.save(changed)
        await uow.reservations.release([proposal.proposal_id for proposal in changed])
        for proposal in changed:
            publish_proposal(uow.outbox, proposal)
