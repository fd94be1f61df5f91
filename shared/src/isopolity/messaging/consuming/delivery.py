"""Deliveries, which the consumer runner hands to a service: records with the events that they carry."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from isopolity.contracts.event import Data, Event
from isopolity.messaging.broker import Record


class Delivery(NamedTuple):
    """One event and the record that it came in."""

    record: Record
    event: Event[Data]


class EventProcessor(Protocol):
    """Does the effects of a batch of one partition's events, all or none."""

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Return once the effects of all are committed; raise, having changed nothing, if one cannot be done."""
