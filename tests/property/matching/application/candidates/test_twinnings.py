"""Candidates among cities: exactly the pairs that nothing rules out, whatever the order of the members."""

from collections.abc import Collection
from dataclasses import replace
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates import twinnings as twinning_candidates
from isopolity.matching.application.candidates.all_pairs import full_scores
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.candidates.twinnings import TwinningSearch
from isopolity.matching.application.ports.engine import BestPartners
from isopolity.matching.domain.member import City, twinning_pair
from isopolity.matching.domain.scores import twinning
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.fit import Fit
from isopolity.matching.domain.scores.target_arrays import Targets
from tests.support.examples import examples
from tests.support.matching.instance import network_of
from tests.support.matching.service import NOW, complementary
from tests.support.matching.strategies import TODAY, networks, telling_topics

Pair = tuple[str, str]


def market_of(members: list[City], tied: Collection[Pair] = ()) -> Market:
    profiles = Profiles.of(members, nx.MultiGraph(), TODAY)
    return Market(
        today=TODAY,
        profiles=profiles,
        programmes=(),
        targets=Targets.of(profiles, [], TODAY),
        ties=nx.MultiGraph(list(tied)),
        names={},
    )


def found(market: Market, free: Collection[str], closed: Collection[Pair], per_city: int) -> dict[str, float]:
    search = TwinningSearch(CompiledFirstStage(1), minimum_score=0.0, per_city=per_city)
    holders = frozenset(f"city/{city_id}" for city_id in free)
    block = search.found(market, holders, [twinning_pair(*pair) for pair in closed], None)
    candidates = [block.make(position) for position in range(len(block.score))]
    return {candidate.key: candidate.score for candidate in candidates}


@examples(30)
@given(networks(2, 7), st.randoms())
def test_candidates_do_not_depend_on_the_order_of_the_members(members: list[City], random: object) -> None:
    shuffled = list(members)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    ids = [city.city_id for city in members]
    assert found(market_of(shuffled), ids, (), 3) == found(market_of(members), ids, (), 3)


@examples(60)
@given(networks(2, 6, telling_topics), st.data())
def test_candidates_are_exactly_the_pairs_that_nothing_rules_out(members: list[City], data: st.DataObject) -> None:
    ids = [city.city_id for city in members]
    some_pairs = st.lists(st.sampled_from(list(combinations(ids, 2))), max_size=2)
    tied, closed, free = data.draw(some_pairs), data.draw(some_pairs), data.draw(st.sets(st.sampled_from(ids)))
    market = market_of(members, tied)
    profiles, fits = market.profiles, Fit(market.profiles)
    a, b = np.triu_indices(len(profiles), 1)
    against = twinning.blockers(profiles, fits, twinning.pairs_of(fits, a, b))
    suited = {(ids[i], ids[j]) for i, j in zip(a[against == 0], b[against == 0], strict=True)}
    possible = {twinning_pair(*pair) for pair in suited - {*tied, *closed} if free.issuperset(pair)}
    assert found(market, free, closed, len(members)).keys() == possible


def test_each_pair_is_among_the_best_of_one_of_its_cities() -> None:
    market, per_city = MarketSource(network_of(complementary(12))).market(NOW.date()), 3
    ids = list(market.profiles.index)
    scores = found(market, ids, (), len(ids))
    for key in found(market, ids, (), per_city):
        better = [
            sum(score > scores[key] for pair, score in scores.items() if end in pair.split(":"))
            for end in key.split(":")
        ]
        assert min(better) < per_city, (key, better)


def test_pairs_weighed_in_pieces_have_the_same_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    market = MarketSource(network_of(complementary(40))).market(NOW.date())
    ids = list(market.profiles.index)
    at_once = found(market, ids, (), 5)
    monkeypatch.setattr(full_scores, "WORTH_A_THREAD", 7)
    monkeypatch.setattr(full_scores, "processors", lambda: 5)
    assert found(market, ids, (), 5) == at_once
    assert len(at_once) > 50


def test_the_first_stage_finds_at_most_eighty_times_what_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Noting(CompiledFirstStage):
        def best(self, *arguments: Any) -> BestPartners:
            asked.append(arguments[-1])
            best = super().best(*arguments)
            return replace(best, partners=best.partners[:, ::-1])  # the best come last, so that all cities look further

    asked = list[int]()
    monkeypatch.setattr(twinning_candidates, "FULL", 0)
    market = MarketSource(network_of(complementary(120))).market(NOW.date())
    free = frozenset(city.twinning_holder for city in market.profiles.cities)
    TwinningSearch(Noting(1), minimum_score=0.0, per_city=1).found(market, free, (), None)
    assert asked == [5, 20, 80]
