"""Training examples: hidden links, and for each of their two cities places without a link to it (strangers).

Invariants: a training pair's features come from a graph in which neither the pair nor another pair of its fold is
linked. The keep-one rule: a link is hidden only if both its ends keep another one; else an end without links would
reveal a hidden link.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.affinity.link_features import link_features_of
from isopolity.matching.affinity.links import Links
from isopolity.matching.affinity.pair_features import pair_features
from isopolity.matching.affinity.place_features import PlaceFeatures
from isopolity.matching.arrays import Booleans, Floats, Floats32, Integers

Report = Callable[[str, float], None]
"""Called with the name of a step and the share of it that is done."""
FOLDS: Final = 10
NEGATIVES: Final = 16
"""The number of strangers for each end of a hidden link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Pairs with their features; `twins` is 1 for a hidden link and 0 for a stranger."""

    a: Integers
    """In a pair with a stranger: the city that searched for a partner, which is an end of a hidden link."""
    b: Integers
    query: Integers
    """The number of a's search, to which the pair belongs; a pair of twins also belongs to b's, the next number."""
    features: Floats32
    twins: Floats

    def some(self, chosen: Booleans) -> "Examples":
        """The examples at which `chosen` is true."""
        return Examples(
            a=self.a[chosen],
            b=self.b[chosen],
            query=self.query[chosen],
            features=self.features[chosen],
            twins=self.twins[chosen],
        )


def examples_of(places: PlaceFeatures, links: Links, seed: int, report: Report = lambda step, done: None) -> Examples:
    """Hidden links, and NEGATIVES strangers for each of their ends; fold by fold."""
    random = np.random.default_rng(seed)
    parts, searches = [], 0
    for number, fold in enumerate(folds(links, FOLDS, seed)):
        report("features", number / FOLDS)
        known, hidden = link_features_of(places, links.kept(~fold)), links.kept(fold)
        ends = np.stack([hidden.a, hidden.b], axis=1).ravel()
        search, others = strangers(links, ends, NEGATIVES, random)
        a, b = np.concatenate([hidden.a, ends[search]]), np.concatenate([hidden.b, others])
        query = searches + np.concatenate([np.arange(0, len(ends), 2), search])
        searches += len(ends)
        twins = np.repeat([1.0, 0.0], [len(hidden), len(search)])
        parts.append((a, b, query, pair_features(places, known, a, b), twins))
    a, b, query, features, twins = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Examples(a=a, b=b, query=query, features=features, twins=twins)


def strangers(links: Links, ends: Integers, number: int, random: np.random.Generator) -> tuple[Integers, Integers]:
    """For each of `ends`, `number` random places that have links, but not with it: positions in `ends`, and places.

    A city that is linked with nearly all others may get fewer.
    """
    search = np.repeat(np.arange(len(ends)), number)
    candidates = np.flatnonzero(links.degree > 0)
    others = random.choice(candidates, len(search))
    for _ in range(100):
        wrong = links.have(ends[search], others) | (ends[search] == others)
        if not wrong.any():
            return search, others
        others[wrong] = random.choice(candidates, int(wrong.sum()))
    return search[~wrong], others[~wrong]


def held_out(links: Links, share: float, seed: int) -> Booleans:
    """Links to hide by the keep-one rule, in a random order until `share` of all links is taken."""
    wanted = int(len(links) * share)
    taken, degree = np.zeros(len(links), bool), links.degree.copy()
    for position in np.random.default_rng(seed).permutation(len(links)):
        if not wanted:
            break
        if _spares(links, degree, position):
            taken[position] = True
            wanted -= 1
    return taken


def folds(links: Links, number: int, seed: int) -> Sequence[Booleans]:
    """`number` disjoint sets of links, each hidden alone; a link that the keep-one rule never hides is in no set."""
    order = np.random.default_rng(seed).permutation(len(links))
    sets = [np.zeros(len(links), bool) for _ in range(number)]
    degrees = [links.degree.copy() for _ in range(number)]
    turn = 0
    for position in order:
        for step in range(number):
            fold = (turn + step) % number
            if _spares(links, degrees[fold], position):
                sets[fold][position] = True
                turn = fold + 1
                break
    return sets


def _spares(links: Links, degree: Integers, position: int) -> bool:
    """Whether both ends keep a link without this one; if so, `degree` is lowered."""
    a, b = links.a[position], links.b[position]
    if degree[a] < 2 or degree[b] < 2:
        return False
    degree[a] -= 1
    degree[b] -= 1
    return True
