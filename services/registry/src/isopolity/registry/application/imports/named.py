"""Whom a row of an import names or could mean."""

from dataclasses import dataclass
from typing import Final

from isopolity.contracts.codes import CITY_KINDS

MOST_NAMED: Final = 3
"""The most members that a sentence names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A member, as far as the lookup needs it; or a row of the file, or an application that is not decided."""

    member_id: str
    kind: str
    """The kind of a city; empty for a partner, whose kind does not distinguish it."""
    name: str
    country: str
    given_id: str | None
    """Its GeoNames id or registration id."""
    gone: bool
    line: int | None = None
    """The line of the row that enters it; None if it is stored."""
    application_id: str | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.country}, {self.given_id or 'without an id'})"

    def beside(self, kind: str) -> str:
        """A description of the member beside one of `kind`; it names the kind if that differs."""
        return f"{self}" if self.kind in ("", kind) else f"the {CITY_KINDS.get(self.kind, self.kind)} {self}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member that a row could mean, and the reason, by code."""

    named: Named
    why: str
