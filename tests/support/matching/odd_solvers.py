"""Round solvers that do what no real one does: hang until they are told to stop, cheat, or break."""

from dataclasses import dataclass, field, replace
from threading import Event

import numpy as np

from isopolity.matching.assignment.problem import Report, RoundProblem, Solution, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver


@dataclass(slots=True)
class HangingSolver(AssignmentSolver):
    """Hangs until its report raises, or until it is released; then it solves as the real one."""

    begun: Event = field(default_factory=Event)
    released: Event = field(default_factory=Event)
    name: str = "hanging"

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        self.begun.set()
        while not self.released.wait(0.01):
            report("choosing pairs", 0.5)
        return AssignmentSolver().solve(problem)


class CheatingSolver(AssignmentSolver):
    """Chooses every edge, whatever the capacities are."""

    name = "cheating"

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        return replace(AssignmentSolver().solve(problem), chosen=np.arange(len(problem.a)))


class BrokenSolver(AssignmentSolver):
    """Raises an error that stands for a bug."""

    name = "broken"

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        raise ZeroDivisionError
