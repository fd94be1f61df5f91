"""Twinnings and sponsorships take capacities of their own: in rounds, single suggestions, drafts and what follows."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from isopolity.contracts.event_types import CITY_ENDORSED
from isopolity.contracts.registry import CityState
from isopolity.matching.application.workflows.drafts.report import draft_report
from isopolity.matching.application.workflows.rounds.execution import current_situation
from isopolity.matching.domain.draft import Act
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from isopolity.matching.errors import ContradictoryRules
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes
from tests.support.matching.networks import network_of
from tests.support.matching.service import TestClock, partner, programme

FUND = partner("fund", [programme("grants", cities=9), programme("loans", cities=9)])
GRANTS, LOANS = "fund/grants", "fund/loans"


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def instance(store: FakeStore, cities: Sequence[CityState], policy: SendingPolicy) -> Instance:
    return Instance(store, network_of([*cities, FUND]), policy, TestClock())


def two_cities(*sponsorships: int | None, capacity: int = 1) -> list[CityState]:
    """Two cities that fit each other and the fund."""
    cities = many_wishes(2, capacity=capacity)
    return [
        each.model_copy(update={"sponsorship_capacity": number})
        for each, number in zip(cities, sponsorships, strict=True)
    ]


def kinds(store: FakeStore, stage: str = "issued") -> list[tuple[str, str]]:
    """Kind and side b of the proposals of a stage."""
    return sorted((each.kind, each.b.member_id) for each in store.proposals(stage))


@pytest.mark.parametrize(
    ("sponsorships", "expected"),
    [
        ((None, None), [("sponsorship", "city-0"), ("sponsorship", "city-1"), ("twinning", "city-1")]),
        ((0, 2), [("sponsorship", "city-1"), ("sponsorship", "city-1"), ("twinning", "city-1")]),
    ],
)
async def test_a_round_fills_each_kind_by_itself(
    store: FakeStore, sponsorships: tuple[int | None, ...], expected: list[tuple[str, str]]
) -> None:
    running = instance(store, two_cities(*sponsorships), SendingPolicy.ROUNDS_ONLY)
    result = await running.run_round()
    assert kinds(store) == expected
    assert result.members == 4  # two cities, each once, and two programmes
    assert (await running.run_round(1)).issued == 0


async def test_a_city_that_cannot_handle_a_twinning_may_handle_a_sponsorship(store: FakeStore) -> None:
    running = instance(store, two_cities(1, 0, capacity=0), SendingPolicy.ROUNDS_ONLY)
    await running.run_round()
    assert kinds(store) == [("sponsorship", "city-0")]


async def test_a_city_that_is_endorsed_gets_what_it_can_handle_of_each_kind(store: FakeStore) -> None:
    cities = two_cities(2, 0)
    running = instance(store, cities, SendingPolicy.AUTOMATIC)
    await running.take_in(CITY_ENDORSED, cities[0])
    assert kinds(store) == [("sponsorship", "city-0"), ("sponsorship", "city-0"), ("twinning", "city-1")]


async def test_a_sponsorship_that_is_declined_frees_room_for_a_sponsorship(store: FakeStore) -> None:
    running = instance(store, two_cities(1, 0), SendingPolicy.ROUNDS_ONLY)
    await running.run_round()
    (declined,) = (each for each in store.proposals("issued") if each.kind == "sponsorship")
    (twinning,) = (each for each in store.proposals("issued") if each.kind == "twinning")
    await running.answer(declined.proposal_id, "b", Answer.NO)
    for side in "ab":
        await running.answer(twinning.proposal_id, side, Answer.YES)
    running.clock.move(timedelta(days=22))
    assert await running.propose_alternates(await running.settle()) == 1
    (alternate,) = store.proposals("issued")
    assert (alternate.kind, alternate.b.member_id) == ("sponsorship", "city-0")
    assert alternate.a.programme_id != declined.a.programme_id


async def test_a_must_rule_is_about_the_capacity_of_its_kind(store: FakeStore) -> None:
    running = instance(store, two_cities(1, 1), SendingPolicy.ROUNDS_ONLY)
    both = (("city-0", "city-1"), ("city-0", GRANTS))
    assert (await running.run_round(must=both)).issued == 3
    other = instance(FakeStore(), two_cities(1, 1), SendingPolicy.ROUNDS_ONLY)
    ordered = await other.order(RoundPlan(must=(("city-0", GRANTS), (LOANS, "city-0"))))
    await other.runner.work()
    assert (await other.round(ordered.round_id)).failure == (
        "City-0 must be in 2 sponsorships but can handle 1 more; drop a rule or raise its capacity for sponsorships."
    )


async def test_a_draft_says_of_which_kind_there_is_no_room(store: FakeStore) -> None:
    running = instance(store, two_cities(1, 1), SendingPolicy.HOLD)
    draft = await running.run_draft(must=(("city-0", GRANTS), ("city-1", LOANS)))
    await running.edit(draft.round_id, Act.PIN, ("city-0", GRANTS))
    with pytest.raises(ContradictoryRules) as refused:
        await running.edit(draft.round_id, Act.PUT_IN, ("city-0", LOANS))
    assert str(refused.value) == (
        "City-0 has no room for another sponsorship: what it has is pinned or published; free one first."
    )
    grown = instance(store, two_cities(0, 1, capacity=0), SendingPolicy.HOLD)
    reasons = {each.reason for each in (await grown.plan(draft.round_id)).falls_out}
    assert reasons == {"City-0 has no room for another twinning", "City-0 has no room for another sponsorship"}


async def test_a_draft_tells_a_programme_that_is_full(store: FakeStore) -> None:
    cities, full = two_cities(1, 1), partner("fund", [programme("grants", name="Grants", cities=1)])
    running = Instance(store, network_of([*cities, full]), SendingPolicy.HOLD, TestClock())
    draft = await running.run_draft(must=((GRANTS, "city-0"),))
    await running.edit(draft.round_id, Act.PIN, ("city-0", GRANTS))
    with pytest.raises(ContradictoryRules, match="“Grants” of Foundation Fund has no room for another city"):
        await running.edit(draft.round_id, Act.PUT_IN, ("city-1", GRANTS))


async def test_a_draft_says_where_there_never_was_room(store: FakeStore) -> None:
    running = instance(store, two_cities(1, 0), SendingPolicy.HOLD)
    draft = await running.run_draft()
    with pytest.raises(ContradictoryRules) as refused:
        await running.edit(draft.round_id, Act.PUT_IN, ("city-1", GRANTS))
    assert str(refused.value) == (
        "City-1 has no room for another sponsorship in this draft; run a round for a new one if that has changed."
    )


async def test_a_city_that_keeps_a_pair_of_the_other_kind_is_not_left_alone(store: FakeStore) -> None:
    running = instance(store, two_cities(1, 0), SendingPolicy.HOLD)
    draft = await running.run_draft()
    edit = await running.edit(draft.round_id, Act.LEAVE_OUT, ("city-0", "city-1"))
    assert edit.left_alone == ("city/city-1",)


async def test_the_report_of_a_draft_counts_a_city_once(store: FakeStore) -> None:
    running = instance(store, two_cities(1, 0), SendingPolicy.HOLD)
    draft = await running.run_draft()
    async with running.unit_of_work() as uow:
        numbers = await uow.drafts.numbers(draft.round_id)
    situation = await current_situation(running.unit_of_work, running.surroundings)
    report = draft_report(numbers, situation)
    assert (report.twinnings, report.sponsorships) == (1, 1)
    assert (report.all_cities.cities, report.all_cities.served, report.unserved) == (2, 2, [])
    await running.edit(draft.round_id, Act.LEAVE_OUT, ("city-0", "city-1"))
    async with running.unit_of_work() as uow:
        numbers = await uow.drafts.numbers(draft.round_id)
    report = draft_report(numbers, situation)
    assert (report.all_cities.served, report.unserved, report.without_capacity) == (1, ["city/city-1"], 0)
