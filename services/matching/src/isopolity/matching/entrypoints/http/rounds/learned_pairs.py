"""`/matching/v1/learned-pairs`: what rounds have learned about pairs from all answers; for staff alone."""

from typing import Final, Self

from pydantic import Field

from isopolity.matching.application.workflows.queries.learned_pairs import LearnedPairs, learned_pairs
from isopolity.matching.domain.pair_model.pair_model import DEFAULT_PAIR_LEARNING, Coefficient
from isopolity.matching.entrypoints.http.context import Matching, Staff
from isopolity.matching.entrypoints.http.view import View
from isopolity.web.routing import ServiceRouter

INFLUENCE: Final = (
    "Which part of what was learned about pairs counts in the weights, from 0 to 1: all of it unless groups of cities "
    "would lose proposals by it. Null where nothing was learned about pairs."
)
router = ServiceRouter(prefix="/matching/v1")


class EffectView(View):
    """The effect of one level of a characteristic, against the average of all answers."""

    characteristic: str
    level: str = Field(description="Which pairs, in words that follow “pairs”.")
    factor: float = Field(description="How many times the usual odds of a yes are.")
    low: float
    high: float = Field(description="With a probability of 95 % the factor lies between `low` and `high`.")
    answers: int = Field(description="How many answers were to such pairs.")

    @classmethod
    def of(cls, found: Coefficient) -> Self:
        """Make the view of a coefficient."""
        numbers = {name: round(getattr(found, name), 3) for name in ("factor", "low", "high")}
        return cls.copied(found, **numbers)


class LearnedPairsView(View):
    """What was learned of one kind of match from the answers in one role."""

    kind: str
    role: str = Field(description="`city` or `partner`: whose answers.")
    answers: int = Field(description="How many answers there are, silence counted as one.")
    least: int = Field(description="With fewer answers nothing of this counts in rounds.")
    effects: list[EffectView] = Field(description="Empty with fewer answers than `least`.")

    @classmethod
    def of(cls, found: LearnedPairs) -> Self:
        """Make the view of a model."""
        return cls.copied(found, effects=[EffectView.of(each) for each in found.coefficients])


class LearningView(View):
    """What the next round would use."""

    items: list[LearnedPairsView]
    is_used: bool = Field(description="Whether rounds use it; the operator chooses that.")
    bound: float = Field(description="The most by which all effects together multiply or divide the odds of a yes.")


@router.get("/learned-pairs", summary="What rounds have learned about pairs")
async def learned(matching: Matching, _: Staff) -> LearningView:
    """What the next round would learn from all answers about pairs; nothing of it is about single members."""
    found = await learned_pairs(matching.reading, matching.surroundings)
    return LearningView(
        items=[LearnedPairsView.of(each) for each in found],
        is_used=matching.surroundings.learns_pairs,
        bound=DEFAULT_PAIR_LEARNING.bound,
    )
