"""The watermark of answers: whatever is told to be complete is complete, whoever freezes and whatever clocks say."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from isopolity.contracts.catalogue import RESPONSE
from isopolity.contracts.data import Data
from isopolity.contracts.event import Event
from isopolity.contracts.notify import ResponseReceived, ResponsesCompleted
from isopolity.messaging.partitioning import partition_of
from isopolity.notify.adapters.sql.signals import answers_are_over
from isopolity.notify.application.answers import Reply
from isopolity.notify.application.signals import WatermarkTelling
from isopolity.notify.domain.answer import Choice
from isopolity.notify.domain.errors import ProposalSettled
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import DEADLINE, PROPOSAL_ID, FakeClock, contact_event, proposal_event
from tests.support.polling import until

YES = Reply(choice=Choice.YES)


@pytest.fixture
async def asked(bench: NotifyBench) -> NotifyBench:
    """notify, with a proposal that both sides were asked about."""
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    return bench


def telling(
    bench: NotifyBench, are_over: Callable[[], Awaitable[bool]] | None = None, pause: float = 0.01
) -> WatermarkTelling:
    return WatermarkTelling(
        unit_of_work=bench.unit_of_work,
        answers_are_over=are_over or (lambda: answers_are_over(bench.database)),
        pause=pause,
    )


async def answer(bench: NotifyBench, side: str) -> None:
    await bench.answering().answer(await bench.token(side, PROPOSAL_ID), YES)


@asynccontextmanager
async def frozen_answer(bench: NotifyBench) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """An instance that has taken the time of an answer and does not go on; what it gives lets it commit."""
    async with bench.unit_of_work() as unit_of_work:
        at = await unit_of_work.watermark.answer_time()

        async def thaw() -> None:
            data = ResponseReceived(
                response_id="frozen", proposal_id=PROPOSAL_ID, side="a", answer="yes", answered_at=at
            )
            unit_of_work.outbox.publish("isopolity.notify.response.received.v1", data)
            await unit_of_work.commit()

        yield thaw


async def responses(bench: NotifyBench) -> list[Event[Data]]:
    return list(await bench.published("response"))


async def test_every_partition_is_told_and_each_event_lies_in_its_own(bench: NotifyBench) -> None:
    await telling(bench).tell()
    told = [event.data for event in await responses(bench) if isinstance(event.data, ResponsesCompleted)]
    assert [each.partition for each in told] == list(range(RESPONSE.partitions))
    for each in told:
        assert partition_of(each.partition_key.encode(), RESPONSE.partitions) == each.partition
        assert each.before == bench.clock()


async def test_what_is_told_waits_for_an_instance_that_froze_in_the_middle_of_an_answer(asked: NotifyBench) -> None:
    async with frozen_answer(asked) as thaw:
        asked.clock.advance(days=30)
        waiting = asyncio.create_task(telling(asked).tell())
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done
        assert await responses(asked) == []
        await thaw()
    await waiting
    found = [event.data for event in await responses(asked)]
    assert isinstance(found[0], ResponseReceived)
    assert [type(each) for each in found[1:]] == [ResponsesCompleted] * RESPONSE.partitions


@pytest.mark.postgres
async def test_while_one_instance_is_frozen_others_answer_all_the_same(postgres_bench: NotifyBench) -> None:
    await postgres_bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    async with frozen_answer(postgres_bench) as thaw:
        waiting = asyncio.create_task(telling(postgres_bench).tell())
        async with asyncio.timeout(10):
            await answer(postgres_bench, "b")
        assert not waiting.done()
        await thaw()
    await waiting


async def test_a_frozen_teller_holds_up_no_answer(asked: NotifyBench) -> None:
    reached, never = asyncio.Event(), asyncio.Event()

    async def freeze() -> bool:
        reached.set()
        await never.wait()
        return True

    stuck = asyncio.create_task(telling(asked, freeze).tell())
    await reached.wait()
    async with asyncio.timeout(10):
        await answer(asked, "a")
    stuck.cancel()
    await asyncio.gather(stuck, return_exceptions=True)


async def test_an_answer_is_never_older_than_what_was_told_though_the_instances_clock_lags(asked: NotifyBench) -> None:
    ahead = NotifyBench(database=asked.database, clock=FakeClock(DEADLINE - timedelta(hours=1)))
    await telling(ahead).tell()
    await answer(asked, "a")
    (received,) = [event.data for event in await responses(asked) if isinstance(event.data, ResponseReceived)]
    assert received.answered_at == DEADLINE - timedelta(hours=1)


async def test_after_the_deadline_was_told_no_instance_takes_an_answer(asked: NotifyBench) -> None:
    ahead = NotifyBench(database=asked.database, clock=FakeClock(DEADLINE))
    await telling(ahead).tell()
    with pytest.raises(ProposalSettled):
        await answer(asked, "a")


async def test_what_is_told_never_goes_back(asked: NotifyBench) -> None:
    await telling(NotifyBench(database=asked.database, clock=FakeClock(DEADLINE))).tell()
    await telling(asked).tell()
    told = {event.data.before for event in await responses(asked) if isinstance(event.data, ResponsesCompleted)}
    assert told == {DEADLINE}


async def test_answers_and_watermarks_of_several_instances_leave_in_an_order_that_is_true(asked: NotifyBench) -> None:
    events = [proposal_event(proposal_id=f"proposal-{number}") for number in range(30)]
    await asked.handle(*events)
    stop = asyncio.Event()

    async def tell_for_ever() -> None:
        while not stop.is_set():
            await telling(asked).tell()
            asked.clock.advance(seconds=1)

    async def answer_one(number: int) -> None:
        await asked.answering().answer(await asked.token("a", f"proposal-{number}"), YES)

    teller = asyncio.create_task(tell_for_ever())
    await until(lambda: _is_told(asked), what="the first watermark")
    for start in range(0, 30, 6):
        await asyncio.gather(*(answer_one(number) for number in range(start, start + 6)))
    stop.set()
    await teller
    complete = None
    for event in await responses(asked):
        if isinstance(event.data, ResponsesCompleted):
            complete = event.data.before
        elif isinstance(event.data, ResponseReceived):
            assert complete is not None
            assert event.data.answered_at >= complete


async def _is_told(bench: NotifyBench) -> bool:
    return bool(await responses(bench))
