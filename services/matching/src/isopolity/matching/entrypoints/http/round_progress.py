"""Progress of a round as server-sent events, read from the database, so that any instance can tell of any round."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from isopolity.matching.domain.round import OPEN, Round
from isopolity.matching.entrypoints.http.round_schemas import RoundView

LOOK_EVERY: Final = 0.25
HEARTBEAT_AFTER: Final = 60
"""Looks without news after which a comment shows that the connection lives."""


async def event_stream(
    look: Callable[[], Awaitable[Round]], *, pause: float = LOOK_EVERY, heartbeat: int = HEARTBEAT_AFTER
) -> AsyncIterator[str]:
    """The state now, each new one, and at last `done`, `failed` or `cancelled`; `look` reads the round."""
    known, silence = await look(), 0
    yield _event(known)
    while not known.is_over:
        await asyncio.sleep(pause)
        before, known = known, await look()
        silence = 0 if known != before else silence + 1
        if known != before:
            yield _event(known)
        elif silence % heartbeat == 0:
            yield ": still at it\n\n"


def _event(known: Round) -> str:
    name = "progress" if known.status in OPEN else known.status
    return f"event: {name}\ndata: {RoundView.of(known).model_dump_json(exclude_none=True)}\n\n"
