"""The switch of a consumer group: whether its instances may consume, as an operator has set it.

Invariant: until the switch has been read once, the group does not consume; while it cannot be read, what was read last
holds.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from isopolity.messaging.errors import RetryableError

_log = structlog.get_logger(__name__)
LOOK_EVERY: Final = 3.0
"""Seconds between two looks: an instance obeys within ten, with what it has in hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPosition:
    """How an operator has set a group."""

    is_paused: bool = False
    resumed_at: datetime | None = None
    """When it was resumed last; a consumer that stopped before starts again."""


Look = Callable[[], Awaitable[SwitchPosition]]
"""Reads the position; raises RetryableError where that cannot be done now."""


class GroupSwitch:
    """The switch as one process knows it."""

    def __init__(self, look: Look, *, every: float | None = None) -> None:
        self._look = look
        self._every = LOOK_EVERY if every is None else every
        self._position: SwitchPosition | None = None
        self._turned = asyncio.Event()

    @property
    def is_on(self) -> bool:
        """Whether the group may consume."""
        return self._position is not None and not self._position.is_paused

    @property
    def is_paused(self) -> bool:
        """Whether an operator has paused the group."""
        return self._position is not None and self._position.is_paused

    def resumed_at(self) -> datetime | None:
        """When an operator has resumed the group last."""
        return None if self._position is None else self._position.resumed_at

    async def watch(self) -> None:
        """Look at the switch again and again, until cancelled."""
        while True:
            try:
                self._take(await self._look())
            except RetryableError as error:
                _log.warning("switch_unknown", error=str(error))
            await asyncio.sleep(self._every)

    async def turned(self, within: float) -> None:
        """Return when the position changes, or after `within` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._turned.wait()

    def _take(self, position: SwitchPosition) -> None:
        if position != self._position:
            self._position = position
            self._turned.set()
            self._turned = asyncio.Event()


class AlwaysOn(GroupSwitch):
    """A switch that nobody turns, of a group that has none."""

    def __init__(self) -> None:
        async def look() -> SwitchPosition:
            return SwitchPosition()

        super().__init__(look)
        self._take(SwitchPosition())

    async def watch(self) -> None:
        """Wait until cancelled."""
        await asyncio.Event().wait()
