"""Scores of the affinity: of the pair, its places and the links alone, and never of the pair's own link."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from isopolity.matching.affinity.examples import folds, held_out
from isopolity.matching.affinity.forest import forest_of
from isopolity.matching.affinity.link_features import link_features_of
from isopolity.matching.affinity.links import Links
from isopolity.matching.affinity.model import BoundAffinity
from isopolity.matching.affinity.pair_features import CASE_COLUMNS, NAMES, SWAPPED, pair_features
from isopolity.matching.affinity.place_features import place_features_of
from isopolity.matching.arrays import Floats32, Integers
from tests.support.examples import examples
from tests.support.matching.affinity import history, model

SIZE = len(history().places)
NORMED = ("ratio", "lift", "share", "mass")
"""In the names of features that are divided by sums over all links."""
cities = st.integers(0, SIZE - 1)
pairs = st.lists(st.tuples(cities, cities).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=30)
links = st.lists(st.tuples(cities, cities), max_size=150).map(lambda ends: Links.of(ends, SIZE))


@cache
def bound() -> BoundAffinity:
    return model().bound(history().places, history().links)


def ends(asked: list[tuple[int, int]]) -> tuple[Integers, Integers]:
    one, other = np.ascontiguousarray(np.array(asked, np.int64).T)
    return one, other


def rows(known: Links, a: Integers, b: Integers) -> Floats32:
    place_features = place_features_of(history().places)
    return pair_features(place_features, link_features_of(place_features, known), a, b)


@settings(deadline=None)
@given(asked=pairs, seed=st.integers(0, 99))
def test_a_score_hangs_neither_on_the_other_rows_nor_on_their_order(asked: list[tuple[int, int]], seed: int) -> None:
    a, b = ends(asked)
    order = np.random.default_rng(seed).permutation(len(asked))

    together = bound().scores(a, b)

    assert np.array_equal(bound().scores(a[order], b[order]), together[order])
    assert [bound().scores(a[i : i + 1], b[i : i + 1])[0] for i in range(len(asked))] == together.tolist()


@settings(deadline=None)
@given(asked=pairs)
def test_both_ways_round_score_the_same(asked: list[tuple[int, int]]) -> None:
    a, b = ends(asked)

    assert np.array_equal(bound().scores(a, b), bound().scores(b, a))


@examples(20)
@given(asked=pairs, known=links)
def test_features_of_a_pair_the_other_way_round_stand_where_swapped_says(
    asked: list[tuple[int, int]], known: Links
) -> None:
    a, b = ends(asked)

    assert np.allclose(rows(known, b, a), rows(known, a, b)[:, SWAPPED], rtol=1e-4, atol=1e-5, equal_nan=True)


@examples(20)
@given(known=links, a=cities, b=cities)
def test_what_may_be_asked_of_linked_cities_does_not_tell_their_link(known: Links, a: int, b: int) -> None:
    if a == b:
        return
    others = known.kept(~((known.a == min(a, b)) & (known.b == max(a, b))))
    with_link = Links.of([*zip(others.a.tolist(), others.b.tolist(), strict=True), (a, b)], SIZE)
    exact = [column for column in CASE_COLUMNS["unknown"] if not any(part in NAMES[column] for part in NORMED)]

    before, after = (rows(each, *ends([(a, b)]))[0, exact] for each in (others, with_link))

    assert np.allclose(before, after, rtol=1e-4, atol=1e-4)


def test_linked_cities_are_judged_without_their_links() -> None:
    known = history().links
    a, b = known.a[:20], known.b[:20]
    calibrated = model().unknown
    found = rows(known, a, b)

    sums = calibrated.forest.sums(found, np.arange(len(NAMES))) + calibrated.forest.sums(found, SWAPPED)

    assert np.array_equal(model().bound(history().places, known).scores(a, b), expit(calibrated.logits(sums / 2)))


def test_a_city_without_links_is_judged_by_what_is_round_it() -> None:
    new = np.full(20, SIZE - 1)  # the support's last three have no link
    others = np.arange(20)
    calibrated = model().half

    sums = calibrated.forest.sums(rows(history().links, new, others), np.arange(len(NAMES)))

    assert np.array_equal(bound().scores(others, new), expit(calibrated.logits(sums)))
    assert len(set(bound().scores(others, new).tolist())) > 10


def test_trees_sum_to_what_lightgbm_predicts() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    random = np.random.default_rng(3)
    table = random.normal(size=(2_000, 6)).astype(np.float32)
    table[:, 0] = np.round(table[:, 0])
    twins = table[:, 0] * table[:, 1] > 0.2
    data = lightgbm.Dataset(table, twins)
    booster = lightgbm.train({"objective": "binary", "verbose": -1, "num_threads": 1, "extra_trees": True}, data, 20)

    forest = forest_of(booster.dump_model(), range(6))

    asked = np.vstack([table, np.nextafter(table, np.float32(np.inf)), random.normal(size=(500, 6))]).astype(np.float32)
    assert np.allclose(forest.sums(asked, np.arange(6)), booster.predict(asked, raw_score=True), atol=1e-9)


@settings(deadline=None)
@given(known=links, share=st.floats(0, 1), seed=st.integers(0, 99))
def test_whoever_loses_a_link_keeps_another(known: Links, share: float, seed: int) -> None:
    hidden = held_out(known, share, seed)

    assert hidden.sum() <= share * len(known)
    assert ((known.kept(~hidden).degree > 0) == (known.degree > 0)).all()


@settings(deadline=None)
@given(known=links, number=st.integers(1, 10), seed=st.integers(0, 99))
def test_folds_hide_a_link_once_at_most_and_leave_each_end_another(known: Links, number: int, seed: int) -> None:
    sets = folds(known, number, seed)

    assert np.stack(sets).sum(axis=0).max(initial=0) <= 1
    assert all(((known.kept(~each).degree > 0) == (known.degree > 0)).all() for each in sets)
    assert all(np.array_equal(one, other) for one, other in zip(sets, folds(known, number, seed), strict=True))
