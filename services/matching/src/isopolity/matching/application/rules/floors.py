"""Soft floors of a round: how many cities of each group should get a pair, and the best choice that gives them one.

Invariant: a choice under floors has candidates only, and at least as many cities with a pair of each kind. A group that
had its floor keeps it, and a group that lacked it gets no less than before. Cities of poorer countries, taken together,
get no less. Groups that are mostly in high-income countries have no floor. Where no group gains, the best choice
without floors stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.rules.city_groups import HIGH, POORER, group_of
from isopolity.matching.application.rules.columns import PairColumns
from isopolity.matching.application.rules.counts import Served
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Mode, Report, RoundProblem, Solution
from isopolity.matching.domain.rules.filters import PairKind
from isopolity.matching.domain.rules.floors import FloorGrouping, FloorOutcome, Floors
from isopolity.matching.domain.rules.rule_book import Source

_DIGITS: Final = 9
"""The digits to which a share is rounded first, so that rounding errors lower no floor."""
_TURNS: Final = 3
"""The greatest number of choices that are tried."""
_EXACT: Final = 20_000
"""The number of pairs up to which the most that a group could reach alone is found exactly; beyond it, closely."""
_MOSTLY: Final = 0.5
"""The share of cities in high-income countries above which a group has no floor."""
_KINDS: Final = (PairKind.TWINNINGS, PairKind.SPONSORSHIPS)
_SOURCE: Final = Source(position=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A floor bound to a problem; `served` has the cities that could get a pair, and how many should get one."""

    kind: PairKind
    by: FloorGrouping
    group: str
    served: Served
    before: int
    """The number of its cities that get one without floors."""

    def outcome(self, problem: RoundProblem, chosen: Integers) -> FloorOutcome:
        """The outcome of the floor in a choice."""
        return FloorOutcome(
            kind=self.kind,
            by=self.by,
            group=self.group,
            cities=self.served.members,
            wanted=self.served.least,
            before=self.before,
            reached=reached_by(self.served, problem, chosen),
        )

    def gains_by(self, problem: RoundProblem, chosen: Integers) -> bool:
        """Whether a choice gives the group more than it had without floors."""
        return reached_by(self.served, problem, chosen) > self.before

    @property
    def is_short(self) -> bool:
        """Whether the choice without floors misses it."""
        return self.before < self.served.least

    def kept_by(self, problem: RoundProblem, chosen: Integers) -> bool:
        """Whether a choice gives the group its floor, or at least as much as it had without floors."""
        return reached_by(self.served, problem, chosen) >= min(self.served.least, self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundFloors:
    """The floors of a problem, and its guards: numbers of cities with a pair that floors must not lower."""

    floors: Sequence[Floor]
    guards: Sequence[Served]

    def permit(self, problem: RoundProblem, chosen: Integers) -> bool:
        """Whether a choice keeps each floor as far as it was kept before, and as many cities have a pair."""
        return all(reached_by(each, problem, chosen) >= each.least for each in self.guards) and all(
            each.kept_by(problem, chosen) for each in self.floors
        )

    def outcomes(self, problem: RoundProblem, chosen: Integers) -> tuple[FloorOutcome, ...]:
        """The outcome of each floor in a choice."""
        return tuple(each.outcome(problem, chosen) for each in self.floors)


def bound_floors(floors: Floors, pairs: PairColumns, chosen: Integers) -> BoundFloors:
    """The floors of a problem, from the best choice without them."""
    problem = pairs.problem
    able = able_cities(pairs)
    found, guards = list[Floor](), list[Served]()
    for kind in _KINDS:
        nodes = np.flatnonzero(able & pairs.nodes_of_kind(kind))
        everybody = served_at(nodes, pairs)
        served = reached_by(everybody, problem, chosen)
        if served:
            poorer = served_at(nodes[np.isin(groups_at(FloorGrouping.INCOME, nodes, pairs), POORER)], pairs)
            guards.append(replace(everybody, least=served))
            guards.append(replace(poorer, least=reached_by(poorer, problem, chosen)))
            found += _of_kind(floors, kind, nodes, served, pairs, chosen)
    everywhere = served_at(np.flatnonzero(able), pairs)
    guards.append(replace(everywhere, least=reached_by(everywhere, problem, chosen)))
    return BoundFloors(floors=found, guards=guards)


def with_floors(
    bound: BoundFloors, problem: RoundProblem, plain: Solution, solver: ServingSolver, report: Report
) -> tuple[RoundProblem, Solution]:
    """The best choice that meets the floors as far as possible, and the problem with the floors it needed as rules.

    `plain` is the best choice without floors. It is returned if it meets all floors, or if no short group gains.
    """
    short = [
        replace(each, served=_within_reach(each, problem, solver, report)) for each in bound.floors if each.is_short
    ]
    short = [each for each in short if each.is_short]
    kept = dict[int, Served]()
    for _ in range(_TURNS if short else 0):
        firm = [*problem.rules, *(each.rule() for each in (*bound.guards, *kept.values()) if each.least)]
        asked = replace(problem, rules=(*firm, *(each.served.rule() for each in short)))
        found = solver.nearest(asked, len(short), report)
        if found is None:
            break
        if bound.permit(problem, found[1].chosen):
            return found if any(each.gains_by(problem, found[1].chosen) for each in short) else (problem, plain)
        lost = [number for number, each in enumerate(bound.floors) if not each.kept_by(problem, found[1].chosen)]
        kept |= {number: _at_least_as_before(bound.floors[number]) for number in lost}
    return problem, plain


def _of_kind(
    floors: Floors, kind: PairKind, nodes: Integers, served: int, pairs: PairColumns, chosen: Integers
) -> Iterator[Floor]:
    is_high = groups_at(FloorGrouping.INCOME, nodes, pairs) == HIGH
    for by in floors.by:
        groups = groups_at(by, nodes, pairs)
        for group in sorted(set(groups.tolist()) - {""}):
            inside = groups == group
            if is_high[inside].mean() > _MOSTLY:
                continue
            those = nodes[inside]
            share = served * len(those) / len(nodes) * (100 - floors.tolerance_percent) / 100
            limit = replace(served_at(those, pairs), least=floor(round(share, _DIGITS)))
            if limit.least:
                before = reached_by(limit, pairs.problem, chosen)
                yield Floor(kind=kind, by=by, group=group, served=limit, before=before)


def groups_at(by: FloorGrouping, nodes: Integers, pairs: PairColumns) -> NDArray[np.str_]:
    """(nodes,): the group of each city's node; empty where it is not known."""
    cities = pairs.members.market.profiles.cities
    return np.array([group_of(cities[member], by) for member in pairs.members.member[nodes].tolist()], np.str_)


def able_cities(pairs: PairColumns) -> Booleans:
    """(nodes,): cities' nodes with room and an open candidate."""
    problem = pairs.problem
    has_room = problem.capacity > 0
    is_open = has_room[problem.a] & has_room[problem.b]
    is_open[problem.never] = False
    able = np.zeros(len(problem.capacity), bool)
    able[problem.a[is_open]] = able[problem.b[is_open]] = True
    return able & pairs.members.is_city


def served_at(nodes: Integers, pairs: PairColumns) -> Served:
    """The members of these nodes; nothing is asked for them yet."""
    of_node = pairs.members.member[nodes]
    order = np.lexsort((nodes, of_node))
    _, member = np.unique(of_node[order], return_inverse=True)
    return Served(source=_SOURCE, node=nodes[order], member=member.reshape(-1), least=0)


def reached_by(limit: Served, problem: RoundProblem, chosen: Integers) -> int:
    """How many of the members have a pair in a choice."""
    is_chosen = np.zeros(len(problem.a), bool)
    is_chosen[chosen] = True
    return limit.reached(problem, is_chosen)


def _at_least_as_before(of: Floor) -> Served:
    return replace(of.served, least=min(of.served.least, of.before))


def _within_reach(of: Floor, problem: RoundProblem, solver: ServingSolver, report: Report) -> Served:
    """The floor, lowered to the most that the group could reach if it were alone."""
    inside = np.zeros(len(problem.capacity), bool)
    inside[of.served.node] = True
    touches = inside[problem.a] | inside[problem.b]
    touches[problem.never] = False
    both = inside[problem.a] & inside[problem.b]
    capacity = np.where(inside, np.minimum(problem.capacity, 1), problem.capacity)
    weight = np.where(both, WEIGHT_UNIT, WEIGHT_UNIT // 2)
    mode = Mode.EXACT if np.count_nonzero(touches) <= _EXACT else Mode.QUICK
    alone = RoundProblem(
        capacity=capacity, a=problem.a[touches], b=problem.b[touches], weight=weight[touches], mode=mode
    )
    chosen = np.flatnonzero(touches)[solver.solve(alone, report).chosen]
    return replace(of.served, least=min(of.served.least, max(reached_by(of.served, problem, chosen), of.before)))
