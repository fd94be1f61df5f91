"""The contract of a RoundSolver, clause by clause, each on one problem.

The suite runs each of them on many problems against the real solvers, and against mutants, each of which must fail its
clause. The best value is found by trying every choice, and proofs are verified by the checker; neither uses a solver.
"""

import copy
from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from typing import Any

import numpy as np

from isopolity.matching.application.ports.engine import RoundSolver
from isopolity.matching.assignment.problem import Dual, Mode, RoundProblem, Solution
from isopolity.matching.assignment.verification import verified
from isopolity.matching.errors import ContradictoryRules
from tests.support.matching.round_problems import best_value, random_problem

Check = Callable[[RoundSolver, RoundProblem], None]


class Cancelled(Exception):
    """The error that a report raises to stop a solver."""


def rules_are_kept_or_refused(solver: RoundSolver, problem: RoundProblem) -> None:
    """A solution keeps capacities and rules; rules that cannot be kept are refused, and no others."""
    solution = _solved(solver, problem)
    assert (solution is None) == (best_value(problem) is None)
    if solution is not None:
        assert verified(problem, solution).faults == ()


def no_choice_exceeds_the_bound(solver: RoundSolver, problem: RoundProblem) -> None:
    """The value is at most the best, the best at most the bound, and the value not below half of the best."""
    best, solution = best_value(problem), _solved(solver, problem)
    if best is not None and solution is not None:
        verdict = verified(problem, solution)
        assert best <= 2 * verdict.value
        assert verdict.value <= best <= verdict.bound


def exact_mode_reaches_and_proves_the_best(solver: RoundSolver, problem: RoundProblem) -> None:
    """In exact mode, small problems are solved to the end."""
    _reaches_and_proves_the_best(solver, replace(problem, mode=Mode.EXACT))


def two_sides_are_assigned_the_best_way(solver: RoundSolver, problem: RoundProblem) -> None:
    """If nodes have two sides, such as programmes and cities, either mode finds the best."""
    _reaches_and_proves_the_best(solver, problem)


def same_problem_gives_the_same_round(solver: RoundSolver, problem: RoundProblem) -> None:
    """A solver keeps nothing from one problem to the next, and leaves the problem as it was."""
    untouched = copy.deepcopy(problem)
    first = _solved(solver, problem)
    assert _text(problem) == _text(untouched)
    assert _text(_solved(solver, untouched)) == _text(first)


def report_can_stop_it(solver: RoundSolver, problem: RoundProblem) -> None:
    """An error of the report is passed on; its share of finished work is in [0, 1]."""
    told: list[float] = []
    if _solved(solver, problem) is None:
        return
    solver.solve(problem, lambda step, done: told.append(done))
    assert told
    assert all(0 <= done <= 1 for done in told)

    def stop(step: str, done: float) -> None:
        raise Cancelled

    try:
        solver.solve(problem, stop)
    except Cancelled:
        return
    raise AssertionError("It went on.")


CHECKS: dict[Check, Callable[[int], RoundProblem]] = {
    rules_are_kept_or_refused: random_problem,
    no_choice_exceeds_the_bound: random_problem,
    exact_mode_reaches_and_proves_the_best: random_problem,
    two_sides_are_assigned_the_best_way: partial(random_problem, nodes=8, bipartite=True),
    same_problem_gives_the_same_round: random_problem,
    report_can_stop_it: partial(random_problem, rules=False),
}
"""The problems of each clause: one for each seed."""


def run(check: Check, solver: RoundSolver) -> None:
    """Run a clause on many problems, the same ones each time."""
    for seed in range(100):
        check(solver, CHECKS[check](seed))


def _solved(solver: RoundSolver, problem: RoundProblem) -> Solution | None:
    """The solution, None if the rules contradict each other."""
    try:
        return solver.solve(problem)
    except ContradictoryRules:
        return None


def _reaches_and_proves_the_best(solver: RoundSolver, problem: RoundProblem) -> None:
    best, solution = best_value(problem), _solved(solver, problem)
    if best is not None and solution is not None:
        verdict = verified(problem, solution)
        assert (verdict.value, verdict.bound) == (best, best)


def _text(value: Any) -> str:
    """The value as text, with complete arrays, independent of the types of its numbers."""
    if isinstance(value, np.ndarray):
        return str(value.tolist())
    if isinstance(value, RoundProblem | Solution | Dual):
        return str([_text(getattr(value, field.name)) for field in fields(value)])
    return str(value)
