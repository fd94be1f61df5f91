"""Agreement: both sides of a proposal have said yes, and their partnership begins.

Invariant: from agreement on the proposal, and so the partnership, holds a slot of each side; open interests in the pair
end in it, and give their slots to it.
"""

from isopolity.clock import Clock, IdFactory
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.published_states import publish_partnership, publish_proposal
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import Proposal, Stage


async def keep_answered(changed: Proposal, uow: UnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Keep and tell a proposal that a side has answered; its partnership begins if that was the second yes."""
    await uow.proposals.save([changed])
    if changed.stage is Stage.AGREED:
        await conclude(changed, uow, clock, ids)
    else:
        publish_proposal(uow.outbox, changed)


async def conclude(agreed: Proposal, uow: UnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Tell of a proposal that is agreed, and let the partnership begin."""
    publish_proposal(uow.outbox, agreed)
    open_ones = await uow.interests.open_of(pair_key=agreed.pair_key)
    interests = await uow.interests.find([each.interest_id for each in open_ones])
    for interest in interests:
        await uow.reservations.pass_on(interest.interest_id, agreed.proposal_id)
    await uow.interests.save([each.put_into(agreed.proposal_id).agreed() for each in interests])
    partnership = Partnership.established(ids(), agreed, clock())
    await uow.partnerships.add(partnership)
    publish_partnership(uow.outbox, partnership)
