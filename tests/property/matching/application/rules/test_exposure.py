"""Floors of exposure: whatever was learned of pairs, hardly any group of cities gets less by it."""

import random
from math import ceil
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.application.rules.city_groups import group_of
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.application.rules.exposure import Exposed, within_exposure
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import RoundProblem, Solution, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.assignment.verification import verified
from isopolity.matching.domain.rules.floors import EVERY_GROUPING
from tests.support.examples import examples
from tests.support.matching.round_problems import integers
from tests.support.matching.ruled_networks import five_regions

SOLVER = AssignmentSolver()
CITIES = 14


class Learned(NamedTuple):
    pairs: PairColumns
    reference: Solution
    new: Booleans
    exposed: Exposed


def learned(seed: int) -> Learned:
    """Twinnings of some cities, with weights before and after something was learned about pairs."""
    lot = random.Random(seed)
    market = five_regions(CITIES)
    holders = sorted(city.twinning_holder for city in lot.sample(market.profiles.cities, CITIES - 4))
    nodes = range(len(holders))
    edges = sorted(lot.sample([(a, b) for a in nodes for b in nodes if a < b], 18))
    a, b = (integers(column) for column in zip(*edges, strict=True))
    before, after = (integers([lot.randint(1, 500_000) for _ in edges]) for _ in range(2))
    problem = RoundProblem(capacity=integers([lot.randint(1, 2) for _ in nodes]), a=a, b=b, weight=after)
    pairs = PairColumns(problem=problem, members=MemberColumns.of(holders, market))
    new = np.array([lot.random() < 0.2 for _ in nodes], bool)
    reference = SOLVER.solve(RoundProblem(capacity=problem.capacity, a=a, b=b, weight=before))
    exposed = within_exposure(pairs, SOLVER.solve(problem), before, new, SOLVER, unreported)
    return Learned(pairs, reference, new, exposed)


some = st.integers(0, 2**32).map(learned)


def proposed(of: Learned, chosen: Integers) -> set[int]:
    """The nodes that have a pair."""
    problem = of.pairs.problem
    return set(np.concatenate((problem.a[chosen], problem.b[chosen])).tolist())


@examples(120)
@given(some)
def test_each_group_keeps_95_percent_of_its_cities_with_a_proposal(of: Learned) -> None:
    members = of.pairs.members
    before, after = (proposed(of, each) for each in (of.reference.chosen, of.exposed.solution.chosen))
    for by in EVERY_GROUPING:
        group = [group_of(members.market.profiles.cities[each], by) for each in members.member.tolist()]
        for name in set(group) - {""}:
            had, has = (sum(group[node] == name for node in nodes) for nodes in (before, after))
            assert has >= ceil(0.95 * had - 1e-9), (by, name)


@examples(120)
@given(some)
def test_as_many_cities_that_never_had_a_proposal_get_one(of: Learned) -> None:
    before, after = (proposed(of, each) for each in (of.reference.chosen, of.exposed.solution.chosen))
    assert sum(of.new[node] for node in after) >= sum(of.new[node] for node in before)


@examples(120)
@given(some)
def test_the_choice_is_proved_under_its_floors(of: Learned) -> None:
    assert verified(of.exposed.problem, of.exposed.solution).faults == ()
    assert of.exposed.permits(of.exposed.solution.chosen)


@examples(60)
@given(some)
def test_where_all_that_was_learned_counts_the_weights_are_those_learned(of: Learned) -> None:
    is_learned = np.array_equal(of.exposed.problem.weight, of.pairs.problem.weight)
    assert is_learned == (of.exposed.influence == 1)
