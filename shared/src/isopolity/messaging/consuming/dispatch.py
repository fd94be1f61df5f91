"""Dispatch of records to their processor; if it fails, `fates` decides whether to try again.

Invariant: `dispatch` returns only when each record is handled, skipped or written to the dead letters. A dead letter
that the broker refuses holds up its partition; one that is too large is written as a reference.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from time import perf_counter
from typing import Final

import structlog

from isopolity.contracts.catalogue import EVENT_TOPICS, EVENT_TYPES
from isopolity.machine.clock import Clock
from isopolity.machine.turns import Turns
from isopolity.messaging.broker import Producer, Record, TopicPartition
from isopolity.messaging.codec import to_event
from isopolity.messaging.consuming.dead_letter_limit import TooManyDeadLetters
from isopolity.messaging.consuming.fates import Fates
from isopolity.messaging.consuming.lane import Delivery, EventProcessor, Lane
from isopolity.messaging.consuming.settings import RunnerSettings
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.messaging.errors import (
    BrokerRefused,
    BrokerUnavailable,
    BrokerUnwritable,
    HeldUp,
    PoisonMessage,
    RecordTooLarge,
)

_log = structlog.get_logger(__name__)
_NEEDS_A_PERSON: Final = (BrokerRefused, BrokerUnwritable, HeldUp)
_WITHOUT_TOMBSTONES: Final = frozenset(topic.name for topic in EVENT_TOPICS if not topic.compacted)
"""Topics with retention by age: a record without a value has no meaning there, so it is poison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying:
    """A partition whose records are tried again."""

    attempts: int
    since: datetime
    error: str
    refusal: str = ""
    """Why a person must act, if one must: the broker or the surroundings refused the work."""


@dataclass(slots=True, kw_only=True)
class Dispatcher:
    """Hands the records of one consumer group to its processor; shared by the group's lanes."""

    fates: Fates
    processor: EventProcessor
    event_types: frozenset[str] | None
    """Types that the processor handles; other types of the catalogue are skipped. None: all types."""
    settings: RunnerSettings
    clock: Clock
    random: Random
    sleep: Callable[[float], Awaitable[None]]
    producer: Producer | None = None
    """Where dead letters are published; set while the runner is connected."""
    retrying: dict[TopicPartition, Retrying] = field(default_factory=dict)
    handling: dict[TopicPartition, float] = field(default_factory=dict)
    """When the processor's present work began, by `perf_counter`."""
    skipped_types: frozenset[bytes] = field(init=False)

    def __post_init__(self) -> None:
        handled = EVENT_TYPES.keys() if self.event_types is None else self.event_types
        self.skipped_types = frozenset(name.encode() for name in EVENT_TYPES.keys() - handled)

    def hanging(self) -> frozenset[TopicPartition]:
        """The partitions whose processor has been working on one batch for too long."""
        start = perf_counter() - self.settings.longest_handling
        return frozenset(place for place, since in self.handling.items() if since < start)

    async def dispatch(self, lane: Lane, records: Sequence[Record]) -> None:
        """Finish all these records of one partition, in order: handle, skip or dead-letter each."""
        deliveries, poisoned = await self._decode(records)
        if deliveries:
            error = await self._attempt(lane, deliveries)
            if error is not None:
                await self._isolate(lane, deliveries, error)
        for record, poison in poisoned:
            await self._give_up(lane, record, poison)
        self.fates.observer.consumed(self.fates.group, lane.place.topic, len(records))

    async def rest(self, lane: Lane, attempt: int, error: Exception) -> None:
        """Wait before the next attempt, and report it meanwhile; the lane may be stopped while it waits."""
        name = type(error).__name__
        since = self.retrying[lane.place].since if lane.place in self.retrying else self.clock()
        refusal = str(error) if isinstance(error, _NEEDS_A_PERSON) else ""
        self.retrying[lane.place] = Retrying(attempts=attempt, since=since, error=name, refusal=refusal)
        delay = self.settings.delay(attempt, self.random, error)
        _log.warning(
            "will_retry",
            group=self.fates.group,
            place=lane.place,
            attempt=attempt,
            error=name,
            reason=refusal,
            delay=delay,
        )
        try:
            await lane.rest(self.sleep(delay))
        except BaseException:
            self.retrying.pop(lane.place, None)
            raise

    async def _decode(self, records: Sequence[Record]) -> tuple[list[Delivery], list[tuple[Record, PoisonMessage]]]:
        deliveries: list[Delivery] = []
        poisoned: list[tuple[Record, PoisonMessage]] = []
        turns = Turns()
        for record in records:
            await turns.over()
            forgotten = record.value is None and record.topic not in _WITHOUT_TOMBSTONES
            if forgotten or (self.skipped_types and _type_of(record) in self.skipped_types):
                continue
            try:
                deliveries.append(Delivery(record, to_event(record)))
            except PoisonMessage as poison:
                poisoned.append((record, poison))
        return deliveries, poisoned

    async def _attempt(self, lane: Lane, deliveries: Sequence[Delivery]) -> Exception | None:
        started = self.handling[lane.place] = perf_counter()
        try:
            await self.processor(deliveries)
        except TooManyDeadLetters:
            raise
        except Exception as error:  # noqa: BLE001  # every fate is decided here, none is left to chance
            self.fates.observer.failed(self.fates.group, lane.place.topic, type(error).__name__)
            return error
        finally:
            self.handling.pop(lane.place, None)
        self.fates.observer.handled(self.fates.group, lane.place.topic, len(deliveries), perf_counter() - started)
        return None

    async def _isolate(self, lane: Lane, deliveries: Sequence[Delivery], error: Exception) -> None:
        """Try the events of a failed batch one at a time, so that only the failing one waits or is given up."""
        alone = error if len(deliveries) == 1 else None
        for delivery in deliveries:
            await self._dispatch_one(lane, delivery, alone)

    async def _dispatch_one(self, lane: Lane, delivery: Delivery, error: Exception | None) -> None:
        attempt = 1
        error = error or await self._attempt(lane, [delivery])
        while error is not None:
            if self.fates.gives_up(error, attempt):
                if not isinstance(error, PoisonMessage):
                    envelope = delivery.event.envelope
                    _log.error(
                        "handler_failed",
                        group=self.fates.group,
                        event_id=envelope.id,
                        correlation_id=envelope.lineage.correlation_id,
                        exc_info=error,
                    )
                await self._give_up(lane, delivery.record, error)
                break
            await self.rest(lane, attempt, error)
            attempt += 1
            error = await self._attempt(lane, [delivery])
        self.retrying.pop(lane.place, None)

    async def _give_up(self, lane: Lane, record: Record, error: Exception) -> None:
        """Write the dead letter, trying again as long as necessary. Raises TooManyDeadLetters."""
        letter = self.fates.letter(record, error)
        attempt = 1
        while True:
            try:
                await self.fates.count(letter)
                await self._publish(letter)
                break
            except (BrokerUnavailable, BrokerRefused) as problem:
                await self.rest(lane, attempt, problem)
                attempt += 1
        self.retrying.pop(lane.place, None)
        self.fates.report(letter)

    async def _publish(self, letter: DeadLetter) -> None:
        if self.producer is None:
            raise BrokerUnavailable("the runner is not connected")
        try:
            await self.producer.publish([letter.to_message(self.fates.dead_letter_topic)])
        except RecordTooLarge:  # for a broker with a lower limit than the default
            await self.producer.publish([letter.reference().to_message(self.fates.dead_letter_topic)])


def _type_of(record: Record) -> bytes | None:
    for name, value in record.headers:
        if name == "ce_type":
            return value
    return None
