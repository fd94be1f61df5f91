"""Staff chooses settings; each instance takes over what was chosen last.

Invariant: a choice replaces the one that its chooser has seen, and no other; earlier ones stay as they were.
"""

from collections.abc import Mapping
from typing import Any

from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.settings.given_up import given_up
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.settings.chosen import NOTHING, Choice, ChosenSettings
from isopolity.matching.errors import ChosenMeanwhile, GivesUpIntroductions


async def choose(
    wanted: ChosenSettings,
    seen: int,
    by: str,
    uow: UnitOfWork,
    surroundings: Surroundings,
    *,
    gives_up: int = 0,
) -> Choice | None:
    """Keep a choice; one that is the same as the last is none.

    Raises ChosenMeanwhile where `seen` is not the last, GivesUpIntroductions where more introductions than `gives_up`
    could not go out any more.
    """
    last = await uow.choices.newest()
    if (0 if last is None else last.number) != seen:
        raise ChosenMeanwhile("Somebody else has chosen settings since you looked; look again, then choose.")
    before = NOTHING if last is None else last.settings
    if wanted == before:
        return last
    days = wanted.answer_days or surroundings.answer_days
    if (number := await given_up(days, uow, surroundings)) > gives_up:
        raise GivesUpIntroductions(number)
    choice = Choice(number=seen + 1, chosen_at=surroundings.clock(), chosen_by=by, settings=wanted)
    await uow.choices.add(choice)
    uow.audit.note("network-settings", str(choice.number), before=_told(before), after=_told(wanted))
    return choice


async def take_over(unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> None:
    """Go by the newest choice from now on."""
    async with unit_of_work() as uow:
        newest = await uow.choices.newest()
    here = surroundings.chosen
    if newest is not None and newest.number > here.number:
        await surroundings.markets.weigh(newest.settings.weights)
        here.number, here.settings = newest.number, newest.settings


def _told(settings: ChosenSettings) -> Mapping[str, Any]:
    return settings.document()
