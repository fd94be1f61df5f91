"""The loss that forests are trained by: the cross-entropy of naming the partner within each search.

To name the partner among strangers is another task than to tell twins from strangers. The latter holds a place's many
links against it: an end of a hidden link has many, and is an end of many stranger pairs, too. A small share of that
cross-entropy is added all the same, as it alone gives scores of different searches one level.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import expit

from isopolity.matching.affinity.examples import Examples
from isopolity.matching.affinity.features.pair_features import SWAPPED
from isopolity.matching.arrays import Floats, Floats32, Integers

_LEVEL: Final = 0.002
"""The weight of telling twins from strangers, where naming the partner has weight 1."""
_LEAST_CURVATURE: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingLoss:
    """Pairs with their features, and the searches in which they stand."""

    features: Floats32
    twins: Floats
    """1 for the partner of its search, 0 for a stranger; one entry a pair."""
    row: Integers
    """With `search`, entry by entry: a row of `features`, and a search in which it stands."""
    search: Integers

    def gradient(self, scores: Floats, data: Any) -> tuple[Floats, Floats]:
        """First and second derivative by the score of each row; a score is a logit at even odds.

        LightGBM calls it as an objective; `data` is its data set, and is not used.
        """
        weight = np.exp(scores[self.row])
        chance = weight / np.bincount(self.search, weight)[self.search]
        slope = np.bincount(self.row, chance - self.twins[self.row], len(scores)).astype(np.float64)
        curvature = np.bincount(self.row, chance * (1 - chance), len(scores))
        twins = self.twins.sum()
        estimate = expit(scores + np.log(twins / (len(scores) - twins)))
        slope += _LEVEL * (estimate - self.twins)
        curvature += _LEVEL * estimate * (1 - estimate)
        return slope, np.maximum(curvature, _LEAST_CURVATURE)


def both_sides(examples: Examples, seed: int) -> RankingLoss:
    """The loss over searches of both ends: twins stand in two, and a lot decides from which side each pair is seen."""
    turned = np.random.default_rng(seed).random(len(examples.twins)) < 0.5
    features = np.where(turned[:, None], examples.features[:, SWAPPED], examples.features)
    number, twins = np.arange(len(features)), np.flatnonzero(examples.twins)
    return _loss(
        features,
        examples.twins,
        np.concatenate([number, twins]),
        np.concatenate([examples.query, examples.query[twins] + 1]),
    )


def from_one_side(examples: Examples) -> RankingLoss:
    """The loss over pairs seen from the city that searches for a partner; twins are seen once from either side."""
    twins = np.flatnonzero(examples.twins)
    features = np.concatenate([examples.features, examples.features[twins][:, SWAPPED]])
    search = np.concatenate([examples.query, examples.query[twins] + 1])
    return _loss(features, np.concatenate([examples.twins, np.ones(len(twins))]), np.arange(len(features)), search)


def _loss(features: Floats32, twins: Floats, row: Integers, search: Integers) -> RankingLoss:
    """The loss without searches whose partner was left out of the examples."""
    has_partner = np.bincount(search, twins[row])[search] > 0
    return RankingLoss(features=features, twins=twins, row=row[has_partner], search=search[has_partner])
