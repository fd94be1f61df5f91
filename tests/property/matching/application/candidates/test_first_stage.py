"""The first stage: symmetric to the last bit, one value a pair in tile and row, blocked pairs left out first."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.candidates.plain_products import best_products
from benchmarks.candidates.recall import PROFILES, recall
from isopolity.contracts.codes import SUBJECTS
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.twinnings import FULL
from isopolity.matching.application.ports.engine import ExcludedPairs
from isopolity.matching.domain.legal_acts import NO_ACTS, LegalActs
from isopolity.matching.domain.member import City, Topic
from isopolity.matching.domain.scores import twinning
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.first_stage.numbers import FirstStageNumbers, first_stage_numbers
from isopolity.matching.domain.scores.first_stage.sketch import UNIT, sketch_of, way_shares
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS
from tests.support.examples import examples
from tests.support.matching.strategies import TODAY, cities, legal_acts, networks, plain_topics, telling_topics

STAGE = CompiledFirstStage(threads=2)


def numbers_of(members: list[City], acts: LegalActs = NO_ACTS) -> tuple[Profiles, FirstStageNumbers]:
    profiles = Profiles.of(members, nx.MultiGraph(), TODAY, legal_acts=acts)
    return profiles, first_stage_numbers(profiles, DEFAULT_WEIGHTS)


def excluded_of(pairs: set[tuple[str, str]], profiles: Profiles) -> ExcludedPairs:
    known = [(profiles.index[a], profiles.index[b]) for a, b in sorted(pairs) if {a, b} <= profiles.index.keys()]
    a, b = np.array(known, np.int64).reshape(-1, 2).T
    return ExcludedPairs.of(a, b, len(profiles))


@examples(30)
@given(st.integers(0, 150), st.integers(0, 200), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_best_products_are_those_of_a_stable_sort(rows: int, columns: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    left, right = (random.integers(-2, 3, (size, 5)).astype(np.float32) for size in (rows, columns))
    values, indices = best_products(left, right, k, threads=2)
    products = left @ right.T
    order = np.argsort(-products, axis=1, kind="stable")[:, :k]
    assert (indices[:, : order.shape[1]] == order).all()
    assert (values[:, : order.shape[1]] == np.take_along_axis(products, order, axis=1)).all()
    assert (indices[:, order.shape[1] :] == -1).all()


@examples(25)
@given(st.one_of(networks(2, 9, telling_topics), networks(2, 9, plain_topics)), legal_acts(), st.data())
def test_the_first_stage_is_symmetric_and_picks_the_best_that_are_not_blocked(
    members: list[City], acts: LegalActs, data: st.DataObject
) -> None:
    ids = [city.city_id for city in members]
    profiles, numbers = numbers_of(members, acts)
    excluded = excluded_of(
        data.draw(st.sets(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=3)), profiles
    )
    free = np.array(data.draw(st.lists(st.booleans(), min_size=len(ids), max_size=len(ids))))
    everyone = np.arange(len(ids))
    values = np.array([STAGE.row(numbers, city, excluded) for city in everyone.tolist()])
    assert (values == values.T).all()
    countries = [city.country for city in profiles.cities]
    apart = [[bool(acts.between("twinning", one, other)) for other in countries] for one in countries]
    assert (values[np.array(apart)] == -np.inf).all()
    found = STAGE.best(numbers, everyone, free, excluded, 4)
    open_values = np.where(free[None, :], values, -np.inf)
    order = np.argsort(-open_values, axis=1, kind="stable")[:, :4]
    best = np.take_along_axis(open_values, order, axis=1)
    assert (found.partners[:, : order.shape[1]] == np.where(best > -np.inf, order, -1)).all()
    assert (found.values[:, : order.shape[1]] == best).all()


def test_who_needs_and_offers_very_much_is_worth_the_same_in_a_tile_and_in_a_row() -> None:
    plenty = tuple(
        Topic(subject=subject, intensity=5, mode=mode)
        for subject in sorted(SUBJECTS)
        for mode in ("webinar", "training")
    )
    members = [
        City(
            city_id=f"c{number:02d}",
            version=1,
            status="endorsed",
            kind="city",
            name="A",
            country=("KE", "FI", "CO")[number % 3],
            region="africa",
            needs=plenty[: 3 * number],
            offers=plenty[number:],
        )
        for number in range(20)
    ]
    profiles, numbers = numbers_of(members)
    excluded, everyone = excluded_of(set(), profiles), np.arange(len(members))
    found = STAGE.best(numbers, everyone, np.ones(len(members), bool), excluded, len(members))
    for city in everyone.tolist():
        values = STAGE.row(numbers, city, excluded)
        partners = found.partners[city][found.partners[city] >= 0]
        assert len(partners) == (values > -np.inf).sum() > 0
        assert (found.values[city, : len(partners)] == values[partners]).all()


@examples(40)
@given(cities("c0"), cities("c1"), cities("c2"))
def test_the_sketch_tells_nearly_what_the_parts_beyond_needs_are_worth(a: City, b: City, c: City) -> None:
    """Differences, as the sketch knows them up to a constant; villages and languages are not in it."""
    towns = [
        replace(each, population=each.population and max(each.population, 1000), languages=()) for each in (a, b, c)
    ]
    profiles, _ = numbers_of(towns)
    one, other = np.array([0, 0]), np.array([1, 2])
    nothing = np.zeros(2)
    share = way_shares(profiles)
    pairs = twinning.Pairs(one, other, nothing, nothing, np.sqrt(share[one] * share[other]))
    parts, weights = twinning.scores(profiles, pairs).parts, DEFAULT_WEIGHTS.twinning
    beyond = [weights[name] * values for name, values in parts.items() if name != "language"]
    exact = np.sum(beyond, axis=0) / sum(weights.values())
    sketch = sketch_of(profiles, DEFAULT_WEIGHTS.twinning)
    near = (sketch.left[one] * sketch.right[other]).sum(axis=1) * UNIT
    assert near[0] - near[1] == pytest.approx(exact[0] - exact[1], abs=0.06)


@pytest.mark.parametrize("size", [0, 1])
def test_nobody_and_one_city_have_no_partners(size: int) -> None:
    city = City(city_id="c0", version=1, status="endorsed", kind="city", name="A", country="KE", region="africa")
    profiles, numbers = numbers_of([city] * size)
    found = STAGE.best(numbers, np.arange(size), np.ones(size, bool), excluded_of(set(), profiles), 3)
    assert found.partners.shape == (size, 3)
    assert (found.partners == -1).all()


@pytest.mark.parametrize("profiles", PROFILES)
def test_nearly_all_of_the_true_best_are_found(profiles: str) -> None:
    """The benchmark asks the same of 5,000 cities."""
    assert recall(profiles, FULL + 100) >= 0.98
