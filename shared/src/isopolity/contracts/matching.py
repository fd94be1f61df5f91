"""The state that matching publishes: proposals with their reasons, and partnerships."""

from datetime import date
from typing import Annotated, Final

from pydantic import Field

from isopolity.contracts.event_data import Code, Country, Data, Identifier, Moment, Version

OPEN_STAGES: Final = frozenset({"issued", "answered"})
"""Stages of a proposal that went out and waits for answers; matching alone knows the stage `held` before them."""
SETTLED_STAGES: Final = frozenset({"agreed", "declined", "expired", "superseded"})
"""Stages of a proposal that went out and has ended. A held one that is dropped is `withdrawn`, unpublished."""

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
    illustrative: bool = False
    reasons: tuple[Reason, ...] = ()
    """Why this proposal, told to this side."""
    answer: Code | None = None
    """`yes`, `pending`, `later` or `no`; None while there is none."""
    pending_until: date | None = None


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
    """The original deadline; a proposal that is not agreed is settled then, whatever the answers."""


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
