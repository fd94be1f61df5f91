"""Staff's word on held proposals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from isopolity.clock import Clock
from isopolity.matching.application.ports.engine import GraphView
from isopolity.matching.application.ports.workflows import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.issuance import Issuing, Outcome
from isopolity.matching.domain.proposal import Proposal, Stage
from isopolity.matching.errors import UnknownProposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which held proposals are meant: these, or those of a round, or all."""

    proposal_ids: Collection[str] | None = None
    round_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approving:
    """Approves or discards; a proposal that is not held any more stays as it is, so that both may be repeated."""

    unit_of_work: UnitOfWorkFactory
    graph: GraphView
    issuing: Issuing
    clock: Clock

    async def approve(self, selection: Selection) -> Outcome:
        """Issue what is meant; what is not issued is told, with the reason. Raises UnknownProposal, GraphNotReady."""
        await self.graph.caught_up()
        async with self.unit_of_work() as uow:
            await uow.gate.issue()  # before the proposals are locked: who takes in locks members before proposals
            held = await self._held(uow, selection)
            outcome = await self.issuing.approve(uow, held, self.clock())
            _note_changes(uow, held, outcome.issued)
            for proposal_id, reason in outcome.skipped.items():
                uow.audit.note("proposal", proposal_id, details={"skipped": reason})
            await uow.commit()
        return outcome

    async def discard(self, selection: Selection) -> int:
        """Drop what is meant; its pairs are not proposed for as long as others that were settled. Returns how many.

        Raises UnknownProposal.
        """
        now = self.clock()
        async with self.unit_of_work() as uow:
            held = await self._held(uow, selection)
            dropped = [proposal.discard(now) for proposal in held]
            await uow.proposals.save(dropped)
            _note_changes(uow, held, dropped)
            await uow.commit()
        return len(dropped)

    async def _held(self, uow: UnitOfWork, selection: Selection) -> list[Proposal]:
        wanted = selection.proposal_ids
        if wanted is None:
            wanted = await uow.proposals.held(selection.round_id)
        found = await uow.proposals.find(wanted)
        unknown = sorted(set(wanted) - {proposal.proposal_id for proposal in found})
        if unknown:
            raise UnknownProposal(f"There is no proposal {unknown[0]}; nothing was changed.")
        return [proposal for proposal in found if proposal.stage is Stage.HELD]


def _note_changes(uow: UnitOfWork, held: Sequence[Proposal], changed: Sequence[Proposal]) -> None:
    stages = {proposal.proposal_id: proposal.stage for proposal in held}
    for proposal in changed:
        before, after = {"stage": stages[proposal.proposal_id]}, {"stage": proposal.stage}
        uow.audit.note("proposal", proposal.proposal_id, before=before, after=after)
