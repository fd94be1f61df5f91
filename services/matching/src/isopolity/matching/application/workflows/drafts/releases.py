"""Release of scheduled proposals: they go out, and their deadlines start, when the time to undo them is over.

Invariant: what goes out says what the profiles of its members say at that moment; a pair that a rule excludes by then
does not go out, and frees its capacity.
"""

from dataclasses import replace
from functools import partial
from typing import Final

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_score import scored_pair
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.wording.blocker_sentences import exclusion
from isopolity.matching.application.workflows.drafts.states import close_expired
from isopolity.matching.application.workflows.issuance import issue_scheduled
from isopolity.matching.application.workflows.new_proposal import new_proposal
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.errors import NoPair, UnknownMember

_BATCH: Final = 200
"""How many proposals one transaction lets out at most."""


async def release_due(unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> int:
    """Let out what is due, a number a transaction; returns how many went out. Raises GraphNotReady."""
    released = 0
    while True:
        async with unit_of_work() as uow:
            if not await uow.proposals.due_out(surroundings.clock(), 1):
                return released
        await surroundings.graph.caught_up()
        market = await surroundings.markets.current(surroundings.clock().date())
        async with unit_of_work() as uow:
            await uow.gate.issue()
            due = await uow.proposals.due_out(surroundings.clock(), _BATCH)
            issuance = await issue_scheduled(due, partial(_rewritten, market), uow, surroundings)
            await uow.commit()
        released += len(issuance.issued)


async def close_expired_drafts(unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> int:
    """Close the drafts whose time is over; returns how many."""
    async with unit_of_work() as uow:
        closed = await close_expired(uow, surroundings.clock())
        await uow.commit()
    return closed


def _rewritten(market: Market, proposal: Proposal) -> Proposal | None:
    """The proposal as it would be drawn up now; None if the pair cannot be proposed any more."""
    try:
        candidate = scored_pair(market, proposal.a.holder, proposal.b.holder)
    except (UnknownMember, NoPair):
        return None
    if exclusion(candidate, market, closed=()):
        return None
    fresh = new_proposal(candidate, market, proposal.proposal_id, proposal.round_id, proposal.created_at)
    return replace(
        fresh, version=proposal.version, stage=proposal.stage, out_at=proposal.out_at, ordered_by=proposal.ordered_by
    )
