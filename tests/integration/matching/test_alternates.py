"""What follows a proposal that nobody wanted: an alternate of its round, after the deadline, whatever the answers."""

from datetime import timedelta

import pytest

from isopolity.clock import uuid7
from isopolity.matching.adapters.sql.queries import MatchingQueries, ProposalFilter
from isopolity.matching.application.workflows.issuance import SendingPolicy
from isopolity.matching.application.workflows.settlement import Settling
from isopolity.matching.domain.proposal import Answer, Proposal
from isopolity.persistence.database import Database
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


def instance(
    database: Database, clock: TestClock, cities: int, policy: SendingPolicy = SendingPolicy.ROUNDS_ONLY
) -> Instance:
    return Instance(database, network_of(many_wishes(cities, capacity=1)), policy, clock)


async def proposals(database: Database, stage: str) -> list[Proposal]:
    return list(await MatchingQueries(database).proposals(ProposalFilter(stage=stage), None, 50))


async def settle(running: Instance) -> int:
    """The deadline passes; returns how many alternates are proposed."""
    running.clock.move(timedelta(days=22))
    settling = Settling(clock=running.clock, ids=uuid7)
    return await running.alternates.follow(await settling.settle_due(running.unit_of_work, running.clock()))


@pytest.mark.parametrize("answer", [Answer.NO, Answer.LATER, None])
async def test_after_the_deadline_the_next_best_follow_whatever_was_answered(
    database: Database, clock: TestClock, answer: Answer | None
) -> None:
    running = instance(database, clock, 4)
    await running.run_round(1)
    before = await proposals(database, "issued")
    if answer is not None:
        async with running.unit_of_work() as uow:
            settling = Settling(clock=clock, ids=uuid7)
            await settling.answer(uow, before[0].proposal_id, "a", answer, clock(), None)
            await uow.commit()
    assert await settle(running) == 2
    after = await proposals(database, "issued")
    assert {each.round_id for each in after} == {before[0].round_id}
    assert not {each.pair_key for each in after} & {each.pair_key for each in before}


async def test_with_the_policy_hold_an_alternate_waits_for_staff(database: Database, clock: TestClock) -> None:
    running = instance(database, clock, 3, SendingPolicy.HOLD)
    await running.run_round(1)
    (held,) = await proposals(database, "held")
    async with running.unit_of_work() as uow:
        await running.issuing.approve(uow, [held], clock())
        await uow.commit()
    assert await settle(running) == 1
    (alternate,) = await proposals(database, "held")
    assert alternate.pair_key != held.pair_key


async def test_an_agreement_frees_nothing_that_could_be_offered(database: Database, clock: TestClock) -> None:
    running = instance(database, clock, 3)
    await running.run_round(1)
    (proposal,) = await proposals(database, "issued")
    async with running.unit_of_work() as uow:
        for side in ("a", "b"):
            await Settling(clock=clock, ids=uuid7).answer(uow, proposal.proposal_id, side, Answer.YES, clock(), None)
        await uow.commit()
    assert await settle(running) == 0


async def test_who_has_been_proposed_to_meanwhile_is_no_alternate_any_more(
    database: Database, clock: TestClock
) -> None:
    running = instance(database, clock, 2)
    await running.run_round(1)
    assert await settle(running) == 0  # the only other pair is the one that is frozen now
    assert await proposals(database, "issued") == []
