"""The proof of a draft's published pairs: those of this publication and those of earlier ones that stand."""

from contextlib import suppress
from dataclasses import replace

import numpy as np

from isopolity.matching.application.workflows.round_computation import Proof, Situation, certified
from isopolity.matching.application.workflows.rules.kept_rules import KeptRules
from isopolity.matching.application.workflows.surroundings import Engine
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import RoundProblem, Solution
from isopolity.matching.domain.drafts.draft_numbers import DraftNumbers
from isopolity.matching.errors import NoPermittedChoice


def publication_proof(
    numbers: DraftNumbers, edges: Integers, rules: KeptRules | None, situation: Situation, engine: Engine
) -> Proof:
    """The proof of all pairs that are out once these edges are out: the draft's rules hold, but for unpublished pins.

    With `rules` it is proved under the rules of the round, too, if the search for the bound finds any choice.
    """
    choice = numbers.choice
    chosen = np.union1d(choice.out, edges)
    problem: RoundProblem = replace(choice.problem, must=np.intersect1d(choice.problem.must, chosen))
    if rules is not None:
        changed = numbers.with_choice(replace(choice, problem=problem))
        with suppress(NoPermittedChoice):
            return _certified(rules.problem(changed, situation.market), chosen, situation, engine)
    return _certified(problem, chosen, situation, engine)


def _certified(problem: RoundProblem, chosen: Integers, situation: Situation, engine: Engine) -> Proof:
    best = engine.solver.solve(problem)
    return certified(problem, Solution(chosen=chosen, dual=best.dual), situation, engine)
