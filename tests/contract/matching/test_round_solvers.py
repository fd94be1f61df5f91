"""Every solver keeps every promise of RoundSolver; a quick stand-in only those that do not ask for the best."""

import pytest

from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from tests.support.matching.greedy_solver import GreedyRoundSolver
from tests.support.matching.solver_contract import (
    CHECKS,
    Check,
    exact_mode_reaches_and_proves_the_best,
    run,
    two_sides_are_assigned_the_best_way,
)

BEST = {exact_mode_reaches_and_proves_the_best, two_sides_are_assigned_the_best_way}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_solver_keeps_its_promise(check: Check) -> None:
    run(check, AssignmentSolver())


@pytest.mark.parametrize("check", [check for check in CHECKS if check not in BEST], ids=lambda check: check.__name__)
def test_greedy_solver_keeps_its_promise(check: Check) -> None:
    run(check, GreedyRoundSolver())
