"""Training: from links to a model with three calibrated forests and the card that says what it was made of.

Invariant: the same places, links and seed give the same model. LightGBM is needed here and nowhere else.
"""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from isopolity.matching.affinity.examples import Examples, Report, examples_of
from isopolity.matching.affinity.features.pair_features import CASE_COLUMNS, NAMES
from isopolity.matching.affinity.forest import CalibratedForest, forest_of
from isopolity.matching.affinity.links import History, Links
from isopolity.matching.affinity.model import AffinityModel
from isopolity.matching.affinity.place_features import place_features_of
from isopolity.matching.affinity.places import Places
from isopolity.matching.affinity.ranking_loss import both_sides, from_one_side

_SLOPE: Final = 0.86
_OFFSET: Final = -4.48
"""From a score to the log-odds of one partner among 99 others, as measured on hidden links. They would be 1 and -log 99
if trees were no surer of the pairs that they were trained on than of others."""
_PARAMETERS: Final[dict[str, Any]] = {
    "num_leaves": 31,
    "min_data_in_leaf": 100,
    "extra_trees": True,  # thresholds at random: features are many, noisy and alike
    "feature_fraction": 0.2,
    "bagging_fraction": 0.4,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "max_bin": 127,
    "use_missing": False,  # nothing that is asked can be missing
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
    """How a forest is grown: its number of trees, and its learning rate."""

    trees: int
    rate: float


GROWTH: Final[Mapping[str, Growth]] = {
    "known": Growth(trees=450, rate=0.07),
    "half": Growth(trees=350, rate=0.07),
    "unknown": Growth(trees=200, rate=0.1),
}
"""By the case of a forest."""


def train(places: Places, links: Links, seed: int, report: Report = lambda step, done: None) -> AffinityModel:
    """A model of `links`. It takes some minutes for 19,000 links."""
    examples = examples_of(place_features_of(places), links, seed, report)
    report("boosting", 0.0)
    return model_of(examples, places, links, seed)


def model_of(examples: Examples, places: Places, links: Links, seed: int) -> AffinityModel:
    """A model that is trained on `examples` of the links."""
    with ThreadPoolExecutor(2) as pool:  # one thread each: LightGBM's own threads wait for each other at every node
        grown = pool.map(lambda case: calibrated_forest_of(examples, case, seed), GROWTH)
        forests = dict(zip(GROWTH, grown, strict=True))
    history = History(places=places, links=links)
    return AffinityModel(seed=seed, card=card_of(places, links), history=history, **forests)


def calibrated_forest_of(
    examples: Examples, case: str, seed: int, *, columns: Collection[int] | None = None, trees: int | None = None
) -> CalibratedForest:
    """The forest of a case: "known", "half" or "unknown".

    It asks `columns` only, by default all that the case may ask, and has the number of `trees`, by default that of the
    case.
    """
    import lightgbm  # only training needs it

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
