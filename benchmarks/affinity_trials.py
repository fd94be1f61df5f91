"""What is tried on hidden links: the model as it is, with less known of the two cities, and with less to learn from.

Invariant: whatever judges a query was neither shown the hidden link nor, where a city counts as new, any of its links.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.affinity_evaluation import OTHERS, Negatives, Quality, Queries, both_ways, quality, queries
from isopolity.matching.affinity.examples import Examples, examples_of, held_out
from isopolity.matching.affinity.features import circle_links, content, existing_links, link_paths, region_links
from isopolity.matching.affinity.features.pair_features import KNOWN, NAMES, SWAPPED, features
from isopolity.matching.affinity.forest import Judge
from isopolity.matching.affinity.link_features import web_of
from isopolity.matching.affinity.links import Links
from isopolity.matching.affinity.place_features import Ground, ground_of
from isopolity.matching.affinity.places import Places
from isopolity.matching.affinity.training import judge_of
from isopolity.matching.arrays import Booleans, Floats, Integers

SHARE: Final = 0.1
_BLOCK: Final = 1 << 14
_STRAIGHT: Final = np.arange(len(NAMES))
GROUPS: Final[Mapping[str, Collection[str]]] = {
    "what the cities are": (*content.PAIR, *content.SIDE),
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
    ground: Ground
    seed: int

    @classmethod
    def of(cls, places: Places, links: Links, seed: int) -> "Trial":
        """A tenth is hidden."""
        hidden = held_out(links, SHARE, seed)
        return cls(
            places=places,
            links=links,
            known=links.kept(~hidden),
            hidden=links.kept(hidden),
            ground=ground_of(places),
            seed=seed,
        )

    def examples(self) -> Examples:
        """What `train` learns from."""
        return examples_of(self.ground, self.known, self.seed)

    def queries(self, negatives: Negatives, seed: int, every: int = 1) -> Queries:
        """Both ends of each hidden link, or of every second and so on."""
        city, partner = both_ways(self.hidden)
        random = np.random.default_rng(seed)
        return queries(self.places, self.links, city[::every], partner[::every], negatives, random)


def asked_of(trial: Trial, known: Links, judge: Judge, asked: Queries, *, cold: bool = False) -> Floats:
    """What the judge's trees say of the candidates; `cold`: of the city that looks for a partner no link is known."""
    web = web_of(trial.ground, known)

    def sums(a: Integers, b: Integers) -> Floats:
        found = np.zeros(len(a))
        for first in range(0, len(a), _BLOCK):
            some = slice(first, first + _BLOCK)
            rows = features(trial.ground, web, a[some], b[some])
            found[some] = judge.forest.sums(rows, _STRAIGHT)
            if not cold:
                found[some] += judge.forest.sums(rows, SWAPPED)
        return found

    return asked.scores(sums)


def query_cold(trial: Trial, examples: Examples, asked: Queries, groups: int) -> Quality:
    """The cities that look for a partner are new: group by group all their links leave graph and examples.

    A query whose partner is of the same group is left out, since its links are gone as well; the others are drawn anew
    from those who still have links, as the partner has.
    """
    scores, random = [], np.random.default_rng(trial.seed)
    for cities, queried in _dealt(trial, asked.city, groups):
        known = trial.known.kept(~(cities[trial.known.a] | cities[trial.known.b]))
        judge = judge_of(examples.some(~(cities[examples.a] | cities[examples.b])), "half", trial.seed)
        those = asked.some(queried & (known.degree[asked.candidates[:, 0]] > 0))
        again = queries(trial.places, trial.links, those.city, those.candidates[:, 0], "uniform", random, known)
        scores.append(asked_of(trial, known, judge, again, cold=True))
    return quality(np.concatenate(scores))


def both_cold(trial: Trial, examples: Examples, asked: Queries, groups: int) -> Quality:
    """Both cities of a hidden link are new: all their links leave the examples.

    What this judge may ask leaves out the links of the two cities by itself, so the graph may keep them.
    """
    scores = []
    for cities, queried in _dealt(trial, asked.city, groups):
        ends = cities.copy()
        ends[asked.candidates[queried, 0]] = True
        judge = judge_of(examples.some(~(ends[examples.a] | ends[examples.b])), "unknown", trial.seed)
        scores.append(asked_of(trial, trial.known, judge, asked.some(queried)))
    return quality(np.concatenate(scores))


def _dealt(trial: Trial, city: Integers, groups: int) -> Iterator[tuple[Booleans, Booleans]]:
    """Which places are of each group, and which queries are theirs."""
    group = np.full(len(trial.places), -1)
    cities = np.random.default_rng(trial.seed).permutation(np.unique(city))
    group[cities] = np.arange(len(cities)) % groups
    for number in range(groups):
        yield group == number, group[city] == number


def thinned(examples: Examples, seed: int) -> Examples:
    """With a third of those that are no link."""
    return examples.some((examples.twins > 0) | (np.random.default_rng(seed).random(len(examples.twins)) < 1 / 3))


def without(trial: Trial, examples: Examples, asked: Queries, rounds: int) -> Mapping[str, Quality]:
    """By group of features: the quality without it, of smaller forests; "" is all of them together."""
    web = web_of(trial.ground, trial.known)
    a, b = np.repeat(asked.city, 1 + OTHERS), asked.candidates.ravel()
    rows = features(trial.ground, web, a, b)
    found = {}
    for group, names in {"": (), **GROUPS}.items():
        left_out = {*names, *(f"{name}_{side}" for name in names for side in "ab")}
        columns = {column for column in KNOWN if NAMES[column] not in left_out}
        judge = judge_of(examples, "known", trial.seed, asked=columns, rounds=rounds)
        sums = judge.forest.sums(rows, _STRAIGHT) + judge.forest.sums(rows, SWAPPED)
        found[group] = quality(sums.reshape(asked.candidates.shape))
    return found


def with_less(trial: Trial, shares: Sequence[float], asked: Queries, rounds: int) -> Mapping[float, Quality]:
    """By share of the known links: what a smaller forest reaches that neither saw nor was asked with the others."""
    found = {}
    for share in shares:
        known = trial.known.kept(~held_out(trial.known, 1 - share, trial.seed))
        examples = thinned(examples_of(trial.ground, known, trial.seed), trial.seed)
        judge = judge_of(examples, "known", trial.seed, rounds=rounds)
        found[share] = quality(asked_of(trial, known, judge, asked))
    return found


def of_chance(places: Places, count: int, seed: int, rounds: int) -> Quality:
    """As many links between cities drawn at random: there is nothing to be learned, so whatever is found was leaked."""
    random = np.random.default_rng(seed)
    trial = Trial.of(places, Links.of(random.integers(0, len(places), (count, 2)), len(places)), seed)
    judge = judge_of(thinned(trial.examples(), seed), "known", seed, rounds=rounds)
    return quality(asked_of(trial, trial.known, judge, trial.queries("uniform", seed, every=2)))
