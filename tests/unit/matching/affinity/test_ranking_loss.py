"""The loss that forests of the affinity are trained by."""

import numpy as np
import pytest

from isopolity.matching.affinity.examples import NEGATIVES, Examples, examples_of
from isopolity.matching.affinity.pair_features import SWAPPED
from isopolity.matching.affinity.place_features import place_features_of
from isopolity.matching.affinity.training import RankingLoss, both_sides, from_one_side
from isopolity.matching.arrays import Floats
from tests.support.matching.affinity import history

LEVEL = 0.002


@pytest.fixture(scope="module")
def examples() -> Examples:
    return examples_of(place_features_of(history().places), history().links, 1)


def value(loss: RankingLoss, scores: Floats) -> float:
    """The loss of which `RankingLoss.gradient` is the derivative."""
    twins = loss.twins > 0
    total = np.bincount(loss.search, np.exp(scores[loss.row]))
    entries = twins[loss.row]
    named = np.log(total[loss.search[entries]]) - scores[loss.row[entries]]
    told = scores + np.log(twins.sum() / (~twins).sum())
    apart = np.logaddexp(0, told) - twins * told
    return float(named.sum() + LEVEL * apart.sum())


def test_each_search_has_one_partner_and_its_strangers(examples: Examples) -> None:
    for loss in (both_sides(examples, 1), from_one_side(examples)):
        searches, size = np.unique(loss.search, return_counts=True)
        partners = np.bincount(loss.search, loss.twins[loss.row])

        assert len(searches) == 2 * examples.twins.sum()
        assert (size == 1 + NEGATIVES).all()
        assert (partners == 1).all()


def test_strangers_are_asked_about_from_the_end_of_a_hidden_link(examples: Examples) -> None:
    twins = np.flatnonzero(examples.twins)
    asked = dict(zip(examples.query[twins].tolist(), examples.a[twins].tolist(), strict=True))
    asked |= dict(zip((examples.query[twins] + 1).tolist(), examples.b[twins].tolist(), strict=True))
    others = np.flatnonzero(examples.twins == 0)

    assert [asked[query] for query in examples.query[others].tolist()] == examples.a[others].tolist()


def test_a_new_city_is_the_one_that_looks_for_a_partner(examples: Examples) -> None:
    loss, number = from_one_side(examples), len(examples.twins)
    twins = np.flatnonzero(examples.twins)

    np.testing.assert_array_equal(loss.features[:number], examples.features)
    np.testing.assert_array_equal(loss.features[number:], examples.features[twins][:, SWAPPED])


def test_a_search_without_its_partner_teaches_nothing_of_who_it_was(examples: Examples) -> None:
    first = int(np.flatnonzero(examples.twins)[0])
    loss = both_sides(examples.some(np.arange(len(examples.twins)) != first), 1)

    assert not np.isin([examples.query[first], examples.query[first] + 1], loss.search).any()
    assert len(loss.features) == len(examples.twins) - 1


@pytest.mark.parametrize("side", [lambda examples: both_sides(examples, 1), from_one_side])
def test_slope_and_curvature_are_those_of_the_loss(examples: Examples, side: object) -> None:
    assert callable(side)
    loss: RankingLoss = side(examples)
    random = np.random.default_rng(3)
    scores, step = random.normal(0, 2, len(loss.features)), 1e-4
    slope, curve = loss.gradient(scores, None)

    for row in random.choice(len(scores), 20, replace=False).tolist():
        less, more = scores.copy(), scores.copy()
        less[row] -= step
        more[row] += step
        low, middle, high = (value(loss, some) for some in (less, scores, more))
        assert slope[row] == pytest.approx((high - low) / (2 * step), abs=1e-4)
        assert curve[row] == pytest.approx((high - 2 * middle + low) / step**2, abs=1e-2)


def test_high_scores_of_twins_leave_no_gradient(examples: Examples) -> None:
    loss = both_sides(examples, 1)
    slope, _ = loss.gradient(np.where(loss.twins > 0, 20.0, -20.0), None)

    assert np.abs(slope).max() < 1e-6
