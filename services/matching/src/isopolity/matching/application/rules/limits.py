"""Limits that are fixed before a round is chosen, the floors of regions and shares of members with room; and the levels
of an objective, which come before the total fit.

Invariant: fixed limits depend on the members and on the plain round only, so that they stand in the report as whole
numbers. What a level asks for has been reached by a choice that keeps the rules and all levels before it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, floor
from typing import Final

import numpy as np

from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.rules.columns import MemberColumns, PairColumns
from isopolity.matching.application.rules.counts import Served
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Mode, Report, RoundProblem, ServedCount
from isopolity.matching.domain.rules.filters import ANYBODY, MemberFilter, PairKind
from isopolity.matching.domain.rules.rule_book import (
    Objective,
    RegionFloors,
    RuleBook,
    RuleOutcome,
    ServeMembers,
    Source,
)
from isopolity.matching.errors import NoPermittedChoice

_DIGITS: Final = 9
"""A share that is whole but for rounding is whole."""


@dataclass(frozen=True, kw_only=True)  # no slots: who has room is kept in it
class Basis:
    """The members, the plain round and the rules that limits are fixed from."""

    pairs: PairColumns
    plain: Integers
    """The edges that the plain round chooses, ascending."""
    ruled_out: Integers
    """The edges that rules take out, ascending."""
    room: Collection[str]
    """The holders that have room."""
    solver: ServingSolver
    report: Report

    def with_room(self, of: MemberFilter, kind: PairKind) -> int:
        """How many members that fit have room for pairs of the kind; candidates or not."""
        members, is_for_twinnings = self._with_room
        if kind is PairKind.TWINNINGS:
            members = members[is_for_twinnings]
        elif kind is PairKind.SPONSORSHIPS:
            members = members[~is_for_twinnings]
        return int(self.pairs.members.members_fitting(of)[np.unique(members)].sum())

    @cached_property
    def _with_room(self) -> tuple[Integers, Booleans]:
        """By holder with room: the number of its member, and whether it is for twinnings."""
        found = MemberColumns.of(list(self.room), self.pairs.members.market)
        return found.member, found.is_for_twinnings


def fixed_limits(book: RuleBook, basis: Basis) -> Mapping[Source, int]:
    """The limits of a book that are fixed beforehand."""
    fixed = dict[Source, int]()
    for position, rule in enumerate(book.rules):
        source = Source(position=position)
        if isinstance(rule, ServeMembers) and rule.at_least_percent is not None:
            wanted = rule.at_least_percent * basis.with_room(rule.serve, rule.kind) / 100
            fixed[source] = ceil(round(wanted, _DIGITS))
        elif isinstance(rule, RegionFloors):
            fixed |= {source.of(region): number for region, number in _floors(rule, basis)}
    return fixed


def regions_of(pairs: PairColumns) -> list[str]:
    """The regions that any city of the market is in."""
    return sorted({city.region for city in pairs.members.market.profiles.cities})


def _floors(rule: RegionFloors, basis: Basis) -> Iterator[tuple[str, int]]:
    pairs = basis.pairs
    of_kind = pairs.of_kind(rule.kind)
    chosen = basis.plain[of_kind[basis.plain]]
    cities = {region: basis.with_room(MemberFilter(region=(region,)), rule.kind) for region in regions_of(pairs)}
    everybody = sum(cities.values())
    for region, number in cities.items():
        share = len(chosen) * number // everybody if everybody else 0
        those = pairs.members.fitting(MemberFilter(region=(region,)))
        touches = of_kind & (those[pairs.problem.a] | those[pairs.problem.b])
        capped = min(share, _reach(touches, share, basis))
        yield region, floor(round(capped * (100 - rule.tolerance_percent) / 100, _DIGITS))


def _reach(touches: Booleans, share: int, basis: Basis) -> int:
    """How many of the edges that touch a region can be chosen together; `share` where more would not matter."""
    problem = basis.pairs.problem
    touches = touches.copy()
    touches[problem.never] = touches[basis.ruled_out] = False
    if int(touches[basis.plain].sum()) >= share:
        return share
    alone = replace(
        problem,
        a=problem.a[touches],
        b=problem.b[touches],
        weight=np.full(int(touches.sum()), WEIGHT_UNIT, np.int64),
        must=np.empty(0, np.int64),
        never=np.empty(0, np.int64),
        mode=Mode.QUICK,
    )
    return len(basis.solver.solve(alone, basis.report).chosen)


_OBJECTIVE: Final = Source(position=None)


def level_limits(book: RuleBook, problem: RoundProblem, basis: Basis) -> Sequence[Served]:
    """The limits by which the objective of a book comes before the total fit; `problem` is under its rules.

    Raises NoPermittedChoice, about the rules of `problem`.
    """
    match book.objective:
        case Objective.MOST_TOTAL_FIT:
            return []
        case Objective.SERVE_EVERYBODY_FIRST:
            return [_greatest(ANYBODY, problem, basis)]
        case Objective.FIRST_TIES_FIRST:
            return [_greatest(MemberFilter(without_tie=True), problem, basis)]
        case Objective.AS_EVEN_AS_POSSIBLE_BY_REGION:
            return _Shares.of(problem, basis, book.tolerance_percent / 100).raised()


def stored_level(objective: Objective, outcome: RuleOutcome, pairs: PairColumns) -> Served:
    """A level as it was found when a round was computed."""
    is_of_ties = objective is Objective.FIRST_TIES_FIRST
    of = MemberFilter(region=(outcome.source.group,)) if outcome.source.group else ANYBODY
    level = _level(MemberFilter(without_tie=True) if is_of_ties else of, outcome.source, pairs)
    return replace(level, least=outcome.at_least, possible=outcome.possible)


def _greatest(of: MemberFilter, problem: RoundProblem, basis: Basis) -> Served:
    level = _level(of, _OBJECTIVE, basis.pairs)
    found = basis.solver.most_served(problem, level.rule(), basis.report)
    return replace(level, least=found.served, possible=found.bound)


def _level(of: MemberFilter, source: Source, pairs: PairColumns) -> Served:
    node, member, _ = pairs.nodes_of(of, PairKind.ALL)
    return Served(source=source, node=node, member=member, least=0)


@dataclass(slots=True, kw_only=True)
class _Shares:
    """Regions whose served shares are raised together; one that cannot be raised further is settled at its count."""

    problem: RoundProblem
    basis: Basis
    tolerance: float
    levels: Mapping[str, Served]
    size: Mapping[str, int]
    """By region, its cities with room."""
    top: dict[str, int]
    """By region, what it can reach at most as far as is known."""
    settled: dict[str, int]

    @classmethod
    def of(cls, problem: RoundProblem, basis: Basis, tolerance: float) -> "_Shares":
        """The regions that have any city with room and a candidate; each one's `top` is what it reaches alone."""
        size, levels = dict[str, int](), dict[str, Served]()
        for region in regions_of(basis.pairs):
            of = MemberFilter(region=(region,))
            size[region] = basis.with_room(of, PairKind.ALL)
            levels[region] = _level(of, _OBJECTIVE.of(region), basis.pairs)
        levels = {region: level for region, level in levels.items() if size[region] and level.members}
        found = {
            region: basis.solver.most_served(problem, level.rule(), basis.report) for region, level in levels.items()
        }
        levels = {region: replace(level, possible=found[region].bound) for region, level in levels.items()}
        top = {region: each.served for region, each in found.items()}
        return cls(problem=problem, basis=basis, tolerance=tolerance, levels=levels, size=size, top=top, settled={})

    def raised(self) -> Sequence[Served]:
        """A limit for each region, by which the least served share is greatest, then the next one, and so on."""
        share = 0.0
        while open_regions := [region for region in self.levels if region not in self.settled]:
            share = self._greatest_share(share, min(self.top[region] / self.size[region] for region in open_regions))
            wanted = self._wanted(share)
            done = [region for region in open_regions if wanted[region] >= self.top[region]]
            if not done:
                more = {region: self._could_gain(region, share) for region in open_regions}
                done = [region for region in open_regions if more[region] < self.tolerance]
                done = done or [min(open_regions, key=lambda region: (more[region], region))]
            self.settled |= {region: wanted[region] for region in done}
        return [replace(level, least=self.settled[region]) for region, level in self.levels.items()]

    def _greatest_share(self, low: float, high: float) -> float:
        """The greatest share that all open regions reach together, to the tolerance; they do reach `low`."""
        if self._is_reached(high):
            return high
        while high - low > self.tolerance:
            middle = (low + high) / 2
            low, high = (middle, high) if self._is_reached(middle) else (low, middle)
        return low

    def _wanted(self, share: float) -> dict[str, int]:
        """How many members each region must have served at a share of the open ones."""
        wanted = {
            region: min(self.top[region], ceil(round(share * self.size[region], _DIGITS))) for region in self.levels
        }
        return wanted | self.settled

    def _is_reached(self, share: float) -> bool:
        wanted = self._wanted(share)
        one = max(wanted, key=lambda region: (wanted[region], region))
        try:
            return self._most(one, wanted).served >= wanted[one]
        except NoPermittedChoice:
            return False

    def _could_gain(self, region: str, share: float) -> float:
        """By how much the share of a region could rise while all others keep theirs."""
        try:
            return self._most(region, self._wanted(share)).served / self.size[region] - share
        except NoPermittedChoice:
            return 0.0

    def _most(self, region: str, wanted: Mapping[str, int]) -> ServedCount:
        """The most members of a region that can be served while the others have what is wanted of them."""
        others = [
            replace(level, least=wanted[other]).rule()
            for other, level in self.levels.items()
            if other != region and wanted[other]
        ]
        problem = replace(self.problem, rules=(*self.problem.rules, *others))
        return self.basis.solver.most_served(problem, self.levels[region].rule(), self.basis.report)
