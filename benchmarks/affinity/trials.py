"""Trials on hidden links: the model as it is, with fewer links known of the two cities, and with less to learn from.

Invariant: a forest that scores a query has seen neither its hidden link nor, where a city counts as new, a link of it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.affinity.evaluation import OTHERS, Negatives, Quality, Queries, both_ways, quality, queries
from isopolity.matching.affinity import circle_links, existing_links, link_paths, region_links
from isopolity.matching.affinity.examples import Examples, examples_of, held_out
from isopolity.matching.affinity.forest import CalibratedForest
from isopolity.matching.affinity.link_features import link_features_of
from isopolity.matching.affinity.links import Links
from isopolity.matching.affinity.pair_features import (
    CASE_COLUMNS,
    CONTENT_PAIR,
    CONTENT_SIDE,
    NAMES,
    SWAPPED,
    pair_features,
)
from isopolity.matching.affinity.place_features import PlaceFeatures, place_features_of
from isopolity.matching.affinity.places import Places
from isopolity.matching.affinity.training import calibrated_forest_of
from isopolity.matching.arrays import Booleans, Floats, Integers

SHARE: Final = 0.1
_BLOCK: Final = 1 << 14
_STRAIGHT: Final = np.arange(len(NAMES))
GROUPS: Final[Mapping[str, Collection[str]]] = {
    "what the cities are": (*CONTENT_PAIR, *CONTENT_SIDE),
    "links between their circles": (*circle_links.PAIR, *circle_links.SIDE),
    "links between countries and provinces": (*region_links.PAIR, *region_links.SIDE),
    "the partners of each": existing_links.SIDE,
    "paths and spectrum": (*link_paths.PAIR, *link_paths.SIDE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A split of the links, and what is learned from those that stay known."""

    places: Places
    links: Links
    known: Links
    hidden: Links
    place_features: PlaceFeatures
    seed: int

    @classmethod
    def of(cls, places: Places, links: Links, seed: int) -> "Trial":
        """The split that hides a tenth of the links."""
        hidden = held_out(links, SHARE, seed)
        return cls(
            places=places,
            links=links,
            known=links.kept(~hidden),
            hidden=links.kept(hidden),
            place_features=place_features_of(places),
            seed=seed,
        )

    def examples(self) -> Examples:
        """The examples of training."""
        return examples_of(self.place_features, self.known, self.seed)

    def queries(self, negatives: Negatives, seed: int, every: int = 1) -> Queries:
        """Queries from both ends of hidden links; `every` 2 takes every second one."""
        city, partner = both_ways(self.hidden)
        random = np.random.default_rng(seed)
        return queries(self.places, self.links, city[::every], partner[::every], negatives, random)


def asked_of(trial: Trial, known: Links, calibrated: CalibratedForest, asked: Queries, *, cold: bool = False) -> Floats:
    """The sums of trees for the candidates; if `cold`, the city that looks for a partner has no known link."""
    link_features = link_features_of(trial.place_features, known)

    def sums(a: Integers, b: Integers) -> Floats:
        found = np.zeros(len(a))
        for first in range(0, len(a), _BLOCK):
            some = slice(first, first + _BLOCK)
            rows = pair_features(trial.place_features, link_features, a[some], b[some])
            found[some] = calibrated.forest.sums(rows, _STRAIGHT)
            if not cold:
                found[some] += calibrated.forest.sums(rows, SWAPPED)
        return found

    return asked.scores(sums)


def query_cold(trial: Trial, examples: Examples, asked: Queries, groups: int) -> Quality:
    """The quality where the cities that look for a partner are new: all their links leave graph and examples.

    Cities are dealt into `groups`, one of them new at a time. A query whose partner is of the same group is left out,
    since its links are gone as well; other cities are drawn anew from those that still have links, as the partner has.
    """
    scores, random = [], np.random.default_rng(trial.seed)
    for cities, queried in _dealt(trial, asked.city, groups):
        known = trial.known.kept(~(cities[trial.known.a] | cities[trial.known.b]))
        calibrated = calibrated_forest_of(examples.some(~(cities[examples.a] | cities[examples.b])), "half", trial.seed)
        those = asked.some(queried & (known.degree[asked.candidates[:, 0]] > 0))
        again = queries(trial.places, trial.links, those.city, those.candidates[:, 0], "uniform", random, known)
        scores.append(asked_of(trial, known, calibrated, again, cold=True))
    return quality(np.concatenate(scores))


def both_cold(trial: Trial, examples: Examples, asked: Queries, groups: int) -> Quality:
    """The quality where both cities of a hidden link are new: all their links leave the examples.

    The columns of the case "unknown" leave out the links of the two cities by itself, so the graph may keep them.
    """
    scores = []
    for cities, queried in _dealt(trial, asked.city, groups):
        ends = cities.copy()
        ends[asked.candidates[queried, 0]] = True
        calibrated = calibrated_forest_of(examples.some(~(ends[examples.a] | ends[examples.b])), "unknown", trial.seed)
        scores.append(asked_of(trial, trial.known, calibrated, asked.some(queried)))
    return quality(np.concatenate(scores))


def _dealt(trial: Trial, city: Integers, groups: int) -> Iterator[tuple[Booleans, Booleans]]:
    """For each group: which places belong to it, and which queries are theirs."""
    group = np.full(len(trial.places), -1)
    cities = np.random.default_rng(trial.seed).permutation(np.unique(city))
    group[cities] = np.arange(len(cities)) % groups
    for number in range(groups):
        yield group == number, group[city] == number


def thinned(examples: Examples, seed: int) -> Examples:
    """The examples with all twins and a third of the strangers."""
    return examples.some((examples.twins > 0) | (np.random.default_rng(seed).random(len(examples.twins)) < 1 / 3))


def without(trial: Trial, examples: Examples, asked: Queries, trees: int) -> Mapping[str, Quality]:
    """By group of features the quality of a small forest without that group; "" is a forest with all of them."""
    link_features = link_features_of(trial.place_features, trial.known)
    a, b = np.repeat(asked.city, 1 + OTHERS), asked.candidates.ravel()
    rows = pair_features(trial.place_features, link_features, a, b)
    found = {}
    for group, names in {"": (), **GROUPS}.items():
        left_out = {*names, *(f"{name}_{side}" for name in names for side in "ab")}
        columns = {column for column in CASE_COLUMNS["known"] if NAMES[column] not in left_out}
        calibrated = calibrated_forest_of(examples, "known", trial.seed, columns=columns, trees=trees)
        sums = calibrated.forest.sums(rows, _STRAIGHT) + calibrated.forest.sums(rows, SWAPPED)
        found[group] = quality(sums.reshape(asked.candidates.shape))
    return found


def with_less(trial: Trial, shares: Sequence[float], asked: Queries, trees: int) -> Mapping[float, Quality]:
    """By share of the known links the quality of a small forest that knows no other links."""
    found = {}
    for share in shares:
        known = trial.known.kept(~held_out(trial.known, 1 - share, trial.seed))
        examples = thinned(examples_of(trial.place_features, known, trial.seed), trial.seed)
        calibrated = calibrated_forest_of(examples, "known", trial.seed, trees=trees)
        found[share] = quality(asked_of(trial, known, calibrated, asked))
    return found


def of_chance(places: Places, count: int, seed: int, trees: int) -> Quality:
    """The quality on `count` links between random cities. There is nothing to learn, so more than a half is a leak."""
    random = np.random.default_rng(seed)
    trial = Trial.of(places, Links.of(random.integers(0, len(places), (count, 2)), len(places)), seed)
    calibrated = calibrated_forest_of(thinned(trial.examples(), seed), "known", seed, trees=trees)
    return quality(asked_of(trial, trial.known, calibrated, trial.queries("uniform", seed, every=2)))
