"""Limits that are fixed before a round is chosen: the floors of regions, and shares of members with room.

Invariant: they depend on the members and on the plain round only, so that they stand in the report as whole numbers.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, floor
from typing import Final

import numpy as np

from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.rules.member_columns import MemberColumns
from isopolity.matching.application.rules.pair_columns import PairColumns
from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Mode, Report
from isopolity.matching.domain.rules.filters import MemberFilter, PairKind
from isopolity.matching.domain.rules.rule import RegionFloors, ServeMembers
from isopolity.matching.domain.rules.rule_book import RuleBook
from isopolity.matching.domain.rules.rule_outcome import Source

_DIGITS: Final = 9
"""A share that is whole but for rounding is whole."""


@dataclass(frozen=True, kw_only=True)  # no slots: who has room is kept in it
class Basis:
    """What limits are fixed from."""

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
