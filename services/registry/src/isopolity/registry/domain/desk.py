"""What a partner keeps for itself: a shortlist of cities with notes, and selections of its explorer under names.

Invariant: it is the partner's own, and no other member is told; of who wrote what it holds an id, and no name. What
people set is never computed: neither how far one is with a city, nor whether it has been looked into.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

STATUSES: Final = ("shortlisted", "in-conversation", "set-aside")
"""How far the partner is with a city, as its people set it; a city without an entry is new to it."""
ENTRIES: Final = 1_000
"""Cities on a shortlist, at most."""
NOTES: Final = 200
"""Notes about one city, at most."""
PARTNER_NOTES: Final = 5_000
"""Notes of one partner, at most."""
SELECTIONS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note about a city."""

    note_id: str
    city_id: str
    text: str
    written_at: datetime
    written_by: str
    """The id of a contact of the partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A city on a shortlist."""

    city_id: str
    status: str
    programme_id: str | None = None
    """The programme that it is meant for."""
    diligence_on: date | None = None
    """The day on which the partner finished looking into it, as its people say."""
    diligence_by: str | None = None
    changed_at: datetime
    changed_by: str
    city_name: str | None = None
    """None where the city has left, or is not endorsed."""
    country: str | None = None
    note_count: int = 0
    notes: tuple[Note, ...] | None = None
    """None where they were not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSelection:
    """A selection of the explorer under a name; `query` is what its address holds."""

    selection_id: str
    name: str
    query: str
    saved_at: datetime
    saved_by: str
