"""Signals between services, without mails: the canary and the watermark of answers.

The watermark tells matching a time before which no answer can arrive any more. Invariant: when an event with `before`
is published, every answer with an earlier time has been
published
before it on the same partition. Three steps ensure this, in this order:

1. The watermark is committed. From now on no answer takes an earlier time.
2. All transactions that took an earlier time end. A process that freezes in one of them delays this step.
3. The event enters the outbox. Its id is higher than those of all earlier answers, and the relay publishes by id.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache

from isopolity.clock import Clock
from isopolity.contracts.catalogue import RESPONSE
from isopolity.contracts.event import Event
from isopolity.contracts.event_types import CANARY_RETURNED, RESPONSES_COMPLETED
from isopolity.contracts.notify import ResponsesCompleted
from isopolity.contracts.registry import CanarySounded
from isopolity.messaging.partitioning import partition_of
from isopolity.notify.application.ports import NotifyUnitOfWork, UnitOfWorkFactory


async def canary_relayed(event: Event[CanarySounded], uow: NotifyUnitOfWork, clock: Clock) -> None:
    """Remember when matching's canary was last seen, and publish a newer one for matching."""
    if await uow.sightings.saw_canary(event.data.sounded_at, clock()):
        uow.outbox.publish(CANARY_RETURNED, event.data)


async def tell_watermark(
    unit_of_work: UnitOfWorkFactory,
    answers_are_over: Callable[[], Awaitable[bool]],
    *,
    partitions: int = RESPONSE.partitions,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    pause: float = 0.1,
) -> None:
    """Publish a new watermark once all earlier answers are recorded, however long that takes.

    Only one instance at a time may do so. `partitions` is the number of partitions of the topic of answers.
    `answers_are_over` returns whether all transactions that took the time of an answer before the call have ended; it
    is called again after `pause` seconds.
    """
    async with unit_of_work() as uow:
        before = await uow.watermark.announce()
        await uow.commit()
    while not await answers_are_over():
        await sleep(pause)
    async with unit_of_work() as uow:
        for partition in range(partitions):
            data = ResponsesCompleted(partition_key=key_in(partition, partitions), partition=partition, before=before)
            uow.outbox.publish(RESPONSES_COMPLETED, data)
        await uow.commit()


@cache
def key_in(partition: int, partitions: int) -> str:
    """A key that the response topic maps to this partition."""
    number = 0
    while partition_of(f"partition-{number}".encode(), partitions) != partition:
        number += 1
    return f"partition-{number}"
