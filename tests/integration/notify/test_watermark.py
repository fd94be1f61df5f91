"""The watermark of answers on a database: answers told to be complete are complete, also when an instance freezes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from isopolity.contracts.answers import Choice
from isopolity.contracts.catalogue import RESPONSE
from isopolity.contracts.event import Data, Event
from isopolity.contracts.event_types import RESPONSE_RECEIVED
from isopolity.contracts.notify import ResponseReceived, ResponsesCompleted
from isopolity.notify.application.answers import Reply, publish_watermark
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import PROPOSAL_ID, contact_event, proposal_event
from tests.support.polling import until

YES = Reply(choice=Choice.YES)


@pytest.fixture
async def asked(bench: NotifyBench) -> NotifyBench:
    """notify, with a proposal that both sides were asked about."""
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    return bench


async def tell(bench: NotifyBench, are_over: Callable[[], Awaitable[bool]] | None = None) -> None:
    await publish_watermark(bench.unit_of_work, are_over or bench.store.answers_are_over, pause=0.01)


async def answer(bench: NotifyBench, side: str) -> None:
    await bench.answer(side, PROPOSAL_ID, YES)


@asynccontextmanager
async def frozen_answer(bench: NotifyBench) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """An instance that has taken the time of an answer and does not go on; what it gives lets it commit."""
    async with bench.unit_of_work() as uow:
        at = await uow.watermark.answer_time()

        async def thaw() -> None:
            data = ResponseReceived(
                response_id="frozen", proposal_id=PROPOSAL_ID, side="a", answer="yes", answered_at=at
            )
            uow.outbox.publish(RESPONSE_RECEIVED, data)
            await uow.commit()

        yield thaw


async def responses(bench: NotifyBench) -> list[Event[Data]]:
    return list(await bench.published("response"))


async def test_what_is_told_waits_for_an_instance_that_froze_in_the_middle_of_an_answer(asked: NotifyBench) -> None:
    async with frozen_answer(asked) as thaw:
        asked.clock.advance(days=30)
        waiting = asyncio.create_task(tell(asked))
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
        waiting = asyncio.create_task(tell(postgres_bench))
        async with asyncio.timeout(60):
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

    stuck = asyncio.create_task(tell(asked, freeze))
    await reached.wait()
    async with asyncio.timeout(60):
        await answer(asked, "a")
    stuck.cancel()
    await asyncio.gather(stuck, return_exceptions=True)


async def test_answers_and_watermarks_of_several_instances_leave_in_an_order_that_is_true(asked: NotifyBench) -> None:
    events = [proposal_event(proposal_id=f"proposal-{number}") for number in range(30)]
    await asked.handle(*events)
    stop = asyncio.Event()

    async def tell_for_ever() -> None:
        while not stop.is_set():
            await tell(asked)
            asked.clock.advance(seconds=1)

    async def answer_one(number: int) -> None:
        await asked.answer("a", f"proposal-{number}", YES)

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
