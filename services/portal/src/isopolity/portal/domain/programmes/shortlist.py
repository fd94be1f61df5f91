"""A city on a partner's shortlist: as a form, and the notes of it that a page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.client.registry.models import EntryInput, EntryView, NoteView
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

    shown: Sequence[NoteView]
    are_many: bool
    """Whether a long one shows its beginning alone until it is opened."""
    older: int | None
    """How many are newer than the first of the next page; None on the last."""
    begins: int = 160
    """Characters of a beginning."""

    @classmethod
    def of(cls, notes: Sequence[NoteView], newer: int) -> "ShownNotes":
        """The page after the `newer` ones; registry tells the oldest first."""
        rest = notes[::-1][newer:]
        more = len(rest) > _A_PAGE
        return cls(shown=rest[:_A_PAGE], are_many=len(notes) > _FEW, older=newer + _A_PAGE if more else None)


def shown_in(entry: EntryView) -> Form:
    """The form as it shows the entry."""
    looked_into = "" if entry.diligence_on is None else entry.diligence_on.isoformat()
    return {"status": entry.status, "programme_id": entry.programme_id or "", "diligence_on": looked_into}


def stated_in(form: Form) -> EntryInput:
    """What the form states of the city, and which entry its page showed; what is empty is left out.

    It is sent as it was typed: registry judges it.
    """
    seen = {"seen_at": form["seen_at"] or None} if "seen_at" in form else {}
    stated = {name: value for name in _FIELDS if (value := form.get(name, "").strip())}
    return EntryInput.unchecked({**stated, **seen})
