"""Codec between events and messages: topic and key of an event, the event in a record, and the members it is about.

Members are found by ids, to count and to name those in a backlog. In an event without a member's id, the side of a
proposal that answered or was mailed counts as one unnamed member.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from isopolity.contracts import cloudevents
from isopolity.contracts.catalogue import (
    CITY,
    CONTACT,
    DELIVERY,
    INTEREST,
    PARTNER,
    PARTNERSHIP,
    PROPOSAL,
    REQUEST,
    RESPONSE,
    TOPIC_OF_TYPE,
    TWINNING,
)
from isopolity.contracts.event import Data, Event, MalformedEvent
from isopolity.contracts.masked_fields import is_id
from isopolity.messaging.broker import Message, Record
from isopolity.messaging.errors import PoisonMessage


def to_message(event: Event[Data]) -> Message:
    """The message for `event`, keyed by its aggregate, which is the envelope's subject."""
    value, headers = cloudevents.encode(event)
    return Message(TOPIC_OF_TYPE[event.envelope.type].name, event.envelope.subject, value, headers)


def to_event(record: Record) -> Event[Data]:
    """The event in `record`. Raises PoisonMessage for anything else, including a tombstone: check `value` first."""
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


_BOTH_SIDES: Final = "sides"
_FIELDS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    CITY.name: (("city_id",),),
    PARTNER.name: (("partner_id",),),
    REQUEST.name: (("city_id",),),
    TWINNING.name: (("city_a",), ("city_b",)),
    CONTACT.name: (("member_id",),),
    INTEREST.name: (("member_id",),),
    RESPONSE.name: (("proposal_id", "side"),),
    DELIVERY.name: (("proposal_id", "side"),),
    PROPOSAL.name: ((_BOTH_SIDES,),),
    PARTNERSHIP.name: ((_BOTH_SIDES,),),
}
"""By topic, the fields whose values together are one id; for `sides`, the `member_id` of each side."""


def member_ids(topic: str, value: bytes | None) -> frozenset[str]:
    """The ids in the value of a record; empty without any, for an unreadable value, and for a tombstone."""
    fields = _FIELDS.get(topic)
    if fields is None or value is None:
        return frozenset()
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):  # RecursionError if it is nested too deep
        return frozenset()
    return frozenset(_ids(found, fields)) if isinstance(found, dict) else frozenset()


def visible_members(topic: str, data: Mapping[str, Any] | None) -> list[str]:
    """The ids of members in the masked data of an event, in order; empty without any, and for an event without a
    contract.

    Fields that the contract of its type lacks are ignored, so that an event on a wrong topic is not read by that
    topic's fields.
    """
    fields = tuple(names for names in _FIELDS.get(topic, ()) if len(names) == 1)
    return [] if data is None else sorted(filter(is_id, set(_ids(data, fields))))


def _ids(found: Mapping[str, Any], fields: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    for names in fields:
        if names == (_BOTH_SIDES,):
            sides = found.get(_BOTH_SIDES)
            for side in sides if isinstance(sides, list) else ():
                if isinstance(side, dict) and isinstance(side.get("member_id"), str):
                    yield side["member_id"]
            continue
        values = [found.get(name) for name in names]
        if all(isinstance(value, str) for value in values):
            yield "/".join(map(str, values))
