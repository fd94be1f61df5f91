"""Amounts of requests in other currencies: which are missing, and what staff sets."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.application.workflows.amounts import (
    AmountOrder,
    clear_amount,
    set_amount,
    waiting_requests,
)
from isopolity.matching.application.workflows.issuance import OVER_BUDGET, Selection
from isopolity.matching.application.workflows.queries.pair_fit import current_market
from isopolity.matching.domain.draft import Act
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.errors import ContradictoryRules, InvalidAmount, UnknownRequest
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, surroundings_of
from tests.support.matching.networks import market_of, network_of
from tests.support.matching.service import NOW, TestClock, city, partner, programme, request

MEMBERS: Sequence[CityState | PartnerState] = [
    city("accra"),
    partner("halcyon", [programme("reading"), programme("books"), programme("sea", subjects=("sdg.14",))]),
    partner("lyceum", [programme("pens", currency="USD")]),
]
REQUESTS = [
    request("r1", "accra", currency="KES", amount_min=5_000_000, amount_max=9_000_000),
    request("r2", "accra", title="Books"),
    request("r3", "accra", title="Letters", amount_min=0, amount_max=0),
]
ORDER: dict[str, Any] = {"request_id": "r1", "currency": "EUR", "least": 30_000, "most": 60_000}


def waiting(store: FakeStore, after: str | None = None, limit: int = 9) -> Sequence[tuple[str, dict[str, int]]]:
    async def asked() -> Sequence[tuple[str, dict[str, int]]]:
        async with store.unit_of_work() as uow:
            amounts = await uow.money.amounts()
        surroundings = surroundings_of(network_of(MEMBERS, REQUESTS))
        found = await waiting_requests(amounts, surroundings, after=after, limit=limit)
        return [(each.request.request_id, dict(each.programmes)) for each in found]

    return asyncio.run(asked())


def set_one(store: FakeStore, **changes: Any) -> None:
    async def done() -> None:
        async with store.unit_of_work() as uow:
            await set_amount(AmountOrder(**ORDER | changes), market_of(MEMBERS, REQUESTS), NOW, uow)
            await uow.commit()

    asyncio.run(done())


def test_a_request_waits_in_each_currency_of_programmes_that_could_support_it() -> None:
    store = FakeStore()
    assert waiting(store) == [("r2", {"USD": 1}), ("r1", {"EUR": 2, "USD": 1})]
    assert waiting(store, limit=1) == [("r2", {"USD": 1})]
    assert waiting(store, after="r2") == [("r1", {"EUR": 2, "USD": 1})]
    set_one(store)
    assert waiting(store) == [("r2", {"USD": 1}), ("r1", {"USD": 1})]
    asyncio.run(cleared(store))
    assert waiting(store)[1] == ("r1", {"EUR": 2, "USD": 1})


async def cleared(store: FakeStore) -> None:
    async with store.unit_of_work() as uow:
        await clear_amount("r1", "EUR", uow)
        await uow.commit()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"least": 70_000}, "The least, 70,000, is more than the most, 60,000"),
        ({"co_funding": 60_000}, "leaves nothing to grant"),
    ],
)
def test_amounts_that_cannot_be_are_refused_in_a_sentence(changes: dict[str, int], sentence: str) -> None:
    with pytest.raises(InvalidAmount, match=sentence):
        set_one(FakeStore(), **changes)


def test_amounts_are_set_for_open_requests_only_and_cleared_once() -> None:
    with pytest.raises(UnknownRequest, match="no open request"):
        set_one(FakeStore(), request_id="none")
    with pytest.raises(UnknownRequest, match="No amount in EUR is set"):
        asyncio.run(cleared(FakeStore()))


ONLY_SPONSORSHIPS: dict[str, Any] = {"kinds": ("sponsorship",)}


def fund(budget: int, **changes: Any) -> PartnerState:
    reading = programme("reading", cities=9, budget=budget, grant_min=10_000, grant_max=20_000)
    return partner("halcyon", [reading], **changes)


def instance(policy: SendingPolicy, budget: int) -> Instance:
    cities = [city(f"city-{i}") for i in range(4)]
    rooms = request("rooms", "city-0", amount_min=15_000, amount_max=50_000)
    others = [request(f"lamps-{i}", f"city-{i}", amount_min=10_000, amount_max=20_000) for i in range(1, 4)]
    return Instance(FakeStore(), network_of([*cities, fund(budget)], [rooms, *others]), policy, TestClock())


async def cities_of(running: Instance, stage: str) -> list[str]:
    return sorted(each.b.member_id for each in await running.proposals(stage) if each.kind == "sponsorship")


@pytest.mark.parametrize(("budget", "number"), [(100_000, 4), (40_000, 3), (24_999, 2), (15_000, 1), (9_999, 0)])
async def test_a_round_proposes_no_more_than_a_budget_pays(budget: int, number: int) -> None:
    running = instance(SendingPolicy.ROUNDS_ONLY, budget)
    await running.run_round(**ONLY_SPONSORSHIPS)
    assert len(await running.proposals("issued")) == number


async def test_what_staff_approves_waits_while_the_budget_does_not_reach() -> None:
    running = instance(SendingPolicy.HOLD, 35_000)
    drawn = running.new_proposals()
    await running.issue(drawn)
    done = await running.approve(Selection())
    assert len(done.issued) == 3
    assert set(done.skipped.values()) == {OVER_BUDGET}
    assert len(await running.proposals("held")) == 1


@pytest.mark.parametrize("out", [0, 1])
async def test_a_draft_that_is_improved_keeps_to_its_budgets(out: int) -> None:
    running = instance(SendingPolicy.HOLD, 35_000)
    draft = await running.run_draft(**ONLY_SPONSORSHIPS)
    first, *others = sorted(await running.draft_pairs(draft.round_id))
    if out:
        await running.publish(draft.round_id, [_named(first)])
    await running.edit(draft.round_id, Act.LEAVE_OUT, _named(others[0]))
    await running.improve(draft.round_id)
    assert len(await running.draft_pairs(draft.round_id)) == 3
    assert not (await running.plan(draft.round_id)).falls_out


async def test_pins_that_take_more_than_a_budget_has_are_told() -> None:
    running = instance(SendingPolicy.HOLD, 20_000)
    draft = await running.run_draft(**ONLY_SPONSORSHIPS)
    for number in range(4):
        await running.edit(draft.round_id, Act.PIN, ("halcyon/reading", f"city-{number}"))
    with pytest.raises(ContradictoryRules, match=r"must be in pairs that take 45,000 EUR at least, but its budget"):
        await running.improve(draft.round_id)


def _named(pair: tuple[str, str]) -> tuple[str, str]:
    """A pair of holders as staff names it."""
    city, programme = pair
    return programme.removeprefix("programme/"), city.split("/")[1]


async def test_money_is_free_again_after_the_deadline_and_not_with_a_no() -> None:
    running = instance(SendingPolicy.ROUNDS_ONLY, 15_000)
    await running.run_round(**ONLY_SPONSORSHIPS)
    (issued,) = await running.proposals("issued")
    await running.answer(issued.proposal_id, "b", "no")
    await running.run_round(**ONLY_SPONSORSHIPS)
    assert await cities_of(running, "issued") == []
    running.clock.move(timedelta(days=40))
    await running.settle()
    await running.run_round(**ONLY_SPONSORSHIPS)
    assert len(await cities_of(running, "issued")) == 1


async def test_a_partner_may_ask_beyond_its_own_budget() -> None:
    running = instance(SendingPolicy.ROUNDS_ONLY, 20_000)

    def asked(proposal: Proposal) -> Proposal:
        return proposal.asked("a", running.clock(), openly=False)

    assert await running.issue([asked(each) for each in running.new_proposals()]) == 4


async def test_a_draft_tells_before_it_is_published_what_its_budget_does_not_reach_for() -> None:
    running = instance(SendingPolicy.HOLD, 35_000)
    draft = await running.run_draft(**ONLY_SPONSORSHIPS)
    less = fund(20_000, version=2)
    running.network.put_member("partner", "halcyon", 2, "endorsed", less.model_dump_json().encode())
    plan = await running.plan(draft.round_id)
    assert len(plan.ready) + len(plan.falls_out) == draft.pairs
    assert {each.reason for each in plan.falls_out} == {
        "the budget of “Reading” of Foundation Halcyon has not enough left"
    }


async def test_a_round_pairs_no_request_in_another_currency_before_staff_has_set_an_amount() -> None:
    dollars = request("rooms", "accra", amount_min=12_000, amount_max=18_000, currency="USD")
    running = Instance(
        FakeStore(), network_of([city("accra"), fund(90_000)], [dollars]), SendingPolicy.ROUNDS_ONLY, TestClock()
    )
    await running.run_round(**ONLY_SPONSORSHIPS)
    assert await cities_of(running, "issued") == []
    order = AmountOrder(request_id="rooms", currency="EUR", least=10_000, most=15_000)
    async with running.unit_of_work() as uow:
        await set_amount(order, await current_market(running.surroundings), running.clock(), uow)
        await uow.commit()
    await running.run_round(**ONLY_SPONSORSHIPS)
    assert await cities_of(running, "issued") == ["accra"]


async def test_what_must_be_paired_must_be_within_the_budget() -> None:
    running = instance(SendingPolicy.ROUNDS_ONLY, 20_000)
    must = (("city-0", "halcyon/reading"), ("city-1", "halcyon/reading"))
    ordered = await running.order(RoundPlan(**ONLY_SPONSORSHIPS, must=must))
    await running.runner.work()
    failed = await running.round(ordered.round_id)
    assert failed.failure == (
        "“Reading” of Foundation Halcyon must be in pairs that take 25,000 EUR at least, but its budget has "
        "20,000 left; drop a rule or raise the budget."
    )
