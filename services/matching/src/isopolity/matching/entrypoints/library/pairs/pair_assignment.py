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

from isopolity.machine.clock import system_clock
from isopolity.matching.adapters.versions import solver_versions
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.certificate import Certificate as EngineCertificate
from isopolity.matching.assignment.certificate import Making, certify
from isopolity.matching.assignment.problem import RoundProblem, Solution
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.entrypoints.library.answer_tables import as_table
from isopolity.matching.entrypoints.library.arguments import checked_side, checked_truth
from isopolity.matching.entrypoints.library.pairs.choices import Choice, Least, Pair
from isopolity.matching.entrypoints.library.pairs.even_rules import even_ruled_pairs
from isopolity.matching.entrypoints.library.pairs.explanations import Explaining
from isopolity.matching.entrypoints.library.pairs.group_rules import Rule
from isopolity.matching.entrypoints.library.pairs.ruled_pairs import (
    RuledPairs,
    Short,
    even_pairs,
    loaded_pairs,
    refuse_short_totals,
    ruled_pairs,
    short_sentences,
)
from isopolity.matching.entrypoints.library.pairs.scored_pairs import ScoredPairs, scored_pairs
from isopolity.matching.entrypoints.library.tables import Id
from isopolity.matching.errors import UnmetRules

FrameT = TypeVar("FrameT", bound=IntoDataFrame)
COLUMNS: Final = ("a", "b", "score")
Capacity = int | Mapping[Any, int] | IntoSeries | IntoDataFrame
Capacities = Capacity | tuple[Capacity, Capacity]


@overload
def assign(
    pairs: FrameT,
    capacities: Capacities = 1,
    *,
    columns: Sequence[str] = COLUMNS,
    at_least: Capacities = 0,
    rules: Rule | Iterable[Rule] = (),
    strict: bool = True,
    must: Iterable[tuple[Id, Id]] | IntoDataFrame = (),
    never: Iterable[tuple[Id, Id]] | IntoDataFrame = (),
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
    at_least: Capacities = 0,
    rules: Rule | Iterable[Rule] = (),
    strict: bool = True,
    must: Iterable[tuple[Id, Id]] | IntoDataFrame = (),
    never: Iterable[tuple[Id, Id]] | IntoDataFrame = (),
    even: str | None = None,
    mode: str = "quick",
    seed: int = 0,
) -> Choice[list[Pair]]: ...


def assign(
    pairs: Any,
    capacities: Any = 1,
    *,
    columns: Any = COLUMNS,
    at_least: Any = 0,
    rules: Any = (),
    strict: bool = True,
    must: Any = (),
    never: Any = (),
    even: Any = None,
    mode: str = "quick",
    seed: int = 0,
) -> Choice[Any]:
    """Choose the scored pairs with the greatest sum of scores such that no id exceeds its capacity.

    `columns` names the columns of both sides and of the score. `capacities` is a number for all ids, a mapping, a
    Series or a frame (id, capacity); a tuple of two makes the two columns sides with ids of their own. `at_least`, in
    the same forms, is the least number of pairs of each id, and `rules` bound the pairs of groups. If these cannot be
    kept, UnmetRules has the shortages; with `strict` False, a choice near to them is made that has the shortages. Pairs
    in `must` are chosen whatever it costs, pairs in `never` are not. `even` names one of two sides: the least sum of
    any of its ids is made as large as possible before the total counts. The mode `quick` is near the optimum; `exact`
    takes longer and mostly proves it; if all pairs cross two sides, both are exact. `seed` breaks ties. Raises
    InvalidInput, UnknownMember, ContradictoryRules, UnmetRules, all ValueErrors.
    """
    scored = scored_pairs(
        pairs, capacities, columns=columns, at_least=at_least, rules=rules, must=must, never=never, mode=mode, seed=seed
    )
    started = system_clock()
    try:
        found, least = _chosen(scored, even, strict=checked_truth(strict, "strict"))
    except UnmetRules as error:
        raise UnmetRules(str(error), _short_table(scored, error.short)) from None
    chosen = np.sort(scored.row[found.solution.chosen])
    return Choice(
        pairs=_as_given(scored, chosen),
        short=_short_table(scored, found.short),
        unit=scored.unit,
        nothing=None if len(chosen) else _nothing(scored),
        besides=[*short_sentences(found.short), *([] if least is None else [least.sentence(scored.unit)])],
        certified=partial(
            _certified, found.problem, found.solution, started, (system_clock() - started).total_seconds()
        ),
        explaining=Explaining(
            scored=scored,
            problem=found.problem,
            solution=found.solution,
            solve=found.solve,
            given=partial(_as_given, scored),
            by_value=least is None,
        ),
        least=least,
    )


def _chosen(scored: ScoredPairs, even: object, *, strict: bool) -> tuple[RuledPairs, Least | None]:
    problem, nodes = scored.problem, scored.nodes
    side = None if even is None else checked_side(even, nodes.names, two_sides=nodes.two_sides)
    if side is not None and not scored.rules:
        return even_pairs(problem, nodes, side)
    if strict:
        refuse_short_totals(problem, scored.rules, nodes)
    if side is not None:
        return even_ruled_pairs(ruled_pairs(problem, scored.rules, strict=strict), nodes, side)
    if len(scored.rules) > np.count_nonzero(scored.least) or not nodes.two_sides:
        return ruled_pairs(problem, scored.rules, strict=strict), None
    return loaded_pairs(problem, scored.least, scored.rules, strict=strict), None


def _short_table(scored: ScoredPairs, rows: Sequence[Any]) -> Any:
    return as_table(rows, Short, scored.table.frame)


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
