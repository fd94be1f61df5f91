"""Proposals that were sent out and answered, kept with their mails."""

from collections.abc import Sequence
from datetime import timedelta

from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.side import Answer
from tests.support.matching.instance import Instance
from tests.support.matching.service import NOW

YEAR = timedelta(days=365)


async def keep(instance: Instance, proposals: Sequence[Proposal]) -> None:
    """Keep proposals of which every side was mailed at once."""
    async with instance.unit_of_work() as uow:
        await uow.proposals.add(proposals)
        for proposal in proposals:
            for side in ("a", "b"):
                mail = f"{proposal.proposal_id}-{side}"
                await uow.deliveries.put(mail, 3, proposal.proposal_id, side, proposal.issued_at)
        await uow.commit()


def answered(proposal: Proposal, a: Answer | None, b: Answer | None, *, settled_days_ago: int | None = 0) -> Proposal:
    """The proposal sent out and answered; settled, unless that is None."""
    deadline = NOW - timedelta(days=settled_days_ago or 0)
    proposal = proposal.issue(deadline - timedelta(days=21), deadline if settled_days_ago is not None else NOW + YEAR)
    for side, answer in (("a", a), ("b", b)):
        if answer is not None:
            proposal = proposal.answered(side, answer, deadline - timedelta(days=1)) or proposal
    return proposal if settled_days_ago is None else proposal.settle(deadline) or proposal
