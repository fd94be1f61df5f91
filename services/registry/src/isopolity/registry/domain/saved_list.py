"""Lists of members that staff saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

MOST_SAVED: Final = 100
"""The most lists that one person keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedList:
    """The choices of a list under a name; it is its owner's own, or shared with the office."""

    list_id: str
    owner: str
    """The token subject of the person who saved it."""
    name: str
    choices: Mapping[str, str]
    """Filters, columns and order, as the page of the list names them."""
    shared: bool
    saved_at: datetime

    def is_for(self, subject: str) -> bool:
        """Whether this person of staff may see and change it."""
        return self.shared or self.owner == subject
