"""The request or event that ordered what is done later, by its ids, so that the causes of events can be followed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The first cause of a chain, and the event that is the direct one; None where a request or the clock is."""

    correlation_id: str
    causation_id: str | None = None
