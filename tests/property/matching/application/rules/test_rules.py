"""Rules bound to a problem permit exactly the choices that keep them, judged pair by pair."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.application.rules.bound_book import BoundBook, bound_book, ruled_out
from isopolity.matching.application.rules.columns import PairColumns
from isopolity.matching.application.rules.limits import Basis, fixed_limits
from isopolity.matching.application.rules.ruled_choice import RuledProblem, UnkeptBook, ruled_problem
from isopolity.matching.assignment.problem import Mode, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.assignment.verification import verified
from isopolity.matching.domain.member import City
from isopolity.matching.domain.rules.filters import MemberFilter
from isopolity.matching.domain.rules.rule_book import Objective, RuleBook, Source
from tests.support.matching.plain_rules import World
from tests.support.matching.ruled_networks import TryingSolver, all_choices, drawn, drawn_book, permits


@given(network=st.integers(0, 2**32), rules=st.integers(0, 2**32))
def test_the_problem_permits_what_keeps_the_rules(network: int, rules: int) -> None:
    market, pairs, world, _ = drawn(network)
    book, solver = drawn_book(rules), TryingSolver()
    basis = Basis(
        pairs=pairs,
        plain=solver.solve(pairs.problem).chosen,
        ruled_out=ruled_out(book, pairs),
        room=market.able.keys(),
        solver=solver,
        report=unreported,
    )
    fixed = fixed_limits(book, basis)
    bound = bound_book(book, pairs, fixed)
    problem, sources = bound.ruled()
    assert len(sources) == len(problem.rules)
    never = set(problem.never.tolist())
    for choice in all_choices(pairs.problem):
        used = np.bincount([end[edge] for edge in choice for end in (problem.a, problem.b)] or [0], minlength=1)
        if not choice:
            used = np.zeros(1, np.int64)
        within = bool((used <= problem.capacity[: len(used)]).all())
        permitted = within and never.isdisjoint(choice) and permits(problem, choice)
        chosen = [world.pairs[edge] for edge in choice]
        assert permitted == world.keeps(book, chosen, fixed), (book.rules, chosen)
        held = all(outcome.holds for outcome in bound.outcomes(np.array(choice, np.int64)))
        assert held == permitted, (book.rules, chosen, bound.outcomes(np.array(choice, np.int64)))


Choice = Sequence[tuple[str, str]]


def ruled(pairs: PairColumns, book: RuleBook, room: Sequence[str]) -> RuledProblem | None:
    solver = TryingSolver()
    plain = solver.solve(pairs.problem)
    try:
        found = ruled_problem(book, pairs, plain, room, solver, unreported)
        found.solved(solver, unreported)
        return found
    except UnkeptBook:
        return None


def permitted(pairs: PairColumns, book: RuleBook, world: World, room: Sequence[str]) -> list[Choice]:
    """Every choice that keeps the rules of a book, whatever its objective."""
    found = ruled(pairs, replace(book, objective=Objective.MOST_TOTAL_FIT), room)
    if found is None:
        return []
    problem, never = found.problem, set(found.problem.never.tolist())
    capped = replace(problem, never=pairs.problem.never, rules=())
    return [
        [world.pairs[edge] for edge in choice]
        for choice in all_choices(capped)
        if never.isdisjoint(choice) and permits(problem, choice)
    ]


def served(world: World, choice: Choice, of: MemberFilter) -> int:
    members = [world.members[holder] for pair in choice for holder in pair if world.fits(of, holder)]
    return len({member.city_id if isinstance(member, City) else member.holder for member in members})


@given(
    network=st.integers(0, 2**32),
    rules=st.integers(0, 2**32),
    objective=st.sampled_from([Objective.SERVE_EVERYBODY_FIRST, Objective.FIRST_TIES_FIRST]),
)
def test_as_many_as_possible_are_served_then_the_sum_is_greatest(
    network: int, rules: int, objective: Objective
) -> None:
    market, pairs, world, _ = drawn(network)
    book = replace(drawn_book(rules, rules=2), objective=objective)
    of = MemberFilter() if objective is Objective.SERVE_EVERYBODY_FIRST else MemberFilter(without_tie=True)
    choices = permitted(pairs, book, world, list(market.able))
    found = ruled(pairs, book, list(market.able))
    assert (found is None) == (not choices)
    if found is None:
        return
    best = max(served(world, choice, of) for choice in choices)
    solution = found.solved(TryingSolver(), unreported)
    chosen = [world.pairs[edge] for edge in solution.chosen.tolist()]
    assert served(world, chosen, of) == best
    weight = dict(zip(world.pairs, pairs.problem.weight.tolist(), strict=True))
    value = max(sum(weight[pair] for pair in each) for each in choices if served(world, each, of) == best)
    assert sum(weight[pair] for pair in chosen) == value


@given(network=st.integers(0, 2**32), rules=st.integers(0, 2**32))
def test_the_region_that_is_served_least_is_served_as_well_as_possible(network: int, rules: int) -> None:
    market, pairs, world, _ = drawn(network)
    book = replace(drawn_book(rules, rules=1), objective=Objective.AS_EVEN_AS_POSSIBLE_BY_REGION, tolerance_percent=0.1)
    choices = permitted(pairs, book, world, list(market.able))
    found = ruled(pairs, book, list(market.able))
    assert (found is None) == (not choices)
    if found is None:
        return
    solution = found.solved(TryingSolver(), unreported)
    chosen = [world.pairs[edge] for edge in solution.chosen.tolist()]
    cities = [city for city in market.profiles.cities if city.capacity]
    sizes = {region: sum(city.region == region for city in cities) for region in {city.region for city in cities}}

    def shares(choice: Choice) -> list[float]:
        return sorted(served(world, choice, MemberFilter(region=(region,))) / sizes[region] for region in sizes)

    assert shares(chosen) == max(map(shares, choices))


def fixed_in(bound: BoundBook) -> dict[Source, int]:
    """The limits that were fixed beforehand."""
    return {each.source: each.at_least for each in bound.outcomes(bound.problem.must)}


def weight_of(pairs: PairColumns, choice: Sequence[int]) -> int:
    return sum(int(pairs.problem.weight[edge]) for edge in choice)


@given(network=st.integers(0, 2**32), rules=st.integers(0, 2**32))
def test_the_best_permitted_choice_lies_between_value_and_bound(network: int, rules: int) -> None:
    market, pairs, world, _ = drawn(network)
    pairs = replace(pairs, problem=replace(pairs.problem, mode=Mode.EXACT))
    book, solver = drawn_book(rules), AssignmentSolver()
    plain = solver.solve(pairs.problem)
    ruled = ruled_problem(book, pairs, plain, list(market.able), solver, unreported)
    best = best_of(pairs, world, book, fixed_in(ruled.bound))
    if best is None:
        with pytest.raises(UnkeptBook):
            ruled.solved(solver, unreported)
        return
    solution = ruled.solved(solver, unreported)
    verdict = verified(ruled.problem, solution)
    assert verdict.faults == ()
    assert verdict.value <= best <= verdict.bound
    assert all(outcome.holds for outcome in ruled.outcomes(solution))
    assert verdict.value == best, (verdict, best)


def best_of(pairs: PairColumns, world: World, book: RuleBook, fixed: dict[Source, int]) -> int | None:
    kept = (
        weight_of(pairs, choice)
        for choice in all_choices(pairs.problem)
        if world.keeps(book, [world.pairs[edge] for edge in choice], fixed)
    )
    return max(kept, default=None)
