"""The learned affinity: three forests, one for each case of known links, which score pairs of places.

Invariant: a pair's score depends on places, links and the pair alone, not on other pairs or their order, and (a, b)
has the score of (b, a).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from scipy.special import expit

from isopolity.matching.affinity.features.pair_features import NAMES, SWAPPED, pair_features
from isopolity.matching.affinity.forest import CalibratedForest
from isopolity.matching.affinity.link_features import LinkFeatures, link_features_of
from isopolity.matching.affinity.links import History, Links
from isopolity.matching.affinity.place_features import PlaceFeatures, place_features_of
from isopolity.matching.affinity.places import Places
from isopolity.matching.arrays import Floats, Floats32, Integers
from isopolity.matching.threads import in_threads

_PAIRS_A_TASK: Final = 1 << 12
_STRAIGHT: Final = np.arange(len(NAMES))


@dataclass(frozen=True, slots=True, kw_only=True)
class AffinityModel:
    """A trained model, with the content of a model file."""

    seed: int
    known: CalibratedForest
    """The forest for pairs of which both places have another link."""
    half: CalibratedForest
    """The forest for pairs of which only the second place has another link."""
    unknown: CalibratedForest
    """The forest for pairs of which neither place has another link."""
    card: Mapping[str, Any]
    history: History | None = None
    """The places and links of the training; members of a network can be scored only with it."""

    def bound(self, places: Places, links: Links) -> "BoundAffinity":
        """The model on `places`, of whose links only `links` are known."""
        features = place_features_of(places)
        return BoundAffinity(
            model=self, place_features=features, link_features=link_features_of(features, links), links=links
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundAffinity:
    """Scores pairs of positions in the places that it is bound to."""

    model: AffinityModel
    place_features: PlaceFeatures
    link_features: LinkFeatures
    links: Links = field(repr=False)

    def scores(self, a: Integers, b: Integers, report: Callable[[int], None] = lambda done: None) -> Floats:
        """The chance of each pair to be twins, in [0, 1], if one of 100 candidates is the true one.

        A place with itself has 0. A place without links is scored by its surroundings; so are both places of a linked
        pair, since their paths without that link are not known. Large inputs use all processors; `report` is called
        with the number of pairs done.
        """
        a, b = np.minimum(a, b), np.maximum(a, b)
        found = np.zeros(len(a))

        def work(first: int, beyond: int) -> None:
            found[first:beyond] = self._piece(a[first:beyond], b[first:beyond])

        in_threads(work, len(a), _PAIRS_A_TASK, report=report)
        found[a == b] = 0.0
        return found

    def _piece(self, a: Integers, b: Integers) -> Floats:
        linked = self.links.have(a, b)
        new_a, new_b = (linked | (self.links.degree[end] == 0) for end in (a, b))
        known, half, unknown = self.model.known, self.model.half, self.model.unknown
        logits = np.empty(len(a))
        for case, chosen in ((known, ~new_a & ~new_b), (unknown, new_a & new_b)):
            features = self._features(a[chosen], b[chosen], new=case is unknown)
            sums = case.forest.sums(features, _STRAIGHT) + case.forest.sums(features, SWAPPED)
            logits[chosen] = case.logits(sums / 2)
        one_new = np.flatnonzero(new_a != new_b)
        new, other = np.where(new_a, a, b)[one_new], np.where(new_a, b, a)[one_new]
        logits[one_new] = half.logits(half.forest.sums(self._features(new, other), _STRAIGHT))
        return np.asarray(expit(logits), np.float64)

    def _features(self, a: Integers, b: Integers, *, new: bool = False) -> Floats32:
        return pair_features(self.place_features, self.link_features, a, b, new=new)
