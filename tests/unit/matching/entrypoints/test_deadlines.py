"""Deadlines: the whole last day may be used, and what was answered in time counts."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from isopolity.contracts.catalogue import RESPONSE
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.periodic_tasks import Deadlines
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


async def issued(store: FakeStore, clock: TestClock) -> Instance:
    instance = Instance(store, network_of(many_wishes(2, capacity=1)), SendingPolicy.ROUNDS_ONLY, clock)
    assert (await instance.run_round(1)).issued == 1
    return instance


async def test_the_deadline_is_the_end_of_the_day_that_the_mail_names(store: FakeStore, clock: TestClock) -> None:
    await issued(store, clock)
    (proposal,) = store.proposals()
    assert proposal.answer_by is not None
    assert proposal.answer_by.date() == (NOW + timedelta(days=21)).date()
    assert proposal.answer_by.isoformat().endswith("T23:59:59+00:00")


async def test_a_proposal_is_settled_only_when_all_answers_before_its_deadline_are_there(
    store: FakeStore, clock: TestClock
) -> None:
    instance = await issued(store, clock)
    (proposal,) = store.proposals()
    assert proposal.answer_by is not None
    lying: list[str] = []

    async def unheard() -> list[str]:
        return lying

    deadlines = Deadlines(
        unit_of_work=instance.unit_of_work,
        surroundings=instance.surroundings,
        answers_complete_before=lambda: answers_complete_before(instance),
        unheard_answers=unheard,
        observer=instance,
        interval=1,
    )
    clock.move(timedelta(days=60))
    assert await deadlines.settle() == 0  # no partition has told
    await reach(instance, proposal.answer_by, range(1, RESPONSE.partitions))
    assert await deadlines.settle() == 0  # one has not
    await reach(instance, proposal.answer_by - timedelta(seconds=1), [0])
    assert await deadlines.settle() == 0  # an answer of the last second may come there
    await reach(instance, proposal.answer_by, [0])
    lying.append(proposal.proposal_id)
    assert await deadlines.settle() == 0, "an answer lies among the dead letters"
    lying.clear()
    assert await deadlines.settle() == 1


async def answers_complete_before(instance: Instance) -> datetime | None:
    async with instance.unit_of_work() as uow:
        return await uow.watermarks.answers_complete_before()


async def reach(instance: Instance, before: datetime, partitions: Iterable[int]) -> None:
    async with instance.unit_of_work() as uow:
        for partition in partitions:
            await uow.watermarks.reach(partition, before)
        await uow.commit()
