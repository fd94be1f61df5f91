"""Settings that staff can choose to override the operator's: days to answer, weights, and when proposals go out.

Invariant: every chosen setting is valid; one that is not chosen keeps the operator's value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from isopolity.matching.domain.scores.weights import Weights
from isopolity.matching.errors import InvalidChoice

LEAST_DAYS, MOST_DAYS = 7, 90
"""The bounds of the days to answer: a week leaves time to ask the mayor; the longest yes holds for 120 days."""


class SendingPolicy(StrEnum):
    """When proposals go out without an act of staff."""

    HOLD = "hold"
    ROUNDS_ONLY = "rounds-only"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSettings:
    """The settings chosen by staff; None keeps the operator's. Raises InvalidChoice."""

    answer_days: int | None = None
    """The number of days that both sides have to answer."""
    weights: Weights | None = None
    """The weights of the parts of a score."""
    sending_policy: SendingPolicy | None = None
    """The rule by which proposals go out without an act of staff."""

    def __post_init__(self) -> None:
        if self.answer_days is not None and not LEAST_DAYS <= self.answer_days <= MOST_DAYS:
            raise InvalidChoice(f"Give the days to answer from {LEAST_DAYS} to {MOST_DAYS}.")

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read settings from a document that `document` made; missing ones are None."""
        weights, policy = document.get("weights"), document.get("sending_policy")
        return cls(
            answer_days=document.get("answer_days"),
            weights=None if weights is None else Weights.of(weights),
            sending_policy=None if policy is None else SendingPolicy(policy),
        )

    def document(self) -> dict[str, Any]:
        """The settings as a document of JSON types, which `of` reads."""
        return {
            "answer_days": self.answer_days,
            "weights": None if self.weights is None else self.weights.document(),
            "sending_policy": self.sending_policy,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The settings chosen at one moment; the newest choice holds."""

    number: int
    """The number of the choice, counted from 1."""
    chosen_at: datetime
    chosen_by: str
    """The subject of the token of the member of staff who chose."""
    settings: ChosenSettings


@dataclass(slots=True, kw_only=True)
class ChosenHere:
    """The settings in force in this process, which reads the newest choice every few seconds and before a round."""

    number: int = 0
    """The number of the choice; 0 before the first."""
    settings: ChosenSettings = field(default_factory=ChosenSettings)


NOTHING: Final = ChosenSettings()
