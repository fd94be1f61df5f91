"""Changes of the office's list that one keeper of the list requests and a second one confirms.

Invariant: nobody can gain rights alone, neither in the own entry nor in another one that they could sign in as. A
keeper alone grants only rights that the keeper holds, and never the right to keep the list.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from isopolity.registry.domain.access.account import OfficePerson
from isopolity.rights import OFFICE_SCOPES, holds

RIGHTS: Final = "rights"
"""The person shall be on the list with these rights."""
APP: Final = "app"
"""The person shall enrol another app; the keeper who confirms gets the enrolment code."""
VALID: Final = timedelta(days=14)
"""How long a request waits for a second person."""
_KEEPS: Final = frozenset({"staff", "staff:manage", "operator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeRequest:
    """A request for one change of the list."""

    request_id: str
    wants: str
    person: OfficePerson
    """The wanted entry; its id is empty if the person is not on the list yet."""
    asked_by: str
    """The id of the keeper who made the request."""
    asked_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether the request has expired."""
        return now >= self.asked_at + VALID


def keeps_list(scopes: Collection[str]) -> bool:
    """Whether holders of these scopes keep the list of the office, and so may confirm requests of others."""
    return any(scope in _KEEPS for scope in scopes)


def needs_second(held: Collection[str], before: Collection[str], wanted: Collection[str]) -> bool:
    """Whether a keeper with the scopes `held` needs a second person to give `wanted` to a person with `before`."""
    gained = [scope for scope in OFFICE_SCOPES if holds(wanted, scope) and not holds(before, scope)]
    return keeps_list(gained) or any(not holds(held, scope) for scope in gained)
