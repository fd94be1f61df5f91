"""Rows for tests of matching's repositories: proposals, members, rounds, interests, and answers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.domain.interest import Interest
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import Round, RoundPlan, RoundStatus
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock

DAY = timedelta(days=1)


MONTH = timedelta(days=30)


YEAR = timedelta(days=365)


def new_proposals_of(members: int) -> dict[str, Proposal]:
    """A held proposal for each pair of some cities, by the numbers of the two: `01`, `02`, …"""
    network = network_of(many_wishes(members, capacity=9))
    proposals = Instance(FakeStore(), network, SendingPolicy.HOLD, TestClock()).new_proposals()
    return {proposal.a.member_id[-1] + proposal.b.member_id[-1]: proposal for proposal in proposals}


def a_member(member_id: str, version: int = 1, **changes: object) -> MemberRow:
    values = {"kind": "city", "status": "endorsed", "capacities": {f"city/{member_id}": 3}} | changes
    return MemberRow(member_id=member_id, version=version, **values)  # type: ignore[arg-type] # by name


def a_round(round_id: str, status: RoundStatus = RoundStatus.WAITING) -> Round:
    return Round(round_id=round_id, plan=RoundPlan(), status=status, ordered_at=NOW)


async def keep(unit_of_work: UnitOfWorkFactory, proposals: Sequence[Proposal]) -> None:
    """Keep proposals of which every side was mailed at once."""
    async with unit_of_work() as uow:
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


def in_round(proposal: Proposal, round_id: str) -> Proposal:
    return replace(proposal, round_id=round_id)


def an_interest(interest_id: str, proposal: Proposal, side: str = "a", **changes: object) -> Interest:
    """An interest of one side in the pair of a proposal, made yesterday for a month."""
    own, other = (proposal.a, proposal.b) if side == "a" else (proposal.b, proposal.a)
    values = {
        "interest_id": interest_id,
        "member_id": own.member_id,
        "other_id": other.member_id,
        "other_name": other.name,
        "kind": proposal.kind,
        "pair_key": proposal.pair_key,
        "holder": own.holder,
        "other_holder": other.holder,
        "asked_at": NOW - DAY,
        "hear_by": NOW + MONTH,
    }
    return Interest(**values | changes)  # type: ignore[arg-type] # by name
