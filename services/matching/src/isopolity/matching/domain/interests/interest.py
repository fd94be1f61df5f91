"""An interest: a member asks to be introduced to another, and hears by a date; open, then agreed or over.

Invariant: what its asker may see depends on the clock, on its own acts and on an agreement, never on what became of it
otherwise.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from isopolity.matching.domain.drafts.order import Order


class InterestStage(StrEnum):
    """Where an interest stands."""

    OPEN = "open"
    AGREED = "agreed"
    OVER = "over"


class InterestState(StrEnum):
    """An interest's state as its asker sees it."""

    WAITING = "waiting"
    AGREED = "agreed"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """The wish of a member for a pair with another; `holder` is the holder of the asker's capacity for it."""

    interest_id: str
    member_id: str
    member_name: str = ""
    """As it was called when it asked; empty in interests from before it was kept."""
    other_id: str
    other_name: str
    """As it was called when the member asked."""
    kind: str
    pair_key: str
    holder: str
    other_holder: str
    programme_id: str | None = None
    """The partner's programme in a sponsorship, whichever side asked."""
    request_id: str | None = None
    """The city's request in a sponsorship, where the asker named one."""
    openly: bool = False
    """Whether the other side is told who asked."""
    asked_at: datetime
    hear_by: datetime
    """The last second of the day by which the asker hears, in its zone."""
    time_zone: str | None = None
    """Of the asker when it asked, by its IANA name; None counts as UTC."""
    stage: InterestStage = InterestStage.OPEN
    proposal_id: str | None = None
    """The proposal that it became, or that it is a yes to."""
    key: str | None = None
    """The Idempotency-Key of the request."""
    ordered_by: Order | None = None
    """The request that asked; None for interests from before this was kept."""

    def put_into(self, proposal_id: str | None) -> "Interest":
        """The interest once it has become a proposal, or a yes to one; None: it waits again."""
        return replace(self, proposal_id=proposal_id)

    def agreed(self) -> "Interest":
        """The interest once both sides have said yes."""
        return replace(self, stage=InterestStage.AGREED)

    def over(self) -> "Interest":
        """The interest once its time is over, or its asker has left."""
        return replace(self, stage=InterestStage.OVER)

    def rests_until(self, freeze: timedelta) -> datetime:
        """When the pair may be asked for or proposed again, whatever became of the interest."""
        return self.hear_by + freeze

    def seen(self, now: datetime) -> InterestState:
        """The state as the asker sees it."""
        if self.stage is InterestStage.AGREED:
            return InterestState.AGREED
        waits = self.stage is InterestStage.OPEN and now <= self.hear_by
        return InterestState.WAITING if waits else InterestState.OVER
