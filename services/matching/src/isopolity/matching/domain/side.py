"""One side of a proposal: the member as of the making of the proposal, with a summary of its programme or request.

Invariant: they keep the facts as of the making of the proposal; no decision uses them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from isopolity.contracts.answers import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestSummary:
    """A need or an offer that a reason names, as the other side may read it: without its intensity."""

    subject: str
    mode: str
    title: str | None = None
    text: str | None = None
    language: str | None = None
    """The language of title and text."""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeSummary:
    """A programme, summarised for the city; amounts are whole units of its currency, no places means all places."""

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
    topics: tuple[str, ...] = ()
    language: str | None = None
    """The language of name, purpose and eligibility."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSummary:
    """A request, summarised for the sponsor; amounts are whole units of its currency."""

    description: str
    subjects: tuple[str, ...]
    amount_min: int
    amount_max: int
    currency: str
    starts: date | None
    ends: date | None
    beneficiaries: int | None
    payee: str | None
    topics: tuple[str, ...] = ()
    language: str | None = None
    """The language of title and description."""


Answer = Choice
"""The answers that a side can give; yes and no are final."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A reason for the proposal, as a sentence to one side; `code` and `parameters` carry it for programs."""

    code: str
    text: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a proposal: the member as it was when the proposal was made, its reasons, and its answer."""

    side: str
    holder: str
    member_kind: str
    member_id: str
    name: str
    country: str
    region: str | None = None
    population: int | None = None
    programme_id: str | None = None
    programme_name: str | None = None
    request_id: str | None = None
    request_title: str | None = None
    about: str | None = None
    """The member's introduction of itself."""
    web: str | None = None
    learning_city_since: int | None = None
    creative_field: str | None = None
    programme: ProgrammeSummary | None = None
    request: RequestSummary | None = None
    needs: tuple[InterestSummary, ...] = ()
    """The needs of a city that the reasons of either side name."""
    offers: tuple[InterestSummary, ...] = ()
    """The offers of a city that the reasons of either side name."""
    illustrative: bool = False
    reasons: tuple[Reason, ...] = ()
    answer: Answer | None = None
    pending_until: date | None = None
    answered_at: datetime | None = None
    """When the answer was given; None for answers from before this was kept."""
    time_zone: str | None = None
    """The IANA name of the member's time zone when the proposal went out; None counts as UTC."""
    answer_by: datetime | None = None
    """The last second of the side's day to answer, in its zone; None if the proposal's deadline is the only one."""
    formerly: str | None = None
    """The id of the entry whose side this was before it was merged into `member_id`; None without a merger."""
