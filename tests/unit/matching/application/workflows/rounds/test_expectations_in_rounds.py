"""Expectations in a round: learned from answers, felt in its choice, and told to nobody."""

from dataclasses import replace

from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, network_of
from tests.support.matching.service import TestClock, city, need, offer
from tests.support.matching.stored import answered, keep


async def test_a_round_prefers_who_answers_and_shows_nothing_of_it() -> None:
    gives, wants = (offer("cluster.literacy"),), (need("cluster.literacy"),)
    members = [
        city("asker", country="KE", needs=wants, offers=gives),
        *(city(name, country=name[:2], needs=wants, offers=gives) for name in ("silent", "eager")),
        *(city(f"other-{i}", country=f"{i}Z", region="arab-states", needs=wants, capacity=0) for i in range(5)),
    ]
    instance = Instance(FakeStore(), network_of(members), SendingPolicy.ROUNDS_ONLY, TestClock())
    proposal = instance.new_proposals()[0]
    history = [
        answered(
            replace(
                proposal,
                proposal_id=f"{name}-{i}",
                pair_key=f"{name}:other-{i}",
                a=replace(proposal.a, member_id=name),
                b=replace(proposal.b, member_id=f"other-{i}"),
            ),
            answer,
            None,
            settled_days_ago=30,
        )
        for name, answer in (("silent", None), ("eager", Answer.YES))
        for i in range(5)
    ]
    await keep(instance.unit_of_work, history)
    result = await instance.run_round()
    assert result.issued == 1
    async with instance.unit_of_work() as uow:
        (proposal,) = await uow.proposals.open_of(member_id="asker")
    assert {side.member_id for side in proposal.sides} == {"asker", "eager"}
    fresh = {proposal.pair_key: proposal for proposal in instance.new_proposals()}[proposal.pair_key]
    assert (proposal.score, proposal.parts) == (fresh.score, fresh.parts)
    assert [side.reasons for side in proposal.sides] == [side.reasons for side in fresh.sides]
