"""Proposals of a round by the answers of their sides, for staff."""

from dataclasses import replace

from isopolity.matching.adapters.sql.queries import MatchingQueries, ProposalFilter
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from isopolity.persistence.database import Database
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock


async def test_proposals_of_a_round_are_found_and_their_sides_counted_by_answer(database: Database) -> None:
    instance = Instance(database, network_of(many_wishes(3, capacity=9)), SendingPolicy.HOLD, TestClock())
    answers = ((Answer.YES, None), (Answer.NO, Answer.YES), (None, None))
    made = zip(instance.new_proposals(), answers, strict=True)
    kept = [
        replace(
            proposal,
            proposal_id=f"p{number}",
            round_id="r",
            a=replace(proposal.a, answer=a),
            b=replace(proposal.b, answer=b),
        )
        for number, (proposal, (a, b)) in enumerate(made)
    ]
    async with instance.unit_of_work() as uow:
        await uow.proposals.add(kept)
        await uow.commit()
    queries = MatchingQueries(database)
    found = {
        answer: {
            each.proposal_id for each in await queries.proposals(ProposalFilter(round_id="r", answer=answer), None, 9)
        }
        for answer in ("yes", "no", "later", "none")
    }
    assert found == {"yes": {"p0", "p1"}, "no": {"p1"}, "later": set(), "none": {"p0", "p2"}}
    assert await queries.given_answers("r") == {"yes": 2, "no": 1, "none": 3}
