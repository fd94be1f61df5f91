"""`assign`: chooses pairs of the greatest total score within capacities and rules.

Its invariant: the same pairs, capacities, rules, mode and seed give the same choice, whatever the order of the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from secrets import token_bytes
from typing import Any, TypeVar, overload

import numpy as np
from narwhals.typing import IntoDataFrame

from isopolity.clock import system_clock
from isopolity.matching.adapters.versions import solver_versions
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.certificate import Certificate, Making, certify
from isopolity.matching.assignment.problem import Dual, RoundProblem, Solution
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.entrypoints.library.choice import Choice, Pair
from isopolity.matching.entrypoints.library.scored_pairs import ScoredPairs, scored_pairs
from isopolity.matching.entrypoints.library.tables import Id, taken

FrameT = TypeVar("FrameT", bound=IntoDataFrame)
Rule = tuple[Id, Id]
Capacity = int | Mapping[Any, int] | IntoDataFrame
Capacities = Capacity | tuple[Capacity, Capacity]


@overload
def assign(
    pairs: FrameT,
    capacities: Capacities = 1,
    *,
    must: Iterable[Rule] | IntoDataFrame = (),
    never: Iterable[Rule] | IntoDataFrame = (),
    mode: str = "quick",
    seed: int = 0,
) -> Choice[FrameT]: ...


@overload
def assign(
    pairs: Iterable[tuple[Id, Id, float] | Sequence[Any] | Mapping[str, Any]],
    capacities: Capacities = 1,
    *,
    must: Iterable[Rule] | IntoDataFrame = (),
    never: Iterable[Rule] | IntoDataFrame = (),
    mode: str = "quick",
    seed: int = 0,
) -> Choice[list[Pair]]: ...


def assign(
    pairs: Any,
    capacities: Any = 1,
    *,
    must: Any = (),
    never: Any = (),
    mode: str = "quick",
    seed: int = 0,
) -> Choice[Any]:
    """Choose among scored pairs (columns a, b, score) those of the greatest sum; nobody exceeds its capacity.

    `capacities` is a number for all, a mapping or a frame (id, capacity); a tuple of two makes columns a and b sides
    with ids of their own. Pairs in `must` are chosen whatever it costs, those in `never` are not. `quick` is near the
    best, `exact` takes longer and mostly proves it; where only pairs across two sides exist, both are exact. `seed`
    decides between equals. Raises InvalidInput, UnknownMember, ContradictoryRules, all ValueErrors.
    """
    scored = scored_pairs(pairs, capacities, must, never, mode, seed)
    started = system_clock()
    solution = _solved(scored.problem)
    chosen = np.sort(scored.row[solution.chosen])
    return Choice(
        _as_given(scored, chosen),
        scored.unit,
        None if len(chosen) else _nothing(scored),
        partial(_certified, scored.problem, solution, started, (system_clock() - started).total_seconds()),
    )


def _solved(problem: RoundProblem) -> Solution:
    if not len(problem.a):
        nobody = np.zeros(len(problem.capacity), np.int64)
        return Solution(chosen=np.empty(0, np.int64), dual=Dual(scale=1, node=nobody))
    return AssignmentSolver().solve(problem)


def _as_given(scored: ScoredPairs, chosen: Integers) -> Any:
    table = scored.table
    if table.frame is not None:
        return taken(table.frame, chosen)
    score = table.numbers("score")
    a, b = table.ids("a"), table.ids("b")
    return [Pair(a[row], b[row], float(score[row])) for row in chosen.tolist()]


def _nothing(scored: ScoredPairs) -> str:
    """Why nothing was chosen, in a few words."""
    problem = scored.problem
    if not scored.table.length:
        return "there are no pairs"
    if not len(problem.a):
        return "all scores are 0"
    free = (problem.capacity[problem.a] > 0) & (problem.capacity[problem.b] > 0)
    if not free.any():
        return "of every pair, one has a capacity of 0"
    return "every pair that there is room for must never be"


def _certified(problem: RoundProblem, solution: Solution, started: datetime, seconds: float) -> Certificate:
    making = Making(solver=AssignmentSolver.name, versions=solver_versions(), computed_at=started, seconds=seconds)
    return certify(problem, solution, making, token_bytes(32))
