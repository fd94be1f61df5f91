"""`assign`, which chooses pairs of the greatest total score within capacities and rules.

Invariant: the same pairs, capacities, rules, mode and seed give the same choice, whatever the order of the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from secrets import token_bytes
from typing import Any, Final, TypeVar, overload

import numpy as np
from narwhals.typing import IntoDataFrame, IntoSeries

from isopolity.clock import system_clock
from isopolity.matching.adapters.versions import solver_versions
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.certificate import Certificate as EngineCertificate
from isopolity.matching.assignment.certificate import Making, certify
from isopolity.matching.assignment.evenness.most_even import most_even
from isopolity.matching.assignment.problem import Dual, RoundProblem, Solution
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.entrypoints.library.arguments import checked_side
from isopolity.matching.entrypoints.library.cells import Id
from isopolity.matching.entrypoints.library.choices import Choice, Least, Pair
from isopolity.matching.entrypoints.library.explanations import Explaining
from isopolity.matching.entrypoints.library.scored_pairs import ScoredPairs, scored_pairs

FrameT = TypeVar("FrameT", bound=IntoDataFrame)
COLUMNS: Final = ("a", "b", "score")
Rule = tuple[Id, Id]
Capacity = int | Mapping[Any, int] | IntoSeries | IntoDataFrame
Capacities = Capacity | tuple[Capacity, Capacity]


@overload
def assign(
    pairs: FrameT,
    capacities: Capacities = 1,
    *,
    columns: Sequence[str] = COLUMNS,
    must: Iterable[Rule] | IntoDataFrame = (),
    never: Iterable[Rule] | IntoDataFrame = (),
    even: str | None = None,
    mode: str = "quick",
    seed: int = 0,
) -> Choice[FrameT]: ...


@overload
def assign(
    pairs: Iterable[tuple[Id, Id, float] | Sequence[Any] | Mapping[str, Any]],
    capacities: Capacities = 1,
    *,
    columns: Sequence[str] = COLUMNS,
    must: Iterable[Rule] | IntoDataFrame = (),
    never: Iterable[Rule] | IntoDataFrame = (),
    even: str | None = None,
    mode: str = "quick",
    seed: int = 0,
) -> Choice[list[Pair]]: ...


def assign(
    pairs: Any,
    capacities: Any = 1,
    *,
    columns: Any = COLUMNS,
    must: Any = (),
    never: Any = (),
    even: Any = None,
    mode: str = "quick",
    seed: int = 0,
) -> Choice[Any]:
    """Choose among scored pairs those of the greatest sum of scores; nobody exceeds its capacity.

    `columns` names the columns of both sides and of the score. `capacities` is a number for all, a mapping, a Series
    or a frame (id, capacity); a tuple of two makes the two columns sides with ids of their own. Pairs in `must` are
    chosen whatever it costs, those in `never` are not. With `even`, the name of one of two sides, the one of it that
    gets least gets as much as possible, before the sum counts. `quick` is near the best, `exact` takes longer and
    mostly proves it; where only pairs across two sides exist, both are exact. `seed` decides between equals. Raises
    InvalidInput, UnknownMember, ContradictoryRules, all ValueErrors.
    """
    scored = scored_pairs(pairs, capacities, must, never, columns=columns, mode=mode, seed=seed)
    started = system_clock()
    if even is None:
        solution, least = _solved(scored.problem), None
    else:
        solution, least = _even(scored, checked_side(even, scored.nodes.names, two_sides=scored.nodes.two_sides))
    chosen = np.sort(scored.row[solution.chosen])
    return Choice(
        _as_given(scored, chosen),
        scored.unit,
        None if len(chosen) else _nothing(scored),
        partial(_certified, scored.problem, solution, started, (system_clock() - started).total_seconds()),
        Explaining(
            scored=scored,
            solution=solution,
            solve=AssignmentSolver().solve,
            given=partial(_as_given, scored),
            by_value=least is None,
        ),
        least,
    )


def _even(scored: ScoredPairs, side: int) -> tuple[Solution, Least]:
    nodes = scored.nodes
    is_taker = (np.arange(len(nodes)) >= nodes.border) == bool(side)
    found = most_even(scored.problem, is_taker)
    least = Least(column=nodes.names[side], reached=found.least, bound=found.bound, left_out=len(found.left_out))
    return found.solution, least


def _solved(problem: RoundProblem) -> Solution:
    if not len(problem.a):
        nobody = np.zeros(len(problem.capacity), np.int64)
        return Solution(chosen=np.empty(0, np.int64), dual=Dual(scale=1, node=nobody))
    return AssignmentSolver().solve(problem)


def _as_given(scored: ScoredPairs, chosen: Integers) -> Any:
    table = scored.table
    if table.frame is not None:
        return table.frame[chosen].to_native()
    score = table.numbers(scored.names[2])
    a, b = table.ids(scored.names[0]), table.ids(scored.names[1])
    return [Pair(a[row], b[row], float(score[row])) for row in chosen.tolist()]


def _nothing(scored: ScoredPairs) -> str:
    """The reason why no pair was chosen, in a few words."""
    problem = scored.problem
    if not scored.table.length:
        return "there are no pairs"
    if not len(problem.a):
        return "all scores are 0"
    free = (problem.capacity[problem.a] > 0) & (problem.capacity[problem.b] > 0)
    if not free.any():
        return "of every pair, one has a capacity of 0"
    return "every pair that there is room for must never be"


def _certified(problem: RoundProblem, solution: Solution, started: datetime, seconds: float) -> EngineCertificate:
    making = Making(solver=AssignmentSolver.name, versions=solver_versions(), computed_at=started, seconds=seconds)
    return certify(problem, solution, making, token_bytes(32))
