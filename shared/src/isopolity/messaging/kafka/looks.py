"""Looks at Kafka's topics and groups: bounds, offsets of a moment, committed offsets, members of a group."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from aiokafka import errors as kafka
from aiokafka import structs
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

from isopolity.messaging.broker import Bounds, GroupMember, TopicPartition
from isopolity.messaging.kafka.admin import administration, lookout, places_of
from isopolity.messaging.kafka.names import ours
from isopolity.messaging.kafka.settings import KafkaSettings


async def bounds(settings: KafkaSettings, topics: Sequence[str]) -> Mapping[TopicPartition, Bounds]:
    """Start and end of all partitions."""
    async with administration(settings, "asking for the bounds of topics", settings.request_timeout) as admin:
        places = await places_of(admin, settings, topics)
        async with lookout(settings) as client:
            starts, ends = await client.beginning_offsets(places), await client.end_offsets(places)
    return {ours(place): Bounds(starts[place], ends[place]) for place in places}


async def offsets_at(settings: KafkaSettings, topics: Sequence[str], moment: datetime) -> Mapping[TopicPartition, int]:
    """The first offsets of `moment` or later."""
    async with administration(settings, "asking for the offsets of a moment", settings.request_timeout) as admin:
        places = await places_of(admin, settings, topics)
        async with lookout(settings) as client:
            found = await client.offsets_for_times(dict.fromkeys(places, int(moment.timestamp() * 1000)))
            ends = await client.end_offsets(places)
    return {ours(place): ends[place] if found.get(place) is None else found[place].offset for place in places}


async def committed(settings: KafkaSettings, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
    """What the group has committed."""
    async with administration(settings, "asking for committed offsets", settings.request_timeout) as admin:
        found = await admin.list_consumer_group_offsets(group, partitions=await places_of(admin, settings, topics))
    return {ours(place): each.offset for place, each in found.items() if each.offset >= 0}


async def members(settings: KafkaSettings, group: str) -> Sequence[GroupMember]:
    """Who is in the group, as its coordinator says; a group that nobody ever joined has no members."""
    async with administration(settings, "asking for the members of a group", settings.request_timeout) as admin:
        answers = await admin.describe_consumer_groups([group])
        (described,) = (each for answer in answers for each in answer.groups)
        code, *_ = described
        if code:
            raise kafka.for_code(code)(f"of the group {group}")
    return [_member(each) for each in described[5]]


def _member(described: Sequence[Any]) -> GroupMember:
    _, client, host, _, assignment = described[:5]
    return GroupMember(client, host.removeprefix("/"), _held(assignment))


def _held(assignment: bytes) -> frozenset[TopicPartition]:
    """What the leader assigned; nothing while the group shares its partitions out anew."""
    if not assignment:
        return frozenset()
    found: Sequence[structs.TopicPartition] = ConsumerProtocolMemberAssignment.decode(assignment).partitions()
    return frozenset(ours(place) for place in found)
