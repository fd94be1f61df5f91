"""An interest: a member asks to be introduced to another and hears by a date; it is open, then agreed or over.

Invariant: what the asker sees depends on the clock, on the asker's own acts and on an agreement, never on the other
side's refusal or silence.

A member may not ask for a pair because of its own interests, the proposals that it received and its partnerships.
Invariant: nothing else decides, so that a refusal reveals nothing that the member does not know already.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from isopolity.machine.clock import day_in, in_words
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import FREEZING, Order, Proposal
from isopolity.matching.domain.side import Answer, Side
from isopolity.matching.errors import AlreadyAsked, EndedRests, OwnInterestRests, OwnNoRests, TooManyInterests


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
    asks_money: bool = True
    """Whether the pair asks for money, as far as was known when the member asked."""
    asked_at: datetime
    hear_by: datetime
    """The last second, in the asker's time zone, of the day by which the asker hears."""
    time_zone: str | None = None
    """The IANA name of the asker's time zone when it asked; None counts as UTC."""
    stage: InterestStage = InterestStage.OPEN
    proposal_id: str | None = None
    """The proposal that it became, or to which it counts as a yes."""
    formerly: str | None = None
    """The id of the entry whose interest, or interest in which, this was before a merger; None without one."""
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


OPEN_AT_ONCE: Final = 3
"""The number of interests that a member may have open at a time."""


def require_leave(
    member_id: str,
    waiting: Collection[Interest],
    earlier: Collection[Interest],
    received: Collection[Proposal],
    partnerships: Collection[Partnership],
    now: datetime,
    freeze: timedelta,
) -> None:
    """Raise an error unless the member may ask for the pair: AlreadyAsked, OwnNoRests, EndedRests, OwnInterestRests or
    TooManyInterests.

    `waiting` are all its open interests, `earlier` its interests in this pair, open or not, `received` the proposals of
    the pair that it has heard of, and `partnerships` those of the pair.
    """
    for interest in earlier:
        if interest in waiting:
            until = in_words(interest.hear_by, interest.time_zone)
            raise AlreadyAsked(f"You have asked for this already; you will hear by {until}.")
    for proposal in received:
        side = own_side(proposal, member_id)
        answer, stands = side.answer, proposal.takes_answers_of(side.side)
        if stands and answer is Answer.YES and proposal.answer_by is not None:
            closes = in_words(proposal.answer_by, side.time_zone)
            raise AlreadyAsked(f"You have said yes to this already; you will hear by {closes}.")
        if answer is Answer.NO and (rests := _rests_until(proposal, freeze)) > now:
            raise OwnNoRests(f"You said no to this; you can ask again after {_day(rests, side.time_zone)}.")
    for partnership in partnerships:
        if partnership.ended_at is not None and (rests := partnership.ended_at + freeze) > now:
            side = partnership.a if partnership.a.member_id == member_id else partnership.b
            after = _day(rests, side.time_zone)
            raise EndedRests(f"Your partnership has ended; you can ask again after {after}.")
    for interest in earlier:
        if (rests := interest.rests_until(freeze)) > now:
            after = _day(rests, interest.time_zone)
            raise OwnInterestRests(f"You have asked for this before; you can ask again after {after}.")
    if sum(interest.seen(now) is InterestState.WAITING for interest in waiting) >= OPEN_AT_ONCE:
        raise TooManyInterests(
            f"You have asked for {OPEN_AT_ONCE} introductions already; ask again when you have heard about one."
        )


def own_side(proposal: Proposal, member_id: str) -> Side:
    """The member's side of a proposal; the member must be one of its two sides."""
    found = proposal.side_of(member_id)
    assert found is not None  # noqa: S101 - see the docstring
    return found


def _rests_until(proposal: Proposal, freeze: timedelta) -> datetime:
    """The end of the rest after a “no” to a proposal; while the proposal is out, it counts from the deadline."""
    ends = proposal.answer_by if proposal.is_out else proposal.settled_at
    if ends is None or not (proposal.is_out or proposal.stage in FREEZING):
        return proposal.created_at
    return ends + freeze


def _day(moment: datetime, zone: str | None) -> str:
    day = day_in(moment, zone)
    return f"{day.day} {day:%B %Y}"
