"""Approval of held proposals: staff issues them or discards them.

Invariant: a proposal that is not held any more stays as it is, so that both acts may be repeated.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.issuance import Issuance, issue_held
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.proposal import Proposal, Stage
from isopolity.matching.errors import UnknownProposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which held proposals are meant: these, or those of a round, or all."""

    proposal_ids: Collection[str] | None = None
    round_id: str | None = None


async def approve(selection: Selection, uow: UnitOfWork, surroundings: Surroundings) -> Issuance:
    """Issue what is selected; what is not issued is told, with the reason. Raises UnknownProposal.

    The graph has caught up before the transaction began.
    """
    await uow.gate.issue()  # before the proposals are locked: transactions that take in lock members first
    held = await _held(selection, uow)
    result = await issue_held(held, uow, surroundings)
    _note_changes(held, result.issued, uow)
    for proposal_id, reason in result.skipped.items():
        uow.audit.note("proposal", proposal_id, details={"skipped": reason})
    return result


async def discard(selection: Selection, uow: UnitOfWork, now: datetime) -> int:
    """Drop what is selected, and return how many; their pairs are frozen like those of other settled proposals.

    Raises UnknownProposal.
    """
    held = await _held(selection, uow)
    dropped = [proposal.discard(now) for proposal in held]
    await uow.proposals.save(dropped)
    _note_changes(held, dropped, uow)
    return len(dropped)


async def _held(selection: Selection, uow: UnitOfWork) -> list[Proposal]:
    wanted = selection.proposal_ids
    if wanted is None:
        wanted = await uow.proposals.held(selection.round_id)
    found = await uow.proposals.find(wanted)
    unknown = sorted(set(wanted) - {proposal.proposal_id for proposal in found})
    if unknown:
        raise UnknownProposal(f"There is no proposal {unknown[0]}; nothing was changed.")
    return [proposal for proposal in found if proposal.stage is Stage.HELD]


def _note_changes(held: Sequence[Proposal], changed: Sequence[Proposal], uow: UnitOfWork) -> None:
    stages = {proposal.proposal_id: proposal.stage for proposal in held}
    for proposal in changed:
        before, after = {"stage": stages[proposal.proposal_id]}, {"stage": proposal.stage}
        uow.audit.note("proposal", proposal.proposal_id, before=before, after=after)
