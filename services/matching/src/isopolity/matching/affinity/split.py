"""Holding links out, so that what is learned is judged on what was not seen.

Invariant (the keep-one rule): a link is held out only if both its ends keep another one; a city without links would be
one that never occurs among the known.
"""

from collections.abc import Sequence

import numpy as np

from isopolity.matching.affinity.links import Links
from isopolity.matching.arrays import Booleans, Integers


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
