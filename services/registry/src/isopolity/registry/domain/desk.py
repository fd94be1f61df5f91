"""A partner's desk: a shortlist of cities with notes, and named selections of its explorer.

Invariant: it is private to the partner. Authors are stored as ids, without names. Status and due diligence are set by
people, never computed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

STATUSES: Final = ("shortlisted", "in-conversation", "set-aside")
"""The status of a city, set by the partner's people; a city without an entry is new to the partner."""
ENTRIES: Final = 1_000
"""The most cities on a shortlist."""
NOTES: Final = 200
"""The most notes about one city."""
PARTNER_NOTES: Final = 5_000
"""The most notes of one partner."""
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
    """The programme for which the city is considered."""
    diligence_on: date | None = None
    """The day on which the partner finished its due diligence, set by its people."""
    diligence_by: str | None = None
    changed_at: datetime
    changed_by: str
    city_name: str | None = None
    """None if the city has left or is not endorsed."""
    country: str | None = None
    note_count: int = 0
    notes: tuple[Note, ...] | None = None
    """None if they were not requested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSelection:
    """A named selection of the explorer; `query` is the query string of its address."""

    selection_id: str
    name: str
    query: str
    saved_at: datetime
    saved_by: str
