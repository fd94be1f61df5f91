"""KafkaBroker: the MessageBroker on Apache Kafka, through aiokafka: topics, groups, and a sign of life.

Its producers, consumers and readers share nothing: each has its own connections. Invariant: an existing topic is never
changed; a wrong number of partitions is an error. A group is moved by a commit from outside, and only while it has no
members.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, structs
from aiokafka import errors as kafka
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

from isopolity.contracts.topic import Topic
from isopolity.messaging import broker as port
from isopolity.messaging.broker import Bounds, GroupMember, TopicPartition
from isopolity.messaging.errors import BrokerRefused, GroupInUse, TopicMismatch
from isopolity.messaging.generations import differing
from isopolity.messaging.kafka.clients import bounded, uninterrupted
from isopolity.messaging.kafka.consumer import kafka_consumer, kafka_reader
from isopolity.messaging.kafka.producer import kafka_producer
from isopolity.messaging.kafka.settings import KafkaSettings, all_on_kafka, on_kafka, ours, theirs, topic_of

_DEFAULT_REPLICATION: Final = -1
_POLL_SECONDS: Final = 0.1
_LOOK_MS: Final = 200


class KafkaBroker:
    """The MessageBroker for a Kafka cluster."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings

    async def ensure_topics(self, topics: Sequence[Topic]) -> None:
        settings = self._settings
        wanted = {topic.name: settings.partitions.get(topic.name, topic.partitions) for topic in topics}
        async with self._administration("preparing topics", settings.request_timeout * 3) as admin:
            response = await admin.create_topics(
                [_new_topic(topic, wanted[topic.name], settings.generation) for topic in topics]
            )
            for name, code, *detail in response.topic_errors:
                if code not in (kafka.NoError.errno, kafka.TopicAlreadyExistsError.errno):
                    raise BrokerRefused(f"Kafka did not create the topic {name}: {detail[0] if detail else code}")
            found = await _partitions(admin, all_on_kafka(list(wanted), settings.generation))
        if problem := differing({topic_of(name)[0]: count for name, count in found.items()}, wanted):
            raise TopicMismatch(problem)

    def producer(self, transactional_id: str | None = None) -> AbstractAsyncContextManager[port.Producer]:
        return kafka_producer(self._settings, transactional_id)

    def consumer(
        self,
        group: str,
        topics: Sequence[str],
        *,
        on_assigned: port.PartitionsCallback | None = None,
        on_revoked: port.PartitionsCallback | None = None,
    ) -> AbstractAsyncContextManager[port.Consumer]:
        return kafka_consumer(self._settings, group, topics, on_assigned, on_revoked)

    def reader(self, topics: Sequence[str]) -> AbstractAsyncContextManager[port.Reader]:
        return kafka_reader(self._settings, topics)

    async def group_lag(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        """The end offset minus the offset of the first readable record after the committed offset (or the start)."""
        async with self._administration("asking for the lag") as admin:
            places = await self._places(admin, topics)
            committed = await admin.list_consumer_group_offsets(group, partitions=places)
            async with self._lookout() as client:
                starts, ends = await client.beginning_offsets(places), await client.end_offsets(places)
                done = {
                    place: max(committed[place].offset if place in committed else -1, starts[place]) for place in places
                }
                behind = {place: offset for place, offset in done.items() if offset < ends[place]}
                first = await _first_records(client, behind, ends)
        return {ours(place): max(0, ends[place] - first.get(place, ends[place])) for place in places}

    async def bounds(self, topics: Sequence[str]) -> Mapping[TopicPartition, Bounds]:
        async with self._administration("asking for the bounds of topics") as admin:
            places = await self._places(admin, topics)
            async with self._lookout() as client:
                starts, ends = await client.beginning_offsets(places), await client.end_offsets(places)
        return {ours(place): Bounds(starts[place], ends[place]) for place in places}

    async def offsets_at(self, topics: Sequence[str], moment: datetime) -> Mapping[TopicPartition, int]:
        async with self._administration("asking for the offsets of a moment") as admin:
            places = await self._places(admin, topics)
            async with self._lookout() as client:
                found = await client.offsets_for_times(dict.fromkeys(places, int(moment.timestamp() * 1000)))
                ends = await client.end_offsets(places)
        return {ours(place): ends[place] if found.get(place) is None else found[place].offset for place in places}

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        async with self._administration("asking for committed offsets") as admin:
            found = await admin.list_consumer_group_offsets(group, partitions=await self._places(admin, topics))
        return {ours(place): each.offset for place, each in found.items() if each.offset >= 0}

    async def members(self, group: str) -> Sequence[GroupMember]:
        """Members of the group by its coordinator; empty for a group that never had any."""
        async with self._administration("asking for the members of a group") as admin:
            answers = await admin.describe_consumer_groups([group])
            (described,) = (each for answer in answers for each in answer.groups)
            code, *_ = described
            if code:
                raise kafka.for_code(code)(f"of the group {group}")
        return [_member(each) for each in described[5]]

    async def move_group(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit these offsets; the coordinator refuses them if a member has joined since we asked."""
        if await self.members(group):
            raise GroupInUse(f"the group {group} has members")
        places = {theirs(place): offset for place, offset in offsets.items()}
        async with bounded(self._settings.request_timeout, "moving a group"):
            client = AIOKafkaConsumer(group_id=group, enable_auto_commit=False, **self._settings.connection())
            client.assign(list(places))
            try:
                await uninterrupted(client.start())
                await client.commit(places)
            except (kafka.CommitFailedError, kafka.UnknownMemberIdError) as error:
                raise GroupInUse(f"the group {group} has members") from error
            finally:
                await uninterrupted(client.stop())

    def for_readers(self) -> Mapping[str, Any]:
        return {"kafka": self._settings.with_secrets()}

    async def ping(self) -> None:
        async with self._administration("answering a ping") as admin:
            await admin.describe_cluster()

    @asynccontextmanager
    async def _administration(self, doing: str, seconds: float | None = None) -> AsyncIterator[AIOKafkaAdminClient]:
        """A client for administration, by default for one request's time; sentences of errors contain `doing`."""
        async with bounded(seconds or self._settings.request_timeout, doing):
            admin = AIOKafkaAdminClient(**self._settings.connection())
            try:
                await uninterrupted(admin.start())
                yield admin
            finally:
                await uninterrupted(admin.close())

    async def _places(self, admin: AIOKafkaAdminClient, topics: Sequence[str]) -> list[Any]:
        """All partitions of the present generation of `topics`, as aiokafka names them."""
        described = await admin.describe_topics(all_on_kafka(topics, self._settings.generation))
        return [structs.TopicPartition(t["topic"], p["partition"]) for t in described for p in t["partitions"]]

    @asynccontextmanager
    async def _lookout(self) -> AsyncIterator[AIOKafkaConsumer]:
        """A client that reads committed records without a group."""
        client = AIOKafkaConsumer(
            group_id=None,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            **self._settings.connection(),
        )
        try:
            await uninterrupted(client.start())
            yield client
        finally:
            await uninterrupted(client.stop())


def _new_topic(topic: Topic, partitions: int, generation: int) -> NewTopic:
    name = on_kafka(topic.name, generation)
    return NewTopic(name, partitions, _DEFAULT_REPLICATION, replica_assignments={}, topic_configs=dict(topic.settings))


async def _partitions(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    """The number of partitions of each topic, once all of them have leaders."""
    while True:
        described = await admin.describe_topics(names)
        if all(not topic["error_code"] and all(p["leader"] >= 0 for p in topic["partitions"]) for topic in described):
            return {topic["topic"]: len(topic["partitions"]) for topic in described}
        await asyncio.sleep(_POLL_SECONDS)


async def _first_records(
    client: AIOKafkaConsumer, behind: Mapping[Any, int], ends: Mapping[Any, int]
) -> dict[Any, int]:
    """The offset of the first readable record between an offset and the end; partitions without one are left out.

    Only reading shows it, since markers of transactions and aborted records have offsets too. If the client cannot read
    a record, all partitions without a result count as behind from their offset on.
    """
    first: dict[Any, int] = {}
    waiting = set(behind)
    client.assign(list(behind))
    for place, offset in behind.items():
        client.seek(place, offset)
    while waiting:
        try:
            fetched = await client.getmany(timeout_ms=_LOOK_MS, max_records=1)  # more would block the event loop
        except UnicodeDecodeError:
            return first | {place: behind[place] for place in waiting}
        for place, records in fetched.items():
            if place in waiting and records:
                first[place] = records[0].offset
                waiting.discard(place)
                client.pause(place)
        waiting -= {place for place in waiting if await client.position(place) >= ends[place]}
    return first


def _member(described: Sequence[Any]) -> GroupMember:
    _, client, host, _, assignment = described[:5]
    return GroupMember(client, host.removeprefix("/"), _held(assignment))


def _held(assignment: bytes) -> frozenset[TopicPartition]:
    """The partitions that the leader assigned; empty while the group is rebalancing."""
    if not assignment:
        return frozenset()
    found: Sequence[structs.TopicPartition] = ConsumerProtocolMemberAssignment.decode(assignment).partitions()
    return frozenset(ours(place) for place in found)
