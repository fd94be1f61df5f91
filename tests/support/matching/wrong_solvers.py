"""Solvers that break one promise each, and the clause that must find it."""

from contextlib import suppress
from dataclasses import replace

import numpy as np

from isopolity.matching.assignment.problem import Dual, Report, RoundProblem, Solution, unreported
from isopolity.matching.errors import ContradictoryRules
from tests.support.matching import solver_contract as checks
from tests.support.matching.greedy_solver import GreedyRoundSolver
from tests.support.matching.solver_contract import Check

_NONE = np.empty(0, np.int64)


class Mutant(GreedyRoundSolver):
    """A solver that is right except that it does not reach the best."""

    name = "mutant"


class TakesAll(Mutant):
    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        return replace(super().solve(problem, report), chosen=np.arange(len(problem.a)))


class ForgetsMusts(Mutant):
    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        super().solve(problem, report)
        return super().solve(replace(problem, must=_NONE), report)


class ForgetsNevers(Mutant):
    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        super().solve(problem, report)
        return super().solve(replace(problem, never=_NONE), report)


class TakesOnePairTwice(Mutant):
    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        solution = super().solve(problem, report)
        return replace(solution, chosen=np.sort(np.concatenate([solution.chosen[:1], solution.chosen])))


class HasADualBelowZero(Mutant):
    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        solution = super().solve(problem, report)
        return replace(solution, dual=replace(solution.dual, node=solution.dual.node - 1))


class LeavesNodesWithoutDual(Mutant):
    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        solution = super().solve(problem, report)
        return replace(solution, dual=Dual(scale=1, node=solution.dual.node[1:]))


class RefusesWhatCanBeKept(Mutant):
    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        if len(problem.must) > 1:
            raise ContradictoryRules("Too many rules.")
        return super().solve(problem, report)


class AcceptsContradictions(Mutant):
    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        try:
            return super().solve(problem, report)
        except ContradictoryRules:
            return Solution(chosen=_NONE, dual=Dual(scale=1, node=np.zeros(len(problem.capacity), np.int64)))


class LeavesPairsOut(Mutant):
    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        solution = super().solve(problem, report)
        return replace(solution, chosen=np.unique(problem.must))


class DrawsLots(Mutant):
    def __init__(self) -> None:
        self._solved = 0

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        self._solved += 1
        return super().solve(replace(problem, seed=self._solved), report)


class WritesIntoTheProblem(Mutant):
    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        solution = super().solve(problem, report)
        problem.weight[:] = 1
        return solution


class TellsNothing(Mutant):
    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        return super().solve(problem)


class TellsMoreThanAll(Mutant):
    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        report("assignment", 1.01)
        return super().solve(problem)


class CannotBeStopped(Mutant):
    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        with suppress(checks.Cancelled):
            report("assignment", 0.0)
        return super().solve(problem)


MUTANTS: list[tuple[type[Mutant], Check]] = [
    (TakesAll, checks.rules_are_kept_or_refused),
    (ForgetsMusts, checks.rules_are_kept_or_refused),
    (ForgetsNevers, checks.rules_are_kept_or_refused),
    (TakesOnePairTwice, checks.rules_are_kept_or_refused),
    (HasADualBelowZero, checks.rules_are_kept_or_refused),
    (LeavesNodesWithoutDual, checks.rules_are_kept_or_refused),
    (RefusesWhatCanBeKept, checks.rules_are_kept_or_refused),
    (AcceptsContradictions, checks.rules_are_kept_or_refused),
    (LeavesPairsOut, checks.no_choice_exceeds_the_bound),
    (Mutant, checks.exact_mode_reaches_and_proves_the_best),
    (Mutant, checks.two_sides_are_assigned_the_best_way),
    (DrawsLots, checks.same_problem_gives_the_same_round),
    (WritesIntoTheProblem, checks.same_problem_gives_the_same_round),
    (TellsNothing, checks.report_can_stop_it),
    (TellsMoreThanAll, checks.report_can_stop_it),
    (CannotBeStopped, checks.report_can_stop_it),
]
