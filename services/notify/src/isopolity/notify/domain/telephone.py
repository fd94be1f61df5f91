"""Answers that members give to staff by telephone.

No and later count when staff enters them. A yes counts once a contact of the member confirms it by a mailed link, and
is no answer until then. Invariant: nothing here depends on what the other side did.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Self

from isopolity.contracts.answers import Choice
from isopolity.machine.clock import day_in
from isopolity.notify.domain.errors import AnswerInvalid, TooManyEntries
from isopolity.notify.domain.proposal import Proposal, Side

MAX_NAME: Final = 200
"""Characters of the name of a caller, or of who took the call."""
MOST_ENTRIES: Final = 5
"""How often staff may enter an answer of one side, since each entry mails all its contacts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneAnswer:
    """The last answer that a side gave by telephone; the names are None once they are erased."""

    call_id: str
    """Changes with each entry, so that links in earlier mails end."""
    proposal_id: str
    side: str
    member_id: str
    choice: Choice
    given_by: str | None
    taken_by: str | None
    given_on: date
    entered_at: datetime
    entries: int = 1

    def says(self, other: Self) -> bool:
        """Whether this and the other entries hold the same answer, as when one form is sent twice."""
        mine, theirs = (replace(each, call_id="", entered_at=self.entered_at, entries=1) for each in (self, other))
        return mine == theirs

    def following(self, earlier: Self | None) -> Self:
        """This entry after an earlier one of the side. Raises TooManyEntries."""
        entries = 1 if earlier is None else earlier.entries + 1
        if entries > MOST_ENTRIES:
            raise TooManyEntries(
                f"An answer of this member was entered {MOST_ENTRIES} times already, and each mails its contacts. "
                "It can still answer by itself."
            )
        return replace(self, entries=entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCall:
    """An answer by telephone and its proposal, for mails and pages."""

    answer: TelephoneAnswer
    proposal: Proposal

    @property
    def own(self) -> Side:
        """The side that gave the answer."""
        return self.proposal.side(self.answer.side)

    @property
    def other(self) -> Side:
        """The side that is asked about the same proposal as the one that gave the answer."""
        return self.proposal.other_side(self.answer.side)


def checked_day(given_on: date, proposal: Proposal, side: Side, now: datetime) -> date:
    """The day of the call. Raises AnswerInvalid if it lies before the proposal or after today."""
    earliest, latest = (day_in(moment, side.time_zone) for moment in (proposal.issued_at, now))
    if not earliest <= given_on <= latest:
        raise AnswerInvalid(f"Give a day of the call from {earliest:%d %B %Y} to {latest:%d %B %Y}.")
    return given_on
