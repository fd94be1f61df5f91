"""A city on a partner's shortlist: as a form, and the notes of it that a page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from isopolity.portal.domain.steps.fields import Form

STATUSES: Final = ("shortlisted", "in-conversation", "set-aside")
"""As registry knows them; a city that is not on the list is new."""
_FIELDS: Final = ("status", "programme_id", "diligence_on")
_FEW: Final = 5
"""Notes that are all shown whole."""
_A_PAGE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNotes:
    """A page of notes, the newest first."""

    shown: Sequence[Mapping[str, Any]]
    are_many: bool
    """Whether a long one shows its beginning alone until it is opened."""
    older: int | None
    """How many are newer than the first of the next page; None on the last."""
    begins: int = 160
    """Characters of a beginning."""

    @classmethod
    def of(cls, notes: Sequence[Mapping[str, Any]], newer: int) -> "ShownNotes":
        """The page after the `newer` ones; registry tells the oldest first."""
        rest = notes[::-1][newer:]
        more = len(rest) > _A_PAGE
        return cls(shown=rest[:_A_PAGE], are_many=len(notes) > _FEW, older=newer + _A_PAGE if more else None)


def stated_in(form: Form) -> dict[str, str | None]:
    """What the form states of the city, and which entry its page showed; what is empty is left out."""
    seen = {"seen_at": form["seen_at"] or None} if "seen_at" in form else {}
    return {name: value for name in _FIELDS if (value := form.get(name, "").strip())} | seen
