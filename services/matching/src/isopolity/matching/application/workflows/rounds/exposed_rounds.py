"""The choice of a round within its floors of exposure, where something was learned about pairs."""

from isopolity.matching.application.candidates.problem_encoding import EncodedProblem, new_nodes
from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.application.rules.exposure import Exposed, within_exposure
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.assignment.problem import Report, RoundProblem, Solution


def exposed_choice(
    encoded: EncodedProblem,
    problem: RoundProblem,
    solution: Solution,
    situation: Situation,
    solver: ServingSolver,
    report: Report,
) -> Exposed | None:
    """The choice from `solution` of `problem`, which is `encoded` under all rules; None if pairs taught nothing.

    Raises what `report` raises.
    """
    if encoded.without_pairs is None or situation.expected is None:
        return None
    pairs = PairColumns(problem=problem, members=MemberColumns.of(encoded.holders, situation.market))
    new = new_nodes(encoded.holders, situation.expected)
    return within_exposure(pairs, solution, encoded.without_pairs, new, solver, report)
