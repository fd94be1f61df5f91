"""The measures by which the benchmark judges affinity scores."""

import numpy as np
import pytest

from benchmarks.affinity.evaluation import NONE, Negatives, both_ways, quality, queries, reliability
from benchmarks.affinity.trials import Trial
from tests.support.matching.affinity import history


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial.of(history().places, history().links, 1)


def test_the_best_and_the_worst_order_are_told_apart() -> None:
    ranks = np.tile(-np.arange(100.0), (3, 1))

    first, last = quality(ranks), quality(-ranks)

    assert (first.auc, first.hits, first.reciprocal) == (1, 1, 1)
    assert (last.auc, last.hits, last.reciprocal) == (0, 0, 0.01)


def test_who_cannot_tell_wins_half_and_hits_nothing() -> None:
    assert quality(np.zeros((4, 100))).auc == 0.5
    assert quality(np.zeros((4, 100))).hits == 0


def test_the_tenth_is_a_hit_and_the_eleventh_is_none() -> None:
    scores = np.arange(100.0)[None, ::-1].repeat(2, axis=0)
    scores[0, 0], scores[1, 0] = 89.5, 88.5  # nine and ten stand before

    assert quality(scores).hits == 0.5


def test_missing_candidates_count_for_nobody() -> None:
    scores = np.full((1, 100), np.nan)
    scores[0, :3] = (0.5, 0.7, 0.1)

    assert quality(scores).auc == 0.5


@pytest.mark.parametrize("negatives", ["uniform", "same country"])
def test_no_partner_stands_among_the_others(trial: Trial, negatives: Negatives) -> None:
    asked = trial.queries(negatives, 3)
    others = asked.candidates[:, 1:]
    city = np.repeat(asked.city, others.shape[1]).reshape(others.shape)
    there = others != NONE

    assert trial.links.have(asked.city, asked.candidates[:, 0]).all()
    assert not trial.links.have(city[there], others[there]).any()
    assert all(len(set(row[row != NONE].tolist())) == (row != NONE).sum() for row in asked.candidates)
    if negatives == "same country":
        country = trial.places.country
        partner = np.repeat(asked.candidates[:, :1], others.shape[1], axis=1)
        assert (country[others[there]] == country[partner[there]]).all()


def test_hidden_links_are_asked_about_from_both_ends(trial: Trial) -> None:
    city, partner = both_ways(trial.hidden)
    asked = queries(trial.places, trial.links, city, partner, "uniform", np.random.default_rng(0))

    assert len(asked) == 2 * len(trial.hidden)
    assert not trial.known.have(asked.city, asked.candidates[:, 0]).any()


def test_only_scores_that_are_chances_have_no_error_of_calibration() -> None:
    assert reliability(np.full((50, 100), 0.01)).error == pytest.approx(0)
    assert reliability(np.full((50, 100), 0.51)).error == pytest.approx(0.5)
