"""The choice of a round under soft floors; also used when staff improves a draft.

Invariant: floors never make a round fail. The floor of each group follows from the best choice without floors; in a
draft that is improved, from the best choice that keeps the edits of people.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.application.rules.floors import BoundFloors, bound_floors, with_floors
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import Report, RoundProblem, Solution
from isopolity.matching.domain.rules.floors import Floors, FloorsResult


@dataclass(frozen=True, slots=True, kw_only=True)
class FlooredChoice:
    """The choice under floors; `problem` has a rule for each floor that the best choice without floors missed."""

    bound: BoundFloors
    problem: RoundProblem
    solution: Solution
    value_without: int

    @classmethod
    def of(
        cls,
        floors: Floors | None,
        holders: Sequence[str],
        market: Market,
        problem: RoundProblem,
        plain: Solution,
        solver: ServingSolver,
        report: Report,
    ) -> "FlooredChoice | None":
        """The choice under floors, from `plain`, the best one without; None where there are no floors.

        Node i is `holders[i]`. Raises what `report` raises.
        """
        if floors is None or not floors.by:
            return None
        pairs = PairColumns(problem=problem, members=MemberColumns.of(holders, market))
        bound = bound_floors(floors, pairs, plain.chosen)
        asked, solution = with_floors(bound, problem, plain, solver, report)
        value = int(problem.weight[plain.chosen].sum())
        return cls(bound=bound, problem=asked, solution=solution, value_without=value)

    @property
    def result(self) -> FloorsResult:
        """The outcomes of the floors."""
        return self.result_of(self.solution.chosen)

    def result_of(self, chosen: Integers) -> FloorsResult:
        """The outcomes of the floors in another choice."""
        return FloorsResult(outcomes=self.bound.outcomes(self.problem, chosen), value_without=self.value_without)

    def permits(self, chosen: Integers) -> bool:
        """Whether another choice gives each group as much, and as many cities a pair."""
        return self.bound.permit(self.problem, chosen) and all(
            other.reached >= min(own.wanted, own.reached)
            for own, other in zip(self.result.outcomes, self.result_of(chosen).outcomes, strict=True)
        )
