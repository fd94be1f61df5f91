"""Reading from Kafka: group consumers that commit by hand, and readers without a group.

Invariant: partitions that `fetch` returns are assigned at that moment, since nothing is awaited between aiokafka's
return and ours. Only committed transactions are read. Positions count transaction markers, so a reader reaches the end
offset.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, structs
from aiokafka import errors as kafka

from isopolity.messaging.broker import Batch, PartitionsCallback, Record, TopicPartition, this_process
from isopolity.messaging.errors import BrokerUnavailable, TopicMismatch, UnreadableRecord
from isopolity.messaging.generations import differing
from isopolity.messaging.kafka.clients import FAILURES, bounded, is_lost, tear_down_consumer, translate, uninterrupted
from isopolity.messaging.kafka.settings import KafkaSettings, all_on_kafka, on_kafka, ours, theirs

_FETCH_WAIT_MS: Final = 200
"""How long the broker holds an empty fetch; a resumed partition waits for that."""
_CLOSE_SECONDS: Final = 5.0
_UNREADABLE: Final = (
    "a record has a header whose name is not UTF-8, so that nothing after it can be read: step over it with "
    "kafka-consumer-groups.sh, as the runbook says"
)


@asynccontextmanager
async def kafka_consumer(
    settings: KafkaSettings,
    group: str,
    topics: Sequence[str],
    on_assigned: PartitionsCallback | None,
    on_revoked: PartitionsCallback | None,
) -> AsyncIterator["KafkaConsumer"]:
    """A member of `group`, joined."""
    client = AIOKafkaConsumer(
        group_id=group,
        client_id=this_process(),
        enable_auto_commit=False,
        session_timeout_ms=int(settings.session_timeout * 1000),
        heartbeat_interval_ms=int(settings.session_timeout * 100),
        rebalance_timeout_ms=int(settings.rebalance_timeout * 1000),
        **_reading(settings),
    )
    client.subscribe(all_on_kafka(topics, settings.generation), listener=_Listener(on_assigned, on_revoked))
    async with _started(client, settings.request_timeout + settings.rebalance_timeout):
        yield KafkaConsumer(client, settings, client, topics)


@asynccontextmanager
async def kafka_reader(settings: KafkaSettings, topics: Sequence[str]) -> AsyncIterator["KafkaReader"]:
    """A reader of all partitions of `topics`."""
    async with _reading_all(settings, topics) as client, _reading_all(settings, topics) as asking:
        asking.pause(*asking.assignment())
        yield KafkaReader(client, settings, asking, topics)


@asynccontextmanager
async def _reading_all(settings: KafkaSettings, topics: Sequence[str]) -> AsyncIterator[AIOKafkaConsumer]:
    names = all_on_kafka(topics, settings.generation)
    client = AIOKafkaConsumer(*names, group_id=None, enable_auto_commit=False, **_reading(settings))
    async with _started(client, settings.request_timeout):
        yield client


def _reading(settings: KafkaSettings) -> dict[str, Any]:
    return settings.connection() | {
        "isolation_level": "read_committed",
        "auto_offset_reset": "earliest",
        "fetch_max_wait_ms": _FETCH_WAIT_MS,
    }


@asynccontextmanager
async def _started(client: AIOKafkaConsumer, seconds: float) -> AsyncIterator[None]:
    try:
        async with bounded(seconds, "connecting a consumer"):
            await uninterrupted(client.start())
        yield
    finally:
        await uninterrupted(tear_down_consumer(client, _CLOSE_SECONDS), 2 * _CLOSE_SECONDS)


class KafkaReader:
    """A Reader on aiokafka; a group's consumer extends it.

    `asking` is the client for end offsets, since a request on the connection of `client` would wait for a fetch that
    the broker holds. A group's consumer, which does not wait for end offsets, uses its own client.
    """

    def __init__(
        self, client: AIOKafkaConsumer, settings: KafkaSettings, asking: AIOKafkaConsumer, topics: Sequence[str]
    ) -> None:
        self._topics = topics
        self._client = client
        self._asking = asking
        self._settings = settings
        self._reported: dict[TopicPartition, int] = {}
        """The offset up to which batches of each partition were returned."""
        self._records_end: dict[TopicPartition, int] = {}
        """The offset after the last returned record of each partition."""

    async def fetch(self, *, limit: int, timeout: float) -> Sequence[Batch]:
        """Implements Reader.fetch.

        Raises UnreadableRecord for a record with a header name that is not UTF-8. Raises BrokerUnavailable if a
        background task of the client has died; only another client can read on.
        """
        if is_lost(self._client):
            raise BrokerUnavailable("Kafka's client has lost a task of its own, and brings nothing any more")
        self._check_partitions()
        await asyncio.sleep(0)  # getmany returns at once while it has records, so the event loop would not turn
        # getmany waits without bound while the group rebalances; being cut off there loses nothing.
        try:
            async with asyncio.timeout(timeout):
                records = await self._client.getmany(timeout_ms=int(timeout * 1000), max_records=limit)
        except TimeoutError:
            records = {}  # positions may have moved nevertheless
        except UnicodeDecodeError as error:
            raise UnreadableRecord(_UNREADABLE) from error
        except FAILURES as error:
            raise translate(error, "fetching") from error
        return self._batches(records)

    def _check_partitions(self) -> None:
        """Raise TopicMismatch if a topic has another number of partitions than is set, since some would not be read."""
        generation = self._settings.generation
        known = {topic: self._client.partitions_for_topic(on_kafka(topic, generation)) for topic in self._topics}
        found = {topic: len(numbers) for topic, numbers in known.items() if numbers}
        if problem := differing(found, self._settings.partitions):
            raise TopicMismatch(problem)

    async def end_offsets(self) -> Mapping[TopicPartition, int]:
        async with bounded(self._settings.request_timeout, "asking for end offsets"):
            ends = await self._asking.end_offsets(list(self._client.assignment()))
        return {ours(place): offset for place, offset in ends.items()}

    async def position(self) -> Mapping[TopicPartition, int]:
        async with bounded(self._settings.request_timeout, "asking for positions"):
            return {ours(place): await self._client.position(place) for place in self._client.assignment()}

    async def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        held = self._client.assignment()
        for place, offset in offsets.items():
            if theirs(place) in held:
                self._client.seek(theirs(place), offset)
                self._records_end[place] = offset

    def _batches(self, fetched: Mapping[Any, Sequence[Any]]) -> list[Batch]:
        """Batches of the fetched records, and of partitions whose position moved over unreadable places."""
        batches = []
        reported: dict[TopicPartition, int] = {}
        for place, position in self._positions():
            records = fetched.get(theirs(place), ())
            if records:
                self._records_end[place] = records[-1].offset + 1
            if records or position > self._reported.get(place, self._first_reported(position)):
                batches.append(Batch(place, [_record(place, record) for record in records], position))
            reported[place] = position
        self._reported = reported
        return batches

    def _first_reported(self, position: int) -> int:
        """The offset up to which a new partition counts as returned."""
        return position

    def _positions(self) -> Iterator[tuple[TopicPartition, int]]:
        # The public position() is a coroutine that may wait; here nothing may be awaited.
        assignment = self._client._subscription.subscription.assignment
        for place in assignment.tps if assignment is not None else ():
            state = assignment.state_value(place)
            if state.has_valid_position:
                yield ours(place), state.position


class KafkaConsumer(KafkaReader):
    """A Consumer on aiokafka."""

    def _first_reported(self, position: int) -> int:
        # It may already be beyond markers after the committed offset, which the caller commits only for a batch.
        return -1

    def pause(self, partitions: Iterable[TopicPartition]) -> None:
        self._client.pause(*self._held(partitions))

    def resume(self, partitions: Iterable[TopicPartition]) -> None:
        self._client.resume(*self._held(partitions))

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        held = {place: offsets[ours(place)] for place in self._held(offsets)}
        if not held:
            return
        async with bounded(self._settings.request_timeout, "committing offsets"):
            # The group has moved on: the present holder of the partitions reads them from the last commit.
            with suppress(kafka.CommitFailedError, kafka.IllegalStateError):
                await self._client.commit(held)

    async def seek_to_start(self) -> None:
        held = self._client.assignment()
        if held:
            async with bounded(self._settings.request_timeout, "seeking to the start"):
                await self._client.seek_to_beginning(*held)

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset(ours(place) for place in self._client.assignment())

    async def lag(self) -> Mapping[TopicPartition, int]:
        held = list(self._client.assignment())
        async with bounded(self._settings.request_timeout, "asking for the lag"):
            ends = await self._client.end_offsets(held)
            starts = await self._client.beginning_offsets(held)
            committed = await asyncio.gather(*(self._client.committed(place) for place in held))
        positions = dict(self._positions())
        lag: dict[TopicPartition, int] = {}
        for place, offset in zip(held, committed, strict=True):
            known, done = ours(place), max(offset or 0, starts[place])
            read_to_the_end = positions.get(known, -1) >= ends[place]
            nothing_to_read = read_to_the_end and done >= self._records_end.get(known, 0)
            lag[known] = 0 if nothing_to_read else max(0, ends[place] - done)
        return lag

    def _held(self, partitions: Iterable[TopicPartition]) -> list[structs.TopicPartition]:
        held = self._client.assignment()
        return [theirs(place) for place in partitions if theirs(place) in held]


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    def __init__(self, on_assigned: PartitionsCallback | None, on_revoked: PartitionsCallback | None) -> None:
        self._on_assigned = on_assigned
        self._on_revoked = on_revoked

    async def on_partitions_assigned(self, assigned: Iterable[structs.TopicPartition]) -> None:
        if self._on_assigned is not None:
            await self._on_assigned(frozenset(ours(place) for place in assigned))

    async def on_partitions_revoked(self, revoked: Iterable[structs.TopicPartition]) -> None:
        partitions = frozenset(ours(place) for place in revoked)
        if self._on_revoked is not None and partitions:
            await self._on_revoked(partitions)


def _record(place: TopicPartition, record: Any) -> Record:
    key = record.key
    return Record(
        place.topic,
        place.partition,
        record.offset,
        record.timestamp,
        None if key is None else key.decode(errors="replace"),
        record.value,
        [(name, value or b"") for name, value in record.headers],  # a null header counts as empty
    )
