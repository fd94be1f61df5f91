"""The first stage: symmetric to the last bit, blockers that take no place, rows that stay exact under changes."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.plain_products import best_products
from isopolity.contracts.codes import SUBJECTS
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.shortlist import Barred, Shortlist
from isopolity.matching.domain.first_stage_numbers import StageNumbers, stage_numbers
from isopolity.matching.domain.member import City, Topic
from isopolity.matching.domain.scores import twinning
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS
from isopolity.matching.domain.sketch import UNIT, sketched, travelling
from tests.property.matching.strategies import TODAY, cities, networks

STAGE = CompiledFirstStage(threads=2)


def numbers_of(members: list[City]) -> tuple[Profiles, StageNumbers]:
    profiles = Profiles.of(members, nx.MultiGraph(), TODAY)
    return profiles, stage_numbers(profiles, DEFAULT_WEIGHTS)


def barred_of(pairs: set[tuple[str, str]], profiles: Profiles) -> Barred:
    known = [(profiles.index[a], profiles.index[b]) for a, b in sorted(pairs) if {a, b} <= profiles.index.keys()]
    a, b = np.array(known, np.int64).reshape(-1, 2).T
    return Barred.of(a, b, len(profiles))


@settings(deadline=None, max_examples=30)
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


@settings(deadline=None, max_examples=25)
@given(networks(2, 9), st.data())
def test_the_first_stage_is_symmetric_and_picks_the_best_that_are_not_blocked(
    members: list[City], data: st.DataObject
) -> None:
    ids = [city.city_id for city in members]
    profiles, numbers = numbers_of(members)
    barred = barred_of(data.draw(st.sets(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=3)), profiles)
    free = np.array(data.draw(st.lists(st.booleans(), min_size=len(ids), max_size=len(ids))))
    everyone = np.arange(len(ids))
    values = np.array([STAGE.row(numbers, city, barred) for city in everyone.tolist()])
    assert (values == values.T).all()
    found = STAGE.best(numbers, everyone, free, barred, 4)
    open_values = np.where(free[None, :], values, -np.inf)
    order = np.argsort(-open_values, axis=1, kind="stable")[:, :4]
    best = np.take_along_axis(open_values, order, axis=1)
    assert (found.others[:, : order.shape[1]] == np.where(best > -np.inf, order, -1)).all()
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
    barred, everyone = barred_of(set(), profiles), np.arange(len(members))
    found = STAGE.best(numbers, everyone, np.ones(len(members), bool), barred, len(members))
    for city in everyone.tolist():
        values = STAGE.row(numbers, city, barred)
        partners = found.others[city][found.others[city] >= 0]
        assert len(partners) == (values > -np.inf).sum() > 0
        assert (found.values[city, : len(partners)] == values[partners]).all()


@settings(deadline=None, max_examples=40)
@given(cities("c0"), cities("c1"), cities("c2"))
def test_the_sketch_tells_nearly_what_the_parts_beyond_needs_are_worth(a: City, b: City, c: City) -> None:
    """Differences, as the sketch knows them up to a constant; villages and languages are not in it."""
    towns = [
        replace(each, population=each.population and max(each.population, 1000), languages=()) for each in (a, b, c)
    ]
    profiles, _ = numbers_of(towns)
    one, other = np.array([0, 0]), np.array([1, 2])
    nothing = np.zeros(2)
    share = travelling(profiles)
    pairs = twinning.Pairs(one, other, nothing, nothing, 1 - np.sqrt(share[one] * share[other]))
    exact = twinning.scores(profiles, pairs).total
    sketch = sketched(profiles, DEFAULT_WEIGHTS.twinning)
    near = (sketch.left[one] * sketch.right[other]).sum(axis=1) * UNIT
    assert near[0] - near[1] == pytest.approx(exact[0] - exact[1], abs=0.035)


class Kept:
    """A shortlist that goes through changes, beside what it should hold."""

    def __init__(self, members: list[City]) -> None:
        self.members = {city.city_id: city for city in members}
        self.tied: set[tuple[str, str]] = set()
        profiles, numbers = self.drawn()
        self.shortlist = Shortlist(STAGE, numbers, barred_of(self.tied, profiles), k=3, reserve=2)

    def drawn(self) -> tuple[Profiles, StageNumbers]:
        return numbers_of(list(self.members.values()))

    def put(self, city: City) -> None:
        is_new = city.city_id not in self.members
        self.members[city.city_id] = city
        profiles, numbers = self.drawn()
        apply = self.shortlist.add if is_new else self.shortlist.change
        apply(profiles.index[city.city_id], numbers, barred_of(self.tied, profiles))

    def tie(self, one: str, other: str) -> None:
        self.tied ^= {(one, other)}
        for end in (one, other):
            self.put(self.members[end])

    def drop(self, city_id: str) -> None:
        gone = sorted(self.members).index(city_id)
        del self.members[city_id]
        profiles, numbers = self.drawn()
        self.shortlist.remove(gone, numbers, barred_of(self.tied, profiles))

    def check(self) -> None:
        profiles, numbers = self.drawn()
        everyone = np.ones(len(profiles), bool)
        anew = STAGE.best(numbers, np.arange(len(profiles)), everyone, barred_of(self.tied, profiles), 3)
        assert (self.shortlist.best.others == anew.others).all()
        assert (self.shortlist.best.values == anew.values).all()


@settings(deadline=None, max_examples=30)
@given(networks(4, 10), st.data())
def test_rows_stay_exact_under_any_changes(members: list[City], data: st.DataObject) -> None:
    kept = Kept(members)
    for _ in range(data.draw(st.integers(1, 8))):
        ids = sorted(kept.members)
        match data.draw(st.sampled_from(["change", "same", "add", "remove", "tie"])):
            case "change":
                city_id = data.draw(st.sampled_from(ids))
                kept.put(data.draw(cities(city_id)))
            case "same":
                twin = data.draw(st.sampled_from(ids))
                kept.put(replace(kept.members[data.draw(st.sampled_from(ids))], city_id=twin))
            case "add":
                kept.put(data.draw(cities(data.draw(st.sampled_from(["c1x", "c4x", "c6x", "zz"])))))
            case "remove" if len(ids) > 2:
                kept.drop(data.draw(st.sampled_from(ids)))
            case "tie":
                one, other = data.draw(st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True))
                kept.tie(min(one, other), max(one, other))
    kept.check()


@pytest.mark.parametrize("size", [0, 1])
def test_nobody_and_one_city_have_no_partners(size: int) -> None:
    city = City(city_id="c0", version=1, status="endorsed", kind="city", name="A", country="KE", region="africa")
    profiles, numbers = numbers_of([city] * size)
    shortlist = Shortlist(STAGE, numbers, barred_of(set(), profiles), k=3, reserve=2)
    assert shortlist.best.others.shape == (size, 3)
    assert (shortlist.best.others == -1).all()
