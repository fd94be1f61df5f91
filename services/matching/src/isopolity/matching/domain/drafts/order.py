"""What ordered a thing that is done later: ids of the request or event, so that causes can be followed upward."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The first cause of a chain, and the event that is the direct one; None where a request or the clock is."""

    correlation_id: str
    causation_id: str | None = None
