"""Spending: the proposals for which a programme's budget has not enough left.

Invariant: a partner may ask beyond its own budget; nothing else is proposed to it beyond that.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from isopolity.contracts.registry import PartnerState
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.domain.member import programme_holder
from isopolity.matching.domain.money.budgets import Commitment, CommitmentState, Fund, MoneyLeft
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.proposal import Answer, Proposal

_SPONSORSHIP: Final = "sponsorship"


async def over_budget(proposals: Sequence[Proposal], uow: UnitOfWork, network: Network, now: datetime) -> Sequence[str]:
    """The ids of the sponsorships that what is left of budgets does not reach for, the first ones served first.

    The caller holds the gate, so that nobody else takes from the budgets meanwhile.
    """
    costly = [each for each in proposals if each.kind == _SPONSORSHIP and each.a.answer is not Answer.YES]
    if not costly:
        return ()
    partners = {each.a.member_id for each in costly}
    pairs = {each.pair_key for each in costly}
    known = [
        each
        for each in await uow.money.commitments(now, partners)
        if each.state is CommitmentState.PROMISED
        or each.pair_key not in pairs  # an introduction asked for becomes these
    ]
    funds = [fund for partner_id in sorted(partners) for fund in _funds(partner_id, network)]
    left = MoneyLeft(funds, known, await uow.money.amounts())
    return [each.proposal_id for each in costly if not left.takes(commitment_of(each))]


def commitment_of(proposal: Proposal) -> Commitment:
    """What a proposal takes of its programme's budget."""
    return Commitment(
        holder=proposal.a.holder,
        pair_key=proposal.pair_key,
        state=CommitmentState.OPEN,
        terms=proposal.a.programme,
        request_id=proposal.b.request_id,
        asked=proposal.b.request,
    )


def _funds(partner_id: str, network: Network) -> Iterator[Fund]:
    found = network.member(partner_id)
    if found is not None and found[0] == "partner":
        for each in PartnerState.model_validate_json(found[1]).programmes:
            yield Fund(
                holder=programme_holder(partner_id, each.programme_id),
                budget=each.budget,
                grant_min=each.grant_min,
                grant_max=each.grant_max,
                currency=each.currency,
            )
