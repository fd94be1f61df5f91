"""Default capacities of new members and programmes, which staff chooses.

Invariant: existing members keep their capacities.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityDefaults:
    """Default capacities for entries made from now on."""

    city: int = 1
    """The number of twinnings that a city can handle at a time."""
    programme: int = 1
    """The number of cities that a programme can take at a time."""


USUAL: Final = CapacityDefaults()
"""The defaults before staff has chosen any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice of defaults; the newest choice applies."""

    number: int
    """Counts choices from 1 on."""
    chosen_at: datetime
    chosen_by: str
    """The token subject of the person who chose."""
    defaults: CapacityDefaults
