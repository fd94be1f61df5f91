"""The solver of rounds: takes the rules out, and lets the mode's solver answer what is left."""

from isopolity.matching.assignment.presolve import strip
from isopolity.matching.assignment.problem import Mode, Report, RoundProblem, Solution, unreported
from isopolity.matching.assignment.solvers.exact import exact
from isopolity.matching.assignment.solvers.quick import quick


class AssignmentSolver:
    """A RoundSolver. A problem of two sides (a round that only sponsors) is solved to the best in either mode."""

    name = "isopolity-assignment"

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        """The chosen edges with their dual. Raises ContradictoryRules, and what `report` raises."""
        stripped = strip(problem)
        solution = (exact if problem.mode is Mode.EXACT else quick)(stripped.plain, report)
        report("assignment", 1.0)
        return stripped.restored(solution)
