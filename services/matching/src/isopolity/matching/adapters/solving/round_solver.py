"""The solver of rounds: takes the rules out, sees what kind of problem is left, and lets the right solver answer."""

from isopolity.matching.adapters.solving.exact import exact
from isopolity.matching.adapters.solving.quick import quick
from isopolity.matching.adapters.solving.two_sides import left_side, two_sided
from isopolity.matching.domain.assignment import Mode, Report, RoundProblem, Solution, unreported
from isopolity.matching.domain.stripping import strip


class AssignmentSolver:
    """A RoundSolver. What falls into two sides (a round that only sponsors) is solved exactly in either mode."""

    name = "isopolity-assignment"

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        """The chosen edges with their dual. Raises ContradictoryRules, and what `report` raises."""
        stripped = strip(problem)
        plain = stripped.plain
        left = left_side(plain)
        if left is not None:
            solution = two_sided(plain, left, report)
        elif plain.mode is Mode.EXACT:
            solution = exact(plain, report)
        else:
            solution = quick(plain, report)
        report("assignment", 1.0)
        return stripped.restored(solution)
