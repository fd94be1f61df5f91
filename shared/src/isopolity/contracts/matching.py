"""The state that matching publishes: proposals with their reasons, and partnerships."""

from datetime import date
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from isopolity.contracts.event import Code, Country, Currency, Data, Identifier, Moment, Version

Amount = Annotated[int, Field(ge=0)]
"""Whole units of a currency (not cents)."""
OPEN_STAGES: Final = frozenset({"issued", "answered"})
"""Stages of a proposal that went out and waits for answers; matching alone knows the stage `held` before them."""
SETTLED_STAGES: Final = frozenset({"agreed", "declined", "expired", "superseded"})
"""Stages of a proposal that went out and has ended. A held one may be `discarded`, which is not published."""

EndReason = Literal["completed", "side-ended", "inactive", "entered-by-mistake", "other"]
"""The reasons for which staff ends a partnership."""
END_REASONS: Final = frozenset(get_args(EndReason))
"""An end for one of these reasons is mailed to both sides; another end, as when a member leaves, to nobody."""

TO_MIND: Final = frozenset({"no-common-language", "distance", "other-size"})
"""Codes of reasons that do not speak for a proposal: what the two sides should bear in mind."""


class Reason(Data):
    """One plain sentence for one side; `code` and `parameters` let a reader say it in another language."""

    code: Code
    text: Annotated[str, Field(min_length=1)]
    parameters: dict[str, str] = Field(default_factory=dict)


class ScorePart(Data):
    """A named part of the score: `value` in [0, 1], its `weight` in the whole."""

    name: Code
    value: Annotated[float, Field(ge=0, le=1)]
    weight: Annotated[float, Field(ge=0)]


class ProgrammeSummary(Data):
    """A programme as the city hears of it; amounts are whole units of its currency, empty places mean all."""

    purpose: str | None = None
    subjects: tuple[Code, ...] = ()
    supports: tuple[Code, ...] = ()
    grant_min: Amount
    grant_max: Amount
    currency: Currency
    eligibility: str | None = None
    regions: tuple[Code, ...] = ()
    countries: tuple[Country, ...] = ()
    population_min: int | None = None
    population_max: int | None = None
    closes: date | None = None


class RequestSummary(Data):
    """A request as the sponsor hears of it; amounts are whole units of its currency."""

    description: str = ""
    subjects: tuple[Code, ...] = ()
    amount_min: Amount
    amount_max: Amount
    currency: Currency
    starts: date | None = None
    ends: date | None = None
    beneficiaries: int | None = None
    payee: str | None = None


class Side(Data):
    """One side of a proposal or partnership, as it was when the proposal was made."""

    side: Code
    """`a` or `b`; in a sponsorship `a` is the programme's partner and `b` the city."""
    member_kind: Code
    member_id: Identifier
    name: Annotated[str, Field(min_length=1)]
    country: Country
    region: Code | None = None
    population: int | None = None
    programme_id: Identifier | None = None
    programme_name: str | None = None
    request_id: Identifier | None = None
    request_title: str | None = None
    about: str | None = None
    """Who the member is, in its own words; None in proposals from before it was told."""
    web: str | None = None
    learning_city_since: int | None = None
    creative_field: Code | None = None
    programme: ProgrammeSummary | None = None
    """In a sponsorship, of side `a`; None in proposals from before it was told."""
    request: RequestSummary | None = None
    """Of side `b`, where the city asks for something."""
    illustrative: bool = False
    reasons: tuple[Reason, ...] = ()
    """Why this proposal, told to this side."""
    answer: Code | None = None
    """`yes`, `pending`, `later` or `no`; None while there is none."""
    pending_until: date | None = None
    time_zone: Code | None = None
    """Of the member when the proposal was issued, by its name in the IANA database; None counts as UTC."""
    answer_by: Moment | None = None
    """The end of the day that the side was told, in its zone: its answers from then on do not count. None, as in events
    from before this field, is the `answer_by` of the proposal.
    """
    formerly: Identifier | None = None
    """The entry whose side it was, before that was merged into `member_id`; None where no entry was merged."""


class ProposalState(Data):
    """A proposal whole; stages: issued, answered, agreed, declined, expired, superseded. Held ones stay inside."""

    proposal_id: Identifier
    version: Version
    kind: Code
    """`twinning` or `sponsorship`."""
    stage: Code
    sides: tuple[Side, Side]
    score: Annotated[float, Field(ge=0, le=1)]
    parts: tuple[ScorePart, ...] = ()
    round_id: Identifier | None = None
    issued_at: Moment
    answer_by: Moment
    """The later of both sides' days; a proposal that is not agreed is settled then, whatever the answers."""
    lapsed_by: Code | None = None
    """The side by whose act nothing can be agreed any more; the other side is not told. None as long as it can."""
    asked_by: Code | None = None
    """The side that asked to be introduced, which said yes by that; it is told of nothing before both agree."""
    asked_openly: bool = False
    """Whether the other side is told who asked."""


class InterestEnded(Data):
    """That the day by which the asker of an introduction hears is over, and nothing was agreed; nothing tells why."""

    interest_id: Identifier
    member_id: Identifier
    """The asker."""
    member_name: Annotated[str, Field(min_length=1)]
    other_name: Annotated[str, Field(min_length=1)]
    """The member that it asked for, as it was called then."""
    asked_at: Moment
    hear_by: Moment
    """The last second of that day, in the asker's zone."""
    time_zone: Code | None = None
    """Of the asker when it asked; None, as in events from before this field, counts as UTC."""


class PartnershipState(Data):
    """A partnership whole; stages: exploratory, friendship, agreement, review-due, renewed, dormant, ended."""

    partnership_id: Identifier
    version: Version
    kind: Code
    stage: Code
    proposal_id: Identifier
    sides: tuple[Side, Side]
    established_at: Moment
    ended_reason: Code | None = None
    ended_at: Moment | None = None
    """When it ended; None while it stands, and where a release from before this field ended it."""
    shown_by: tuple[Code, ...] = ()
    """The sides, `a` and `b`, that chose to show it publicly."""
