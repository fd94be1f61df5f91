"""Soft floors against every choice: nobody loses a pair by them in sum, no group does, and what they prove holds."""

import random
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.application.rules.city_groups import POORER, group_of
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.application.rules.floors import BoundFloors, bound_floors, with_floors
from isopolity.matching.assignment.problem import RoundProblem, Solution, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.assignment.verification import verified
from isopolity.matching.domain.rules.floors import STANDING_FLOORS, FloorGrouping, Floors
from tests.support.examples import examples
from tests.support.matching.round_problems import integers
from tests.support.matching.ruled_networks import all_choices, drawn, five_regions

SOLVER = AssignmentSolver()
TIGHT = Floors(by=STANDING_FLOORS.by, tolerance_percent=0)


class Floored(NamedTuple):
    pairs: PairColumns
    bound: BoundFloors
    plain: Solution
    asked: RoundProblem
    found: Solution

    @property
    def problem(self) -> RoundProblem:
        return self.pairs.problem


def scarce(seed: int) -> PairColumns:
    """Two programmes and a few twinnings for cities of many groups; large cities' pairs are worth most."""
    lot = random.Random(seed)
    market = five_regions(14)
    cities = lot.sample(market.profiles.cities, 6)
    holders = sorted(["programme/p0/g", "programme/p1/g", *(each.sponsorship_holder for each in cities)])
    holders += sorted(each.twinning_holder for each in cities[:3])
    node = {holder: number for number, holder in enumerate(sorted(holders))}
    possible = [(each.sponsorship_holder, f"programme/p{number}/g") for each in cities for number in (0, 1)]
    possible += [
        (cities[one].twinning_holder, cities[other].twinning_holder) for one, other in ((0, 1), (0, 2), (1, 2))
    ]
    worth = {each.sponsorship_holder: (each.population or 0) // 5 for each in cities}
    edges = sorted(
        (min(node[one], node[other]), max(node[one], node[other]), worth.get(one, 0) + lot.randint(1, 500_000))
        for one, other in lot.sample(possible, 10)
    )
    a, b, weight = (integers(column) for column in zip(*edges, strict=True))
    capacity = [lot.randint(1, 3) if holder.startswith("programme/") else 1 for holder in sorted(holders)]
    problem = RoundProblem(capacity=integers(capacity), a=a, b=b, weight=weight)
    return PairColumns(problem=problem, members=MemberColumns.of(sorted(holders), market))


def floored(seed: int, floors: Floors = TIGHT) -> Floored:
    pairs = drawn(seed, cities=6, edges=10)[1] if seed % 4 == 0 else scarce(seed)
    plain = SOLVER.solve(pairs.problem)
    bound = bound_floors(floors, pairs, plain.chosen)
    asked, found = with_floors(bound, pairs.problem, plain, SOLVER, unreported)
    return Floored(pairs, bound, plain, asked, found)


some = st.integers(0, 2**32).map(floored)


def cities_paired(of: Floored, chosen: np.ndarray) -> int:
    members = of.pairs.members
    nodes = np.concatenate((of.problem.a[chosen], of.problem.b[chosen]))
    return len(set(members.member[nodes[members.is_city[nodes]]].tolist()))


@examples(120)
@given(some)
def test_floors_never_lower_the_number_of_cities_with_a_pair(of: Floored) -> None:
    assert cities_paired(of, of.found.chosen) >= cities_paired(of, of.plain.chosen)


@examples(120)
@given(some)
def test_floors_take_nothing_from_the_cities_of_poorer_countries(of: Floored) -> None:
    def poorer(chosen: np.ndarray) -> int:
        members, nodes = of.pairs.members, np.concatenate((of.problem.a[chosen], of.problem.b[chosen]))
        paired = set(zip(members.member[nodes].tolist(), members.is_for_twinnings[nodes].tolist(), strict=True))
        cities = members.market.profiles.cities
        incomes = (group_of(cities[each], FloorGrouping.INCOME) for each, _ in paired if 0 <= each < len(cities))
        return sum(income in POORER for income in incomes)

    assert poorer(of.found.chosen) >= poorer(of.plain.chosen)


@examples(120)
@given(some)
def test_no_group_has_less_than_its_floor_unless_it_had_no_more(of: Floored) -> None:
    for outcome in of.bound.outcomes(of.problem, of.found.chosen):
        assert outcome.reached >= min(outcome.wanted, outcome.before)


@examples(120)
@given(some)
def test_the_choice_under_floors_is_proved(of: Floored) -> None:
    verdict = verified(of.asked, of.found)
    assert verdict.faults == ()
    assert verified(of.problem, of.plain).bound >= verdict.value


@examples(120)
@given(some)
def test_floors_are_met_where_any_choice_meets_them_all(of: Floored) -> None:
    def meets(chosen: np.ndarray) -> bool:
        return all(each.is_met for each in of.bound.outcomes(of.problem, chosen)) and of.bound.permit(
            of.problem, chosen
        )

    possible = any(meets(np.array(choice, np.int64)) for choice in all_choices(of.problem))
    assert meets(of.found.chosen) == possible


@examples(120)
@given(some)
def test_a_choice_that_gives_no_short_group_more_leaves_the_round_as_it_was(of: Floored) -> None:
    if not any(each.is_raised for each in of.bound.outcomes(of.problem, of.found.chosen)):
        assert of.found is of.plain
        assert of.asked is of.problem


@examples(120)
@given(some)
def test_floors_that_the_best_choice_keeps_change_nothing(of: Floored) -> None:
    if all(each.is_met for each in of.bound.outcomes(of.problem, of.plain.chosen)):
        assert of.found is of.plain
        assert of.asked is of.problem
