"""Who has capacity left is asked for a few holders only, and the search finds what it finds where all are known."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from isopolity.contracts.registry import CityState
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate_search import (
    CandidateSearch,
    free_among,
    free_capacities,
    free_prospects,
)
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.domain.member import holders_of
from tests.support.examples import examples
from tests.support.matching.networks import market_of, taken_by
from tests.support.matching.service import city, need, offer, partner, programme, request
from tests.support.matching.strategies import SUBJECTS

STAGE = CompiledFirstStage(1)
CITIES = [f"c{number:02}" for number in range(14)]
PROGRAMMES = ["programme/p0/l0", "programme/p0/l1", "programme/p1/l0"]
HOLDERS = [*(holder for each in CITIES for holder in holders_of(f"city/{each}")), *PROGRAMMES]
city_states = st.builds(
    city,
    region=st.sampled_from(["africa", "europe-north-america"]),
    capacity=st.integers(0, 2),
    sponsorship_capacity=st.none() | st.integers(0, 2),
    needs=st.sampled_from(SUBJECTS).map(lambda subject: (need(subject),)),
    offers=st.lists(st.sampled_from(SUBJECTS), unique=True, max_size=3).map(lambda all_of: tuple(map(offer, all_of))),
    city_id=st.just("none"),
    country=st.sampled_from(["KE", "FR", "JP"]),
)


@st.composite
def networks(draw: st.DrawFn) -> Market:
    members = [draw(city_states).model_copy(update={"city_id": each, "name": each}) for each in CITIES]
    lines = [programme("l0", regions=("africa",)), programme("l1", subjects=("sdg.4",))]
    partners = [partner("p0", lines), partner("p1", lines[:1])]
    ties = [("c00", "c01"), ("p0", "c02")]
    market = market_of([*members, *partners], [request("r0", "c03"), request("r1", "c04")], ties)
    some = st.sets(st.sampled_from(["c05", "c06", "p1"])).map(frozenset)
    return replace(market, unmailable=draw(some), paused=draw(some))


@examples(60)
@given(networks(), st.dictionaries(st.sampled_from(HOLDERS), st.integers(1, 2)), st.sampled_from(HOLDERS), st.data())
def test_search_among_those_who_were_asked_finds_the_same(
    market: Market, used: Mapping[str, int], holder: str, data: st.DataObject
) -> None:
    few = data.draw(
        st.integers(1, 3)
    )  # with one, eight of the fourteen cities are enough; with three, all are asked about
    candidate_search = CandidateSearch(stage=STAGE, minimum_score=0.1, per_city=few, per_programme=few)
    closed = data.draw(st.sets(st.sampled_from(["c00:c05", "c03:c04", "programme/p0/l0:c06"])))
    everybody = free_capacities(market, used)

    async def asked() -> Mapping[str, int]:
        own = await free_among(market, taken_by(used), [holder])
        prospects = candidate_search.prospects(market, own, closed)
        return {**await free_prospects(market, taken_by(used), prospects), **own}

    some = asyncio.run(asked())
    assert some.items() <= everybody.items()
    if holder in some:
        expected = candidate_search.candidates(market, everybody.keys(), closed, only={holder})
        found = candidate_search.candidates(market, some.keys(), closed, only={holder})
        assert {(each.key, each.score) for each in found} == {(each.key, each.score) for each in expected}
    else:
        assert holder not in everybody


def test_few_are_asked_about_while_most_have_capacity_left() -> None:
    members: list[CityState] = [
        city(f"c{number:04}", country="KE" if number % 2 else "FR", needs=(need("sdg.13"),), offers=(offer("sdg.13"),))
        for number in range(900)
    ]
    market, asked = market_of(members), list[str]()
    candidate_search = CandidateSearch(stage=STAGE, per_city=5)
    prospects = candidate_search.prospects(market, ["city/c0000"], ())
    free = asyncio.run(free_prospects(market, taken_by({}, asked), prospects))
    assert 40 <= len(free) == len(asked) < 200
    assert nx.number_of_nodes(market.ties) == 0
