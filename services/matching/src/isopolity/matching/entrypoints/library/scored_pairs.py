"""Scored pairs, capacities and rules as a problem in numbers.

Invariant: the problem depends on the pairs, not on the order of their rows. Its weights are the scores multiplied by a
power of ten, so that scores of up to six digits are exact. Rules that cannot all be kept are refused before any solver
runs, in the words of the ids that came in.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from numbers import Real
from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import WEIGHT_UNIT, RoundProblem
from isopolity.matching.domain.round_rules import Pair, PairRules
from isopolity.matching.entrypoints.library.arguments import checked_mode, checked_seed, whole_number
from isopolity.matching.entrypoints.library.cells import Id, near, ordered, shown
from isopolity.matching.entrypoints.library.tables import SIDES, Table, framed, read
from isopolity.matching.errors import InvalidInput, UnknownMember

_FINEST: Final = 300
"""The greatest power of ten that a score is multiplied by."""
_GREATEST: Final = 1e300
"""The greatest score: the sum of a hundred million of it is a finite float."""
_MOST: Final = 1_000_000_000
"""The greatest capacity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPairs:
    """A problem and the table that it was made from: edge e is row `row[e]` of `table`."""

    table: Table
    problem: RoundProblem
    row: Integers
    unit: float
    """The weight of a pair of score 1."""


def scored_pairs(
    pairs: object, capacities: object, must: object, never: object, mode: object, seed: object
) -> ScoredPairs:
    """The problem of choosing among `pairs`; one of score 0 is left out, unless `must` names it.

    Raises InvalidInput, UnknownMember, ContradictoryRules.
    """
    table = read(pairs, "pairs", (*SIDES, "score"))
    ids = table.ids("a"), table.ids("b")
    nodes = _Nodes.of(*ids, two_sides=isinstance(capacities, tuple))
    capacity, rules = _capacities(capacities, nodes), _NamedRules.of(must, never, nodes)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nodes:
    """The ids as nodes 0, 1, 2 …: whole numbers first, then texts, each kind in ascending order.

    With two sides an id in column a and an equal one in column b are two nodes, those of column a first.
    """

    ids: Sequence[Id]
    numbers: tuple[Mapping[Id, int], Mapping[Id, int]]
    """The node by id, for column a and column b."""
    two_sides: bool

    @classmethod
    def of(cls, a: Sequence[Id], b: Sequence[Id], *, two_sides: bool) -> "_Nodes":
        """The nodes of two columns."""
        if not two_sides:
            both = _numbered({*a, *b}, 0)
            return cls(ids=list(both), numbers=(both, both), two_sides=False)
        left = _numbered(set(a), 0)
        right = _numbered(set(b), len(left))
        return cls(ids=[*left, *right], numbers=(left, right), two_sides=True)

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, side: int, ids: Sequence[Id]) -> Integers:
        """The nodes of the ids of one column."""
        return np.fromiter(map(self.numbers[side].__getitem__, ids), np.int64, len(ids))

    def label(self, node: int) -> str:
        """A node's name in a sentence; no two nodes have one label."""
        if not self.two_sides:
            return repr(self.ids[node])
        return f"{self.ids[node]!r} of column {SIDES[node >= len(self.numbers[0])]}"


def _numbered(ids: set[Id], start: int) -> Mapping[Id, int]:
    return {each: node for node, each in enumerate(ordered(ids), start)}


def _order(a: Integers, b: Integers, table: Table, nodes: _Nodes) -> Integers:
    """The rows, sorted by their nodes. Raises InvalidInput for a pair of an id with itself, or a pair named twice."""
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
    """The scores as whole weights, 0 only for a score of 0; and the weight of a score of 1. Raises InvalidInput."""
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


def _capacities(given: object, nodes: _Nodes) -> Integers:
    """The capacity of every node: one number, a number by id, or a tuple of these by side. Raises InvalidInput."""
    if isinstance(given, list):
        raise InvalidInput("The capacities are a list; give a tuple of two for two sides, else a number or a mapping.")
    if not isinstance(given, tuple):
        return _by_id(given, nodes.ids, "capacities")
    if len(given) != len(SIDES):
        raise InvalidInput(f"There are {len(given)} capacities; give two, one for column a and one for column b.")
    border = len(nodes.numbers[0])
    sides = zip(given, (nodes.ids[:border], nodes.ids[border:]), SIDES, strict=True)
    return np.concatenate([_by_id(each, ids, f"capacities of column {name}") for each, ids, name in sides])


def _by_id(given: object, ids: Sequence[Id], what: str) -> Integers:
    if isinstance(given, Real):
        return np.full(len(ids), whole_number(given, f"The {what}", _MOST), np.int64)
    known = _mapped(given, what)
    for each in ids:
        if each not in known:
            hint = near(each, known)
            raise InvalidInput(f"The {what} have no {each!r}, which stands in a pair{hint}; give it one.")
    return np.array([known[each] for each in ids], np.int64)


def _mapped(given: object, what: str) -> Mapping[Id, int]:
    if isinstance(given, Mapping):
        return _checked(list(given), list(given.values()))
    if framed(given, what) is None:
        raise InvalidInput(
            f"The {what} are {shown(given)}; give a whole number, a mapping from ids, or a frame with id and capacity."
        )
    table = read(given, what, ("id", "capacity"))
    ids = table.ids("id")
    if len(set(ids)) < len(ids):
        twice = next(each for each, times in Counter(ids).items() if times > 1)
        raise InvalidInput(f"The {what} have {twice!r} twice; keep one row.")
    return _checked(ids, table.columns["capacity"])


def _checked(ids: Sequence[Id], values: Sequence[object]) -> Mapping[Id, int]:
    numbers = [
        value
        if type(value) is int and 0 <= value <= _MOST
        else whole_number(value, f"The capacity of {shown(each)}", _MOST)
        for each, value in zip(ids, values, strict=True)
    ]
    return dict(zip(ids, numbers, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _NamedRules:
    """The pairs that must and that must never be chosen, by the labels of their nodes."""

    rules: PairRules
    nodes: Mapping[str, int]
    """The nodes that a rule names, by label."""

    @classmethod
    def of(cls, must: object, never: object, nodes: _Nodes) -> "_NamedRules":
        """The rules in two tables of pairs. Raises InvalidInput, UnknownMember, ContradictoryRules."""
        named: dict[str, int] = {}
        pairs = [_labelled(given, what, nodes, named) for given, what in ((must, "must"), (never, "never"))]
        return cls(rules=PairRules.of(*pairs), nodes=named)

    def check(self, capacity: Integers) -> None:
        """Raise ContradictoryRules if a node is in more must pairs than its capacity."""
        self.rules.check({label: int(capacity[node]) for label, node in self.nodes.items()})

    def positions(self, a: Integers, b: Integers, nodes: _Nodes) -> tuple[Integers, Integers]:
        """Positions of must and never pairs among the edges. Raises ContradictoryRules if a must pair is no edge."""
        named = np.zeros(len(nodes), bool)
        named[list(self.nodes.values())] = True
        places = np.flatnonzero(named[a] & named[b])
        ends = zip(a[places].tolist(), b[places].tolist(), strict=True)
        must, never = self.rules.positions((nodes.label(one), nodes.label(other)) for one, other in ends)
        return places[must], places[never]


def _labelled(given: object, what: str, nodes: _Nodes, named: dict[str, int]) -> list[Pair]:
    table = read(given, f"{what} rules", SIDES)
    pairs = []
    for row in zip(*(table.ids(side) for side in SIDES), strict=True):
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
