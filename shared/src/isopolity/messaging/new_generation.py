"""A new generation of topics, filled by publishing again what the present one holds.

Invariant: the records of a key go over in their order, with their moments; a group reads on after what it has read.
Nothing is left behind: where something was written meanwhile, the generation is left unfinished. Such a one, of which
not every group knows where to read on, is never gone on with: the next run takes the number after it.
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
    """Counts of the records that a new generation was filled with."""

    records: Mapping[str, int]
    """How many records went over, by topic."""
    keyless: int
    """Records without a key, which are no events; they stay where they are."""


async def make_generation(
    old: MessageBroker, new: MessageBroker, topics: Sequence[Topic], groups: Mapping[str, Sequence[str]]
) -> NewGeneration:
    """Make `topics` on `new`, which is the same broker in a later generation, and publish there what `old` holds.

    `groups` names the topics of each consumer group. Raises NotNow where a service runs, or has not read all, and
    where nothing is there.
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
    """Whether any of `topics` is there in the generation of `broker`."""
    return bool(await broker.bounds([topic.name for topic in topics]))


async def is_in_use(broker: MessageBroker, groups: Mapping[str, Sequence[str]]) -> bool:
    """Whether the generation of `broker` was finished: every group knows where to read on in it."""
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
    """Publish again all records of the topic; how many, and how many have no key."""
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
