"""Hidden tastes: how readily each city says yes to each pair. The engine sees the answers only.

Invariant: a taste depends on the seed alone, so that all policies meet the same members.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.domain.pair_model.regression import chance
from isopolity.matching.domain.scores import twinning

Taste = Callable[[Integers, Integers], Floats]
"""The chance that each city of the first array says yes to the city of the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts of pairs that tastes are about, one entry a pair."""

    near: Floats
    """1 next door, .5 at 2,000 km, towards 0 beyond."""
    language: Floats
    """1 with a common language, else 0."""
    sizes: Floats
    """How many times as large one city is as the other, as a logarithm to base 10."""


def facts(market: Market, a: Integers, b: Integers) -> Facts:
    """The facts of these pairs; what is not known is taken to be in the middle."""
    profiles = market.profiles
    km = twinning.distance_km(profiles, a, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = np.abs(np.log10(profiles.population[a]) - np.log10(profiles.population[b]))
    return Facts(
        near=np.nan_to_num(1 / (1 + km / 2000), nan=0.5),
        language=np.asarray((profiles.languages[a] & profiles.languages[b]).any(axis=1), np.float64),
        sizes=np.where(np.isfinite(sizes), sizes, 0.5),
    )


def near_and_common_language(market: Market, random: Generator) -> Taste:
    """All like near partners with whom they share a language; members differ a little."""
    own = random.normal(0, 0.3, len(market.profiles))

    def taste(a: Integers, b: Integers) -> Floats:
        pair = facts(market, a, b)
        return chance(own[a] - 3.3 + 3.5 * pair.near + 2.3 * pair.language)

    return taste


def mixed(market: Market, random: Generator) -> Taste:
    """Each member likes nearness, a common language and a like size to a degree of its own, and some answer more."""
    cities = len(market.profiles)
    own, near = random.normal(0, 0.6, cities), random.normal(2.4, 1.6, cities)
    language, sizes = random.normal(1.6, 1.0, cities), random.normal(0.8, 0.6, cities)

    def taste(a: Integers, b: Integers) -> Floats:
        pair = facts(market, a, b)
        return chance(own[a] - 2.9 + near[a] * pair.near + language[a] * pair.language - sizes[a] * pair.sizes)

    return taste


def diligence(market: Market, random: Generator) -> Taste:
    """Members differ in how readily they answer, and like all pairs the same."""
    rates = random.beta(1.2, 1.6, len(market.profiles))

    def taste(a: Integers, b: Integers) -> Floats:
        return np.asarray(rates[a], np.float64)

    return taste


DILIGENCE: Final = "diligence"
TASTES: Final[Mapping[str, Callable[[Market, Generator], Taste]]] = {
    "near and common language": near_and_common_language,
    "mixed": mixed,
    DILIGENCE: diligence,
}
