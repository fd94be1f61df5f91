"""The watermark of answers: notify tells matching a time before which no answer can come any more.

Its invariant: when an event with `before` is published, every answer given before it is published already, on the same
partition and in front of it. Three steps, in this order, make it so:

1. The watermark is committed. Whoever takes the time of an answer from now on takes one that is not before it.
2. All transactions that took such a time earlier end. A process that freezes in one of them makes this step wait.
3. The event enters the outbox. Its id is higher than those of all answers before it, and the relay goes by ids.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache

from isopolity.contracts.catalogue import RESPONSE
from isopolity.contracts.notify import ResponsesCompleted
from isopolity.messaging.partitioning import partition_of
from isopolity.notify.application.ports import NotifyUnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class WatermarkTelling:
    """Tells the watermark once at each call; one instance at a time does so."""

    unit_of_work: Callable[[], NotifyUnitOfWork]
    answers_are_over: Callable[[], Awaitable[bool]]
    """Whether every transaction that had taken the time of an answer before the call has ended."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    pause: float = 0.1
    """Seconds between two looks whether those transactions have ended."""

    async def tell(self) -> None:
        """Publish a new watermark, once all answers before it are recorded, however long that takes."""
        async with self.unit_of_work() as unit_of_work:
            before = await unit_of_work.watermark.announce()
            await unit_of_work.commit()
        while not await self.answers_are_over():
            await self.sleep(self.pause)
        async with self.unit_of_work() as unit_of_work:
            for partition in range(RESPONSE.partitions):
                data = ResponsesCompleted(partition_key=key_in(partition), partition=partition, before=before)
                unit_of_work.outbox.publish("isopolity.notify.response.completed.v1", data)
            await unit_of_work.commit()


@cache
def key_in(partition: int) -> str:
    """A key that belongs to this partition of the response topic."""
    number = 0
    while partition_of(f"partition-{number}".encode(), RESPONSE.partitions) != partition:
        number += 1
    return f"partition-{number}"
