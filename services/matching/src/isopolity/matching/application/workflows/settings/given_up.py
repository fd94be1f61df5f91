"""Introductions that members have asked for, and that cannot go out any more once both sides have longer to answer.

Invariant: each asker hears on the day that it was told; what would be answered later does not go out.
"""

from collections import Counter

from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.own_days import closes
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.interests.interest import Interest
from isopolity.turns import each_in_turns


async def given_up(days: int, uow: UnitOfWork, surroundings: Surroundings) -> int:
    """Count the introductions that could go out today, but no longer if both sides had that many days to answer.

    Where both sides have asked for each other, neither has to answer.
    """
    now = surroundings.clock()
    waiting = await uow.interests.open_of()
    asking = Counter(each.pair_key for each in waiting)

    def is_late(each: Interest) -> bool:
        pair = (each.member_id, each.other_id)
        in_time = closes(pair, now, surroundings.days_to_answer, surroundings)
        return in_time <= each.hear_by < closes(pair, now, days, surroundings)

    alone = [each for each in waiting if asking[each.pair_key] == 1]
    are_late = await each_in_turns(is_late, alone)
    late = [each for each, is_one in zip(alone, are_late, strict=True) if is_one]
    placed = await uow.proposals.find({each.proposal_id for each in late if each.proposal_id is not None})
    went_out = {each.proposal_id for each in placed if each.issued_at is not None}
    return sum(each.proposal_id not in went_out for each in late)
