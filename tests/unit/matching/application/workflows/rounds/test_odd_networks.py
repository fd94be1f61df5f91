"""Rounds of networks in which there is nothing to choose: they end well, propose nothing, and prove it."""

import gzip
from collections.abc import Sequence

import pytest

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.application.wording.round_sentences import gain_sentences
from isopolity.matching.assignment.certificate import check
from isopolity.matching.assignment.certificate_document import read
from isopolity.matching.assignment.problem import Mode
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.round import RoundPlan, RoundStatus
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes
from tests.support.matching.networks import network_of
from tests.support.matching.service import TestClock, city, need, partner, programme

Members = Sequence[CityState | PartnerState]
WISHES = many_wishes(4, capacity=1)
ODD: dict[str, Members] = {
    "no members": (),
    "one city": WISHES[:1],
    "one partner": (partner("halcyon", [programme("reading")]),),
    "one city and one partner that do not fit": (
        WISHES[0],
        partner("halcyon", [programme("sea", subjects=("sdg.14",))]),
    ),
    "all capacities zero": [each.model_copy(update={"capacity": 0}) for each in WISHES],
    "a programme for no city": (
        city("asks", needs=(need("cluster.literacy"),)),
        partner("halcyon", [programme("reading", cities=0)]),
    ),
    "everyone blocked": [each.model_copy(update={"country": "FR", "wants_own_country": False}) for each in WISHES],
    "nobody endorsed": [each.model_copy(update={"status": "applied"}) for each in WISHES],
    "nobody says anything": [city("silent"), city("quiet"), partner("mute", [])],
}


def instance(store: FakeStore, network: Network) -> Instance:
    return Instance(store, network, SendingPolicy.ROUNDS_ONLY, TestClock())


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("members", ODD.values(), ids=ODD.keys())
async def test_a_round_with_nothing_to_choose_proposes_nothing_and_proves_it(
    store: FakeStore, members: Members, mode: Mode
) -> None:
    running = instance(store, network_of(members))
    ordered = await running.order(RoundPlan(mode=mode))
    await running.runner.work()
    done = await running.round(ordered.round_id)
    assert (done.status, done.failure) == (RoundStatus.DONE, None)
    assert done.result is not None
    assert done.result.gains is not None
    assert (done.result.candidates, done.result.value, done.result.bound, done.result.gap) == (0, 0, 0, 0.0)
    assert done.result.proved == "No pair is chosen; none can be."
    assert gain_sentences(done.result.gains) == ["The round proposes nothing."]
    packed = store.certificate(ordered.round_id)
    assert packed is not None
    assert check(read(gzip.decompress(packed))).is_proved
    assert store.proposals() == []


async def test_a_member_told_twice_is_one_member(store: FakeStore) -> None:
    twice = [*WISHES, *(each.model_copy(update={"version": each.version + 1}) for each in WISHES)]
    result = await instance(store, network_of(twice)).run_round()
    assert (result.members, result.issued) == (4, 2)
