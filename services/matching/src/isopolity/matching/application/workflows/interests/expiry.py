"""Closing: interests whose time is over free their slots; what of them was never sent is not sent any more.

Invariant: an interest is closed when all answers before its date are in, and its asker is told that nothing was agreed
by the same event, whether or not a proposal came of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.published_states import publish_interest
from isopolity.matching.domain.interests.interest import Interest, InterestStage
from isopolity.matching.domain.proposal import Proposal, Stage

INTEREST_OVER: Final = "interest-over"
_BATCH: Final = 200
"""How many interests one transaction closes at most."""


async def close_interests(unit_of_work: UnitOfWorkFactory, passed: datetime) -> int:
    """Close the interests whose time is over, a number a transaction; returns how many.

    All answers before `passed` must be taken in, and what was due then settled.
    """
    closed = 0
    while True:
        async with unit_of_work() as uow:
            due = await uow.interests.due(passed, _BATCH)
            for each in await end_interests(due, uow, passed):
                publish_interest(uow.outbox, each)
            await uow.commit()
        closed += len(due)
        if len(due) < _BATCH:
            return closed


async def end_interests(interests: Sequence[Interest], uow: UnitOfWork, now: datetime) -> Sequence[Interest]:
    """End interests: their slots are free, and a held proposal that came of one is not sent for it.

    Returns those that were open until now.
    """
    placed = {each.proposal_id for each in interests if each.proposal_id is not None}
    held = [proposal for proposal in await uow.proposals.find(placed) if proposal.stage is Stage.HELD]
    ids = {each.interest_id for each in interests}
    await uow.proposals.save([_without_asker(proposal, now) for proposal in held])
    for proposal in held:  # the other side may have asked, too: its interest is placed anew
        others = [
            each for each in await uow.interests.open_of(pair_key=proposal.pair_key) if each.interest_id not in ids
        ]
        await uow.interests.save([each.put_into(None) for each in others])
    over = [each.over() for each in await uow.interests.find(ids) if each.stage is InterestStage.OPEN]
    await uow.reservations.release(ids)
    await uow.interests.save(over)
    return over


def _without_asker(proposal: Proposal, now: datetime) -> Proposal:
    """A proposal that a round has drawn up stays held, and loses the yes that its asker gave by asking."""
    return proposal.supersede(now, INTEREST_OVER) if proposal.round_id is None else proposal.unasked()
