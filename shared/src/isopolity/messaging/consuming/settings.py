"""Settings of a consumer runner, with defaults that suit every service; the switch with which operators pause a group.

Invariant: until the switch has been read once, the group does not consume; while it cannot be read, the last reading
holds.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

import structlog

from isopolity.machine.clock import Clock, system_clock
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.consuming.dead_letter_limit import DeadLetterLimit
from isopolity.messaging.consuming.fates import ConsumerObserver, Fates, SilentObserver
from isopolity.messaging.errors import BrokerUnavailable, RetryableError


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSettings:
    """Sizes in records, times in seconds."""

    batch_size: int = 500
    """The most events handed to the processor at once."""
    prefetch: int = 1000
    """Unfinished records of one partition at which it is paused, and of all at which fetching waits a little."""
    fetch_limit: int = 100
    """Records fetched at once; Kafka's client unpacks them in one go, which blocks the event loop."""
    fetch_timeout: float = 0.5
    patience: float = 0.1
    """How long a full lane may hold up fetching before its partition is paused."""
    drain_timeout: float = 20.0
    """How long a batch in flight may go on after its partition is revoked or the runner is stopped."""
    attempts: int = 3
    """How often an event is tried if the handler fails with a bug."""
    first_delay: float = 0.2
    longest_delay: float = 30.0
    longest_reconnect: float = 5.0
    """The longest wait for the next try after the broker was away, so that work goes on soon after it is back."""
    dead_letter_limit: int = 20
    dead_letter_window: timedelta = timedelta(minutes=5)
    longest_handling: float = 600.0
    """A processor that works on one batch for longer hangs, and the runner counts as dead."""
    silence: float = 90.0
    """If the loop does not turn for longer, the runner counts as dead."""
    watch_interval: float = 5.0
    """Time between two checks of the broker and the lag."""

    def fates(
        self,
        group: str,
        broker: MessageBroker,
        dead_letter_topic: str,
        *,
        clock: Clock = system_clock,
        observer: ConsumerObserver | None = None,
        release: str = "",
    ) -> Fates:
        """Fates of the group's failed records under these settings; its letters go to `dead_letter_topic`."""
        limit = DeadLetterLimit(
            limit=self.dead_letter_limit,
            window=self.dead_letter_window,
            clock=clock,
            broker=broker,
            topic=dead_letter_topic,
            group=group,
        )
        return Fates(
            group=group,
            dead_letter_topic=dead_letter_topic,
            attempts=self.attempts,
            limit=limit,
            observer=observer or SilentObserver(),
            clock=clock,
            release=release,
        )

    def delay(self, attempt: int, random: Random, error: Exception | None = None) -> float:
        """Seconds to wait after attempt number `attempt` (from 1): exponential, bounded, with a jitter of half.

        The bound depends on the `error` of the attempt.
        """
        bound = self.longest_reconnect if isinstance(error, BrokerUnavailable) else self.longest_delay
        longest = min(bound, self.longest_delay, self.first_delay * 2.0 ** min(attempt - 1, 30))
        return longest * random.uniform(0.5, 1.0)


_log = structlog.get_logger(__name__)
LOOK_EVERY: Final = 3.0
"""Seconds between two readings; an instance obeys within ten seconds, its work in flight included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPosition:
    """The position of a group's switch."""

    is_paused: bool = False
    resumed_at: datetime | None = None
    """When the group was resumed last; a consumer that stopped before that starts again."""


Look = Callable[[], Awaitable[SwitchPosition]]
"""Reads the position; raises RetryableError if that cannot be done now."""


class GroupSwitch:
    """The switch of a group, as last read by this process."""

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
        """Read the switch regularly, until cancelled."""
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
    """The switch of a group that has none: always on."""

    def __init__(self) -> None:
        async def look() -> SwitchPosition:
            return SwitchPosition()

        super().__init__(look)
        self._take(SwitchPosition())

    async def watch(self) -> None:
        """Wait until cancelled."""
        await asyncio.Event().wait()
