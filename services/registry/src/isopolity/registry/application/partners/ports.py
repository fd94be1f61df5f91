"""The port of partners' desks."""

from collections.abc import Sequence
from typing import Protocol

from isopolity.registry.domain.desk import Entry, Note, SavedSelection


class DeskRepository(Protocol):
    """Stores desks of partners; writes immediately, reads without a lock."""

    async def entries(self, partner_id: str, *, with_notes: bool = False) -> Sequence[Entry]:
        """The shortlist, the last changed entry first; without the texts of notes unless `with_notes`."""

    async def entry(self, partner_id: str, city_id: str) -> Entry | None:
        """The entry of the city with its notes, or None."""

    async def partners_about(self, city_id: str) -> Sequence[str]:
        """The ids of the partners that have the city on their shortlist."""

    async def count_entries(self, partner_id: str) -> int: ...

    async def put_entry(self, partner_id: str, entry: Entry) -> None:
        """Store the entry, in place of the earlier one of its city; notes are unchanged."""

    async def remove_entry(self, partner_id: str, city_id: str) -> bool:
        """Delete the city's entry and its notes; returns whether there was one."""

    async def count_notes(self, partner_id: str) -> int: ...

    async def add_note(self, partner_id: str, note: Note) -> None: ...

    async def remove_note(self, partner_id: str, note_id: str) -> bool: ...

    async def selections(self, partner_id: str) -> Sequence[SavedSelection]:
        """All selections of the partner, ordered by name."""

    async def put_selection(self, partner_id: str, selection: SavedSelection) -> None: ...

    async def remove_selection(self, partner_id: str, selection_id: str) -> bool: ...
