"""The pairs of a draft that staff asks for: by name, kind, standing, value and reason, in an order."""

import pytest

from isopolity.matching.application.workflows.drafts import pairs
from isopolity.matching.application.workflows.drafts.pairs import (
    Order,
    Standing,
    Wanted,
    drawn_with_reason,
    wanted_edges,
)
from isopolity.matching.application.workflows.member_names import country_of, has_left, holder_name
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.domain.draft import Act, DraftNumbers
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.drafts import put
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, network_of
from tests.support.matching.service import TestClock, city, need, offer, partner, programme

CITIES = [
    city(
        name,
        name=known,
        country=country,
        needs=(need("cluster.literacy"),),
        offers=(offer("cluster.literacy"),),
        capacity=2,
        population=people,
    )
    for name, known, country, people in [
        ("evora", "Évora", "PT", 50_000),
        ("porto", "Porto", "PT", 230_000),
        ("lima", "Lima", "PE", 9_000_000),
        ("oslo", "Oslo", "NO", 700_000),
    ]
]


@pytest.fixture
async def running() -> Instance:
    network, halcyon = network_of(CITIES), partner("halcyon", [programme("reading")])
    network.put_member("partner", "halcyon", 1, "endorsed", halcyon.model_dump_json().encode())
    return Instance(FakeStore(), network, SendingPolicy.HOLD, TestClock())


async def listed(running: Instance, round_id: str, **wanted: object) -> list[tuple[str, str]]:
    """The pairs that fit, as ids."""
    numbers = await numbers_of(running, round_id)
    market = await running.surroundings.markets.current(running.surroundings.clock().date())
    edges = wanted_edges(numbers, Wanted(**wanted), market, running.surroundings.network)  # type: ignore[arg-type]
    ends = (sorted(holder.split("/")[1] for holder in pair) for pair in numbers.pairs(edges))
    return [(one, other) for one, other in ends]


async def numbers_of(running: Instance, round_id: str) -> DraftNumbers:
    async with running.unit_of_work() as uow:
        return await uow.drafts.numbers(round_id)


async def test_pairs_are_found_by_names_without_accents_and_by_kind(running: Instance) -> None:
    draft = await running.run_draft()
    all_of_them = await listed(running, draft.round_id)
    assert len(all_of_them) == draft.pairs
    assert await listed(running, draft.round_id, text="EVO") == [pair for pair in all_of_them if "evora" in pair]
    sponsored = await listed(running, draft.round_id, kind="sponsorship")
    assert sponsored
    assert sponsored == [pair for pair in all_of_them if "halcyon" in pair]
    assert await listed(running, draft.round_id, text="Halcyon") == sponsored


async def test_pairs_are_found_by_how_they_stand(running: Instance) -> None:
    draft = await running.run_draft()
    first, second, *_ = await listed(running, draft.round_id, kind="twinning")
    await running.edit(draft.round_id, Act.PIN, first)
    await running.edit(draft.round_id, Act.FORBID, second)
    assert await listed(running, draft.round_id, standing=Standing.PINNED) == [first]
    assert await listed(running, draft.round_id, standing=Standing.FORBIDDEN) == [second]
    await running.publish(draft.round_id, [first])
    assert await listed(running, draft.round_id, standing=Standing.PUBLISHED) == [first]
    assert first not in await listed(running, draft.round_id, standing=Standing.WAITING)
    assert await listed(running, draft.round_id, member=second[0], other=second[1]) == [second]


async def test_pairs_stand_in_the_order_that_is_asked_for(running: Instance) -> None:
    draft = await running.run_draft()
    best = await listed(running, draft.round_id)
    numbers = await numbers_of(running, draft.round_id)
    weights = sorted(numbers.choice.problem.weight[numbers.choice.chosen].tolist(), reverse=True)
    assert len(await listed(running, draft.round_id, value_min=weights[0] / WEIGHT_UNIT)) == weights.count(weights[0])
    assert len(await listed(running, draft.round_id, value_max=weights[-1] / WEIGHT_UNIT)) == weights.count(weights[-1])
    least = await listed(running, draft.round_id, order=Order.LEAST)
    assert sorted(least) == sorted(best)
    assert (least[-1] == best[0]) or weights[0] == weights[1]
    by_name = await listed(running, draft.round_id, kind="twinning", order=Order.NAME)
    assert by_name == sorted(by_name), "ids sort as names here"


async def test_the_search_for_a_reason_draws_up_a_bounded_number_of_pairs(
    running: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "AT_ONCE", 1)
    monkeypatch.setattr(pairs, "MOST_DRAWN", 2)
    draft = await running.run_draft()
    numbers, surroundings = await numbers_of(running, draft.round_id), running.surroundings
    market = await surroundings.markets.current(surroundings.clock().date())
    edges = wanted_edges(numbers, Wanted(), market, surroundings.network)
    nothing = await drawn_with_reason(numbers, edges, 0, 10, "no-such-reason", surroundings)
    assert (nothing.edges, nothing.place) == ([], 2)
    found: list[int] = []
    place = 0
    while place < len(edges):
        page = await drawn_with_reason(numbers, edges, place, 1, "need-met", surroundings)
        found, place = found + page.edges, page.place
    of_cities = [edge for edge in edges.tolist() if all("city/" in each for each in numbers.pairs([edge])[0])]  # type: ignore[arg-type]
    assert found == of_cities


async def test_a_member_that_left_keeps_its_name_in_the_draft_and_is_found_by_it(running: Instance) -> None:
    draft = await running.run_draft()
    its = await listed(running, draft.round_id, text="Évora")
    put(running, CITIES[0].model_copy(update={"version": 2, "status": "withdrawn"}))
    assert await listed(running, draft.round_id, text="evora") == its
    first, *_ = await listed(running, draft.round_id, order=Order.NAME)
    assert "evora" in first
    network = running.network
    assert (holder_name("city/evora", network), country_of("city/evora", network)) == ("Évora", "PT")
    assert (has_left("city/evora", network), has_left("city/porto", network)) == (True, False)
    network.forget_member("evora")
    assert holder_name("city/evora", network) == "city/evora"
