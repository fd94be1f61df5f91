"""A proposal with the data that notify's mails need, a side's answer, and the ends of partnerships and interests.

Yes and no are final; pending and later may be followed by another answer. Invariants: nothing here reveals to one side
what the other answered, and a side that asked to be introduced does not know of the proposal before both agree. An end
older than `NEWS` causes no mail, so that reading a topic from its start mails nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from isopolity.contracts.answers import FINAL, Choice
from isopolity.machine.clock import day_in
from isopolity.notify.domain.errors import AnswerInvalid

MAX_REASON: Final = 2000
TO_MIND: Final = frozenset(
    {
        *("no-common-language", "one-sided", "low-fit", "few-hours", "distance", "other-size"),
        *("no-grant", "grant-differs"),
    }
)
"""Codes of reasons that speak against a proposal, as `isopolity.contracts.matching` has them."""

MEETING: Final = frozenset({"need-met", "offer-wanted", "need-fits", "request-fits"})
"""Codes of reasons in which a need of one side meets an offer of the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One side's latest answer; `reason` is free text that never leaves notify's database."""

    response_id: str
    proposal_id: str
    side: str
    choice: Choice
    pending_until: date | None = None
    reason: str | None = None
    answered_at: datetime

    @property
    def final(self) -> bool:
        return self.choice in FINAL


def checked_date(choice: Choice, pending_until: date | None, *, today: date, latest: date) -> date | None:
    """The date for a `pending` choice, else None. Raises AnswerInvalid without one from `today` to `latest`."""
    if choice is not Choice.PENDING:
        return None
    if pending_until is None:
        raise AnswerInvalid("Please say until when you expect the approval.")
    if not today <= pending_until <= latest:
        raise AnswerInvalid(
            f"Please choose a date from {today:%d %B %Y} to {latest:%d %B %Y}, the day of the deadline."
        )
    return pending_until


SIDES: Final = frozenset({"a", "b"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One sentence that speaks for the proposal; code and parameters let a template say it in another language."""

    code: str
    text: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """A need or an offer that a reason names, in the words of its city."""

    subject: str
    title: str | None = None
    text: str | None = None
    language: str | None = None
    """The language of title and text."""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A programme as the city's mail describes it; amounts are whole units of its currency, empty places mean all."""

    purpose: str | None
    subjects: tuple[str, ...]
    supports: tuple[str, ...]
    grant_min: int
    grant_max: int
    currency: str
    eligibility: str | None
    regions: tuple[str, ...]
    countries: tuple[str, ...]
    population_min: int | None
    population_max: int | None
    closes: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as the sponsor's mail describes it; amounts are whole units of its currency."""

    description: str
    amount_min: int
    amount_max: int
    currency: str
    starts: date | None
    ends: date | None
    beneficiaries: int | None
    payee: str | None
    language: str | None = None
    """The language of the description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a proposal; fields that its event lacks, as in early releases, are None or empty."""

    side: str
    member_kind: str
    member_id: str
    name: str
    country: str
    population: int | None
    programme_name: str | None
    request_title: str | None
    illustrative: bool
    reasons: tuple[Reason, ...]
    about: str | None = None
    web: str | None = None
    learning_city_since: int | None = None
    creative_field: str | None = None
    programme: Programme | None = None
    request: Request | None = None
    needs: tuple[Interest, ...] = ()
    """The needs that the reasons of either side name."""
    offers: tuple[Interest, ...] = ()
    """The offers that the reasons of either side name."""
    formerly: str | None = None
    """The id of the member that was merged into `member_id` and had this side before; None without a merger."""
    time_zone: str | None = None
    """The member's IANA time zone when the proposal was issued; None means UTC."""
    answer_by: datetime | None = None
    """The last second in which this side may answer; None: the proposal's `answer_by`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSides:
    """The two sides of a proposal or a partnership, `a` and `b`."""

    sides: tuple[Side, Side]

    def side(self, name: str) -> Side:
        """The side called `name`, `a` or `b`."""
        return next(side for side in self.sides if side.side == name)

    def other_side(self, name: str) -> Side:
        """The side that is not called `name`."""
        return next(side for side in self.sides if side.side != name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(TwoSides):
    """A twinning, or a sponsorship of city `b` by a programme of `a`; `settled`: matching has closed it.

    `lapsed_by` is the side whose own act rules out an agreement; the other side does not learn of it.
    """

    proposal_id: str
    version: int
    kind: str
    stage: str
    settled: bool
    issued_at: datetime
    answer_by: datetime
    """When it closes, whatever the answers: at the end of the later side's last day."""
    lapsed_by: str | None = None
    asked_by: str | None = None
    """The side that asked to be introduced; it learns of the proposal when both agree."""
    asked_openly: bool = False
    """Whether the other side may know who asked."""

    @property
    def agreed(self) -> bool:
        """Whether both sides said yes."""
        return self.stage == "agreed"

    def may_know(self, side: str) -> bool:
        """Whether `side` may know of the proposal; the side that asked to be introduced may only when both agree."""
        return side != self.asked_by or self.agreed

    def takes_answers(self, side: str, now: datetime) -> bool:
        """Whether an answer that this side gives now counts."""
        return not self.settled and self.lapsed_by != side and now < self.answers_until(side)

    def answers_until(self, side: str) -> datetime:
        """The last second in which this side may answer."""
        return self.side(side).answer_by or self.answer_by

    def last_day(self, side: str) -> date:
        """The last day on which this side may answer, in its zone."""
        return day_in(self.answers_until(side), self.side(side).time_zone)

    def waits(self, side: str, now: datetime) -> bool:
        """Whether this side can no longer answer while the proposal is not settled yet."""
        return not self.settled and self.lapsed_by != side and now >= self.answers_until(side)


NEWS: Final = timedelta(days=30)
"""How long an end is mailed: shorter than any mail's entry is kept, and as long as a dead letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedPartnership(TwoSides):
    """An ended partnership of two sides, which the proposal `proposal_id` led to.

    `by_staff`: staff ended it; `reason` is then a code of staff that both sides read.
    """

    partnership_id: str
    proposal_id: str
    kind: str
    established_at: datetime
    ended_at: datetime
    reason: str
    by_staff: bool = True

    def member_of(self, side: str) -> str:
        """The id of the member to notify on this side."""
        return self.side(side).member_id

    def is_news(self, now: datetime) -> bool:
        """Whether staff ended it, and recently enough to mail both sides."""
        return self.by_staff and now - self.ended_at <= NEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedInterest:
    """A member's wish to be introduced to another one, on which nothing was agreed by `hear_by`."""

    interest_id: str
    member_id: str
    member_name: str
    other_name: str
    asked_at: datetime
    hear_by: datetime
    time_zone: str | None = None
    """The asker's IANA time zone when it asked; None means UTC."""

    def member_of(self, _side: str) -> str:
        """The id of the member that asked; an interest has no sides."""
        return self.member_id

    def is_news(self, now: datetime) -> bool:
        """Whether its end is recent enough to be mailed."""
        return now - self.hear_by <= NEWS
