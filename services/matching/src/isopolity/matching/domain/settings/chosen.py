"""What staff can choose in the place of the operator's settings: days to answer, weights, when proposals go out.

Invariant: what exists is usable; what is not chosen is left to the operator.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from isopolity.matching.domain.scores.weights import Weights
from isopolity.matching.domain.settings.sending_policy import SendingPolicy
from isopolity.matching.errors import InvalidChoice

LEAST_DAYS, MOST_DAYS = 7, 90
"""Of the days to answer: a week leaves time to ask the mayor; the longest yes holds for 120 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSettings:
    """None where the operator's holds. Raises InvalidChoice."""

    answer_days: int | None = None
    """Days that both sides have to answer."""
    weights: Weights | None = None
    """The weight of each part of a score."""
    sending_policy: SendingPolicy | None = None
    """When proposals go out without a word of staff."""

    def __post_init__(self) -> None:
        if self.answer_days is not None and not LEAST_DAYS <= self.answer_days <= MOST_DAYS:
            raise InvalidChoice(f"Give the days to answer from {LEAST_DAYS} to {MOST_DAYS}.")

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """The settings that `document` wrote down."""
        weights, policy = document.get("weights"), document.get("sending_policy")
        return cls(
            answer_days=document.get("answer_days"),
            weights=None if weights is None else Weights.of(weights),
            sending_policy=None if policy is None else SendingPolicy(policy),
        )

    def document(self) -> dict[str, Any]:
        """The settings, to be written down."""
        return {
            "answer_days": self.answer_days,
            "weights": None if self.weights is None else self.weights.document(),
            "sending_policy": self.sending_policy,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was chosen at one moment; the newest holds."""

    number: int
    """Counts choices from 1 on."""
    chosen_at: datetime
    chosen_by: str
    """The subject of the token of who chose."""
    settings: ChosenSettings


@dataclass(slots=True, kw_only=True)
class ChosenHere:
    """What this instance goes by; it reads the newest choice again every few seconds, and before a round."""

    number: int = 0
    """Of the choice; 0 before the first."""
    settings: ChosenSettings = field(default_factory=ChosenSettings)


NOTHING: Final = ChosenSettings()
