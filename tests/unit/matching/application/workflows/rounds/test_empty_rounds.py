"""Why a round is empty, and when that frees."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from isopolity.contracts.registry import CityState
from isopolity.matching.domain.round import RoundResult
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.http.rounds.round_schemas import RoundView
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock, city, need, offer, partner, programme

ALONE = {"needs": (need("sdg.14"),), "offers": (offer("sdg.14"),)}


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


def instance(
    cities: Sequence[CityState], clock: TestClock, policy: SendingPolicy = SendingPolicy.ROUNDS_ONLY
) -> Instance:
    return Instance(FakeStore(), network_of(cities), policy, clock)


async def test_members_that_hold_open_proposals_free_at_their_deadline(clock: TestClock) -> None:
    running = instance([*many_wishes(4, capacity=1), city("oslo", country="NO", **ALONE)], clock)
    first = await running.run_round()
    assert (first.proposed, first.blocked) == (2, ())
    empty = await running.run_round(seed=1)
    until = next(iter(await running.proposals("issued"))).answer_by
    assert until is not None
    assert empty.blocked == (
        f"4 of 5 cities have no room for another twinning: they hold open proposals until {until.day} {until:%B %Y}.",
        "1 of 5 cities has room for a twinning, and nobody with room fits it or may be proposed to it now.",
    )


async def test_under_hold_too_an_empty_draft_says_what_blocks_it(clock: TestClock) -> None:
    pauses = {"paused_until": date(2027, 3, 1)}, {"paused_until": date(2027, 2, 1)}
    resting = [city(f"c{i}", country=f"{chr(65 + i)}X", **ALONE, **pause) for i, pause in enumerate(pauses)]
    running = instance([*resting, city("oslo", capacity=0, **ALONE)], clock, SendingPolicy.HOLD)
    known = await running.round((await running.run_draft()).round_id)
    assert known.result is not None
    assert known.result.blocked == (
        "2 of 3 cities pause, the first until 1 February 2027.",
        "1 of 3 cities can handle no twinning, as it states itself.",
    )
    assert RoundView.of(known).blocked == list(known.result.blocked)


async def test_pairs_that_rest_and_partnerships_are_told(clock: TestClock) -> None:
    running = instance(many_wishes(2, capacity=1), clock)
    await running.run_round()
    clock.now += timedelta(days=30)
    await running.settle()
    rested = await running.run_round(seed=1)
    assert rested.blocked[-1] == (
        "1 pair of members with room would fit; it was proposed before, and a pair rests for 365 days, or staff "
        "forbade it."
    )


async def test_new_partnerships_take_room(clock: TestClock) -> None:
    running = instance(many_wishes(2, capacity=1), clock)
    await running.run_round()
    (proposal,) = await running.proposals("issued")
    for side in "ab":
        await running.answer(proposal.proposal_id, side, "yes")
    assert (await running.run_round(seed=1)).blocked == (
        "2 of 2 cities have no room for another twinning: they hold new partnerships.",
    )


async def test_cities_and_programmes_are_told_apart_by_the_kind_of_pairs(clock: TestClock) -> None:
    network = network_of(many_wishes(2, capacity=1))
    halcyon = partner("halcyon", [programme("reading", subjects=("cluster.literacy",), cities=1)])
    network.put_member("partner", "halcyon", 1, "endorsed", halcyon.model_dump_json().encode())
    running = Instance(FakeStore(), network, SendingPolicy.ROUNDS_ONLY, clock)
    assert (await running.run_round()).proposed == 2
    told = (await running.run_round(seed=1)).blocked
    assert [sentence.partition(":")[0] for sentence in told] == [
        "2 of 2 cities have no room for another twinning",
        "1 of 2 cities has room for a sponsorship, and nobody with room fits it or may be proposed to it now.",
        "1 of 2 cities has no room for another sponsorship",
        "1 of 1 programme has no room for another sponsorship",
    ]


async def test_a_network_without_members_says_so(clock: TestClock) -> None:
    assert (await instance([], clock).run_round()).blocked == ("There is no endorsed city.",)


def test_rounds_before_this_had_no_such_sentences() -> None:
    assert RoundResult(members=1, candidates=0, proposed=0, issued=0, skipped=0).blocked == ()
