"""What the affinity learns from: hidden links, and for each of their two cities places that it has no link with.

Invariant: the features of a training pair come from a graph in which neither the pair nor any other pair of its fold is
linked, and in which both ends keep another link; so the positions of positive and negative pairs cannot be told by what
was hidden.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.affinity.features.pair_features import features
from isopolity.matching.affinity.link_features import web_of
from isopolity.matching.affinity.links import Links
from isopolity.matching.affinity.place_features import Ground
from isopolity.matching.arrays import Booleans, Floats, Floats32, Integers

Report = Callable[[str, float], None]
FOLDS: Final = 10
NEGATIVES: Final = 16
"""For each end of a hidden link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Pairs with their features; `twins` says which were a hidden link."""

    a: Integers
    """Of a stranger pair the city that looked for a partner, so an end of a hidden link."""
    b: Integers
    query: Integers
    """Which search a pair belongs to: a stranger pair to a's; twins to a's and, as the next one, to b's."""
    rows: Floats32
    twins: Floats

    def some(self, chosen: Booleans) -> "Examples":
        """Those at which `chosen` is true."""
        return Examples(
            a=self.a[chosen],
            b=self.b[chosen],
            query=self.query[chosen],
            rows=self.rows[chosen],
            twins=self.twins[chosen],
        )


def examples_of(ground: Ground, links: Links, seed: int, report: Report = lambda step, done: None) -> Examples:
    """Hidden links and, for each of their ends, places that it has no link with; fold by fold."""
    random = np.random.default_rng(seed)
    parts, searches = [], 0
    for number, fold in enumerate(folds(links, FOLDS, seed)):
        report("features", number / FOLDS)
        web, hidden = web_of(ground, links.kept(~fold)), links.kept(fold)
        ends = np.stack([hidden.a, hidden.b], axis=1).ravel()
        search, others = strangers(links, ends, NEGATIVES, random)
        a, b = np.concatenate([hidden.a, ends[search]]), np.concatenate([hidden.b, others])
        query = searches + np.concatenate([np.arange(0, len(ends), 2), search])
        searches += len(ends)
        twins = np.repeat([1.0, 0.0], [len(hidden), len(search)])
        parts.append((a, b, query, features(ground, web, a, b), twins))
    a, b, query, rows, twins = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Examples(a=a, b=b, query=query, rows=rows, twins=twins)


def strangers(links: Links, ends: Integers, number: int, random: np.random.Generator) -> tuple[Integers, Integers]:
    """For each of `ends` `number` places with links that it has none with: which of the ends, and the places."""
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
    """Which links to hide: a seeded permutation is walked until `share` of all is taken."""
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
    """`number` disjoint sets of links, each to be hidden alone; a link that the rule never lets go is in none."""
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
