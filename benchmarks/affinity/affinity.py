"""Benchmark of the learned affinity on links of history that were hidden from it (“Affinity” in docs/benchmarks.md).

The tables of history are not part of the repository: ISOPOLITY_TEST_DATA names their folder.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from time import process_time
from typing import Final

import numpy as np

from benchmarks.affinity.evaluation import Quality, draw, quality, reliability
from benchmarks.affinity.trials import Trial, both_cold, of_chance, query_cold, thinned, with_less, without
from benchmarks.report import Row, Target
from benchmarks.surroundings import Surroundings
from isopolity.matching.affinity.examples import examples_of
from isopolity.matching.affinity.links import read_links, read_places
from isopolity.matching.affinity.model import BoundAffinity
from isopolity.matching.affinity.training import model_of
from isopolity.matching.arrays import Floats

SEED: Final = 7
SEEDS: Final = (0, 1)
"""Seeds of the draws of other cities that a query sees."""
COLD_GROUPS: Final = 8
"""Groups of new cities; with more groups fewer of the remaining links are lost."""
SMALL: Final = 60
"""Trees of the forests that are only compared with each other; these train on a third of the strangers."""
SHARES: Final = (0.8, 0.9, 1.0)
BEST: Final = "best known, from 10 % more links"
PICTURE: Final = Path(__file__).parents[2] / "docs" / "pictures" / "affinity-reliability.png"
UNIFORM: Final = "among 99 from anywhere"
SAME: Final = "among 99 of the partner's country"
Best = Mapping[str, tuple[float, float]]
"""The best known result and the target (0: no target) of each measure by its name, in percent."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """All figures; with `--quick` those of the model itself only."""
    trial = _trial()
    started = process_time()
    examples = examples_of(trial.place_features, trial.known, SEED)
    model = model_of(examples, trial.places, trial.known, SEED)
    training = _training(len(trial.known), process_time() - started)
    rows = [training, *_known(trial, model.bound(trial.places, trial.known))]
    if here.quick:
        return rows
    asked, few = trial.queries("uniform", 0), trial.queries("uniform", 0, every=2)
    rows += found_new(query_cold(trial, examples, asked, COLD_GROUPS), both_cold(trial, examples, asked, COLD_GROUPS))
    rows += found_compared(
        without(trial, thinned(examples, SEED), few, SMALL),
        with_less(trial, SHARES, few, SMALL),
        of_chance(trial.places, len(trial.links), SEED, SMALL // 3),
    )
    return rows


def found_new(query: Quality, both: Quality) -> list[Row]:
    """The rows for new cities."""
    return [
        *_measured("the city is new", UNIFORM, query, {"AUC": (92.8, 0), "hits@10": (78.0, 79.0)}),
        *_measured("both cities are new", UNIFORM, both, {"AUC": (89.0, 0), "hits@10": (67.8, 69.0)}),
    ]


def found_compared(groups: Mapping[str, Quality], shares: Mapping[float, Quality], chance: Quality) -> list[Row]:
    """The rows without groups of features, with fewer known links, and for links drawn at random."""
    rows = _carried(groups)
    for share, found in shares.items():
        rows += _measured(f"{share:.0%} of the known links, small forest", UNIFORM, found, {})
    return [*rows, replace(_row("links drawn at random", UNIFORM, "AUC", chance.auc), note="50 if nothing leaks")]


def _trial() -> Trial:
    folder = Path(os.environ.get("ISOPOLITY_TEST_DATA") or "/no/such/folder")
    if not folder.is_dir():
        raise SystemExit("Set ISOPOLITY_TEST_DATA to the folder that has cities.csv, countries.csv and twinnings.csv.")
    places = read_places(folder / "cities.csv", folder / "countries.csv")
    return Trial.of(places, read_links(folder / "twinnings.csv", places), SEED)


def _known(trial: Trial, bound: BoundAffinity) -> list[Row]:
    """The rows for cities that keep their other links, scored as in the product."""
    trial.queries("uniform", 0, every=100).scores(bound.scores)  # compiles
    asked = [trial.queries("uniform", seed) for seed in SEEDS]
    started = process_time()
    uniform = [some.scores(bound.scores) for some in asked]
    seconds, pairs = process_time() - started, sum(scores.size for scores in uniform)
    same = [trial.queries("same country", seed).scores(bound.scores) for seed in SEEDS]
    return [_scoring(pairs, seconds), *found_known(uniform, same)]


def _training(links: int, seconds: float) -> Row:
    return Row(
        what="affinity: training",
        size=f"{links:,} links",
        unit="s",
        ours=seconds,
        target=Target(of="figure", sense="≤", value=300),
        note="processor time; two threads",
    )


def _scoring(pairs: int, seconds: float) -> Row:
    return Row(
        what="affinity: scoring on two cores",
        size=f"{pairs:,} pairs",
        unit="pairs/s",
        ours=2 * pairs / seconds,
        target=Target(of="figure", sense="≥", value=20_000),
        note="twice what one second of processor time scores, as the command has a thread a core",
    )


def found_known(uniform: Sequence[Floats], same: Sequence[Floats]) -> list[Row]:
    """The rows for scores of queries whose cities keep their other links; draws the picture of reliability."""
    found = reliability(np.concatenate(uniform))
    draw(found, PICTURE)
    large = [scores[~np.isnan(scores).any(axis=1)] for scores in same]
    return [
        *_measured("both cities have links", UNIFORM, _mean(uniform), {"AUC": (94.4, 94.5), "hits@10": (83.1, 84.0)}),
        *_measured("both cities have links", SAME, _mean(same), {"AUC": (88.8, 0), "hits@10": (67.9, 69.0)}),
        *_measured("the same, where the country has 99", SAME, _mean(large), {}),
        replace(_row("both cities have links", UNIFORM, "error of calibration", found.error), note="see the picture"),
    ]


def _mean(scores: Sequence[Floats]) -> Quality:
    found = [quality(some) for some in scores]
    return Quality(
        auc=fmean(one.auc for one in found),
        hits=fmean(one.hits for one in found),
        reciprocal=fmean(one.reciprocal for one in found),
    )


def _measured(what: str, others: str, found: Quality, best: Best) -> list[Row]:
    figures = {"AUC": found.auc, "hits@10": found.hits, "MRR": found.reciprocal}
    return [_row(what, others, name, figure, *best.get(name, ())) for name, figure in figures.items()]


def _row(what: str, others: str, name: str, figure: float, best: float | None = None, target: float = 0) -> Row:
    return Row(
        what=f"affinity, {what}: {name}",
        size=others,
        unit="%",
        ours=100 * figure,
        peer_name=BEST if best is not None else "",
        peer=best,
        target=Target(of="figure", sense="≥", value=target) if target else None,
    )


def _carried(found: Mapping[str, Quality]) -> list[Row]:
    """A row for each group of features: the hits that are lost without it."""
    return [
        replace(
            _row(f"without {group}", UNIFORM, "loss of hits@10", found[""].hits - one.hits),
            note=f"loss of AUC {100 * (found[''].auc - one.auc):.1f} %, of MRR "
            f"{100 * (found[''].reciprocal - one.reciprocal):.1f} %; small forests",
        )
        for group, one in found.items()
        if group
    ]
