"""Affinity as a part of a twinning's score: how much it counts, when it is asked, and what names its model."""

from collections.abc import Sequence

import numpy as np
import pytest

from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate import Candidates
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.candidates.pair_status import scored_pair
from isopolity.matching.application.workflows.new_proposal import new_proposal
from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.domain.member import City
from isopolity.matching.domain.network import Tie
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, Weights
from isopolity.matching.errors import InvalidScores
from tests.support.matching.affinity import COUNTED
from tests.support.matching.networks import network_of
from tests.support.matching.service import NOW, complementary


class SaidAffinity:
    """An Affinity that says the same of all pairs, and counts those that it is asked about."""

    def __init__(self, value: float, version: str = "0123456789abcdef") -> None:
        self.value, self.version = value, version
        self.asked = self.told = 0
        self.twinned: Sequence[tuple[str, str]] = ()

    def knowing(self, twinned: Sequence[tuple[City, City]]) -> "SaidAffinity":
        self.twinned = [(a.city_id, b.city_id) for a, b in twinned]
        self.told += 1
        return self

    def among(self, cities: Sequence[City]) -> "SaidAffinity":
        return self

    def scores(self, a: Integers, b: Integers) -> Floats:
        self.asked += len(a)
        return np.full(len(a), self.value)


def market(affinity: SaidAffinity | None, weights: Weights = COUNTED) -> Market:
    ties = [("city-0000", "city-0001")]
    return MarketSource(network_of(complementary(6), ties=ties), weights, affinity).market(NOW.date())


def candidates(drawn: Market, **limits: float) -> Candidates:
    return CandidateSearch(stage=CompiledFirstStage(1), **limits).candidates(  # type: ignore[arg-type]  # numbers of either kind
        drawn, drawn.capacities.keys(), ()
    )


def test_it_counts_by_its_weight() -> None:
    plain = {each.key: each.score for each in candidates(market(None))}
    weight = COUNTED.twinning["affinity"]
    given = 0.9 * sum(COUNTED.twinning[name] for name in ("size", "distance", "hours", "language"))
    whole = sum(COUNTED.twinning.values()) - given
    for each in candidates(market(SaidAffinity(0.5))):
        expected = (plain[each.key] * (whole - weight) + weight * 0.5) / whole
        assert each.score == pytest.approx(expected)


def test_of_no_weight_as_in_a_release_it_is_not_asked_for() -> None:
    affinity, weights = SaidAffinity(0.5), DEFAULT_WEIGHTS
    drawn = market(affinity, weights)
    without = candidates(market(None, weights))
    assert [each.score for each in candidates(drawn)] == [each.score for each in without]
    assert scored_pair(drawn, "city/city-0000", "city/city-0003").score > 0
    assert affinity.asked == 0
    assert drawn.version == weights.version


class OddAffinity(SaidAffinity):
    """Real twinnings join cities of the same parity of distance, they say."""

    def scores(self, a: Integers, b: Integers) -> Floats:
        self.asked += len(a)
        return np.where((a + b) % 4 == 1, 1.0, 0.5)


def test_it_orders_those_whom_the_other_parts_have_chosen() -> None:
    affinity = OddAffinity(1.0)
    drawn, plain = market(affinity, Weights(twinning={"affinity": 10})), market(None)
    found, others = candidates(drawn, per_city=2), candidates(plain, per_city=2)
    assert {each.key for each in found} == {each.key for each in others}
    assert [each.key for each in found.best(9)] != [each.key for each in others.best(9)]
    assert affinity.asked == len(others)


def test_it_may_lift_a_pair_over_the_least_score() -> None:
    least = max(each.score for each in candidates(market(None))) + 0.001
    assert len(candidates(market(None), minimum_score=least)) == 0
    assert len(candidates(market(SaidAffinity(1.0)), minimum_score=least)) > 0


def test_it_knows_the_twinnings_of_the_network() -> None:
    affinity = SaidAffinity(0.5)
    assert market(affinity).pair_affinity is affinity
    assert affinity.twinned == [("city-0000", "city-0001")]


async def test_it_hears_of_twinnings_again_only_where_they_or_their_cities_lie_elsewhere() -> None:
    affinity, cities = SaidAffinity(0.5), complementary(6)
    network = network_of(cities, ties=[("city-0000", "city-0001")])
    maker = MarketSource(network, COUNTED, affinity)

    async def told(number: int, **changes: object) -> int:
        state = cities[number].model_copy(update=changes)
        network.put_member("city", state.city_id, state.version, state.status, state.model_dump_json().encode())
        assert (await maker.current(NOW.date())).pair_affinity is affinity
        return affinity.told

    assert await told(0, version=2, capacity=2) == 1
    assert await told(4, version=2, latitude=12.0) == 1
    assert await told(0, version=3, latitude=12.0) == 2
    network.put_tie(Tie("2:3", 1, True, "city-0002", "city-0003", "twinning"))
    assert await told(5, version=2, capacity=2) == 3
    assert affinity.twinned == [("city-0000", "city-0001"), ("city-0002", "city-0003")]
    network.put_tie(Tie("2:3", 2, False, "city-0002", "city-0003", "twinning"))
    assert await told(5, version=3, capacity=3) == 4
    assert await told(1, version=4, status="withdrawn") == 5
    assert affinity.twinned == []
    assert await told(1, version=5) == 6
    assert affinity.twinned == [("city-0000", "city-0001")]


def test_proposals_name_weights_and_model() -> None:
    drawn = market(SaidAffinity(0.5))
    proposal = new_proposal(scored_pair(drawn, "city/city-0000", "city/city-0003"), drawn, "p", None, NOW)
    assert proposal.weights_version == drawn.version == f"{COUNTED.version}-0123456789ab"
    assert drawn.version != market(SaidAffinity(0.5, "another model")).version
    assert {part.name: part.value for part in proposal.parts}["affinity"] == 0.5


def test_nobody_is_told_of_it_in_a_mail() -> None:
    drawn = market(SaidAffinity(1.0))
    told = new_proposal(scored_pair(drawn, "city/city-0000", "city/city-0003"), drawn, "p", None, NOW)
    plain = new_proposal(scored_pair(market(None), "city/city-0000", "city/city-0003"), market(None), "p", None, NOW)
    assert [side.reasons for side in told.sides] == [side.reasons for side in plain.sides]


@pytest.mark.parametrize("value", [float("nan"), 1.5, -0.1])
def test_what_is_no_share_is_refused(value: float) -> None:
    with pytest.raises(InvalidScores, match="numbers from 0 to 1"):
        candidates(market(SaidAffinity(value)))
