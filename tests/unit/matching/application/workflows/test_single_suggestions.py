"""A member that joins is suggested at once; one that cannot be proposed then waits, and is suggested once it can."""

from datetime import timedelta

import pytest

from isopolity.contracts.event_types import CITY_ENDORSED
from isopolity.contracts.registry import CityState
from isopolity.matching.application.workflows.suggestions import suggest_waiting
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes
from tests.support.matching.service import TestClock

AUTOMATIC = SendingPolicy.AUTOMATIC


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


async def joined(
    clock: TestClock, cities: list[CityState], policy: SendingPolicy = AUTOMATIC
) -> tuple[Instance, FakeStore]:
    """An instance that has taken in these cities, of which none has a contact."""
    store, network = FakeStore(), Network(contacts_count=True)
    running = Instance(store, network, policy, clock)
    for each in cities:
        network.put_member("city", each.city_id, each.version, each.status, each.model_dump_json().encode())
        await running.take_in(CITY_ENDORSED, each)
    return running, store


def add_contacts(running: Instance, cities: list[CityState], version: int = 1, *, erased: bool = False) -> None:
    for each in cities:
        running.network.put_contact(f"contact-of-{each.city_id}", version, None if erased else each.city_id)


async def suggested(running: Instance) -> int:
    return await suggest_waiting(running.unit_of_work, running.surroundings)


def pairs(store: FakeStore) -> list[list[str]]:
    return [sorted(side.member_id for side in proposal.sides) for proposal in store.proposals("issued")]


async def test_a_member_waits_until_it_has_a_contact_and_is_suggested_once(clock: TestClock) -> None:
    cities = many_wishes(3, capacity=1)
    running, store = await joined(clock, cities)
    assert await suggested(running) == 0
    add_contacts(running, cities[:2])
    assert await suggested(running) == 2
    assert pairs(store) == [["city-0", "city-1"]]
    assert await suggested(running) == 0
    add_contacts(running, cities[:1], version=2, erased=True)
    add_contacts(running, cities[:1], version=3)
    assert await suggested(running) == 0


async def test_a_member_that_pauses_as_it_joins_is_suggested_on_the_day_it_comes_back(clock: TestClock) -> None:
    back = clock().date() + timedelta(days=2)
    cities = [each.model_copy(update={"paused_until": back}) for each in many_wishes(2, capacity=1)]
    running, store = await joined(clock, cities)
    add_contacts(running, cities)
    assert (await suggested(running), pairs(store)) == (0, [])
    clock.move(timedelta(days=2))
    assert await suggested(running) == 2
    assert pairs(store) == [["city-0", "city-1"]]


async def test_a_change_that_comes_after_the_contact_is_what_suggests(clock: TestClock) -> None:
    cities = many_wishes(2, capacity=1)
    running, store = await joined(clock, cities)
    add_contacts(running, cities)
    changed = cities[0].model_copy(update={"version": 2})
    running.network.put_member("city", "city-0", 2, "endorsed", changed.model_dump_json().encode())
    await running.take_in(CITY_ENDORSED, changed)
    assert pairs(store) == [["city-0", "city-1"]]
    assert await suggested(running) == 1  # the other one, which has no room left


@pytest.mark.parametrize("policy", [SendingPolicy.ROUNDS_ONLY, SendingPolicy.HOLD])
async def test_where_staff_lets_rounds_propose_nobody_waits(clock: TestClock, policy: SendingPolicy) -> None:
    cities = many_wishes(2, capacity=1)
    running, store = await joined(clock, cities, policy)
    add_contacts(running, cities)
    assert (await suggested(running), pairs(store)) == (0, [])
    assert store.kept.waiting == set()
