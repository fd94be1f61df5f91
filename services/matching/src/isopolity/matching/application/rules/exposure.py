"""Floors of exposure: what is learned about pairs takes next to nothing from any group of cities.

Invariant: in each group by region, size, income and main language, and among all cities together, at least `_SHARE` of
the cities that would get a pair without the pair model get one with it. A choice that cannot be made so is not used;
then the choice without the model stands, which has all rules of the round and is its own measure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.rules.columns import PairColumns
from isopolity.matching.application.rules.counts import Served
from isopolity.matching.application.rules.floors import able_cities, groups_at, reached_by, served_at
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import Report, RoundProblem, Solution
from isopolity.matching.domain.rules.filters import PairKind
from isopolity.matching.domain.rules.floors import EVERY_GROUPING
from isopolity.matching.errors import NoPermittedChoice

_SHARE: Final = 0.95
_DIGITS: Final = 9
"""The digits to which a number is rounded before it is rounded up, so that rounding errors raise no floor."""
_TURNS: Final = 6
"""The greatest number of choices that are tried."""
_MANY: Final = 60
"""The number of missed floors beyond which a search under them is not worth its time: it mostly finds nothing."""
_INFLUENCES: Final = (1.0, 0.75, 0.5, 0.25)
"""The parts of what was learned that are tried, until a choice within the floors is found."""
_KINDS: Final = (PairKind.TWINNINGS, PairKind.SPONSORSHIPS)


class Exposed(NamedTuple):
    """A choice within the floors of exposure, and the problem with the floors that it needed as rules."""

    problem: RoundProblem
    solution: Solution
    influence: float
    """The part of what was learned about pairs that counts in the weights: 1 all of it, 0 nothing."""
    floors: Sequence[Served]

    def permits(self, chosen: Integers) -> bool:
        """Whether another choice keeps the floors as well."""
        return not _short(self.floors, self.problem, chosen)


def within_exposure(
    pairs: PairColumns, learned: Solution, without: Integers, new: Booleans, solver: ServingSolver, report: Report
) -> Exposed:
    """The best choice of `pairs.problem` within the floors, from `learned`, the best one without floors.

    `without` are the weights without the pair models, and `new` the nodes that never had a proposal, of which as many
    get one as without the models. Raises what `report` raises.
    """
    plain = replace(pairs.problem, weight=without)
    reference = solver.solve(plain, report)
    floors = list(_floors(pairs, reference.chosen, new))
    for influence in _INFLUENCES:
        problem = _between(without, pairs.problem, influence)
        solution = learned if influence == 1 else solver.solve(problem, report)
        found = _within(floors, problem, solution, solver, report)
        if found is not None:
            return Exposed(*found, influence=influence, floors=floors)
    return Exposed(plain, reference, influence=0.0, floors=floors)


def _within(
    floors: Sequence[Served], problem: RoundProblem, best: Solution, solver: ServingSolver, report: Report
) -> tuple[RoundProblem, Solution] | None:
    """A choice that keeps the floors, found by adding those that the best one misses; None if none is found."""
    asked, solution, kept = problem, best, dict[int, Served]()
    for _ in range(_TURNS):
        short = _short(floors, problem, solution.chosen)
        if not short:
            return asked, solution
        kept |= short
        if len(kept) > _MANY:
            return None
        asked = replace(problem, rules=(*problem.rules, *(floor.rule() for floor in kept.values())))
        try:
            solution = solver.solve(asked, report)
        except NoPermittedChoice:
            return None
    return None


def _short(floors: Sequence[Served], problem: RoundProblem, chosen: Integers) -> dict[int, Served]:
    """The floors that a choice misses, by their numbers."""
    return {number: floor for number, floor in enumerate(floors) if reached_by(floor, problem, chosen) < floor.least}


def _between(without: Integers, learned: RoundProblem, influence: float) -> RoundProblem:
    """The problem whose weights have this part of what was learned: weighted geometric means."""
    if influence == 1:
        return learned
    weight = np.exp((1 - influence) * np.log(without) + influence * np.log(learned.weight))
    return replace(learned, weight=np.maximum(np.rint(weight).astype(np.int64), 1))


def _floors(pairs: PairColumns, reference: Integers, new: Booleans) -> Iterator[Served]:
    able = able_cities(pairs)
    for kind in _KINDS:
        nodes = np.flatnonzero(able & pairs.nodes_of_kind(kind))
        yield _floor(nodes, pairs, reference)
        for by in EVERY_GROUPING:
            groups = groups_at(by, nodes, pairs)
            for group in sorted(set(groups.tolist()) - {""}):
                yield _floor(nodes[groups == group], pairs, reference)
        yield _floor(nodes[new[nodes]], pairs, reference, 1.0)


def _floor(nodes: Integers, pairs: PairColumns, reference: Integers, share: float = _SHARE) -> Served:
    limit = served_at(nodes, pairs)
    reached = reached_by(limit, pairs.problem, reference)
    return replace(limit, least=ceil(round(share * reached, _DIGITS)))
