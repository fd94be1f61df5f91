"""A side's answer to a proposal. Yes and no are final; pending and later may be followed by another."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from isopolity.notify.domain.errors import AnswerInvalid

MAX_REASON: Final = 2000


class Choice(StrEnum):
    """The answers that a side can give; `pending` is a yes that somebody else still has to approve."""

    YES = "yes"
    PENDING = "pending"
    LATER = "later"
    NO = "no"


FINAL: Final = frozenset({Choice.YES, Choice.NO})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One side's latest answer; `reason` is free text that never leaves notify's database."""

    response_id: str
    proposal_id: str
    side: str
    choice: Choice
    pending_until: date | None
    reason: str | None
    answered_at: datetime

    @property
    def final(self) -> bool:
        return self.choice in FINAL


def checked_date(choice: Choice, pending_until: date | None, *, today: date, latest: date) -> date | None:
    """The date that belongs to `choice`. Raises AnswerInvalid when pending lacks one that lies within the deadline."""
    if choice is not Choice.PENDING:
        return None
    if pending_until is None:
        raise AnswerInvalid("Please say until when you expect the approval.")
    if not today <= pending_until <= latest:
        raise AnswerInvalid(
            f"Please choose a date from {today:%d %B %Y} to {latest:%d %B %Y}, the day of the deadline."
        )
    return pending_until
