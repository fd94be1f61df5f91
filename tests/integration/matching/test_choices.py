"""Staff chooses days to answer and weights: they hold for the next round, on every instance; nothing else changes."""

from datetime import timedelta
from typing import Any

import pytest

from isopolity.contracts.event_types import CITY_ENDORSED
from isopolity.matching.application.workflows.settings import choose, take_over
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, Weights
from isopolity.matching.domain.settings import ChosenSettings, SendingPolicy
from isopolity.matching.errors import ChosenMeanwhile, InvalidChoice
from isopolity.persistence.database import Database
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock

HEAVY = Weights(twinning={"language": 5.0})


async def chosen(running: Instance, seen: int, **settings: Any) -> Any:
    async with running.unit_of_work() as uow:
        choice = await choose(ChosenSettings(**settings), seen, "ana", uow, running.surroundings)
        await uow.commit()
    return choice


def instance(database: Database) -> Instance:
    return Instance(database, network_of(many_wishes(4, capacity=1)), SendingPolicy.ROUNDS_ONLY, TestClock())


async def test_chosen_days_hold_for_the_next_round_and_not_for_what_went_out(database: Database) -> None:
    running = instance(database)
    await chosen(running, 0, answer_days=30)
    await running.run_round()
    first = await running.proposals("issued")
    assert {each.answer_by.date() for each in first if each.answer_by} == {(NOW + timedelta(days=30)).date()}
    await chosen(running, 1, answer_days=60)
    await take_over(running.unit_of_work, running.surroundings)
    assert running.surroundings.days_to_answer == 60
    assert running.surroundings.days_to_hear == 60 + 14
    assert {each.answer_by for each in await running.proposals("issued")} == {each.answer_by for each in first}


async def test_chosen_weights_hold_for_the_next_round_on_every_instance(database: Database) -> None:
    one, other = instance(database), instance(database)
    market = await other.surroundings.markets.current(NOW.date())
    assert market.version == DEFAULT_WEIGHTS.version
    await chosen(one, 0, weights=HEAVY)
    await other.run_round()
    assert {each.weights_version for each in await other.proposals()} == {HEAVY.version}
    assert market.version == DEFAULT_WEIGHTS.version, "a market that was lent keeps its own"
    await chosen(one, 1)
    await take_over(other.unit_of_work, other.surroundings)
    assert (await other.surroundings.markets.current(NOW.date())).version == DEFAULT_WEIGHTS.version


async def test_a_choice_replaces_the_one_that_was_seen_and_no_other(database: Database) -> None:
    running = instance(database)
    first = await chosen(running, 0, answer_days=28)
    assert (first.number, first.chosen_by, first.chosen_at) == (1, "ana", NOW)
    with pytest.raises(ChosenMeanwhile):
        await chosen(running, 0, answer_days=35)
    assert await chosen(running, 1, answer_days=28) == first, "the same again is no choice"
    await chosen(running, 1, answer_days=35, weights=HEAVY)
    async with running.unit_of_work() as uow:
        kept = await uow.choices.last(5)
    assert [(each.number, each.settings.answer_days) for each in kept] == [(2, 35), (1, 28)]
    assert kept[0].settings.weights == HEAVY


async def test_the_sending_policy_that_staff_chooses_holds_for_the_next_round(database: Database) -> None:
    running = instance(database)
    await chosen(running, 0, sending_policy=SendingPolicy.HOLD)
    await running.run_round()
    assert await running.proposals("issued") == []
    async with running.unit_of_work() as uow:
        assert len(await uow.choices.last(5)) == 1
    await chosen(running, 1)
    await running.run_round()
    assert len(await running.proposals("issued")) == 2


async def test_what_staff_holds_back_goes_out_nowhere_also_where_nobody_has_heard_of_it(database: Database) -> None:
    network = network_of(many_wishes(2, capacity=1))
    one, other = (Instance(database, network, SendingPolicy.AUTOMATIC, TestClock()) for _ in range(2))
    await chosen(one, 0, sending_policy=SendingPolicy.HOLD)
    await other.take_in(CITY_ENDORSED, many_wishes(2, capacity=1)[0])
    assert await other.proposals() == []
    assert await other.issue(other.new_proposals()) == 0
    assert [each.stage for each in await other.proposals()] == ["held"]


@pytest.mark.parametrize("days", [6, 91])
def test_days_that_leave_no_time_or_too_much_are_refused(days: int) -> None:
    with pytest.raises(InvalidChoice):
        ChosenSettings(answer_days=days)
