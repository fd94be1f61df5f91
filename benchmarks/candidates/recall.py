"""How many of the true best by the full score the search finds, on real profiles and on such as make it hard."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import networkx as nx
import numpy as np

from benchmarks.candidates import members
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Floats
from isopolity.matching.domain.member import TWINNING, City
from isopolity.matching.domain.scores import twinning
from isopolity.matching.domain.scores.fit import Fit

TOP: Final = 20
_SAMPLE: Final = 400
_LEAST: Final = CandidateSearch(stage=CompiledFirstStage()).minimum_score
"""The least score of a release."""


def _one_wish(cities: Sequence[City]) -> Sequence[City]:
    """All want and give the same, so that only the rest decides."""
    first = cities[0]
    return [replace(city, needs=first.needs[:1], offers=tuple(first.needs[:1])) for city in cities]


def _one_sided(cities: Sequence[City]) -> Sequence[City]:
    """Nine of ten only give."""
    return [city if number % 10 == 0 else replace(city, needs=()) for number, city in enumerate(cities)]


def _clusters(cities: Sequence[City]) -> Sequence[City]:
    """Fifty cities, each many times."""
    return [
        replace(cities[number % 50], city_id=city.city_id, country=city.country) for number, city in enumerate(cities)
    ]


def _few_countries(cities: Sequence[City]) -> Sequence[City]:
    """Nearly all in one country, and so blocked for each other."""
    return [city if number % 50 == 0 else replace(city, country="FR") for number, city in enumerate(cities)]


PROFILES: Final[Mapping[str, Callable[[Sequence[City]], Sequence[City]]]] = {
    "profiles as in the demo": lambda cities: cities,
    "many topics and words": members.speaking,
    "all with one wish": _one_wish,
    "nearly all one-sided": _one_sided,
    "clusters of equals": _clusters,
    "nearly all in one country": _few_countries,
}


def recall(name: str, size: int) -> float:
    """The share of the true best that may be proposed, ties counted as equal, that is found for some of the cities.

    A pair below the least score is never proposed, so that it does not matter whether it is found.
    """
    changed = PROFILES[name](members.cities(size))
    market = members.Members(cities=changed, programmes=(), ties=nx.MultiGraph()).market
    found = CandidateSearch(stage=CompiledFirstStage(), minimum_score=0, per_city=TOP)
    candidates = found.candidates(market, market.capacities.keys(), (), kinds=(TWINNING,))
    scores = np.concatenate((candidates.score, candidates.score))
    ends = np.concatenate((candidates.a, candidates.b))
    fits, hits, wanted = Fit(market.profiles, market.weights.neighbours), 0, 0
    for city in range(0, size, max(size // _SAMPLE, 1)):
        best = _best(market, fits, city)
        true = best[best >= _LEAST]
        mine = np.sort(scores[ends == city])[::-1][: len(true)]
        wanted += len(true)
        hits += int((mine >= true[-1] - 1e-12).sum()) if len(true) else 0
    return hits / wanted if wanted else 1.0


def _best(market: Market, fits: Fit, city: int) -> Floats:
    """The best scores of a city among all whom nothing blocks, the best first."""
    profiles = market.profiles
    others = np.delete(np.arange(len(profiles)), city)
    pairs = twinning.pairs_of(fits, np.minimum(others, city), np.maximum(others, city))
    open_to = twinning.blockers(profiles, fits, pairs) == 0
    return np.sort(twinning.scores(profiles, pairs, market.weights).total[open_to])[::-1][:TOP]
