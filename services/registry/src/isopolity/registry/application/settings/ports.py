"""Where choices of staff are kept."""

from collections.abc import Sequence
from typing import Protocol

from isopolity.registry.domain.settings.capacity_defaults import Choice


class ChoiceRepository(Protocol):
    """Choices of staff; none is changed or deleted."""

    async def last(self, limit: int) -> Sequence[Choice]:
        """The last choices, the newest first; read without a lock."""

    async def add(self, choice: Choice) -> None:
        """Keep a choice. Raises StaleEntry where its number is taken."""
