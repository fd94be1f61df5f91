"""The port of staff's choices."""

from collections.abc import Sequence
from typing import Protocol

from isopolity.registry.domain.settings.capacity_defaults import Choice


class ChoiceRepository(Protocol):
    """Stores choices of staff, which are never changed or deleted."""

    async def last(self, limit: int) -> Sequence[Choice]:
        """The last choices, the newest first; read without a lock."""

    async def add(self, choice: Choice) -> None:
        """Store a choice. Raises StaleEntry if its number is taken."""
