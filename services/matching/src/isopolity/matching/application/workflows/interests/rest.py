"""The pairs that nobody proposes now: open or settled lately, and those that rest for an interest.

Invariant: a pair that a member asked for rests from asking on for the same time, whatever became of it.
"""

from collections.abc import Collection
from datetime import datetime

from isopolity.matching.application.ports.unit_of_work import UnitOfWork


async def closed_pairs(uow: UnitOfWork, since: datetime, member_ids: Collection[str] | None = None) -> Collection[str]:
    """Keys of the pairs that are open, or were settled or rest since that moment; of all members or of some."""
    proposed = await uow.proposals.closed_pairs(since, member_ids)
    return {*proposed, *await uow.interests.resting(since, member_ids)}
