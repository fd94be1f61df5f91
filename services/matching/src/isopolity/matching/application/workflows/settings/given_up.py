"""Introductions that members have asked for, and that cannot go out any more once both sides have longer to answer.

Invariant: each asker hears on the day that it was told; what would be answered later does not go out.
"""

from collections import Counter

from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.issuance import answer_by
from isopolity.matching.application.workflows.surroundings import Surroundings


async def given_up(days: int, uow: UnitOfWork, surroundings: Surroundings) -> int:
    """Count the introductions that could go out today, but no longer if both sides had that many days to answer.

    Where both sides have asked for each other, neither has to answer.
    """
    now = surroundings.clock()
    in_time, needed = answer_by(now, surroundings.days_to_answer), answer_by(now, days)
    waiting = await uow.interests.open_of()
    asking = Counter(each.pair_key for each in waiting)
    late = [each for each in waiting if in_time <= each.hear_by < needed and asking[each.pair_key] == 1]
    placed = await uow.proposals.find({each.proposal_id for each in late if each.proposal_id is not None})
    went_out = {each.proposal_id for each in placed if each.issued_at is not None}
    return sum(each.proposal_id not in went_out for each in late)
