"""Alternates: one follows a proposal without an agreement, after the deadline, whatever the answers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


def instance(
    store: FakeStore, clock: TestClock, cities: int, policy: SendingPolicy = SendingPolicy.ROUNDS_ONLY
) -> Instance:
    return Instance(store, network_of(many_wishes(cities, capacity=1)), policy, clock)


async def settle(running: Instance) -> int:
    """The deadline passes; returns how many alternates are proposed."""
    running.clock.move(timedelta(days=22))
    return await running.propose_alternates(await running.settle())


@pytest.mark.parametrize("answer", [Answer.NO, Answer.LATER, None])
async def test_after_the_deadline_the_next_best_follow_whatever_was_answered(
    store: FakeStore, clock: TestClock, answer: Answer | None
) -> None:
    running = instance(store, clock, 4)
    await running.run_round(1)
    before = store.proposals("issued")
    if answer is not None:
        await running.answer(before[0].proposal_id, "a", answer)
    assert await settle(running) == 2
    after = store.proposals("issued")
    assert {each.round_id for each in after} == {before[0].round_id}
    assert not {each.pair_key for each in after} & {each.pair_key for each in before}


async def test_with_the_policy_hold_an_alternate_waits_for_staff(store: FakeStore, clock: TestClock) -> None:
    running = instance(store, clock, 3, SendingPolicy.HOLD)
    draft = await running.run_draft()
    assert (await running.publish(draft.round_id)).published == 1
    (issued,) = store.proposals("issued")
    assert await settle(running) == 1
    (alternate,) = store.proposals("held")
    assert alternate.pair_key != issued.pair_key


async def test_an_agreement_frees_nothing_that_could_be_offered(store: FakeStore, clock: TestClock) -> None:
    running = instance(store, clock, 3)
    await running.run_round(1)
    (proposal,) = store.proposals("issued")
    for side in ("a", "b"):
        await running.answer(proposal.proposal_id, side, Answer.YES)
    assert await settle(running) == 0


async def test_who_has_been_proposed_to_meanwhile_is_no_alternate_any_more(store: FakeStore, clock: TestClock) -> None:
    running = instance(store, clock, 2)
    await running.run_round(1)
    assert await settle(running) == 0  # the only other pair is the one that is frozen now
    assert store.proposals("issued") == []


async def test_no_alternate_follows_what_a_member_asked_for(store: FakeStore, clock: TestClock) -> None:
    running = instance(store, clock, 4)
    await running.run_round(1)
    async with running.unit_of_work() as uow:
        await uow.proposals.save([replace(each, asked_by="a") for each in store.proposals("issued")])
        await uow.commit()
    assert await settle(running) == 0
