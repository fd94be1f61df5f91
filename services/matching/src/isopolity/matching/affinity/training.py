"""Training: makes a model from links, with three calibrated forests and a card that documents it.

The loss is the cross-entropy of naming the partner within each search. Naming the partner among strangers differs from
telling twins from strangers, which penalises a place for having many links. A small share of the latter's cross-entropy
is still added, as it alone puts the scores of different searches on one level.

Invariant: equal places, links and seeds give equal models. Only this module needs LightGBM.
"""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import expit

from isopolity.matching.affinity.examples import Examples, Report, examples_of
from isopolity.matching.affinity.forest import CalibratedForest, forest_of
from isopolity.matching.affinity.links import History, Links
from isopolity.matching.affinity.model import AffinityModel
from isopolity.matching.affinity.pair_features import CASE_COLUMNS, NAMES, SWAPPED
from isopolity.matching.affinity.place_features import place_features_of
from isopolity.matching.affinity.places import Places
from isopolity.matching.arrays import Floats, Floats32, Integers

_LEVEL: Final = 0.002
"""The weight of telling twins from strangers, relative to that of naming the partner, which is 1."""
_LEAST_CURVATURE: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingLoss:
    """Pairs with their features, and the searches to which they belong."""

    features: Floats32
    twins: Floats
    """By pair: 1 for the partner of its search, 0 for a stranger."""
    row: Integers
    """With `search`, by entry: a row of `features`, and a search to which it belongs."""
    search: Integers

    def gradient(self, scores: Floats, data: Any) -> tuple[Floats, Floats]:
        """The first and second derivatives by the score of each row; a score is a logit at even odds.

        LightGBM calls it as an objective; its data set `data` is not used.
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
    """The loss over searches of both ends: twins belong to two; `seed` decides from which side each pair is seen."""
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


_SLOPE: Final = 0.86
_OFFSET: Final = -4.48
"""The line from a score to the log-odds of one partner among 99 others, as measured on hidden links. It would be 1 and
-log 99 if trees were not surer of the pairs that they were trained on than of others."""
_PARAMETERS: Final[dict[str, Any]] = {
    "num_leaves": 31,
    "min_data_in_leaf": 100,
    "extra_trees": True,  # random thresholds: features are many, noisy and correlated
    "feature_fraction": 0.2,
    "bagging_fraction": 0.4,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "max_bin": 127,
    "use_missing": False,  # no used feature is missing
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}
_SPLIT: Final = (
    "Each training pair's features come from a graph without the tenth of the links that it belongs to; a link is "
    "hidden only if both its cities keep another one."
)
_QUALITY: Final = (
    "Training measures none. What this procedure reaches on nine tenths of the links that Isopolity's own model was "
    "learned from stands in its decision record 0020 and in its benchmarks."
)
_LIMITS: Final = (
    "A score tells what has been usual, not what would do well: links that are listed are mostly European, some lists "
    "are incomplete, and a pair that isn't listed may fit all the same. It knows nothing of needs, offers or people."
)
_LICENCE: Final = (
    "Isopolity's own model: twinnings from English Wikipedia (CC BY-SA 4.0), cities from GeoNames (CC BY 4.0), "
    "languages from Unicode CLDR (Unicode licence). A model of other tables is under theirs."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The growth of a forest: its number of trees, and its learning rate."""

    trees: int
    rate: float


GROWTH: Final[Mapping[str, Growth]] = {
    "known": Growth(trees=450, rate=0.07),
    "half": Growth(trees=350, rate=0.07),
    "unknown": Growth(trees=200, rate=0.1),
}
"""The growth of each forest, by its case."""


def train(places: Places, links: Links, seed: int, report: Report = lambda step, done: None) -> AffinityModel:
    """Train a model on `links`. It takes some minutes for 19,000 links."""
    examples = examples_of(place_features_of(places), links, seed, report)
    report("boosting", 0.0)
    return model_of(examples, places, links, seed)


def model_of(examples: Examples, places: Places, links: Links, seed: int) -> AffinityModel:
    """Train a model on `examples` of the links."""
    with ThreadPoolExecutor(2) as pool:  # one thread each: LightGBM's own threads wait for each other at every node
        grown = pool.map(lambda case: calibrated_forest_of(examples, case, seed), GROWTH)
        forests = dict(zip(GROWTH, grown, strict=True))
    history = History(places=places, links=links)
    return AffinityModel(seed=seed, card=card_of(places, links), history=history, **forests)


def calibrated_forest_of(
    examples: Examples, case: str, seed: int, *, columns: Collection[int] | None = None, trees: int | None = None
) -> CalibratedForest:
    """Train the forest of a case: "known", "half" or "unknown".

    It uses only `columns`, by default all columns of the case, and has `trees` trees, by default the case's number.
    """
    import lightgbm  # only training needs LightGBM

    growth = GROWTH[case]
    asked = [column for column in CASE_COLUMNS[case] if columns is None or column in columns]
    loss = from_one_side(examples) if case == "half" else both_sides(examples, seed)
    data = lightgbm.Dataset(loss.features[:, asked], loss.twins)
    parameters = {**_PARAMETERS, "learning_rate": growth.rate, "seed": seed, "objective": loss.gradient}
    booster = lightgbm.train(parameters, data, trees or growth.trees)
    return CalibratedForest(forest=forest_of(booster.dump_model(), asked), slope=_SLOPE, offset=_OFFSET)


def card_of(places: Places, links: Links) -> Mapping[str, Any]:
    """The card of a model of these links: data, split, features, quality, limits, licence."""
    return {
        "data": f"{len(links)} twinnings; {len(places)} cities, {int((links.degree > 0).sum())} of them with one",
        "split": _SPLIT,
        "features": f"{len(NAMES)}: what the cities are, links between their circles, their partners, paths",
        "quality": _QUALITY,
        "limits": _LIMITS,
        "licence": _LICENCE,
    }
