"""Changes of the list of the office that one person who keeps it asks for, and a second one confirms.

Invariant: nobody comes to more rights alone, neither by its own entry nor by another one that it could sign in as. So
one keeper gives alone only what it holds itself, and never the right to keep the list: who holds that confirms.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from isopolity.registry.domain.access.account import OfficePerson
from isopolity.rights import OFFICE_SCOPES, holds

RIGHTS: Final = "rights"
"""A person is to be on the list with these rights."""
APP: Final = "app"
"""A person is to bring another app, for which the one who confirms gets the enrolment code."""
VALID: Final = timedelta(days=14)
"""How long a request waits for a second person."""
_KEEPS: Final = frozenset({"staff", "staff:manage", "operator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeRequest:
    """A request for one change of the list."""

    request_id: str
    wants: str
    person: OfficePerson
    """The entry as it is to be; its id is empty where the person is not on the list yet."""
    asked_by: str
    """The id of the person who asks."""
    asked_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether it has waited for too long."""
        return now >= self.asked_at + VALID


def keeps_list(scopes: Collection[str]) -> bool:
    """Whether these scopes let their holder keep the list of the office, and so confirm requests of others."""
    return any(scope in _KEEPS for scope in scopes)


def needs_second(held: Collection[str], before: Collection[str], wanted: Collection[str]) -> bool:
    """Whether a keeper with the scopes `held` needs a second person to give `wanted` to a person with `before`."""
    gained = [scope for scope in OFFICE_SCOPES if holds(wanted, scope) and not holds(before, scope)]
    return keeps_list(gained) or any(not holds(held, scope) for scope in gained)
