"""Moving a Kafka consumer group that has no members, by a commit from outside of it."""

from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer
from aiokafka import errors as kafka

from isopolity.messaging.broker import TopicPartition
from isopolity.messaging.errors import GroupInUse
from isopolity.messaging.kafka.errors import bounded
from isopolity.messaging.kafka.looks import members
from isopolity.messaging.kafka.names import theirs
from isopolity.messaging.kafka.settings import KafkaSettings
from isopolity.messaging.kafka.teardown import uninterrupted


async def move_group(settings: KafkaSettings, group: str, offsets: Mapping[TopicPartition, int]) -> None:
    """Commit these offsets; the coordinator refuses them where somebody has joined since we asked."""
    if await members(settings, group):
        raise GroupInUse(f"the group {group} has members")
    places = {theirs(place): offset for place, offset in offsets.items()}
    async with bounded(settings.request_timeout, "moving a group"):
        client = AIOKafkaConsumer(group_id=group, enable_auto_commit=False, **settings.connection())
        client.assign(list(places))
        try:
            await uninterrupted(client.start())
            await client.commit(places)
        except (kafka.CommitFailedError, kafka.UnknownMemberIdError) as error:
            raise GroupInUse(f"the group {group} has members") from error
        finally:
            await uninterrupted(client.stop())
