"""The port of settings that staff has chosen."""

from collections.abc import Sequence
from typing import Protocol

from isopolity.matching.domain.settings.chosen import Choice


class ChoiceRepository(Protocol):
    """Choices of one transaction, none of which is ever changed."""

    async def newest(self) -> Choice | None:
        """The one that holds; None before the first."""

    async def last(self, limit: int) -> Sequence[Choice]:
        """Up to `limit` choices, the newest first."""

    async def add(self, choice: Choice) -> None:
        """Keep one. Raises ChosenMeanwhile if another transaction has taken its number."""
