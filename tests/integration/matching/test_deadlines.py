"""Deadlines: the whole last day may be used, and what was answered in time counts."""

from datetime import timedelta

import pytest

from isopolity.clock import uuid7
from isopolity.matching.adapters.queries import MatchingQueries, ProposalFilter
from isopolity.matching.application.issuing import SendingPolicy
from isopolity.matching.application.settling import Settling
from isopolity.matching.entrypoints.deadlines import GRACE, Deadlines
from isopolity.persistence.database import Database
from tests.support.matching import NOW, TestClock
from tests.support.matching_instance import Instance, many_wishes, network_of


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


async def issued(database: Database, clock: TestClock) -> Instance:
    instance = Instance(database, network_of(many_wishes(2, capacity=1)), SendingPolicy.ROUNDS_ONLY, clock)
    assert (await instance.run_round(1)).issued == 1
    return instance


async def test_the_deadline_is_the_end_of_the_day_that_the_mail_names(database: Database, clock: TestClock) -> None:
    await issued(database, clock)
    (proposal,) = await MatchingQueries(database).proposals(ProposalFilter(), None, 10)
    assert proposal.answer_by is not None
    assert proposal.answer_by.date() == (NOW + timedelta(days=21)).date()
    assert proposal.answer_by.isoformat().endswith("T23:59:59+00:00")


async def test_nothing_is_settled_at_once_nor_while_answers_wait_to_be_read(
    database: Database, clock: TestClock
) -> None:
    instance = await issued(database, clock)
    are_read = False

    async def answers_are_read() -> bool:
        return are_read

    deadlines = Deadlines(
        settling=Settling(clock=clock, ids=uuid7),
        alternates=instance.alternates,
        unit_of_work=instance.unit_of_work,
        answers_are_read=answers_are_read,
        clock=clock,
        interval=1,
    )
    clock.now = (NOW + timedelta(days=22)).replace(hour=0)
    assert await deadlines.settle() == 0
    clock.move(GRACE)
    assert await deadlines.settle() == 0
    are_read = True
    assert await deadlines.settle() == 1
