"""The watermark of answers: what is told to be complete is complete, whatever clocks say."""

from datetime import timedelta

import pytest

from isopolity.contracts.answers import Choice
from isopolity.contracts.catalogue import RESPONSE
from isopolity.contracts.notify import ResponseReceived, ResponsesCompleted
from isopolity.messaging.generations import partition_of
from isopolity.notify.application.answers import Reply, publish_watermark
from isopolity.notify.domain.errors import ProposalSettled
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import DEADLINE, PROPOSAL_ID, START, contact_event, proposal_event

YES = Reply(choice=Choice.YES)


@pytest.fixture
async def asked(bench: NotifyBench) -> NotifyBench:
    """notify, with a proposal that both sides were asked about."""
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    return bench


async def tell(bench: NotifyBench) -> None:
    await publish_watermark(bench.unit_of_work, bench.store.answers_are_over, pause=0)


async def test_every_partition_is_told_and_each_event_lies_in_its_own(bench: NotifyBench) -> None:
    await tell(bench)
    told = [event.data for event in await bench.published("response") if isinstance(event.data, ResponsesCompleted)]
    assert [each.partition for each in told] == list(range(RESPONSE.partitions))
    for each in told:
        assert partition_of(each.partition_key.encode(), RESPONSE.partitions) == each.partition
        assert each.before == bench.clock()
    assert [each.partition_key for each in told if each.partition in (1, 2)] == ["partition-1", "partition-0"]


async def test_an_answer_is_never_older_than_what_was_told_though_the_instances_clock_lags(asked: NotifyBench) -> None:
    asked.clock.now = DEADLINE - timedelta(hours=1)
    await tell(asked)
    asked.clock.now = START
    await asked.answer("a", PROPOSAL_ID, YES)
    (received,) = [
        event.data for event in await asked.published("response") if isinstance(event.data, ResponseReceived)
    ]
    assert received.answered_at == DEADLINE - timedelta(hours=1)


async def test_after_the_deadline_was_told_no_instance_takes_an_answer(asked: NotifyBench) -> None:
    asked.clock.now = DEADLINE
    await tell(asked)
    asked.clock.now = START
    with pytest.raises(ProposalSettled):
        await asked.answer("a", PROPOSAL_ID, YES)


async def test_what_is_told_never_goes_back(asked: NotifyBench) -> None:
    asked.clock.now = DEADLINE
    await tell(asked)
    asked.clock.now = START
    await tell(asked)
    told = {
        event.data.before for event in await asked.published("response") if isinstance(event.data, ResponsesCompleted)
    }
    assert told == {DEADLINE}


async def test_the_watermark_is_told_once_the_answers_before_it_are_recorded(bench: NotifyBench) -> None:
    over = iter([False, False, True])
    pauses: list[float] = []

    async def answers_are_over() -> bool:
        assert await bench.published() == []
        return next(over)

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    await publish_watermark(bench.unit_of_work, answers_are_over, sleep=sleep, pause=7)
    assert pauses == [7, 7]
    assert len(await bench.published("response.completed")) == RESPONSE.partitions
