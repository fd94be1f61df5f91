"""Learning the affinity from links: who could be told from whom, had this link not been known?"""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from isopolity.matching.affinity.examples import Examples, Report, examples_of
from isopolity.matching.affinity.features.pair_features import ASKED, NAMES
from isopolity.matching.affinity.forest import Judge, forest_of
from isopolity.matching.affinity.links import History, Links
from isopolity.matching.affinity.model import AffinityModel
from isopolity.matching.affinity.place_features import ground_of
from isopolity.matching.affinity.places import Places
from isopolity.matching.affinity.ranking_loss import both_sides, from_one_side

_SLOPE: Final = 0.86
_OFFSET: Final = -4.48
"""From a score to the log-odds of one partner among 99 others, as measured on hidden links: 1 and -log 99, were trees
no surer of what they learned from than of the rest."""
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
class Case:
    """How a forest is grown: how many trees it has, and how far each goes."""

    trees: int
    rate: float


CASES: Final[Mapping[str, Case]] = {
    "known": Case(trees=450, rate=0.07),
    "half": Case(trees=350, rate=0.07),
    "unknown": Case(trees=200, rate=0.1),
}


def train(places: Places, links: Links, seed: int, report: Report = lambda step, done: None) -> AffinityModel:
    """The model of `links`; the same for the same input and seed. Needs LightGBM."""
    examples = examples_of(ground_of(places), links, seed, report)
    report("boosting", 0.0)
    return model_of(examples, places, links, seed)


def model_of(examples: Examples, places: Places, links: Links, seed: int) -> AffinityModel:
    """The model that `examples` of the links teach."""
    with ThreadPoolExecutor(2) as pool:  # one thread each: LightGBM's own wait for each other at every node
        judges = dict(zip(CASES, pool.map(lambda case: judge_of(examples, case, seed), CASES), strict=True))
    history = History(places=places, links=links)
    return AffinityModel(seed=seed, card=card_of(places, links), history=history, **judges)


def judge_of(
    examples: Examples, case: str, seed: int, *, asked: Collection[int] | None = None, rounds: int | None = None
) -> Judge:
    """The forest of a case; of `asked` columns only and of so many trees, where that is named."""
    import lightgbm  # needed to train only

    usual = CASES[case]
    chosen = [column for column in ASKED[case] if asked is None or column in asked]
    lesson = from_one_side(examples) if case == "half" else both_sides(examples, seed)
    data = lightgbm.Dataset(lesson.rows[:, chosen], lesson.twins)
    parameters = {**_PARAMETERS, "learning_rate": usual.rate, "seed": seed, "objective": lesson.surprise}
    booster = lightgbm.train(parameters, data, rounds or usual.trees)
    return Judge(forest=forest_of(booster.dump_model(), chosen), slope=_SLOPE, offset=_OFFSET)


def card_of(places: Places, links: Links) -> Mapping[str, Any]:
    """The card of a model of these links."""
    return {
        "data": f"{len(links)} twinnings; {len(places)} cities, {int((links.degree > 0).sum())} of them with one",
        "split": _SPLIT,
        "features": f"{len(NAMES)}: what the cities are, links between their circles, their partners, paths",
        "quality": _QUALITY,
        "limits": _LIMITS,
        "licence": _LICENCE,
    }
