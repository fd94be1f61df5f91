"""An interest: a member asks to be introduced to another and hears by a date; it is open, then agreed or over.

Invariant: what the asker sees depends on the clock, on the asker's own acts and on an agreement, never on the other
side's refusal or silence.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from isopolity.matching.domain.drafts.order import Order


class InterestStage(StrEnum):
    """The stage of an interest, as the network knows it."""

    OPEN = "open"
    AGREED = "agreed"
    OVER = "over"


class InterestState(StrEnum):
    """The state of an interest, as its asker sees it."""

    WAITING = "waiting"
    AGREED = "agreed"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """A member's wish to be paired with another; `holder` holds the capacity of the asker that it takes."""

    interest_id: str
    member_id: str
    member_name: str = ""
    """The asker's name when it asked; empty in interests from before this was kept."""
    other_id: str
    other_name: str
    """The other member's name at the time of asking."""
    kind: str
    pair_key: str
    holder: str
    other_holder: str
    programme_id: str | None = None
    """The partner's programme in a sponsorship, whichever side asked."""
    request_id: str | None = None
    """The city's request in a sponsorship; None if the asker named no request."""
    openly: bool = False
    """Whether the other side learns who asked."""
    asked_at: datetime
    hear_by: datetime
    """The last second, in the asker's time zone, of the day by which the asker hears."""
    time_zone: str | None = None
    """The IANA name of the asker's time zone when it asked; None counts as UTC."""
    stage: InterestStage = InterestStage.OPEN
    proposal_id: str | None = None
    """The proposal that it became, or to which it counts as a yes."""
    key: str | None = None
    """The Idempotency-Key of the HTTP request that asked."""
    ordered_by: Order | None = None
    """The HTTP request that asked; None for interests from before this was kept."""

    def put_into(self, proposal_id: str | None) -> "Interest":
        """The interest once it became a proposal or a yes to one; with None it is waiting again."""
        return replace(self, proposal_id=proposal_id)

    def agreed(self) -> "Interest":
        """The interest once both sides have said yes."""
        return replace(self, stage=InterestStage.AGREED)

    def over(self) -> "Interest":
        """The interest once its time has run out, or its asker has left."""
        return replace(self, stage=InterestStage.OVER)

    def rests_until(self, freeze: timedelta) -> datetime:
        """The moment from which the pair may be asked for or proposed again, whatever the outcome of the interest."""
        return self.hear_by + freeze

    def seen(self, now: datetime) -> InterestState:
        """The state that the asker sees at `now`."""
        if self.stage is InterestStage.AGREED:
            return InterestState.AGREED
        waits = self.stage is InterestStage.OPEN and now <= self.hear_by
        return InterestState.WAITING if waits else InterestState.OVER
