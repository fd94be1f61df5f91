"""Between events and messages: which topic and key an event goes to, and what a record says."""

from isopolity.contracts import cloudevents
from isopolity.contracts.catalogue import TOPIC_OF_TYPE
from isopolity.contracts.event import Data, Event, MalformedEvent
from isopolity.messaging.broker import Message, Record
from isopolity.messaging.errors import PoisonMessage


def to_message(event: Event[Data]) -> Message:
    """The message for `event`, keyed by its aggregate, which is the envelope's subject."""
    value, headers = cloudevents.encode(event)
    return Message(TOPIC_OF_TYPE[event.envelope.type].name, event.envelope.subject, value, headers)


def to_event(record: Record) -> Event[Data]:
    """The event in `record`. Raises PoisonMessage for anything else, a tombstone included: look at `value` first."""
    if record.value is None:
        raise PoisonMessage("tombstone", "the message has no value")
    try:
        event = cloudevents.decode(record.value, record.headers)
    except MalformedEvent as error:
        raise PoisonMessage(error.reason, error.detail) from None
    if TOPIC_OF_TYPE[event.envelope.type].name != record.topic:
        raise PoisonMessage("wrong-topic", "the event's type belongs on another topic")
    if record.key != event.envelope.subject:
        raise PoisonMessage("wrong-key", "the key is not the event's subject")
    return event
