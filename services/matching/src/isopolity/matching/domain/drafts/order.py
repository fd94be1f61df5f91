"""The ids of the request or event that caused later work, so that the causes of its events can be followed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The first cause of a chain, and the event that is the direct cause; None if that is a request or the clock."""

    correlation_id: str
    causation_id: str | None = None
