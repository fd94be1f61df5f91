"""Reasons for which a member may not ask for a pair now: its own interests, and the proposals that it received.

Invariant: nothing else decides, so that a refusal reveals nothing that the member does not know already.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from isopolity.machine.clock import day_in, in_words
from isopolity.matching.domain.interests.interest import Interest, InterestState
from isopolity.matching.domain.proposal import FREEZING, Answer, Proposal, Side
from isopolity.matching.errors import AlreadyAsked, OwnInterestRests, OwnNoRests, TooManyInterests

OPEN_AT_ONCE: Final = 3
"""The number of interests that a member may have open at a time."""


def require_leave(
    member_id: str,
    waiting: Collection[Interest],
    earlier: Collection[Interest],
    received: Collection[Proposal],
    now: datetime,
    freeze: timedelta,
) -> None:
    """Raise AlreadyAsked, OwnNoRests, OwnInterestRests or TooManyInterests unless the member may ask for the pair.

    `waiting` are all its open interests, `earlier` its interests in this pair, open or not, and `received` the
    proposals of the pair that it has heard of.
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
