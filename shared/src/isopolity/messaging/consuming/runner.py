"""The consumer runner: reads a group's share of topics, finishes each record, commits after the effect.

Invariant: order holds within a partition; a partition that waits holds up neither the others nor the heartbeat; an
offset is committed only when all before it are finished; too many dead letters stop everything, and nothing more is
committed, until an operator resumes the group.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from random import Random
from time import monotonic

import structlog

from isopolity.machine.clock import Clock, system_clock
from isopolity.messaging.broker import Batch, Consumer, MessageBroker, Record, TopicPartition
from isopolity.messaging.consuming.dead_letter_limit import TooManyDeadLetters
from isopolity.messaging.consuming.dispatch import Dispatcher
from isopolity.messaging.consuming.fates import Fates
from isopolity.messaging.consuming.health import RunnerHealth, RunnerState
from isopolity.messaging.consuming.lane import EventProcessor, Lane
from isopolity.messaging.consuming.settings import AlwaysOn, GroupSwitch, RunnerSettings
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable, UnreadableRecord

_log = structlog.get_logger(__name__)


class ConsumerRunner:
    """Runs one processor as a member of one consumer group, until stopped or cancelled."""

    def __init__(
        self,
        *,
        broker: MessageBroker,
        topics: Sequence[str],
        processor: EventProcessor,
        fates: Fates,
        event_types: frozenset[str] | None = None,
        settings: RunnerSettings | None = None,
        switch: GroupSwitch | None = None,
        clock: Clock = system_clock,
        random: Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._broker = broker
        self._group = fates.group
        self._topics = topics
        self._observer = fates.observer
        self._settings = settings or RunnerSettings()
        self._switch = switch
        self._gate = switch or AlwaysOn()
        self._clock = clock
        self._sleep = sleep
        self._dispatcher = Dispatcher(
            fates=fates,
            processor=processor,
            event_types=event_types,
            settings=self._settings,
            clock=clock,
            random=random or Random(),  # noqa: S311  # jitter, not a secret
            sleep=sleep,
        )
        self._lanes: dict[TopicPartition, Lane] = {}
        self._consumer: Consumer | None = None
        self._state = RunnerState.STARTING
        self._stopped_at: datetime | None = None
        self._stop_requested = False
        self._turned = monotonic()
        self._reachable = False
        self._failures = 0
        self._connected: float | None = None
        """When the present or last connection was made, by `monotonic`; None without one."""
        self._refusal = ""
        self._unanswered = 0
        """How many times in a row this connection did not answer although the broker did on another."""
        self._one_by_one = False
        """Set if an unreadable record is ahead: the records before it are fetched one by one, and committed."""
        self._taken = asyncio.Event()
        self._releasing: frozenset[TopicPartition] = frozenset()

    def health(self) -> RunnerHealth:
        """The runner's health at this moment."""
        fates = self._dispatcher.fates
        return RunnerHealth(
            state=self._state,
            turning=monotonic() - self._turned < self._settings.silence,
            reachable=self._reachable,
            assigned=self._consumer.assignment() if self._consumer is not None else frozenset(),
            joined=self._consumer is not None,
            refusal=self._refusal,
            retrying=dict(self._dispatcher.retrying),
            hanging=self._dispatcher.hanging(),
            dead_letters=fates.limit.count() if fates.limit else 0,
            stopped_at=self._stopped_at,
        )

    def stop(self) -> None:
        """Ask the runner to finish its work in flight and end."""
        self._stop_requested = True

    async def run(self) -> None:
        """Consume until stopped, except while the group is paused; reconnect when the broker was away.

        After too many dead letters, wait until the group is resumed; without a switch, return.
        """
        watching = asyncio.create_task(self._gate.watch(), name=f"switch of {self._group}")
        try:
            while await self._until_on():
                try:
                    await self._keep_consuming()
                except TooManyDeadLetters as error:
                    self._state, self._stopped_at = RunnerState.STOPPED, self._clock()
                    _log.critical("consumer_stopped", group=self._group, reason=str(error))
                    if not await self._until_resumed():
                        return
            self._state = RunnerState.ENDED
        except asyncio.CancelledError:
            self._state = RunnerState.ENDED
            raise
        except BaseException:
            self._state = RunnerState.FAILED
            raise
        finally:
            watching.cancel()

    async def _until_on(self) -> bool:
        """Wait until the group may consume; returns False if the runner is stopped first."""
        while not self._stop_requested and not self._gate.is_on:
            self._state = RunnerState.PAUSED if self._gate.is_paused else RunnerState.STARTING
            self._turned = monotonic()
            await self._gate.turned(self._settings.fetch_timeout)
        return not self._stop_requested

    async def _until_resumed(self) -> bool:
        """Wait until an operator resumes the group; returns False if the runner is stopped first, or has no switch."""
        before = self._gate.resumed_at()
        while self._switch is not None and not self._stop_requested and self._gate.resumed_at() == before:
            self._turned = monotonic()
            await self._gate.turned(self._settings.fetch_timeout)
        self._state = self._state if self._gate.resumed_at() == before else RunnerState.STARTING
        return self._gate.resumed_at() != before

    async def _keep_consuming(self) -> None:
        while self._may_go_on():
            self._turned = monotonic()
            try:
                await self._connect_and_consume()
            except (BrokerUnavailable, BrokerRefused) as error:
                self._reachable = False
                self._refusal = str(error) if isinstance(error, BrokerRefused) else ""
                self._one_by_one = isinstance(error, UnreadableRecord)
                # Connections that fail soon after they were made, again and again, make the pauses grow.
                self._failures = 1 if self._held_for() > self._settings.longest_delay else self._failures + 1
                self._connected = None
                _log.warning("consumer_disconnected", group=self._group, attempt=self._failures, error=str(error))
                await self._sleep(self._settings.delay(self._failures, self._dispatcher.random, error))

    def _may_go_on(self) -> bool:
        return not self._stop_requested and self._gate.is_on

    async def _connect_and_consume(self) -> None:
        async with (
            self._broker.producer() as self._dispatcher.producer,
            self._broker.consumer(self._group, self._topics, on_revoked=self._release) as self._consumer,
        ):
            self._state, self._reachable, self._connected = RunnerState.RUNNING, True, monotonic()
            self._unanswered = 0
            watch = asyncio.create_task(self._watch(self._consumer))
            drain = 0.0
            try:
                await self._consume(self._consumer)
                drain = self._settings.drain_timeout
            except (asyncio.CancelledError, UnreadableRecord):
                drain = self._settings.drain_timeout
                raise
            finally:
                await self._release(list(self._lanes), drain)
                watch.cancel()
                await asyncio.wait([watch])
                self._consumer = None

    def _held_for(self) -> float:
        """How many seconds the present or last connection has lasted; 0 without one."""
        return 0.0 if self._connected is None else monotonic() - self._connected

    async def _consume(self, consumer: Consumer) -> None:
        limit = 1 if self._one_by_one else self._settings.fetch_limit
        while self._may_go_on():
            self._turned = monotonic()
            if self._is_lost:
                raise BrokerUnavailable("the connection of the consumer does not answer, though the broker does")
            batches = await consumer.fetch(limit=limit, timeout=self._settings.fetch_timeout)
            for batch in batches:
                if batch.partition not in self._releasing:
                    self._put(batch)
            for lane in self._lanes.values():
                lane.raise_failure()
            await self._hold_back(consumer)

    def _put(self, batch: Batch) -> None:
        lane = self._lanes.get(batch.partition)
        if lane is None:
            lane = self._lanes[batch.partition] = Lane(
                batch.partition, batch_size=self._settings.batch_size, finish=self._finish, commit=self._commit
            )
        lane.put(batch)

    async def _hold_back(self, consumer: Consumer) -> None:
        """Wait for full lanes; pause those that do not catch up soon, so that the others go on.

        Waiting comes first because the client throws away the records that it fetched ahead when it pauses.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.patience):
                while self._full_lanes() or self._held() >= self._settings.prefetch:
                    self._taken.clear()
                    await self._taken.wait()
        for lane in self._full_lanes():
            lane.paused = True
            consumer.pause([lane.place])

    def _held(self) -> int:
        """Records in lanes that are not paused; they are kept few, since many burden the garbage collector."""
        return sum(lane.size for lane in self._lanes.values() if not lane.paused)

    def _full_lanes(self) -> list[Lane]:
        return [lane for lane in self._lanes.values() if lane.size >= self._settings.prefetch and not lane.paused]

    async def _finish(self, lane: Lane, records: Sequence[Record]) -> None:
        self._taken.set()
        if lane.paused and lane.size <= self._settings.prefetch // 2 and self._consumer is not None:
            lane.paused = False
            self._consumer.resume([lane.place])
        await self._dispatcher.dispatch(lane, records)

    async def _commit(self, lane: Lane, offset: int) -> None:
        attempt = 1
        while self._consumer is not None:
            try:
                await self._consumer.commit({lane.place: offset})
                break
            except (BrokerUnavailable, BrokerRefused) as error:
                await self._dispatcher.rest(lane, attempt, error)
                attempt += 1
        self._dispatcher.retrying.pop(lane.place, None)

    async def _release(self, partitions: Iterable[TopicPartition], drain: float | None = None) -> None:
        """Finish or drop the work in flight of these partitions."""
        places = frozenset(partitions)
        self._releasing |= places
        lanes = [self._lanes.pop(place) for place in places if place in self._lanes]
        await asyncio.gather(*(lane.stop(self._settings.drain_timeout if drain is None else drain) for lane in lanes))
        self._releasing -= places

    async def _watch(self, consumer: Consumer) -> None:
        """Check regularly whether the broker answers and how far the group is behind.

        The connection counts as lost if it fails to answer twice in a row although the broker answered on another.
        """
        while not self._is_lost:
            unanswered = self._unanswered
            try:
                await self._broker.ping()
                unanswered += 1
                self._observer.lag(self._group, await consumer.lag())
                self._reachable, self._refusal, self._unanswered = True, "", 0
            except (BrokerUnavailable, BrokerRefused):
                self._reachable = False
                self._unanswered = unanswered if unanswered > self._unanswered else 0
            await asyncio.sleep(self._settings.watch_interval)

    @property
    def _is_lost(self) -> bool:
        return self._unanswered > 1
