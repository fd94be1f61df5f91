"""The state that matching publishes: proposals with their reasons, and partnerships."""

from datetime import date
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from isopolity.contracts.event import (
    Code,
    Country,
    Currency,
    Data,
    Identifier,
    Language,
    Moment,
    Paragraph,
    Title,
    Topics,
    Version,
)

Amount = Annotated[int, Field(ge=0)]
"""Whole units of a currency (not cents)."""
OPEN_STAGES: Final = frozenset({"issued", "answered"})
"""Stages of a proposal that went out and is waiting for answers; the stage `held` before them is not published."""
SETTLED_STAGES: Final = frozenset({"agreed", "declined", "expired", "superseded"})
"""Stages of a proposal that went out and has ended. A held one may be `discarded`, which is not published."""

EndReason = Literal["completed", "side-ended", "inactive", "entered-by-mistake", "other"]
"""The reasons for which staff ends a partnership."""
END_REASONS: Final = frozenset(get_args(EndReason))
"""An end for one of these reasons is mailed to both sides; any other end, as when a member leaves, is not mailed."""

TO_MIND: Final = frozenset(
    {
        *("no-common-language", "one-sided", "low-fit", "few-hours", "distance", "other-size"),
        *("no-grant", "grant-differs"),
    }
)
"""Codes of reasons that do not speak for a proposal, but that the two sides should bear in mind."""


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


class InterestSummary(Data):
    """A need or an offer that a reason of the proposal names, as the other side may read it."""

    subject: Code
    mode: Code
    title: Title | None = None
    """What it is about, in the member's words."""
    text: Paragraph | None = None
    """The same at length."""
    language: Language | None = None
    """The language of title and text."""
    topics: Topics = ()
    """Concepts of the UNESCO Thesaurus, as `topic.<number>`."""


class ProgrammeSummary(Data):
    """A programme as the city sees it; amounts are whole units of its currency, empty lists of places mean all."""

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
    topics: Topics = ()
    language: Language | None = None
    """The language of name, purpose and eligibility."""


class RequestSummary(Data):
    """A request as the sponsor sees it; amounts are whole units of its currency."""

    description: str = ""
    subjects: tuple[Code, ...] = ()
    amount_min: Amount
    amount_max: Amount
    currency: Currency
    starts: date | None = None
    ends: date | None = None
    beneficiaries: int | None = None
    payee: str | None = None
    topics: Topics = ()
    language: Language | None = None
    """The language of title and description."""


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
    """The member's description of itself; None in proposals older than this field."""
    web: str | None = None
    learning_city_since: int | None = None
    creative_field: Code | None = None
    programme: ProgrammeSummary | None = None
    """The programme of side `a` in a sponsorship; None in proposals older than this field."""
    request: RequestSummary | None = None
    """The request of side `b`, if the city has made one."""
    needs: tuple[InterestSummary, ...] = ()
    """The needs of a city that the reasons of either side name; empty in proposals older than this field."""
    offers: tuple[InterestSummary, ...] = ()
    """Its offers that the reasons of either side name, likewise."""
    illustrative: bool = False
    reasons: tuple[Reason, ...] = ()
    """Why this proposal was made, in sentences for this side."""
    answer: Code | None = None
    """`yes`, `pending`, `later` or `no`; None before an answer."""
    pending_until: date | None = None
    time_zone: Code | None = None
    """The member's time zone when the proposal was issued, by its name in the IANA database; None counts as UTC."""
    answer_by: Moment | None = None
    """The end of the side's last day to answer, in its zone: later answers do not count. None, as in events older than
    this field, stands for the `answer_by` of the proposal.
    """
    formerly: Identifier | None = None
    """The entry that had this side before it was merged into `member_id`; None if no entry was merged."""


class ProposalState(Data):
    """A whole proposal; stages: issued, answered, agreed, declined, expired, superseded. A held one is unpublished."""

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
    """The later of both sides' last days; a proposal that is not agreed is settled then, whatever the answers."""
    lapsed_by: Code | None = None
    """The side whose act made agreement impossible, unknown to the other side; None while agreement is possible."""
    asked_by: Code | None = None
    """The side that asked to be introduced, which counts as its yes; it gets no mail before both agree."""
    asked_openly: bool = False
    """Whether the other side learns who asked."""


class InterestEnded(Data):
    """The last day for an answer about an introduction is over, and nothing was agreed; no reason is given."""

    interest_id: Identifier
    member_id: Identifier
    """The member that asked."""
    member_name: Annotated[str, Field(min_length=1)]
    other_name: Annotated[str, Field(min_length=1)]
    """The name that the requested member had then."""
    asked_at: Moment
    hear_by: Moment
    """The last second of that day, in the asker's zone."""
    time_zone: Code | None = None
    """The asker's time zone when it asked; None, as in events older than this field, counts as UTC."""


class PartnershipState(Data):
    """A whole partnership; stages: exploratory, ended."""

    partnership_id: Identifier
    version: Version
    kind: Code
    stage: Code
    proposal_id: Identifier
    sides: tuple[Side, Side]
    established_at: Moment
    ended_reason: Code | None = None
    ended_at: Moment | None = None
    """When it ended; None while it lasts, and if a release older than this field ended it."""
    shown_by: tuple[Code, ...] = ()
    """The sides, `a` and `b`, that chose to show it publicly."""
