"""Where partners keep what is theirs."""

from collections.abc import Sequence
from typing import Protocol

from isopolity.registry.domain.desk import Entry, Note, SavedSelection


class DeskRepository(Protocol):
    """What partners keep for themselves; written at once, read without a lock."""

    async def entries(self, partner_id: str, *, with_notes: bool = False) -> Sequence[Entry]:
        """The shortlist, what changed last first; of notes the number alone, unless they are asked for."""

    async def entry(self, partner_id: str, city_id: str) -> Entry | None:
        """The entry of the city, with its notes."""

    async def partners_about(self, city_id: str) -> Sequence[str]:
        """The ids of the partners that have the city on their shortlist."""

    async def count_entries(self, partner_id: str) -> int: ...

    async def put_entry(self, partner_id: str, entry: Entry) -> None:
        """Keep the entry, in place of the one of its city; its notes stay as they are."""

    async def remove_entry(self, partner_id: str, city_id: str) -> bool:
        """Delete it and its notes; returns whether it was there."""

    async def count_notes(self, partner_id: str) -> int: ...

    async def add_note(self, partner_id: str, note: Note) -> None: ...

    async def remove_note(self, partner_id: str, note_id: str) -> bool: ...

    async def selections(self, partner_id: str) -> Sequence[SavedSelection]:
        """By name."""

    async def put_selection(self, partner_id: str, selection: SavedSelection) -> None: ...

    async def remove_selection(self, partner_id: str, selection_id: str) -> bool: ...
