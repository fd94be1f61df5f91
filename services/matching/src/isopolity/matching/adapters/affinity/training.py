"""Learning the affinity from links: who could be told from whom, had this link not been known?

Invariant: the features of a training pair come from a graph in which neither the pair nor any other pair of its fold is
linked, and in which both ends keep another link; so the positions of positive and negative pairs cannot be told by what
was hidden.
"""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from isopolity.matching.adapters.affinity.card import card_of
from isopolity.matching.adapters.affinity.features.rows import HALF, KNOWN, SWAPPED, UNKNOWN, features
from isopolity.matching.adapters.affinity.ground import Ground, Matrix, ground_of
from isopolity.matching.adapters.affinity.model import AffinityModel, Judge
from isopolity.matching.adapters.affinity.trees import forest_of
from isopolity.matching.adapters.affinity.web import web_of
from isopolity.matching.domain.affinity.history import History
from isopolity.matching.domain.affinity.links import Links
from isopolity.matching.domain.affinity.places import Floats, Integers, Places
from isopolity.matching.domain.affinity.split import folds

Report = Callable[[str, float], None]
FOLDS: Final = 10
NEGATIVES: Final = 16
"""For each end of a hidden link."""
_ODDS: Final = 99
_PARAMETERS: Final[dict[str, Any]] = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 31,
    "min_data_in_leaf": 200,
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
CASES: Final[Mapping[str, tuple[tuple[int, ...], int]]] = {
    "known": (KNOWN, 450),
    "half": (HALF, 250),
    "unknown": (UNKNOWN, 200),
}
"""What each forest may ask, and its number of trees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Pairs with their features; `twins` says which were a hidden link."""

    a: Integers
    b: Integers
    rows: Matrix
    twins: Floats

    def some(self, chosen: NDArray[np.bool_]) -> "Examples":
        """Those at which `chosen` is true."""
        return Examples(a=self.a[chosen], b=self.b[chosen], rows=self.rows[chosen], twins=self.twins[chosen])


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


def examples_of(ground: Ground, links: Links, seed: int, report: Report = lambda step, done: None) -> Examples:
    """Hidden links and, for each of their ends, places that it has no link with; fold by fold."""
    random = np.random.default_rng(seed)
    parts = []
    for number, fold in enumerate(folds(links, FOLDS, seed)):
        report("features", number / FOLDS)
        web, hidden = web_of(ground, links.kept(~fold)), links.kept(fold)
        ends, others = strangers(links, hidden, NEGATIVES, random)
        a, b = np.concatenate([hidden.a, ends]), np.concatenate([hidden.b, others])
        parts.append((a, b, features(ground, web, a, b), np.repeat([1.0, 0.0], [len(hidden), len(ends)])))
    a, b, rows, twins = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Examples(a=a, b=b, rows=rows, twins=twins)


def strangers(links: Links, hidden: Links, number: int, random: np.random.Generator) -> tuple[Integers, Integers]:
    """For each end of each hidden link `number` places with links that it has none with."""
    ends = np.repeat(np.concatenate([hidden.a, hidden.b]), number)
    candidates = np.flatnonzero(links.degree > 0)
    others = random.choice(candidates, len(ends))
    for _ in range(100):
        wrong = links.have(ends, others) | (ends == others)
        if not wrong.any():
            return ends, others
        others[wrong] = random.choice(candidates, int(wrong.sum()))
    return ends[~wrong], others[~wrong]


def judge_of(
    examples: Examples, case: str, seed: int, *, asked: Collection[int] | None = None, rounds: int | None = None
) -> Judge:
    """The forest of a case; of `asked` columns only and of so many trees, where that is named."""
    import lightgbm  # needed to train only

    columns, usual = CASES[case]
    chosen = [column for column in columns if asked is None or column in asked]
    rows = np.concatenate([examples.rows[:, chosen], examples.rows[:, SWAPPED[chosen]]])
    data = lightgbm.Dataset(rows, np.tile(examples.twins, 2))
    booster = lightgbm.train({**_PARAMETERS, "seed": seed}, data, rounds or usual)
    twins = float(examples.twins.sum())
    ratio = (len(examples.twins) - twins) / max(twins, 1.0)
    return Judge(forest=forest_of(booster.dump_model(), chosen), slope=1.0, offset=float(np.log(ratio / _ODDS)))
