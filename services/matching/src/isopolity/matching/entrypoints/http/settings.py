"""`/matching/v1/network-settings`: the settings that staff chooses, which override the operator's.

Invariant: staff only; a choice is refused unless its author has seen the one before; earlier choices can be read.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final, Self

from fastapi import Query
from pydantic import ConfigDict, Field

from isopolity.matching.application.workflows.settings import choose, given_up, take_over
from isopolity.matching.domain.scores.weights import Weights
from isopolity.matching.domain.settings import LEAST_DAYS, MOST_DAYS, NOTHING, Choice, SendingPolicy
from isopolity.matching.entrypoints.http.context import Manager, Matching, MatchingContext, Staff
from isopolity.matching.entrypoints.http.view import View
from isopolity.web.operations.settings import ListedSetting
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1/network-settings")

_LISTED: Final = 20
Weight = Annotated[float, Field(ge=0, le=1000)]


class WeightsInput(View):
    """Weights by part; an omitted part has the default of the release."""

    model_config = ConfigDict(extra="forbid")

    twinning: dict[str, Weight] = Field(default_factory=dict)
    sponsorship: dict[str, Weight] = Field(default_factory=dict)
    neighbours: Annotated[float, Field(ge=0, le=1)] = 1.0


class NetworkSettingsInput(View):
    """The settings that staff chooses: null keeps the operator's value; an omitted setting stays as chosen before."""

    model_config = ConfigDict(extra="forbid")

    seen: int = Field(ge=0, le=1_000_000_000, description="`number` of the choice that held when you looked; 0: none")
    answer_days: Annotated[int, Field(ge=LEAST_DAYS, le=MOST_DAYS)] | None = None
    weights: WeightsInput | None = None
    sending_policy: SendingPolicy | None = Field(
        default=None,
        description="hold: staff publishes everything; rounds-only: rounds send by themselves; automatic: whoever "
        "joins or changes is suggested partners, too",
    )
    gives_up: int = Field(
        default=0, ge=0, le=1_000_000_000, description="How many introductions may fall out by more days to answer"
    )


class WeightsView(View):
    """The weight of each part of a score."""

    twinning: dict[str, float]
    sponsorship: dict[str, float]
    neighbours: float

    @classmethod
    def of(cls, weights: Weights) -> Self:
        """Make the view of weights."""
        return cls.model_validate(weights.document())


class ChoiceView(View):
    """The settings that were chosen at one moment."""

    number: int
    chosen_at: datetime
    chosen_by: str
    answer_days: int | None
    weights: WeightsView | None
    sending_policy: SendingPolicy | None

    @classmethod
    def of(cls, choice: Choice) -> Self:
        """Make the view of a choice."""
        settings = choice.settings.document()
        return cls(number=choice.number, chosen_at=choice.chosen_at, chosen_by=choice.chosen_by, **settings)


class NetworkSettingsView(View):
    """The settings in force, the settings without a choice, and the last choices."""

    number: int = Field(description="Of the choice that holds; 0 before the first")
    answer_days: int
    usual_answer_days: int = Field(description="The operator's")
    weights: WeightsView
    usual_weights: WeightsView = Field(description="The operator's")
    sending_policy: SendingPolicy
    usual_sending_policy: SendingPolicy = Field(description="The operator's")
    choices: list[ChoiceView] = Field(description="The newest first, at most 20")


@router.get("", operation_id="network-settings.read", summary="What staff has chosen")
async def read(matching: Matching, _: Staff) -> NetworkSettingsView:
    """The settings for the next proposals and rounds."""
    return await _view(matching)


class EffectsView(View):
    """The number of introductions that would be lost if this number of days were chosen."""

    introductions: int = Field(
        description="Introductions that members have asked for, and that could not go out any more, since the asker is "
        "to hear before both would have had their time"
    )


@router.get("/effects", summary="What other days to answer would do")
async def effects(
    matching: Matching, _: Staff, answer_days: Annotated[int, Query(ge=LEAST_DAYS, le=MOST_DAYS)]
) -> EffectsView:
    """The number of introductions that a number of days to answer would end; their askers still hear on their days."""
    async with matching.reading() as uow:
        return EffectsView(introductions=await given_up(answer_days, uow, matching.surroundings))


@router.put("", summary="Choose settings")
async def put(wanted: NetworkSettingsInput, matching: Matching, principal: Manager) -> NetworkSettingsView:
    """Choose settings for proposals that go out from now on, and for the next round; earlier proposals keep their days.

    412 if there has been another choice since `seen`; 409 if more introductions than `gives_up` would end by it.
    """
    weights = None if wanted.weights is None else Weights.of(wanted.weights.model_dump())
    given: dict[str, Any] = {
        "answer_days": wanted.answer_days,
        "weights": weights,
        "sending_policy": wanted.sending_policy,
    }
    async with matching.unit_of_work() as uow:
        last = await uow.choices.newest()
        chosen = {name: value for name, value in given.items() if name in wanted.model_fields_set}
        settings = replace(NOTHING if last is None else last.settings, **chosen)
        await choose(settings, wanted.seen, principal.subject, uow, matching.surroundings, gives_up=wanted.gives_up)
        await uow.commit()
    await take_over(matching.unit_of_work, matching.surroundings)
    return await _view(matching)


async def _view(matching: MatchingContext) -> NetworkSettingsView:
    surroundings = matching.surroundings
    async with matching.reading() as uow:
        choices = await uow.choices.last(_LISTED)
    chosen = choices[0].settings if choices else NOTHING
    usual = WeightsView.of(surroundings.markets.usual_weights)
    return NetworkSettingsView(
        number=choices[0].number if choices else 0,
        answer_days=chosen.answer_days or surroundings.answer_days,
        usual_answer_days=surroundings.answer_days,
        weights=usual if chosen.weights is None else WeightsView.of(chosen.weights),
        usual_weights=usual,
        sending_policy=chosen.sending_policy or surroundings.policy,
        usual_sending_policy=surroundings.policy,
        choices=[ChoiceView.of(each) for each in choices],
    )


LISTED_SETTINGS: Final[Mapping[str, ListedSetting]] = {
    "sending_policy": ListedSetting("sending", lambda settings: str(settings.sending_policy)),
    "undo_hours": ListedSetting("sending"),
    "answer_days": ListedSetting("deadlines"),
    "interest_days": ListedSetting("deadlines", lambda settings: settings.days_to_hear),
    "freeze_days": ListedSetting("deadlines"),
    "held_proposal_days": ListedSetting("deadlines"),
    "draft_days": ListedSetting("deadlines"),
    "partnership_capacity_days": ListedSetting("capacity"),
    "minimum_score": ListedSetting("scores"),
    "weights": ListedSetting("scores", lambda settings: settings.network_weights.document()),
    "legal_acts": ListedSetting("scores", lambda settings: len(settings.listed_acts.acts)),
    "affinity": ListedSetting("scores", lambda settings: settings.uses_affinity),
    "settled_proposal_days": ListedSetting("retention"),
    "ended_partnership_days": ListedSetting("retention"),
    "round_days": ListedSetting("retention"),
    "certificate_days": ListedSetting("retention"),
}
