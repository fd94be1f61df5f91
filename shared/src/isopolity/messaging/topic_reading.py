"""Reading a topic from its start to its present end: for a service that learns from it what its database has lost."""

from collections.abc import AsyncIterator
from typing import Any

from isopolity.contracts.event import Event
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.codec import to_event
from isopolity.messaging.dead_letters import records_to_the_end
from isopolity.messaging.errors import PoisonMessage


async def whole_topic(broker: MessageBroker, topic: str) -> AsyncIterator[Event[Any]]:
    """All events of the topic, those of one key in order; tombstones and what is no event are left out."""
    async with broker.reader([topic]) as reader:
        async for record in records_to_the_end(reader):
            try:
                yield to_event(record)
            except PoisonMessage:
                continue


async def newest_events(broker: MessageBroker, topic: str) -> dict[str, Event[Any]]:
    """By key, the event with the highest version."""
    newest: dict[str, Event[Any]] = {}
    async for event in whole_topic(broker, topic):
        known = newest.get(event.envelope.subject)
        if known is None or event.data.version > known.data.version:
            newest[event.envelope.subject] = event
    return newest
