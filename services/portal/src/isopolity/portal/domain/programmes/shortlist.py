"""A partner's cities: one on the shortlist as a form, with notes; and what the partner did, with its days.

Invariant: nothing here shows what the other side did before both have agreed; a day that would show it is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from isopolity.client.matching.models import InterestView, OwnPartnershipView, OwnProposalView
from isopolity.client.registry.models import EntryInput, EntryView, NoteView
from isopolity.portal.domain.steps.fields import Form

STATUSES: Final = ("shortlisted", "in-conversation", "set-aside")
"""As registry knows them; a city that is not on the list is new."""
_FIELDS: Final = ("status", "programme_id", "diligence_on")
_FEW: Final = 5
"""Notes that are all shown whole."""
_A_PAGE: Final = 20
Kind = Literal["asked", "suggested", "agreed", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesPage:
    """A page of notes, the newest first."""

    shown: Sequence[NoteView]
    are_many: bool
    """Whether a long one shows its beginning alone until it is opened."""
    older: int | None
    """How many are newer than the first of the next page; None on the last."""
    begins: int = 160
    """Characters of a beginning."""

    @classmethod
    def of(cls, notes: Sequence[NoteView], newer: int) -> "NotesPage":
        """The page after the `newer` ones; registry tells the oldest first."""
        rest = notes[::-1][newer:]
        more = len(rest) > _A_PAGE
        return cls(shown=rest[:_A_PAGE], are_many=len(notes) > _FEW, older=newer + _A_PAGE if more else None)


def filled_with(entry: EntryView) -> Form:
    """The form as it shows the entry."""
    looked_into = "" if entry.diligence_on is None else entry.diligence_on.isoformat()
    return {"status": entry.status, "programme_id": entry.programme_id or "", "diligence_on": looked_into}


def stated_in(form: Form) -> EntryInput:
    """The entry in the form, with the version that its page was made from; empty fields are left out.

    Texts stay as they were typed, since registry checks them.
    """
    seen = {"seen_at": form["seen_at"] or None} if "seen_at" in form else {}
    stated = {name: value for name in _FIELDS if (value := form.get(name, "").strip())}
    return EntryInput.unchecked({**stated, **seen})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that was done, on a day."""

    kind: Kind
    moment: datetime
    city_id: str
    name: str
    document: InterestView | OwnProposalView | OwnPartnershipView
    """As matching tells it to the partner."""

    @property
    def day(self) -> str:
        """The day, as in 2027-02-01."""
        return self.moment.date().isoformat()


def pipeline(
    interests: Iterable[InterestView], proposals: Iterable[OwnProposalView], partnerships: Iterable[OwnPartnershipView]
) -> Sequence[Step]:
    """All steps, the last one first; of one moment by name."""
    steps = [
        *(_asked(each) for each in interests),
        *(_of_other("suggested", each.issued_at, each) for each in proposals),
    ]
    for each in partnerships:
        steps.append(_of_other("agreed", each.established_at, each))
        if each.ended_at:
            steps.append(_of_other("ended", each.ended_at, each))
    return sorted(sorted(steps, key=lambda step: step.name), key=lambda step: step.moment, reverse=True)


def _asked(each: InterestView) -> Step:
    return Step(kind="asked", moment=each.asked_at, city_id=each.other_id, name=each.other_name, document=each)


def _of_other(kind: Kind, moment: datetime, document: OwnProposalView | OwnPartnershipView) -> Step:
    other = document.other
    return Step(kind=kind, moment=moment, city_id=other.member_id, name=other.name, document=document)
