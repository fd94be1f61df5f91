"""Scored pairs, capacities and rules as a problem in numbers.

Invariant: the problem depends on the pairs, not on the order of their rows. Its weights are the scores multiplied by a
power of ten, so that scores of up to six digits are exact. A pair of score 0 is left out, unless it must be chosen.

Pairs that must and that must never be chosen are given by the caller's ids. Invariant: rules that cannot all be kept
are refused before any solver runs, in a sentence with these ids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import WEIGHT_UNIT, RoundProblem
from isopolity.matching.domain.rules.pair_rules import Pair, PairRules
from isopolity.matching.entrypoints.library.arguments import checked_columns, checked_mode, checked_seed
from isopolity.matching.entrypoints.library.pairs.group_rules import (
    Edges,
    WordedRule,
    checked_rules,
    engine_rules,
    load_rules,
)
from isopolity.matching.entrypoints.library.pairs.loads import Nodes, minimum_loads
from isopolity.matching.entrypoints.library.pairs.loads import capacities as read_capacities
from isopolity.matching.entrypoints.library.tables import SIDES, Table, framed, near, read
from isopolity.matching.errors import InvalidInput, UnknownMember

_FINEST: Final = 300
"""The greatest power of ten by which scores are multiplied."""
_GREATEST: Final = 1e300
"""The greatest score: the sum of a hundred million of them is still a finite float."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPairs:
    """A problem and the table that it was made from: edge e is row `row[e]` of `table`."""

    table: Table
    names: Sequence[str]
    """The names of the table's columns of both sides and the score."""
    nodes: Nodes
    problem: RoundProblem
    row: Integers
    capacity: Integers
    """The given capacity of every node; in `problem` it is at most the node's number of pairs."""
    least: Integers
    """The minimum load of every node."""
    rules: Sequence[WordedRule]
    """The minimum loads, followed by the group rules."""
    unit: float
    """The weight of a pair of score 1."""


def scored_pairs(
    pairs: object,
    capacities: object,
    *,
    columns: object,
    at_least: object,
    rules: object,
    must: object,
    never: object,
    mode: object,
    seed: object,
) -> ScoredPairs:
    """Make the problem of choosing among `pairs`; a pair of score 0 is left out, unless `must` names it.

    Raises InvalidInput, UnknownMember, ContradictoryRules.
    """
    names = checked_columns(columns)
    group_rules = checked_rules(rules)
    table = read(
        pairs, "pairs", list(dict.fromkeys([*names, *(each for rule in group_rules for each in rule.columns)]))
    )
    ids = table.ids(names[0]), table.ids(names[1])
    nodes = Nodes.of(*ids, names[:2], two_sides=isinstance(capacities, tuple))
    capacity, named = read_capacities(capacities, nodes, ids), NamedRules.of(must, never, nodes)
    named.check(capacity)
    least = minimum_loads(at_least, nodes, ids)
    (a, b), weight, unit = (nodes.column(0, ids[0]), nodes.column(1, ids[1])), *_weights(table, names[2])
    row = _order(a, b, table, nodes)
    a, b, weight = np.minimum(a, b)[row], np.maximum(a, b)[row], weight[row]
    must_at, never_at = named.positions(a, b, nodes)
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
    edges = Edges(table=table, nodes=nodes, row=row[kept], a=problem.a, b=problem.b)
    return ScoredPairs(
        table=table,
        names=names,
        nodes=nodes,
        problem=problem,
        row=row[kept],
        capacity=capacity,
        least=least,
        rules=[*load_rules(least, edges), *engine_rules(group_rules, edges)],
        unit=unit,
    )


def _order(a: Integers, b: Integers, table: Table, nodes: Nodes) -> Integers:
    """The rows in the order of their nodes. Raises InvalidInput for a pair of an id with itself, or a repeated pair."""
    for row in np.flatnonzero(a == b)[:1].tolist():
        raise InvalidInput(
            f"{table.row(row)} names {nodes.label(int(a[row]))} twice; take the row out{_or_sides(nodes)}."
        )
    number = np.minimum(a, b) * len(nodes) + np.maximum(a, b)
    order = np.argsort(number, kind="stable")
    for place in np.flatnonzero(np.diff(number[order]) == 0)[:1].tolist():
        first, second = order[place : place + 2].tolist()
        names = " and ".join(nodes.label(int(end[first])) for end in (a, b))
        hint = "" if a[first] == a[second] else _or_sides(nodes)
        raise InvalidInput(f"Rows {first} and {second} of pairs both pair {names}; keep one{hint}.")
    return order


def _or_sides(nodes: Nodes) -> str:
    return "" if nodes.two_sides else ", or give two capacities in a tuple if the columns are two sides"


def _weights(table: Table, name: str) -> tuple[Integers, float]:
    """The scores as whole weights, 0 only for a score of 0, and the weight of score 1. Raises InvalidInput."""
    score = table.numbers(name)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRules:
    """The pairs that must and that must never be chosen, by the labels of their nodes."""

    rules: PairRules
    nodes: Mapping[str, int]
    """The nodes in these rules, by label."""

    @classmethod
    def of(cls, must: object, never: object, nodes: Nodes) -> "NamedRules":
        """Read the rules from two tables of pairs. Raises InvalidInput, UnknownMember, ContradictoryRules."""
        named: dict[str, int] = {}
        pairs = [_labelled(given, what, nodes, named) for given, what in ((must, "must"), (never, "never"))]
        return cls(rules=PairRules.of(*pairs), nodes=named)

    def check(self, capacity: Integers) -> None:
        """Raise ContradictoryRules if a node is in more must pairs than its capacity."""
        self.rules.check({label: int(capacity[node]) for label, node in self.nodes.items()})

    def positions(self, a: Integers, b: Integers, nodes: Nodes) -> tuple[Integers, Integers]:
        """Positions of must and never pairs among the edges. Raises ContradictoryRules if a must pair has no edge."""
        named = np.zeros(len(nodes), bool)
        named[list(self.nodes.values())] = True
        places = np.flatnonzero(named[a] & named[b])
        ends = zip(a[places].tolist(), b[places].tolist(), strict=True)
        must, never = self.rules.positions((nodes.label(one), nodes.label(other)) for one, other in ends)
        return places[must], places[never]


def _labelled(given: object, what: str, nodes: Nodes, named: dict[str, int]) -> list[Pair]:
    frame = framed(given, f"{what} rules")
    names = SIDES if frame is not None and set(SIDES) <= set(frame.columns) else nodes.names
    table = read(given, f"{what} rules", names)
    pairs = []
    for row in zip(*(table.ids(name) for name in names), strict=True):
        found = []
        for side, each in enumerate(row):
            node = nodes.numbers[side].get(each)
            if node is None:
                hint = near(each, nodes.numbers[side])
                raise UnknownMember(f"A {what} rule names {each!r}, which is in no pair{hint}; correct it.")
            named[nodes.label(node)] = node
            found.append(nodes.label(node))
        pairs.append((found[0], found[1]))
    return pairs
