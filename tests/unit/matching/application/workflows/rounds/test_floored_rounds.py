"""A round under soft floors: whom they serve, what is told of them, what its draft keeps of them, and none at all."""

from dataclasses import replace

import pytest

from isopolity.contracts.registry import CityState
from isopolity.matching.domain.round import Round, RoundPlan
from isopolity.matching.domain.rules.floors import NO_FLOORS, STANDING_FLOORS, FloorGrouping, Floors
from isopolity.matching.domain.rules.rule_book import RuleBook
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.http.rounds.round_schemas import RoundOrder, RoundView
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, network_of
from tests.support.matching.service import TestClock, city, need, offer

BY_REGION = Floors(by=(FloorGrouping.REGION,), tolerance_percent=0)


def states() -> list[CityState]:
    """Two hosts that can take one twinning each, near two cities of Africa and far from two of Asia."""
    hosts = [
        city(f"host-{i}", country=f"H{i}", needs=[need("sdg.13")], offers=[offer("cluster.literacy", intensity=5)])
        for i in range(2)
    ]
    guests = [
        city(
            f"{region}-{i}",
            region=region,
            country=f"{region[0].upper()}{i}",
            needs=[need("cluster.literacy", intensity=5 - 2 * (region == "asia-pacific"))],
            offers=[offer("sdg.13", intensity=5 - 2 * (region == "asia-pacific"))],
        )
        for region in ("africa", "asia-pacific")
        for i in range(2)
    ]
    return [state.model_copy(update={"capacity": 1}) for state in (*hosts, *guests)]


@pytest.fixture
def running() -> Instance:
    return Instance(FakeStore(), network_of(states()), SendingPolicy.HOLD, TestClock())


async def ran(running: Instance, floors: Floors | None) -> Round:
    known = await running.order(RoundPlan(book=RuleBook(floors=floors)))
    await running.runner.work()
    return await running.round(known.round_id)


async def guests(running: Instance, known: Round) -> list[str]:
    pairs = await running.draft_pairs(known.round_id)
    return sorted(holder.removeprefix("city/")[:4] for pair in pairs for holder in pair if "host" not in holder)


async def test_a_region_that_would_get_nothing_gets_its_share(running: Instance) -> None:
    assert await guests(running, await ran(running, NO_FLOORS)) == ["afri", "afri"]
    assert await guests(running, await ran(running, BY_REGION)) == ["afri", "asia"]


async def test_staff_reads_who_gets_more_by_floors_and_what_they_cost(running: Instance) -> None:
    told = RoundView.of(await ran(running, BY_REGION)).floors
    assert told is not None
    assert told.rule.startswith("Each group of cities by region gets at least its share of the twinnings")
    assert "A twinning, of 2 cities of Asia and the Pacific that could: 1 instead of 0." in told.told
    assert told.cost is not None
    assert told.cost > 0


async def test_floors_that_change_nothing_cost_nothing(running: Instance) -> None:
    told = RoundView.of(await ran(running, Floors(by=(FloorGrouping.LANGUAGE,)))).floors
    assert told is not None
    assert told.told == ["Floors change nothing and cost nothing: each group gets its share anyway."]
    assert told.cost == 0


async def test_an_order_that_names_no_floors_has_those_of_the_network(running: Instance) -> None:
    running.surroundings = replace(running.surroundings, floors=STANDING_FLOORS)
    assert (await ran(running, RoundOrder().plan().book.floors)).plan.book.floors == STANDING_FLOORS
    assert (await ran(running, RoundOrder(floors=[]).plan().book.floors)).plan.book.floors == NO_FLOORS


async def test_a_round_of_a_network_without_floors_tells_of_none(running: Instance) -> None:
    told = RoundView.of(await ran(running, None)).floors
    assert told is not None
    assert (told.rule, told.told, told.cost) == ("There are no floors for groups of cities.", [], None)


async def test_the_next_draft_keeps_the_floors_and_the_pairs_of_the_last_one(running: Instance) -> None:
    first, second = await ran(running, BY_REGION), await ran(running, BY_REGION)
    assert await running.draft_pairs(first.round_id) == await running.draft_pairs(second.round_id)
    assert await guests(running, second) == ["afri", "asia"]


async def test_a_draft_that_is_improved_keeps_its_floors(running: Instance) -> None:
    known = await ran(running, BY_REGION)
    await running.improve(known.round_id)
    assert await guests(running, known) == ["afri", "asia"]
