"""The learned affinity: three forests, one for each case of what is known of the two places, and how to ask them.

Invariant: a pair's score hangs on places, links and the pair alone, not on the other pairs or their order, and is the
same for (a, b) and (b, a).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from scipy.special import expit

from isopolity.matching.affinity.features.pair_features import NAMES, SWAPPED, features
from isopolity.matching.affinity.forest import Judge
from isopolity.matching.affinity.link_features import Web, web_of
from isopolity.matching.affinity.links import History, Links
from isopolity.matching.affinity.place_features import Ground, ground_of
from isopolity.matching.affinity.places import Places
from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.threads import in_threads

_PAIRS_A_TASK: Final = 1 << 12
_STRAIGHT: Final = np.arange(len(NAMES))


@dataclass(frozen=True, slots=True, kw_only=True)
class AffinityModel:
    """What `train` gives and a model file holds."""

    seed: int
    known: Judge
    """Both places have another link."""
    half: Judge
    """Only the second place has."""
    unknown: Judge
    """Neither has."""
    card: Mapping[str, Any]
    history: History | None = None
    """What it was trained on, for who scores members of a network."""

    def bound(self, places: Places, links: Links) -> "BoundAffinity":
        """The model at work on `places`, knowing of `links` only."""
        ground = ground_of(places)
        return BoundAffinity(model=self, ground=ground, web=web_of(ground, links), links=links)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundAffinity:
    """Scores pairs of positions in the places it was bound to."""

    model: AffinityModel
    ground: Ground
    web: Web
    links: Links = field(repr=False)

    def scores(self, a: Integers, b: Integers, told: Callable[[int], None] = lambda done: None) -> Floats:
        """The chance that each pair are twins, in [0, 1], were one of 100 candidates a true one.

        A place with itself has 0. `told` hears how many pairs are done; many are done on all processors.
        Who has no link is judged by what is known of its surroundings; so are both where they are linked already, since
        paths cannot be told as they were without that link.
        """
        a, b = np.minimum(a, b), np.maximum(a, b)
        found = np.zeros(len(a))

        def work(first: int, beyond: int) -> None:
            found[first:beyond] = self._piece(a[first:beyond], b[first:beyond])

        in_threads(work, len(a), _PAIRS_A_TASK, told=told)
        found[a == b] = 0.0
        return found

    def _piece(self, a: Integers, b: Integers) -> Floats:
        linked = self.links.have(a, b)
        cold_a, cold_b = (linked | (self.links.degree[end] == 0) for end in (a, b))
        logits = np.empty(len(a))
        for judge, chosen in ((self.model.known, ~cold_a & ~cold_b), (self.model.unknown, cold_a & cold_b)):
            rows = features(self.ground, self.web, a[chosen], b[chosen], new=judge is self.model.unknown)
            sums = judge.forest.sums(rows, _STRAIGHT) + judge.forest.sums(rows, SWAPPED)
            logits[chosen] = judge.logits(sums / 2)
        half = np.flatnonzero(cold_a != cold_b)
        new, other = np.where(cold_a, a, b)[half], np.where(cold_a, b, a)[half]
        rows = features(self.ground, self.web, new, other)
        logits[half] = self.model.half.logits(self.model.half.forest.sums(rows, _STRAIGHT))
        return np.asarray(expit(logits), np.float64)
