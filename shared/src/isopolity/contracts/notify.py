"""The states that notify publishes: answers, and the outcome of each mail; never an address, name or free text."""

from datetime import date
from typing import Annotated

from pydantic import Field

from isopolity.contracts.event import Code, Data, Identifier, Moment, Version


class ResponseReceived(Data):
    """One side's answer to a proposal, as given on the answer page."""

    response_id: Identifier
    proposal_id: Identifier
    side: Code
    answer: Code
    """`yes`, `pending` (yes, approval pending), `later` or `no`."""
    pending_until: date | None = None
    answered_at: Moment


class ResponsesCompleted(Data):
    """The watermark of one partition of the response topic: no earlier answer follows this event there."""

    partition_key: Identifier
    """A key that belongs to `partition`; it names no proposal."""
    partition: Annotated[int, Field(ge=0)]
    before: Moment
    """Every answer with `answered_at` before it, on a proposal of this partition, stands before this event."""


class DeliveryState(Data):
    """The outcome of one mail: sent, deferred, bounced, failed, suppressed, unknown."""

    message_id: Identifier
    version: Version
    purpose: Code
    """`proposal`, `introduction` or `closing`."""
    proposal_id: Identifier
    side: Code
    contact_id: Identifier | None = None
    outcome: Code
    attempts: int
    reason: Code | None = None
    at: Moment
