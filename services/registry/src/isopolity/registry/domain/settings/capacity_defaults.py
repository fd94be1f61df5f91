"""What a new member has room for where it says nothing, as staff has chosen it.

Invariant: who is a member already keeps what it has.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityDefaults:
    """Numbers for what is entered from now on."""

    city: int = 1
    """Twinnings that a city can handle at a time."""
    programme: int = 1
    """Cities that a programme can take at a time."""


USUAL: Final = CapacityDefaults()
"""What holds before anybody has chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was chosen at one moment; the newest holds."""

    number: int
    """Counts choices from 1 on."""
    chosen_at: datetime
    chosen_by: str
    """The subject of the token of who chose."""
    defaults: CapacityDefaults
