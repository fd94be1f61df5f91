"""Scored pairs, capacities and rules as a problem in numbers.

Its invariant: the problem is a function of the pairs, not of the order of their rows. Its weights are the scores in
units of a power of ten, so that scores of up to six digits are exact.
"""

from dataclasses import dataclass
from math import floor, log10
from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import WEIGHT_UNIT, RoundProblem
from isopolity.matching.entrypoints.library.arguments import checked_mode, checked_seed
from isopolity.matching.entrypoints.library.capacities import capacities_of
from isopolity.matching.entrypoints.library.nodes import SIDES, Nodes
from isopolity.matching.entrypoints.library.pair_rules import NamedRules
from isopolity.matching.entrypoints.library.tables import Table, read
from isopolity.matching.errors import InvalidInput

_FINEST: Final = 300
"""A score counts in units of 1e-300 at least, which is nothing to anybody."""
_GREATEST: Final = 1e300
"""The sum of some hundred million such scores is finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPairs:
    """A problem and what it was made of: edge e is row `row[e]` of `table`."""

    table: Table
    problem: RoundProblem
    row: Integers
    unit: float
    """The weight of a pair of score 1."""


def scored_pairs(
    pairs: object, capacities: object, must: object, never: object, mode: object, seed: object
) -> ScoredPairs:
    """The problem of choosing among `pairs`. Raises InvalidInput, UnknownMember, ContradictoryRules.

    A pair of score 0 is worth nothing to anybody and is left out, unless it must be.
    """
    table = read(pairs, "pairs", (*SIDES, "score"))
    ids = table.ids("a"), table.ids("b")
    nodes = Nodes.of(*ids, two_sides=isinstance(capacities, tuple))
    capacity, rules = capacities_of(capacities, nodes), NamedRules.of(must, never, nodes)
    rules.check(capacity)
    (a, b), weight, unit = (nodes.column(0, ids[0]), nodes.column(1, ids[1])), *_weights(table)
    row = _order(a, b, table, nodes)
    a, b, weight = np.minimum(a, b)[row], np.maximum(a, b)[row], weight[row]
    must_at, never_at = rules.positions(a, b, nodes)
    weight[must_at] = np.maximum(weight[must_at], 1)
    kept = weight > 0
    place = np.cumsum(kept) - 1
    problem = RoundProblem(
        capacity=np.minimum(capacity, np.bincount(np.concatenate((a, b)), minlength=len(nodes))),
        a=a[kept],
        b=b[kept],
        weight=weight[kept],
        must=place[must_at],
        never=place[never_at[kept[never_at]]],
        seed=checked_seed(seed),
        mode=checked_mode(mode),
    )
    return ScoredPairs(table=table, problem=problem, row=row[kept], unit=unit)


def _order(a: Integers, b: Integers, table: Table, nodes: Nodes) -> Integers:
    """The rows in the order of their nodes. Raises InvalidInput for a pair of one, or one that stands there twice."""
    for row in np.flatnonzero(a == b)[:1].tolist():
        raise InvalidInput(f"{table.row(row)} names {nodes.label(int(a[row]))} twice; take the row out.")
    number = np.minimum(a, b) * len(nodes) + np.maximum(a, b)
    order = np.argsort(number, kind="stable")
    for place in np.flatnonzero(np.diff(number[order]) == 0)[:1].tolist():
        first, second = order[place : place + 2].tolist()
        names = " and ".join(nodes.label(int(end[first])) for end in (a, b))
        raise InvalidInput(f"Rows {first} and {second} of pairs both pair {names}; keep one.")
    return order


def _weights(table: Table) -> tuple[Integers, float]:
    """The scores in whole units, 0 where a pair is worth nothing; and the weight of a score of 1."""
    score = table.numbers("score")
    for row in np.flatnonzero(~(np.isfinite(score) & (score >= 0)))[:1].tolist():
        if np.isnan(score[row]):
            raise InvalidInput(f"{table.row(row)} has no score; give a number or take the row out.")
        raise InvalidInput(f"{table.row(row)} has the score {score[row]:g}; give a finite number, 0 or more.")
    largest = float(score.max(initial=0.0)) or 1.0
    if largest > _GREATEST:
        row = int(score.argmax())
        raise InvalidInput(f"{table.row(row)} has the score {largest:g}; give all scores in a greater unit.")
    unit = 10.0 ** min(floor(log10(WEIGHT_UNIT) - log10(largest)), _FINEST)
    if round(largest * unit) > WEIGHT_UNIT:
        unit /= 10
    return np.where(score > 0, np.clip(np.rint(score * unit), 1, WEIGHT_UNIT), 0).astype(np.int64), unit
