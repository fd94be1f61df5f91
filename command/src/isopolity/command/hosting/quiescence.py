"""Waits until nothing is left to do."""

import asyncio
from typing import Final

from isopolity.command.failure import Failure
from isopolity.command.hosting.counts import Counts
from isopolity.command.hosting.stores import Stores

_LOOK_EVERY: Final = 0.1


async def until_quiescent(stores: Stores, deadline: float) -> Counts:
    """The counts, once outboxes are empty, lag is 0 and no mail is on its way. Raises Failure after `deadline` seconds.

    Looks twice: work may be on its way from one store to the next while they are counted one after another.
    """
    counts = await stores.counts()
    calm = False
    try:
        async with asyncio.timeout(deadline):
            while not (calm and counts.quiescent):
                calm = counts.quiescent
                await asyncio.sleep(_LOOK_EVERY)
                counts = await stores.counts()
    except TimeoutError:
        raise Failure(
            f"After {deadline:g} s there is still work left: {counts.waiting()}; give it longer with --deadline."
        ) from None
    return counts
