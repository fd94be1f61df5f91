"""A new generation of topics, filled by publishing the records of the present one again.

Invariant: the records of a key are copied in their order, with their moments; a group reads on after the records that
it has read. No record is lost: if one was written meanwhile, the generation is left unfinished, without offsets for
every group. An unfinished generation is never continued: the next run takes the next number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.contracts.topic import Topic
from isopolity.messaging.broker import Message, MessageBroker, Record, TopicPartition
from isopolity.messaging.errors import MessagingError
from isopolity.messaging.topic_reader import records_to_the_end

_AT_ONCE: Final = 500


class NotNow(MessagingError):
    """The generation cannot be made now; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGeneration:
    """Counts of the records that were copied to a new generation."""

    records: Mapping[str, int]
    """How many records were copied, by topic."""
    keyless: int
    """Records without a key, which are no events; they stay where they are."""


async def make_generation(
    old: MessageBroker, new: MessageBroker, topics: Sequence[Topic], groups: Mapping[str, Sequence[str]]
) -> NewGeneration:
    """Make `topics` on `new`, the same broker in a later generation, and publish the records of `old` there.

    `groups` has the topics of each consumer group. Raises NotNow if a service runs or has not read all, and without
    records.
    """
    await _check_still(old, groups)
    before = await _ends(old, topics)
    if not before:
        raise NotNow("the topics are not there; set ISOPOLITY_TOPIC_GENERATION as it is set for the services")
    await new.ensure_topics(topics)
    there = {place.topic for place in before}
    copied = {topic.name: await _copy(old, new, topic.name) for topic in topics if topic.name in there}
    await _check_still(old, groups)
    if await _ends(old, topics) != before:
        raise NotNow("somebody wrote while the topics were read; stop all services, and start this command again")
    for group, names in groups.items():
        bounds = await new.bounds(names)
        await new.move_group(group, {place: each.end for place, each in bounds.items()})
    return NewGeneration(
        records={name: records for name, (records, _) in copied.items()},
        keyless=sum(keyless for _, keyless in copied.values()),
    )


async def is_made(broker: MessageBroker, topics: Sequence[Topic]) -> bool:
    """Whether any of `topics` exists in the generation of `broker`."""
    return bool(await broker.bounds([topic.name for topic in topics]))


async def is_in_use(broker: MessageBroker, groups: Mapping[str, Sequence[str]]) -> bool:
    """Whether the generation of `broker` was finished: every group has offsets in it."""
    return all([await broker.committed(group, names) for group, names in groups.items()])


async def _ends(broker: MessageBroker, topics: Sequence[Topic]) -> Mapping[TopicPartition, int]:
    return {place: each.end for place, each in (await broker.bounds([topic.name for topic in topics])).items()}


async def _check_still(broker: MessageBroker, groups: Mapping[str, Sequence[str]]) -> None:
    for group, names in groups.items():
        if await broker.members(group):
            raise NotNow(f"{group} still reads; stop all services first")
        waiting = sum((await broker.group_lag(group, names)).values())
        if waiting:
            waits = "1 record waits" if waiting == 1 else f"{waiting:,} records wait"
            raise NotNow(
                f"{waits} for {group}; start all services, without their proxy, for some "
                "minutes, stop them again, and start this command again"
            )


async def _copy(old: MessageBroker, new: MessageBroker, topic: str) -> tuple[int, int]:
    """Publish all records of the topic again; returns how many, and how many were left out without a key."""
    count = keyless = 0
    waiting: list[Message] = []
    async with old.reader([topic]) as reader, new.producer() as producer:
        async for record in records_to_the_end(reader):
            if record.key is None:
                keyless += 1
                continue
            waiting.append(_message(record, record.key))
            count += 1
            if len(waiting) == _AT_ONCE:
                await producer.publish(waiting)
                waiting = []
        await producer.publish(waiting)
    return count, keyless


def _message(record: Record, key: str) -> Message:
    return Message(record.topic, key, record.value, record.headers, max(record.timestamp, 0))
