"""Wrong events: duplicates, a restart of the topic, and poison of each kind."""

from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, structs

from isopolity.contracts.catalogue import CITY, PROPOSAL, RESPONSE
from isopolity.contracts.notify import ResponseReceived
from isopolity.contracts.registry import CityState
from isopolity.machine.clock import system_clock, uuid7
from isopolity.messaging.broker import Message
from isopolity.messaging.codec import to_message
from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.persistence.unit_of_work import EventFactory

_EVENTS = EventFactory("urn:isopolity:test", system_clock, uuid7)


def poison() -> Mapping[str, Sequence[Message]]:
    """Poison by the reason that its dead letter must have."""
    city, response = _city(), _response()
    return {
        "missing-attribute": [city._replace(headers=[h for h in city.headers if h[0] != "ce_id"])],
        "unknown-type": [_with(city, "ce_type", b"isopolity.registry.city.exploded.v1")],
        "unsupported-version": [_with(city, "ce_specversion", b"0.3")],
        "unsupported-content-type": [_with(city, "content-type", b"text/plain")],
        "invalid-attribute": [_with(city, "ce_time", b"yesterday")],
        "invalid-data": [city._replace(value=b"{"), city._replace(value=b'{"city_id": 7}')],
        "wrong-key": [city._replace(key="somebody-else")],
        "wrong-topic": [city._replace(topic=RESPONSE.name), response._replace(topic=PROPOSAL.name)],
        "tombstone": [response._replace(value=None)],
    }


def _city() -> Message:
    city_id = uuid7()
    state = CityState(
        city_id=city_id,
        version=1,
        status="endorsed",
        kind="city",
        name="Nowhere",
        country="FI",
        region="europe-north-america",
    )
    return to_message(_EVENTS.event(f"{CITY.name}.registered.v1", state))


def _response() -> Message:
    data = ResponseReceived(
        response_id=uuid7(), proposal_id=uuid7(), side="a", answer="yes", answered_at=system_clock()
    )
    return to_message(_EVENTS.event(f"{RESPONSE.name}.received.v1", data))


def _with(message: Message, name: str, value: bytes) -> Message:
    return message._replace(headers=[(key, value if key == name else old) for key, old in message.headers])


async def publish_again(broker: KafkaBroker, topics: Sequence[str]) -> int:
    """Publish all events of these topics again, the last one first; returns how many."""
    messages = []
    async with broker.reader(topics) as reader:
        ends = await reader.end_offsets()
        while any(position < ends[place] for place, position in (await reader.position()).items()):
            for batch in await reader.fetch(limit=5000, timeout=0.5):
                messages += [Message(r.topic, r.key or "", r.value, r.headers) for r in batch.records]
    async with broker.producer() as producer:
        await producer.publish(messages[::-1])
    return len(messages)


async def back_to_the_start(bootstrap: str, group: str, topics: Sequence[str]) -> None:
    """Set the group's offsets to 0; it must have no members."""
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False) as consumer:
        places = [structs.TopicPartition(t, p) for t in topics for p in await _partitions(consumer, t)]
        consumer.assign(places)
        await consumer.commit(dict.fromkeys(places, 0))


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> Sequence[int]:
    await consumer._client.add_topic(topic)  # the public method needs topics that the client knows already
    return sorted(consumer.partitions_for_topic(topic) or ())
