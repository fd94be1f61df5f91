"""Learning the affinity from links: who could be told from whom, had this link not been known?

Invariant: the features of a training pair come from a graph in which neither the pair nor any other pair of its fold is
linked, and in which both ends keep another link; so the positions of positive and negative pairs cannot be told by what
was hidden.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

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
NEGATIVES: Final = 12
"""For each end of a hidden link."""
_ODDS: Final = 99
_PARAMETERS: Final[dict[str, Any]] = {
    "objective": "binary",
    "learning_rate": 0.08,
    "num_leaves": 31,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "max_bin": 127,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}
_ROUNDS: Final = {"known": 300, "half": 200, "unknown": 150}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Pairs with their features; `twins` says which were a hidden link."""

    rows: Matrix
    twins: Floats


def train(places: Places, links: Links, seed: int, report: Report = lambda step, done: None) -> AffinityModel:
    """The model of `links`; the same for the same input and seed. Needs LightGBM."""
    ground = ground_of(places)
    examples = examples_of(ground, links, seed, report)
    cases = {"known": KNOWN, "half": HALF, "unknown": UNKNOWN}
    report("boosting", 0.0)
    with ThreadPoolExecutor(2) as pool:  # one thread each: LightGBM's own wait for each other at every node
        tasks = {case: pool.submit(_judge, examples, cases[case], _ROUNDS[case], seed) for case in cases}
        judges = {case: task.result() for case, task in tasks.items()}
    return AffinityModel(seed=seed, card={}, history=History(places=places, links=links), **judges)


def examples_of(ground: Ground, links: Links, seed: int, report: Report = lambda step, done: None) -> Examples:
    """Hidden links and, for each of their ends, places that it has no link with; fold by fold."""
    random = np.random.default_rng(seed)
    parts, twins = [], []
    for number, fold in enumerate(folds(links, FOLDS, seed)):
        report("features", number / FOLDS)
        web, hidden = web_of(ground, links.kept(~fold)), links.kept(fold)
        ends, others = strangers(links, hidden, NEGATIVES, random)
        a, b = np.concatenate([hidden.a, ends]), np.concatenate([hidden.b, others])
        parts.append(features(ground, web, a, b))
        twins.append(np.concatenate([np.ones(len(hidden)), np.zeros(len(ends))]))
    return Examples(rows=np.concatenate(parts), twins=np.concatenate(twins))


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


def _judge(examples: Examples, columns: tuple[int, ...], rounds: int, seed: int) -> Judge:
    import lightgbm  # needed to train only

    chosen = np.array(columns)
    rows = np.concatenate([examples.rows[:, chosen], examples.rows[:, SWAPPED][:, chosen]])
    data = lightgbm.Dataset(rows, np.tile(examples.twins, 2))
    booster = lightgbm.train({**_PARAMETERS, "seed": seed}, data, rounds)
    twins = float(examples.twins.sum())
    ratio = (len(examples.twins) - twins) / max(twins, 1.0)
    return Judge(forest=forest_of(booster.dump_model(), columns), slope=1.0, offset=float(np.log(ratio / _ODDS)))
